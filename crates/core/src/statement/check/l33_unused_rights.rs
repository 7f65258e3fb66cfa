//! Every right that the text tells of has an activity in which it can be used.
//!
//! GDPR Article 12(1): information is concise. A right that no activity can meet, such as an objection
//! to a public task where there is none, only makes the list longer.

use super::l15_rights::name;
use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Activity, AutomatedDecisions, BasisName, Right};

/// L33.
pub(super) static RULE: Rule = Rule {
    id: "L33",
    title: "every right told of can be used in some activity",
    severity: Severity::Info,
    article: "GDPR Article 12(1)",
    effective: GDPR,
    kinds: &[
        "portability",
        "objection",
        "objection_to_marketing",
        "objection_to_public_task",
        "withdrawal",
        "human_decision",
    ],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (index, right) in subject.header().rights.told.iter().enumerate() {
        let used = subject
            .activities()
            .any(|(_, activity)| can_be_used(*right, activity));
        if let (false, Some(missing)) = (used, needs(*right)) {
            let message = format!("{missing}, so that no one can use this right");
            let key = format!("rights.told.{index}");
            let finding = subject.header_key(&RULE, &key, message);
            findings.push(finding.kind(name(*right)).hint("take it out of the text"));
        }
    }
}

/// What no activity does where the right has no use; `None` for rights that always apply.
fn needs(right: Right) -> Option<&'static str> {
    match right {
        Right::Portability => Some("no activity rests on consent or a contract"),
        Right::Objection => Some("no activity rests on a legitimate interest or a public task"),
        Right::ObjectionToMarketing => Some("no activity is direct marketing"),
        Right::ObjectionToPublicTask => Some("no activity rests on a public task"),
        Right::Withdrawal => Some("no activity rests on consent"),
        Right::HumanDecision => Some("no activity lets a machine decide alone"),
        Right::Access
        | Right::Rectification
        | Right::Erasure
        | Right::Restriction
        | Right::Complaint => None,
    }
}

fn can_be_used(right: Right, activity: &Activity) -> bool {
    let rests_on = |name| activity.rests_on(name);
    match right {
        Right::Portability => activity.rests_on_consent() || rests_on(BasisName::Contract),
        Right::Objection => {
            rests_on(BasisName::LegitimateInterest) || rests_on(BasisName::PublicTask)
        }
        Right::ObjectionToMarketing => activity.marketing,
        Right::ObjectionToPublicTask => rests_on(BasisName::PublicTask),
        Right::Withdrawal => activity.rests_on_consent(),
        Right::HumanDecision => {
            matches!(
                activity.automated_decisions,
                Some(AutomatedDecisions::Logic(_))
            )
        }
        Right::Access
        | Right::Rectification
        | Right::Erasure
        | Right::Restriction
        | Right::Complaint => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn a_right_needs_an_activity() {
        let told =
            |right: &str| Fixture::new().header(&format!("rights.told = ['access', '{right}']"));
        let public_task = "basis = [{ public_task = 'skoleloven § 1' }]";
        let interest = "basis = [{ legitimate_interest = { en = 'to sell' } }]";
        #[rustfmt::skip]
        let rows = [
            ("objection_to_public_task", "", 1),
            ("objection_to_public_task", public_task, 0),
            ("objection", "", 1),
            ("objection", public_task, 0),
            ("objection", interest, 0),
            ("portability", "", 0),
            ("portability", interest, 1),
            ("withdrawal", interest, 1),
            ("objection_to_marketing", "marketing = false", 1),
            ("human_decision", "", 1),
            ("human_decision", "automated_decisions = { logic = { en = 'by score' } }", 0),
            ("erasure", interest, 0),
        ];
        for (right, snippet, want) in rows {
            let fixture = told(right).activity("news", snippet);
            assert_eq!(fixture.at("L33").len(), want, "{right}, {snippet}");
        }
    }
}
