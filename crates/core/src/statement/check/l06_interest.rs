//! A legitimate interest is named itself, and is no slogan.
//!
//! GDPR Articles 13(1)(d) and 14(2)(b). Only an interest that is named can be weighed against those
//! of the person; "to meet expectations" cannot.

use super::slogan::is_slogan;
use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::statement::Terms;
use crate::statement::model::BasisName;

/// L06.
pub(super) static RULE: Rule = Rule {
    id: "L06",
    title: "a legitimate interest is named, and is no slogan",
    severity: Severity::Error,
    article: "GDPR Articles 13(1)(d), 14(2)(b)",
    effective: GDPR,
    kinds: &["unnamed", "slogan"],
    find,
};

/// Words that name an attitude, or the basis itself, instead of an interest.
const SLOGANS: [&str; 20] = [
    "business interest",
    "business purposes",
    "commercial interests",
    "customer satisfaction",
    "expect of us",
    "expectation",
    "happy customers",
    "legitimate interest",
    "our interests",
    "run our business",
    "satisfied customers",
    "berettiget interesse",
    "berettigede interesser",
    "drive virksomheten",
    "forretningsinteresse",
    "forventning",
    "fornøyde kunder",
    "kundetilfredshet",
    "venter av oss",
    "våre interesser",
];

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (id, activity) in subject.activities() {
        let interests = activity.bases();
        for basis in interests.filter(|basis| basis.name == BasisName::LegitimateInterest) {
            let named = match basis.terms {
                Some(Terms::Words(words)) => Some(words),
                Some(Terms::Law(_)) | None => None,
            };
            let named = named.filter(|words| words.0.values().all(|word| !word.trim().is_empty()));
            let Some(words) = named else {
                let message = format!("`{id}` rests on a legitimate interest that is not named");
                let finding = subject.activity(&RULE, (id, activity), "basis", message);
                findings.push(
                    finding
                        .kind("unnamed")
                        .hint("write it as `basis = { legitimate_interest = { en = \"…\" } }`"),
                );
                continue;
            };
            if is_slogan(words, &SLOGANS) {
                let message = format!("the interest of `{id}` names nothing that could be weighed");
                let finding = subject
                    .activity(&RULE, (id, activity), "basis", message)
                    .severity(Severity::Warning);
                findings.push(
                    finding
                        .kind("slogan")
                        .hint("say what the company gains, and from which data"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Severity;
    use crate::statement::check::testing::Fixture;

    fn weights(basis: &str) -> Vec<Severity> {
        let fixture = Fixture::new().activity("news", &format!("basis = {basis}"));
        let found = fixture.findings("L06").into_iter();
        found.map(|finding| finding.diagnostic.severity).collect()
    }

    #[test]
    fn an_interest_is_named_and_no_slogan() {
        let interest = |words: &str| format!("{{ legitimate_interest = {{ en = '{words}' }} }}");
        for (basis, want) in [
            ("'legitimate_interest'".to_owned(), vec![Severity::Error]),
            (interest(""), vec![Severity::Error]),
            (
                interest("to meet the expectations of our customers"),
                vec![Severity::Warning],
            ),
            (
                interest("our legitimate interests"),
                vec![Severity::Warning],
            ),
            (interest("to keep break-ins out of the systems"), vec![]),
            ("'consent'".to_owned(), vec![]),
        ] {
            assert_eq!(weights(&basis), want, "{basis}");
        }
    }
}
