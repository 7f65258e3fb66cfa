//! Where special categories of data may come in, a condition lets them or a control keeps them out.
//!
//! GDPR Article 9(1)-(2): data on health, beliefs, origin and the like may be processed only on a
//! condition of Article 9(2). They come in through whatever people write freely, through documents,
//! recordings and questions about who they are. Asking people not to share them is no condition.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Activity, Field, SpecialCategories};

/// L27.
pub(super) static RULE: Rule = Rule {
    id: "L27",
    title: "special categories have a condition, or are kept out",
    severity: Severity::Error,
    article: "GDPR Article 9(2)",
    effective: GDPR,
    kinds: &["may_come_in", "reminder", "condition", "excluded"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject.activities() {
        let Some((kind, key, message)) = problem(activity) else {
            continue;
        };
        let finding = subject.activity(&RULE, (id, activity), key, message);
        findings.push(finding.kind(kind).hint(
            "name the condition of Article 9(2), or say how such data is kept out in `special_categories`",
        ));
    }
}

/// The kind of finding, the key to look at and what is wrong there.
fn problem(activity: &Activity) -> Option<(&'static str, &'static str, String)> {
    let special = named(activity, Field::is_special);
    let Some(special_categories) = &activity.special_categories else {
        let open = named(activity, Field::may_reveal_special);
        let message = format!("sensitive data may come in through {open}");
        return (!open.is_empty()).then_some(("may_come_in", "collections", message));
    };
    match special_categories {
        SpecialCategories::Reminder(_) => {
            let message = "people are only asked to leave sensitive data out";
            Some(("reminder", "special_categories", message.to_owned()))
        }
        SpecialCategories::Condition(condition) => {
            let message = format!("`{condition}` is no condition of Article 9(2)");
            let named = special_categories.condition().is_some();
            (!named).then_some(("condition", "special_categories", message))
        }
        SpecialCategories::Excluded(_) => {
            let message =
                format!("{special} is sensitive, and the text says that no such data is used");
            (!special.is_empty()).then_some(("excluded", "special_categories", message))
        }
    }
}

/// The fields of an activity that fit, each once, as a list of names.
fn named(activity: &Activity, fits: fn(&Field) -> bool) -> String {
    let fields = activity.collections.values().flat_map(|one| &one.fields);
    let mut names: Vec<String> = fields
        .filter(|(_, field)| fits(field))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    names.sort();
    names.dedup();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    fn news(snippet: &str) -> Fixture {
        Fixture::new().activity("news", snippet)
    }

    fn with(field: &str) -> Fixture {
        Fixture::new().collection(&format!("fields.more = {field}"))
    }

    #[test]
    fn open_fields_ask_for_a_condition_or_a_control() {
        #[rustfmt::skip]
        let rows = [
            ("short text", with("{ category = 'pd:Opinion' }"), 0),
            ("free text", with("{ category = 'pd:Opinion', type = 'free_text' }"), 1),
            ("document", with("{ category = 'pd:EmploymentHistory', type = 'file' }"), 1),
            ("demographics", with("{ category = 'pd:Demographic' }"), 1),
            ("health", with("{ category = 'pd:MedicalHealth' }"), 1),
        ];
        for (shows, fixture, want) in rows {
            assert_eq!(fixture.at("L27").len(), want, "{shows}");
            let out = fixture.activity(
                "news",
                "special_categories.excluded = { en = 'erased when found' }",
            );
            assert_eq!(
                out.at("L27").len(),
                usize::from(shows == "health"),
                "{shows}, excluded"
            );
        }
    }

    #[test]
    fn a_reminder_is_no_condition() {
        #[rustfmt::skip]
        let rows = [
            ("special_categories.reminder = { en = 'please do not' }", 1),
            ("special_categories.condition = '9(2)(a)'", 0),
            ("special_categories.condition = '9(2)(j), research'", 0),
            ("special_categories.condition = '9(2)(k)'", 1),
            ("special_categories.condition = '6(1)(f)'", 1),
        ];
        for (snippet, want) in rows {
            assert_eq!(news(snippet).at("L27").len(), want, "{snippet}");
        }
    }
}
