//! People are told whether they must give their data, and what follows if they do not.
//!
//! GDPR Article 13(2)(e), wherever data is collected from the person. Where it is only observed, there
//! is little to refuse, so that is good to know and no more.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Role, Source};

/// L19.
pub(super) static RULE: Rule = Rule {
    id: "L19",
    title: "it is told whether giving the data is required, and what refusal brings",
    severity: Severity::Warning,
    article: "GDPR Article 13(2)(e)",
    effective: GDPR,
    kinds: &[],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject.activities() {
        let given = activity.sources.contains(&Source::Subject);
        let collected = given || activity.sources.contains(&Source::Observed);
        let another = matches!(activity.role, Role::ProcessorFor(_));
        if !collected || another || activity.provision.is_some() {
            continue;
        }
        let message = format!("it is not said whether people must give the data of `{id}`");
        let finding = subject.activity(&RULE, (id, activity), "sources", message);
        let finding = if given {
            finding
        } else {
            finding.severity(Severity::Info)
        };
        findings.push(finding.hint("add `provision = { voluntary = …, consequence = { … } }`"));
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::statement::check::testing::Fixture;

    fn weights(activity: &str) -> Vec<Severity> {
        let fixture = Fixture::new()
            .news_without("provision")
            .activity("news", activity);
        let found = fixture.findings("L19").into_iter();
        found.map(|finding| finding.diagnostic.severity).collect()
    }

    #[test]
    fn what_is_collected_from_the_person_needs_an_answer() {
        for (sources, want) in [
            ("['subject']", vec![Severity::Warning]),
            ("['observed', 'subject']", vec![Severity::Warning]),
            ("['observed']", vec![Severity::Info]),
            (
                "[{ other = { from = { en = 'your bank' }, public = false } }]",
                vec![],
            ),
            ("['derived']", vec![]),
        ] {
            assert_eq!(weights(&format!("sources = {sources}")), want, "{sources}");
        }
        assert_eq!(weights("role = { processor_for = { en = 'them' } }"), []);
    }
}
