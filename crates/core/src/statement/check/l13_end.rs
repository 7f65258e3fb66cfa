//! What happens at the end is fixed: the data is erased, or it is anonymised by a method that can work.
//!
//! GDPR Article 5(1)(e) and recital 26. "Deleted or anonymised" leaves the choice open; free text,
//! images and recordings cannot be made anonymous by dropping fields.

use super::{Finding, GDPR, Record, Rule, Subject};
use crate::diagnostic::Severity;
use crate::retention::EndAction;
use crate::statement::model::{Collection, Field, FieldKind};

/// L13.
pub(super) static RULE: Rule = Rule {
    id: "L13",
    title: "the end is fixed: erased, or anonymised by a method",
    severity: Severity::Warning,
    article: "GDPR Article 5(1)(e), recital 26",
    effective: GDPR,
    kinds: &["no_end", "undecided", "unfit"],
    find,
};

const HINT: &str =
    "write `then = \"erase\"`, or `anonymise into` counts without free text and files";

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for record in subject.records() {
        for (kind, message) in open_end(record) {
            let finding = subject.record(&RULE, record, "then", message);
            findings.push(finding.kind(kind).hint(HINT));
        }
    }
}

/// The kind of each finding and what is wrong.
fn open_end(record: Record<'_>) -> Vec<(&'static str, String)> {
    let name = record.full_name();
    let Some(then) = &record.collection.then else {
        let message = format!("it is not said what happens to `{name}` at the end");
        return vec![("no_end", message)];
    };
    let undecided = match then.end {
        EndAction::Erase => return Vec::new(),
        EndAction::Anonymise(_) => None,
        EndAction::EraseOrAnonymise(_) => {
            Some(("undecided", format!("`{name}` is erased or anonymised")))
        }
    };
    let unfit = unfit(record.collection).map(|field| {
        let message = format!("`{field}` of `{name}` cannot be made anonymous");
        ("unfit", message)
    });
    [undecided, unfit].into_iter().flatten().collect()
}

/// The first field that no rule over fields can make anonymous.
fn unfit(collection: &Collection) -> Option<&str> {
    let mut fields = collection.fields.iter();
    fields
        .find(|(_, field)| holds_anything(field))
        .map(|(name, _)| name.as_str())
}

fn holds_anything(field: &Field) -> bool {
    match field.kind {
        FieldKind::FreeText | FieldKind::File => true,
        FieldKind::Text
        | FieldKind::Integer
        | FieldKind::Number
        | FieldKind::Boolean
        | FieldKind::Date
        | FieldKind::Instant
        | FieldKind::List => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    fn messages(keys: &str) -> Vec<String> {
        let found = Fixture::new().collection(keys).findings("L13");
        found
            .into_iter()
            .map(|finding| finding.diagnostic.message)
            .collect()
    }

    const COUNTS: &str =
        "statistics = { counts = { title = { en = 'counts' }, by = ['plan'], per = 'month' } }
        fields.plan = { category = 'pd:ServiceConsumptionBehaviour' }";

    #[test]
    fn the_end_is_fixed() {
        for (keys, want) in [
            ("then = 'erase'".to_owned(), 0),
            ("then = 'hide for 30 days, then erase'".to_owned(), 0),
            (format!("then = 'anonymise into counts'\n{COUNTS}"), 0),
            (
                format!("then = 'erase or anonymise into counts'\n{COUNTS}"),
                1,
            ),
        ] {
            assert_eq!(messages(&keys).len(), want, "{keys}");
        }
        let silent = Fixture::new().news_without("collections.subscription.then");
        assert_eq!(silent.at("L13"), ["news.subscription"]);
    }

    #[test]
    fn what_cannot_become_anonymous_is_named() {
        let text = "fields.comment = { category = 'pd:Opinion', type = 'free_text' }";
        let found = messages(&format!("then = 'anonymise into counts'\n{COUNTS}\n{text}"));
        assert_eq!(
            found,
            ["`comment` of `news.subscription` cannot be made anonymous"]
        );
        assert_eq!(messages(text), [""; 0]);
        let undecided = format!("then = 'erase or anonymise into counts'\n{COUNTS}\n{text}");
        assert_eq!(messages(&undecided).len(), 2);
    }
}
