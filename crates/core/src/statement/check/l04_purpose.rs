//! Every activity says what it is for, in words that could turn out untrue.
//!
//! GDPR Articles 13(1)(c) and 5(1)(b): purposes are specified and explicit. "For business purposes"
//! is neither.

use super::slogan::is_slogan;
use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;

/// L04.
pub(super) static RULE: Rule = Rule {
    id: "L04",
    title: "every activity has a concrete purpose",
    severity: Severity::Error,
    article: "GDPR Articles 13(1)(c), 5(1)(b)",
    effective: GDPR,
    kinds: &["no_purpose", "vague"],
    find,
};

/// Words that stand for any purpose at all, and for none.
const EMPTY: [&str; 16] = [
    "as needed",
    "business needs",
    "business operations",
    "business purposes",
    "develop our business",
    "improve your experience",
    "internal purposes",
    "legitimate purposes",
    "other purposes",
    "run our business",
    "various purposes",
    "andre formål",
    "drive virksomheten",
    "interne formål",
    "forretningsformål",
    "ulike formål",
];

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject.activities() {
        let silent = activity.why.0.values().any(|why| why.trim().is_empty());
        if silent || activity.purpose.as_slice().is_empty() {
            let key = if silent { "why" } else { "purpose" };
            let message = format!("`{id}` names no purpose");
            let finding = subject.activity(&RULE, (id, activity), key, message);
            findings.push(
                finding
                    .kind("no_purpose")
                    .hint("say what the data is used for, and give the DPV term"),
            );
        } else if is_slogan(&activity.why, &EMPTY) {
            let message = format!("the purpose of `{id}` could be anything");
            let finding = subject.activity(&RULE, (id, activity), "why", message);
            findings.push(
                finding
                    .kind("vague")
                    .hint("name what is done with the data and what comes of it"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn a_purpose_is_named_and_concrete() {
        let why = |words: &str| {
            let fixture = Fixture::new().activity("news", &format!("why = {{ en = '{words}' }}"));
            fixture.at("L04")
        };
        assert_eq!(why("to send news by email"), [""; 0]);
        assert_eq!(why(""), ["news"]);
        assert_eq!(why("for our business purposes"), ["news"]);
        assert_eq!(why("to improve your experience"), ["news"]);
        assert_eq!(
            why("to improve your experience of the map on our page about shops near you"),
            [""; 0]
        );
        let none = Fixture::new().activity("news", "purpose = []");
        assert_eq!(none.at("L04"), ["news"]);
    }
}
