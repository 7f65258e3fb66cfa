//! Whoever consents is told that consent can be withdrawn, and where.
//!
//! GDPR Articles 13(2)(c) and 7(3). The right is told once for all; the means stand where the consent
//! stands, because that is where people look for them.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::Right;

/// L16.
pub(super) static RULE: Rule = Rule {
    id: "L16",
    title: "the right to withdraw consent is told, with the means for each activity",
    severity: Severity::Error,
    article: "GDPR Articles 13(2)(c), 7(3)",
    effective: GDPR,
    kinds: &[],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let rights = &subject.header().rights;
    let told = rights.told.contains(&Right::Withdrawal);
    let mut consents = subject
        .activities()
        .filter(|(_, activity)| activity.rests_on_consent());
    if let (Some((id, _)), false) = (consents.next(), told) {
        let message = format!("it is not told that consent, as in `{id}`, can be withdrawn");
        let finding = subject.header_key(&RULE, "rights.told", message);
        findings.push(finding.hint("add `withdrawal` to `told` and to the text on rights"));
    }
    let consents = subject
        .activities()
        .filter(|(_, activity)| activity.rests_on_consent());
    for (id, activity) in consents.filter(|(_, activity)| activity.withdraw.is_empty()) {
        let message = format!("it is not said how consent to `{id}` is withdrawn");
        let finding = subject.activity(&RULE, (id, activity), "withdraw", message);
        let general = told && !rights.channels.is_empty();
        let finding = if general {
            finding.severity(Severity::Warning)
        } else {
            finding
        };
        findings.push(finding.hint("list the channels in `withdraw`, and say them in the section"));
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::statement::check::testing::Fixture;

    #[test]
    fn the_right_is_told_where_there_is_consent() {
        let untold = Fixture::new().header("rights.told = ['access']");
        assert_eq!(untold.at("L16"), ["section 5"]);
        let no_consent = untold.activity("news", "basis = 'contract'");
        assert_eq!(no_consent.at("L16"), [""; 0]);
    }

    #[test]
    fn the_means_stand_at_each_activity() {
        let found = Fixture::new().news_without("withdraw").findings("L16");
        assert_eq!(found[0].at, "news");
        assert_eq!(found[0].diagnostic.severity, Severity::Warning);
        let nowhere = Fixture::new()
            .news_without("withdraw")
            .header("rights.channels = []");
        let found = nowhere.findings("L16");
        assert_eq!(found[0].diagnostic.severity, Severity::Error);
    }
}
