//! The controller is named, with an address and a way to write or call.
//!
//! GDPR Article 13(1)(a): the identity and the contact details of the controller.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;

/// L01.
pub(super) static RULE: Rule = Rule {
    id: "L01",
    title: "the controller is named, with contact details",
    severity: Severity::Error,
    article: "GDPR Article 13(1)(a)",
    effective: GDPR,
    kinds: &["no_name", "no_address", "no_contact"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let controller = &subject.header().controller;
    if controller.name.trim().is_empty() {
        let finding = subject.header_key(&RULE, "controller.name", "the controller has no name");
        findings.push(finding.kind("no_name").hint("give the registered name"));
    }
    if controller.address.trim().is_empty() {
        let finding =
            subject.header_key(&RULE, "controller.address", "the controller has no address");
        findings.push(finding.kind("no_address").hint("give the postal address"));
    }
    if controller.email.is_none() && controller.phone.is_none() {
        let message = "the controller can be neither written to nor called";
        let finding = subject.header_key(&RULE, "controller", message);
        findings.push(
            finding
                .kind("no_contact")
                .hint("add `email` or `phone` to `[controller]`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn name_address_and_one_channel_are_needed() {
        let both = Fixture::new();
        assert_eq!(both.at("L01"), [""; 0]);
        let phone = Fixture::new()
            .header("controller.phone = '+47 22 00 00 00'")
            .without("controller.email");
        assert_eq!(phone.at("L01"), [""; 0]);
        let silent = Fixture::new().without("controller.email");
        assert_eq!(silent.at("L01"), ["section 2"]);
        let nameless = Fixture::new().header("controller.name = ' '\ncontroller.address = ''");
        assert_eq!(nameless.at("L01"), ["section 2", "section 2"]);
    }
}
