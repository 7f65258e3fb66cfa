//! A controller outside the EEA names its representative in it.
//!
//! GDPR Articles 13(1)(a) and 27: the representative's identity and contact details are told.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::law::transfers::in_eea;

/// L02.
pub(super) static RULE: Rule = Rule {
    id: "L02",
    title: "a controller outside the EEA names its representative in it",
    severity: Severity::Error,
    article: "GDPR Articles 13(1)(a), 27",
    effective: GDPR,
    kinds: &[],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let controller = &subject.header().controller;
    if in_eea(&controller.country) || controller.representative.is_some() {
        return;
    }
    let message = format!(
        "the controller is in {} and names no representative in the EEA",
        controller.country
    );
    let finding = subject.header_key(&RULE, "controller.country", message);
    findings.push(finding.hint("add `representative` with name and contact to `[controller]`"));
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn only_outside_the_eea_a_representative_is_needed() {
        let country = |code: &str| Fixture::new().header(&format!("controller.country = '{code}'"));
        for (fixture, want) in [
            (country("NO"), 0),
            (country("LI"), 0),
            (country("GB"), 1),
            (country("CH"), 1),
            (
                country("US").header("controller.representative = 'Ola, rep@example.com'"),
                0,
            ),
        ] {
            assert_eq!(fixture.at("L02").len(), want);
        }
    }
}
