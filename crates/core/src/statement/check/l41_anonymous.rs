//! What the text calls anonymised or aggregated does not lie beside what identifies a person.
//!
//! GDPR recital 26: information is anonymous only when no one can be identified by means reasonably
//! likely to be used. Kept with an IP address or a username, it is personal data like the rest.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::dpv;
use crate::statement::model::Field;

/// L41.
pub(super) static RULE: Rule = Rule {
    id: "L41",
    title: "what is called anonymised is not kept with identifiers",
    severity: Severity::Error,
    article: "GDPR recital 26",
    effective: GDPR,
    kinds: &[],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for record in subject.records() {
        let fields = &record.collection.fields;
        let names = |fits: fn(&Field) -> bool| -> Vec<String> {
            let fitting = fields.iter().filter(|(_, field)| fits(field));
            fitting.map(|(name, _)| format!("`{name}`")).collect()
        };
        let called = names(|field| field.called_anonymous);
        let identifying = names(identifies);
        let (Some(first), false) = (called.first(), identifying.is_empty()) else {
            continue;
        };
        let message = format!(
            "{} called anonymised and kept with {}",
            match called.as_slice() {
                [_] => format!("{first} is"),
                all => format!("{} are", all.join(", ")),
            },
            identifying.join(", "),
        );
        let key = format!("fields.{}", first.trim_matches('`'));
        let finding = subject.record(&RULE, record, &key, message);
        findings
            .push(finding.hint("call it personal data, or keep it apart from every identifier"));
    }
}

fn identifies(field: &Field) -> bool {
    field.identity.is_some() || dpv::identifies(&field.category)
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn anonymous_data_has_no_identifiers_beside_it() {
        let clicks = "fields.clicks = { category = 'pd:LinkClicked', called_anonymous = true }";
        let beside = Fixture::new().collection(clicks);
        let found = beside.findings("L41");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].at, "news.subscription");
        let message = "`clicks` is called anonymised and kept with `email`, `name`";
        assert_eq!(found[0].diagnostic.message, message);

        let email = beside
            .clone()
            .news_without("collections.subscription.fields.email");
        assert_eq!(email.at("L41").len(), 1, "a name identifies too");
        let alone = email.news_without("collections.subscription.fields.name");
        assert_eq!(alone.at("L41"), [""; 0]);
        let not_called = beside.collection("fields.clicks.called_anonymous = false");
        assert_eq!(not_called.at("L41"), [""; 0]);
    }

    #[test]
    fn an_identifier_called_anonymous_is_one_all_the_same() {
        let ip = "fields.ip = { category = 'pd:IPAddress', called_anonymous = true }";
        let only = Fixture::new()
            .collection(ip)
            .news_without("collections.subscription.fields.email")
            .news_without("collections.subscription.fields.name");
        assert_eq!(only.at("L41"), ["news.subscription"]);
    }
}
