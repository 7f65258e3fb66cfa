//! People are told how soon they are answered, and how they are recognised.
//!
//! GDPR Article 12(3): an answer comes within one month of the request, and within two further months
//! where that is needed. Article 12(2) with 12(6): asking who someone is happens only in doubt, and it
//! helps to know how.

use super::{Finding, GDPR, Rule, Subject};
use crate::diagnostic::Severity;
use crate::retention::{Period, Unit};

/// L43.
pub(super) static RULE: Rule = Rule {
    id: "L43",
    title: "the time of an answer and the way to show who one is are told",
    severity: Severity::Info,
    article: "GDPR Article 12(2)-(3)",
    effective: GDPR,
    kinds: &["unsaid", "too_long", "extension", "identity"],
    find,
};

fn find(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let rights = &subject.header().rights;
    let mut add = |kind: &'static str, key: &str, message: &str, hint: &str| {
        let finding = subject.header_key(&RULE, key, message);
        findings.push(finding.kind(kind).hint(hint));
    };
    match rights.answer_within {
        None => add(
            "unsaid",
            "rights.answer_within",
            "the text does not say how soon people are answered",
            "give a period of at most 1 month",
        ),
        Some(period) if is_longer(period, 1) => add(
            "too_long",
            "rights.answer_within",
            "people wait longer for an answer than 1 month",
            "answer within 1 month, and use `extension` for what is complex",
        ),
        Some(_) => {}
    }
    if rights.extension.is_some_and(|period| is_longer(period, 2)) {
        let message = "an answer is put off by more than 2 months";
        let hint = "extend by at most 2 months";
        add("extension", "rights.extension", message, hint);
    }
    if rights.identity_check.is_none() {
        let message = "the text does not say how people show who they are";
        let hint = "say what is asked for, and that it is asked only in doubt";
        add("identity", "rights.identity_check", message, hint);
    }
}

/// Whether a period may last longer than so many months.
fn is_longer(period: Period, months: u16) -> bool {
    // A month of 31 days is the longest, so that 31 days are never more than a month in the average
    // alone; what exceeds the average by less than a day is not longer.
    let limit = Period::of(months, Unit::Month).map_or(0, Period::average_minutes);
    period.average_minutes() > limit.saturating_add(24 * 60)
}

#[cfg(test)]
mod tests {
    use crate::statement::check::testing::Fixture;

    #[test]
    fn a_month_is_the_limit() {
        #[rustfmt::skip]
        let rows = [
            ("answer_within = '1 month'", 0),
            ("answer_within = '30 days'", 0),
            ("answer_within = '31 days'", 0),
            ("answer_within = '32 days'", 1),
            ("answer_within = '6 weeks'", 1),
            ("answer_within = '2 months'", 1),
            ("extension = '2 months'", 0),
            ("extension = '60 days'", 0),
            ("extension = '3 months'", 1),
        ];
        for (snippet, want) in rows {
            let fixture = Fixture::new().header(&format!("[rights]\n{snippet}"));
            assert_eq!(fixture.at("L43").len(), want, "{snippet}");
        }
    }

    #[test]
    fn both_are_told() {
        for key in ["rights.answer_within", "rights.identity_check"] {
            assert_eq!(
                Fixture::new().without(key).at("L43"),
                ["section 5"],
                "{key}"
            );
        }
    }
}
