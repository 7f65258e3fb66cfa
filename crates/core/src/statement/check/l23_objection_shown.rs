//! The right to object is shown clearly and apart from everything else.
//!
//! GDPR Article 21(4): at the first communication at the latest, the right to object is brought to the
//! person's attention, presented clearly and separately from any other information. It concerns
//! activities on a public task or a legitimate interest, and all direct marketing.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::{Activity, BasisName, Role};

/// L23.
pub(super) static RULE: Rule = Rule {
    id: "L23",
    title: "the right to object is shown clearly and separately",
    severity: Severity::Warning,
    article: "GDPR Article 21(4)",
    effective: GDPR,
    kinds: &[],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    if subject.header().rights.objection_shown_separately {
        return;
    }
    let mut open_to_objection = subject
        .activities()
        .filter(|(_, activity)| can_be_objected_to(activity))
        .peekable();
    if open_to_objection.peek().is_none() {
        return;
    }
    let message = "the right to object is told among other things";
    let finding = subject.header_key(&RULE, "rights.objection_shown_separately", message);
    findings.push(finding.hint("give it a heading or a box of its own"));
    for (id, activity) in open_to_objection.filter(|(_, activity)| !activity.object.is_empty()) {
        let message = "the way to object stands inside the text of the activity";
        let finding = subject.activity(&RULE, (id, activity), "object", message);
        findings.push(finding.hint("set it apart from the rest of the section"));
    }
}

fn can_be_objected_to(activity: &Activity) -> bool {
    let ours = !matches!(activity.role, Role::ProcessorFor(_));
    ours && (activity.marketing
        || activity.rests_on(BasisName::PublicTask)
        || activity.rests_on(BasisName::LegitimateInterest))
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn only_what_can_be_objected_to_needs_the_notice() {
        let hidden = Fixture::new().header("rights.objection_shown_separately = false");
        assert_eq!(hidden.at("L23"), ["news", "section 5"]);
        let without_channel = hidden.clone().activity("news", "object = []");
        assert_eq!(without_channel.at("L23"), ["section 5"]);
        let no_marketing = hidden.clone().activity("news", "marketing = false");
        assert_eq!(no_marketing.at("L23"), [""; 0]);
        let interest = "marketing = false
            basis = [{ legitimate_interest = { en = 'to sell' } }]";
        assert_eq!(hidden.clone().activity("news", interest).at("L23").len(), 2);
        let processor = hidden.activity("news", "role.processor_for = { en = 'your employer' }");
        assert_eq!(processor.at("L23"), [""; 0]);
        assert_eq!(Fixture::new().at("L23"), [""; 0]);
    }
}
