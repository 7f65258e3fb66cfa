//! The rights that follow from the bases in use are told, with their limits.
//!
//! GDPR Article 13(2)(b), with Articles 15-22 as each basis brings them. Withdrawal and complaint have
//! rules of their own (L16, L18).

use std::collections::BTreeSet;

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Activity, Right, Role};

/// L15.
pub(super) static RULE: Rule = Rule {
    id: "L15",
    title: "the rights that the bases in use bring are told",
    severity: Severity::Error,
    article: "GDPR Article 13(2)(b)",
    effective: GDPR,
    kinds: &[
        "access",
        "rectification",
        "erasure",
        "restriction",
        "portability",
        "objection",
        "objection_to_marketing",
        "objection_to_public_task",
        "withdrawal",
        "human_decision",
        "complaint",
        "limits",
    ],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let rights = &subject.header().rights;
    let mut missing = BTreeSet::new();
    for (id, activity) in subject
        .activities()
        .filter(|(_, activity)| decides(activity))
    {
        for right in activity.rights_brought() {
            if !rights.told.contains(&right) && missing.insert(right) {
                let message = format!("{} is not told of, which `{id}` brings", words(right));
                let finding = subject.header_key(&RULE, "rights.told", message);
                findings.push(
                    finding
                        .kind(name(right))
                        .hint("add it to `told` and to the text on rights"),
                );
            }
        }
    }
    if !rights.limits_told {
        let message = "rights are told without the limits that each of them has";
        let finding = subject
            .header_key(&RULE, "rights", message)
            .severity(Severity::Info);
        findings.push(
            finding
                .kind("limits")
                .hint("say for each right when it does not apply, and set `limits_told = true`"),
        );
    }
}

/// Whether the rights are used against this company: a processor's person turns to its controller.
fn decides(activity: &Activity) -> bool {
    match activity.role {
        Role::Controller | Role::JointWith(_) => true,
        Role::ProcessorFor(_) => false,
    }
}

/// The kind of a finding on a right: its name in `statement.toml`.
pub(super) const fn name(right: Right) -> &'static str {
    match right {
        Right::Access => "access",
        Right::Rectification => "rectification",
        Right::Erasure => "erasure",
        Right::Restriction => "restriction",
        Right::Portability => "portability",
        Right::Objection => "objection",
        Right::ObjectionToMarketing => "objection_to_marketing",
        Right::ObjectionToPublicTask => "objection_to_public_task",
        Right::Withdrawal => "withdrawal",
        Right::HumanDecision => "human_decision",
        Right::Complaint => "complaint",
    }
}

fn words(right: Right) -> &'static str {
    match right {
        Right::Access => "the right of access (Article 15)",
        Right::Rectification => "the right to rectification (Article 16)",
        Right::Erasure => "the right to erasure (Article 17)",
        Right::Restriction => "the right to restriction (Article 18)",
        Right::Portability => "the right to data portability (Article 20)",
        Right::Objection => "the right to object (Article 21(1))",
        Right::ObjectionToMarketing => "the right to object to marketing (Article 21(2))",
        Right::ObjectionToPublicTask => "the right to object to a public task (Article 21(1))",
        Right::Withdrawal => "the right to withdraw consent (Article 7(3))",
        Right::HumanDecision => "the right to a human decision (Article 22)",
        Right::Complaint => "the right to complain (Article 77)",
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::statement::check::testing::Fixture;

    fn told(rights: &str, activity: &str) -> usize {
        let fixture = Fixture::new()
            .header(&format!("rights.told = [{rights}]"))
            .activity("news", activity);
        fixture.at("L15").len()
    }

    const ALWAYS: &str = "'access', 'rectification', 'erasure', 'restriction'";

    #[test]
    fn each_basis_brings_its_rights() {
        for (more, activity, want) in [
            ("'portability'", "marketing = false", 0),
            ("", "marketing = false", 1),
            ("'portability'", "marketing = true", 1),
            ("", "basis = 'legitimate_interest'\nmarketing = false", 1),
            (
                "'objection'",
                "basis = 'legitimate_interest'\nmarketing = false",
                0,
            ),
            (
                "",
                "basis = { public_task = 'a law' }\nmarketing = false",
                1,
            ),
            (
                "",
                "basis = { legal_obligation = 'a law' }\nmarketing = false",
                0,
            ),
            (
                "",
                "marketing = false\nrole = { processor_for = { en = 'them' } }",
                0,
            ),
        ] {
            let rights = format!("{ALWAYS}, {more}");
            assert_eq!(told(&rights, activity), want, "{more} {activity}");
        }
    }

    #[test]
    fn a_right_is_missed_once_however_many_need_it() {
        let fixture = Fixture::new()
            .activity("other", "")
            .header("rights.told = ['erasure', 'restriction', 'portability', 'objection_to_marketing', 'rectification']");
        assert_eq!(fixture.at("L15"), ["section 5"]);
    }

    #[test]
    fn untold_limits_are_worth_knowing() {
        let found = Fixture::new()
            .header("rights.limits_told = false")
            .findings("L15");
        assert_eq!(found[0].diagnostic.severity, Severity::Info);
    }
}
