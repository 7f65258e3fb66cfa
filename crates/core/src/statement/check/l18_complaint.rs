//! The right to complain is told, and to which authority.
//!
//! GDPR Articles 13(2)(d) and 77.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::model::Right;

/// L18.
pub(super) static RULE: Rule = Rule {
    id: "L18",
    title: "the right to complain is told, with the authority and its contact",
    severity: Severity::Error,
    article: "GDPR Articles 13(2)(d), 77",
    effective: GDPR,
    kinds: &["right", "authority"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let header = subject.header();
    if !header.rights.told.contains(&Right::Complaint) {
        let message = "the right to complain to a supervisory authority is not told";
        let finding = subject.header_key(&RULE, "rights.told", message);
        findings.push(
            finding
                .kind("right")
                .hint("add `complaint` to `told` and to the text on rights"),
        );
    }
    let told = header
        .authority
        .as_ref()
        .filter(|authority| authority.published);
    if told.is_none() {
        let message = "the supervisory authority is not named";
        let finding = subject
            .header_key(&RULE, "authority", message)
            .severity(Severity::Warning);
        findings.push(
            finding
                .kind("authority")
                .hint("name it in the text with `{{ authority.name }}` and its address"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::statement::check::testing::Fixture;

    #[test]
    fn the_right_and_the_authority_are_told() {
        let unnamed = Fixture::new().header("authority.published = false");
        let found = unnamed.findings("L18");
        assert_eq!(
            (found.len(), found[0].diagnostic.severity),
            (1, Severity::Warning)
        );
        assert_eq!(found[0].at, "section 5");
        let untold = Fixture::new().header("rights.told = ['access']");
        let found = untold.findings("L18");
        assert_eq!(
            (found.len(), found[0].diagnostic.severity),
            (1, Severity::Error)
        );
    }
}
