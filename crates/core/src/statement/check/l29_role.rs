//! Each activity has one role, and a processor decides neither basis nor period.
//!
//! GDPR Article 28(3)(a): a processor acts on the controller's instructions, so the basis and how long
//! data is kept are the controller's. Article 28(10): whoever uses the data for purposes of their own
//! is a controller, whatever the text says. Article 4(7): who decides is responsible, also where the
//! text denies it.

use super::twice::pairs;
use super::{Finding, GDPR, Record, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Activity, Role};

/// L29.
pub(super) static RULE: Rule = Rule {
    id: "L29",
    title: "each activity has one role, and a processor no basis or period of its own",
    severity: Severity::Error,
    article: "GDPR Articles 28(3)(a), 28(10)",
    effective: GDPR,
    kinds: &["held", "basis", "period", "mixed", "denied"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject.activities() {
        if is_processor(activity) {
            processor(subject, (id, activity), findings);
        } else if activity.held_for_customers {
            let message =
                "data that is likely held for customers is used for the company's own purposes";
            let finding = subject.activity(&RULE, (id, activity), "held_for_customers", message);
            findings.push(
                finding
                    .kind("held")
                    .hint("say which data is held as processor, and leave it out here"),
            );
        }
    }
    for (one, other) in pairs(subject) {
        mixed(subject, (one, other), findings);
        mixed(subject, (other, one), findings);
    }
    for (id, recipient) in subject
        .recipients()
        .filter(|(_, one)| one.responsibility_denied)
    {
        let message = "denying responsibility does not settle who is the controller";
        let finding = subject.recipient(&RULE, (id, recipient), "responsibility_denied", message);
        findings.push(
            finding
                .kind("denied")
                .hint("say who decides over the place, and in what role the company runs it"),
        );
    }
}

fn processor(
    subject: &Subject<'_>,
    (id, activity): (&str, &Activity),
    findings: &mut Vec<Finding>,
) {
    const HINT: &str = "leave it to the controller, and carry out what the contract instructs";
    if !activity.basis.as_slice().is_empty() {
        let message = "a processor has no legal basis of its own";
        findings.push(
            subject
                .activity(&RULE, (id, activity), "basis", message)
                .kind("basis")
                .hint(HINT),
        );
    }
    for (name, _) in activity
        .collections
        .iter()
        .filter(|(_, one)| one.keep.is_some())
    {
        let key = format!("collections.{name}.keep");
        let message = format!("a processor sets no period of its own for `{name}`");
        findings.push(
            subject
                .activity(&RULE, (id, activity), &key, message)
                .kind("period")
                .hint(HINT),
        );
    }
}

/// A controller's activity whose data is held as processor in another.
fn mixed(
    subject: &Subject<'_>,
    (ours, theirs): (Record<'_>, Record<'_>),
    findings: &mut Vec<Finding>,
) {
    if is_processor(ours.activity) || !is_processor(theirs.activity) {
        return;
    }
    let message = format!(
        "the same data is held as processor in `{}`",
        theirs.full_name()
    );
    let finding = subject.activity(&RULE, (ours.id, ours.activity), "role", message);
    findings.push(
        finding
            .kind("mixed")
            .hint("decide who is the controller of this data, once for all uses"),
    );
}

fn is_processor(activity: &Activity) -> bool {
    matches!(activity.role, Role::ProcessorFor(_))
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    const PROCESSOR: &str = "role = { processor_for = { en = 'your employer' } }";

    #[test]
    fn a_processor_has_neither_basis_nor_period() {
        let own = Fixture::new().activity("news", PROCESSOR);
        assert_eq!(own.at("L29"), ["news", "news"]);
        let no_basis = own.activity("news", "basis = []");
        assert_eq!(no_basis.at("L29"), ["news"]);
        let neither = no_basis.news_without("collections.subscription.keep");
        assert_eq!(neither.at("L29"), [""; 0]);
        assert_eq!(Fixture::new().at("L29"), [""; 0]);
    }

    #[test]
    fn data_held_for_customers_is_not_used_for_oneself() {
        let held = Fixture::new().activity("news", "held_for_customers = true");
        assert_eq!(held.at("L29"), ["news"]);
        let instructed = held
            .activity("news", PROCESSOR)
            .activity("news", "basis = []")
            .news_without("collections.subscription.keep");
        assert_eq!(instructed.at("L29"), [""; 0]);
    }

    #[test]
    fn the_same_data_has_one_controller() {
        let help = format!(
            "{PROCESSOR}\nbasis = []\ncollections.subscription.same_as = 'news.subscription'"
        );
        let mixed = Fixture::new().activity("help", &help);
        assert_eq!(mixed.at("L29"), ["help", "news"]);
        let both_own = Fixture::new().activity(
            "help",
            "collections.subscription.same_as = 'news.subscription'",
        );
        assert_eq!(both_own.at("L29"), [""; 0]);
    }

    #[test]
    fn denying_responsibility_settles_nothing() {
        let denied = Fixture::new().header("recipients.sender.responsibility_denied = true");
        assert_eq!(denied.at("L29"), ["recipient sender"]);
    }
}
