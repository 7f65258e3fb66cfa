//! People are told before their data is used for a new purpose.
//!
//! GDPR Article 13(3) (and 14(4)): before data is processed for another purpose than the one it was
//! collected for, the person is told of it.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;

/// L37.
pub(super) static RULE: Rule = Rule {
    id: "L37",
    title: "people are told before their data is used for a new purpose",
    severity: Severity::Warning,
    article: "GDPR Article 13(3)",
    effective: GDPR,
    kinds: &[],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    if !subject.header().rights.told_before_new_purpose {
        let message = "the text does not promise a notice before data is used for a new purpose";
        let finding = subject.header_key(&RULE, "rights.told_before_new_purpose", message);
        findings.push(finding.hint("say that, and how, people are told first"));
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn the_notice_is_promised() {
        let silent = Fixture::new().header("rights.told_before_new_purpose = false");
        assert_eq!(silent.at("L37"), ["section 5"]);
        assert_eq!(Fixture::new().at("L37"), [""; 0]);
    }
}
