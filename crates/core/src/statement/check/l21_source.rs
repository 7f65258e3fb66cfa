//! Data that does not come from the person has a source, and it is told.
//!
//! GDPR Article 14(2)(f): from which source, and whether it is publicly accessible.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Role, Source};

/// L21.
pub(super) static RULE: Rule = Rule {
    id: "L21",
    title: "the source of data that is not from the person is told",
    severity: Severity::Error,
    article: "GDPR Article 14(2)(f)",
    effective: GDPR,
    kinds: &["unsaid", "others"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject.activities() {
        if matches!(activity.role, Role::ProcessorFor(_)) {
            continue;
        }
        let (kind, message) = if activity.sources.is_empty() {
            let message = format!("it is not said where the data of `{id}` comes from");
            ("unsaid", message)
        } else if activity.sources.contains(&Source::Unsaid) {
            let message =
                format!("some data of `{id}` comes from others, and it is not said from whom");
            ("others", message)
        } else {
            continue;
        };
        let finding = subject.activity(&RULE, (id, activity), "sources", message);
        findings.push(
            finding
                .kind(kind)
                .hint("name it in `sources`: `{ other = { from = { … }, public = false } }`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn a_source_is_named() {
        for (sources, want) in [
            ("['subject', 'observed', 'derived']", 0),
            (
                "['subject', { other = { from = { en = 'your employer' }, public = false } }]",
                0,
            ),
            ("['subject', 'unsaid']", 1),
            ("[]", 1),
        ] {
            let fixture = Fixture::new().activity("news", &format!("sources = {sources}"));
            assert_eq!(fixture.at("L21").len(), want, "{sources}");
        }
    }
}
