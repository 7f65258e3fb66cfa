//! The contact of the data protection officer is told, or that there is none.
//!
//! GDPR Articles 13(1)(b) and 37. The law asks for the contact where there is an officer; that there
//! is none is said so that silence cannot be mistaken for it.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;

/// L03.
pub(super) static RULE: Rule = Rule {
    id: "L03",
    title: "the contact of the data protection officer is told, or that there is none",
    severity: Severity::Warning,
    article: "GDPR Articles 13(1)(b), 37",
    effective: GDPR,
    kinds: &[],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let officer = subject
        .header()
        .controller
        .data_protection_officer
        .as_deref();
    if officer.is_some_and(|officer| !officer.trim().is_empty()) {
        return;
    }
    let message = "nothing is said of a data protection officer";
    let finding = subject.header_key(&RULE, "controller.data_protection_officer", message);
    findings.push(finding.hint("give the officer's contact, or write `none`"));
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn silence_is_found_and_none_is_an_answer() {
        let officer = |is: &str| {
            Fixture::new().header(&format!("controller.data_protection_officer = '{is}'"))
        };
        assert_eq!(officer("dpo@example.com").at("L03"), [""; 0]);
        assert_eq!(officer("none").at("L03"), [""; 0]);
        assert_eq!(officer(" ").at("L03"), ["section 2"]);
        let silent = Fixture::new().without("controller.data_protection_officer");
        assert_eq!(silent.at("L03"), ["section 2"]);
    }
}
