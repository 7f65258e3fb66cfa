//! Data said to be used exclusively for a purpose is not used for another elsewhere.
//!
//! GDPR Article 5(1)(b): data is collected for specified purposes and not used in ways that do not fit
//! them. A text that says "exclusively" and names another use of the same data contradicts itself.

use std::collections::BTreeSet;

use super::twice::pairs;
use super::{Finding, GDPR, Record, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Activity, RecipientKind};

/// L31.
pub(super) static RULE: Rule = Rule {
    id: "L31",
    title: "an exclusive purpose is not contradicted elsewhere",
    severity: Severity::Error,
    article: "GDPR Article 5(1)(b)",
    effective: GDPR,
    kinds: &["another_purpose", "handed_on"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut reported = BTreeSet::new();
    for (one, other) in pairs(subject) {
        for (ours, theirs) in [(one, other), (other, one)] {
            if ours.activity.exclusively && reported.insert((ours.id, theirs.id)) {
                findings.extend(contradiction(subject, ours, theirs));
            }
        }
    }
    for (id, activity) in subject.activities().filter(|(_, one)| one.exclusively) {
        handed_on(subject, (id, activity), findings);
    }
}

fn contradiction(subject: &Subject<'_>, ours: Record<'_>, theirs: Record<'_>) -> Option<Finding> {
    let our_purposes = ours.activity.purpose.as_slice();
    let others = theirs.activity.purpose.as_slice().iter();
    let others: Vec<String> = others
        .filter(|purpose| !our_purposes.contains(purpose))
        .map(|purpose| format!("`{purpose}`"))
        .collect();
    if others.is_empty() {
        return None;
    }
    let message = format!(
        "`{}` is said to be used for one purpose exclusively, and section {} uses it for {}",
        ours.full_name(),
        theirs.activity.section,
        others.join(", "),
    );
    let finding = subject.activity(&RULE, (ours.id, ours.activity), "exclusively", message);
    let elsewhere = subject.activity(&RULE, (theirs.id, theirs.activity), "purpose", "");
    let finding = finding.related(
        elsewhere.diagnostic.place,
        "another purpose of the same data",
    );
    Some(
        finding
            .kind("another_purpose")
            .hint("name every purpose where the data is collected, or end the other use"),
    )
}

/// Recipients that use the data for purposes of their own.
fn handed_on(
    subject: &Subject<'_>,
    (id, activity): (&str, &Activity),
    findings: &mut Vec<Finding>,
) {
    for name in &activity.recipients {
        let Some(recipient) = subject.header().recipients.get(name) else {
            continue;
        };
        let own_purposes = match recipient.kind {
            RecipientKind::Group
            | RecipientKind::Partner
            | RecipientKind::JointController
            | RecipientKind::Public => true,
            RecipientKind::Processor | RecipientKind::Authority | RecipientKind::Controller => {
                false
            }
        };
        if own_purposes {
            let message = format!(
                "the data is said to be used for one purpose exclusively, and `{name}` receives it for its own"
            );
            let finding = subject.activity(&RULE, (id, activity), "recipients", message);
            findings.push(
                finding
                    .kind("handed_on")
                    .hint("drop \"exclusively\", or the recipient"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    const SAME: &str = "collections.subscription.same_as = 'news.subscription'";

    fn twice(purpose: &str) -> Fixture {
        let other = format!("section = '3.2'\npurpose = {purpose}\n{SAME}");
        Fixture::new()
            .activity("news", "exclusively = true")
            .activity("other", &other)
    }

    #[test]
    fn another_purpose_for_the_same_data_is_a_contradiction() {
        let found = twice("['dpv:CustomerCare', 'dpv:Marketing']").findings("L31");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].at, "news");
        assert!(
            found[0]
                .diagnostic
                .message
                .ends_with("section 3.2 uses it for `dpv:CustomerCare`")
        );
        let same_purpose = twice("'dpv:Marketing'");
        assert_eq!(same_purpose.at("L31"), [""; 0]);
        let not_exclusive = twice("'dpv:CustomerCare'").activity("news", "exclusively = false");
        assert_eq!(not_exclusive.at("L31"), [""; 0]);
        let both = twice("'dpv:CustomerCare'").activity("other", "exclusively = true");
        assert_eq!(both.at("L31"), ["news", "other"]);
    }

    #[test]
    fn a_recipient_with_purposes_of_its_own_is_a_contradiction() {
        let given = |kind: &str| {
            let kind = format!("recipients.sender.kind = '{kind}'");
            Fixture::new()
                .activity("news", "exclusively = true")
                .header(&kind)
        };
        assert_eq!(given("processor").at("L31"), [""; 0]);
        assert_eq!(given("authority").at("L31"), [""; 0]);
        assert_eq!(given("partner").at("L31"), ["news"]);
        assert_eq!(given("group").at("L31"), ["news"]);
    }
}
