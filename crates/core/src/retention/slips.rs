//! Ways of writing that people bring from elsewhere: what is meant by them in a phrase.

use jiff::Span;

use super::period::{Period, Unit};
use super::problem::Problem;
use super::read::{Kind, Reader};

impl Reader<'_> {
    /// Reports a limit in words that phrases do not use, such as `max 3 years`; whether there is one.
    pub(super) fn cap_in_other_words(&mut self) -> bool {
        const CAPS: [&str; 9] = [
            "max",
            "max.",
            "maximum",
            "no longer than",
            "not longer than",
            "no more than",
            "not more than",
            "no later than",
            "within",
        ];
        let start = self.here().start;
        let number = |ahead| {
            self.peek_at(ahead)
                .is_some_and(|token| token.kind == Kind::Number)
        };
        let cap = CAPS
            .into_iter()
            .find(|cap| self.sees(cap) && number(cap.split(' ').count()));
        let Some(cap) = cap else { return false };
        self.eat(cap);
        let message = format!("`{cap}` is no word of phrases");
        let problem = Problem::new(self.since(start), message);
        let mut problem = problem.expected("`up to`, which is a limit");
        problem.meant(Some("up to"));
        self.report(problem);
        true
    }

    /// Reports a period as people say it, such as `half a year` or `for 3 years`; whether there is one.
    pub(super) fn period_in_other_words(&mut self) -> bool {
        const HALF_YEARS: [&str; 3] = ["half a year", "a half year", "half year"];
        let start = self.here().start;
        if self.sees("for") && self.peek_at(1).is_some_and(|t| t.kind == Kind::Number) {
            self.eat("for");
            let problem = Problem::new(self.since(start), "a period has no `for` before it");
            let mut problem = problem.hint("leave out `for`");
            problem.meant = Some(String::new());
            self.report(problem);
            return true;
        }
        let Some(half) = HALF_YEARS.into_iter().find(|half| self.eat(half)) else {
            return false;
        };
        let message = format!("`{half}` is not a number of units");
        let mut problem = Problem::new(self.since(start), message);
        problem.meant(Some("6 months"));
        self.report(problem);
        true
    }

    /// Reports an anchor in words that phrases do not use, such as `the 18th birthday`; whether there
    /// is one.
    pub(super) fn anchor_in_other_words(&mut self) -> bool {
        const WHOSE: [&str; 5] = ["the", "your", "their", "his", "her"];
        const ORDINAL: [&str; 4] = ["st", "nd", "rd", "th"];
        let start = self.here().start;
        let word = |ahead, known: &[&str]| {
            self.peek_at(ahead)
                .is_some_and(|token| known.contains(&token.text))
        };
        let number = usize::from(word(0, &WHOSE));
        let behind = number.saturating_add(1);
        let birthday = behind.saturating_add(usize::from(word(behind, &ORDINAL)));
        let age = self.peek_at(number).filter(|age| age.kind == Kind::Number);
        let end = self.peek_at(birthday).map_or(start, |last| last.span.end);
        if let Some(age) = age.filter(|_| word(birthday, &["birthday"])) {
            let meant = format!("birthday {}", age.text);
            let mut problem = Problem::new(start..end, "a birthday has its number behind it");
            problem.meant(Some(&meant));
            self.report(problem);
            return true;
        }
        if word(0, &["the"]) {
            let problem = Problem::new(self.here(), "phrases have no articles");
            let mut problem = problem.hint("leave out `the`");
            problem.meant = Some(String::new());
            self.report(problem);
            return true;
        }
        false
    }
}

/// A period as ISO 8601 writes it: `P3Y`, `PT72H`.
pub(super) fn iso(word: &str) -> Option<Period> {
    let span: Span = word.parse().ok().filter(|_| word.starts_with('P'))?;
    let parts = [
        (i64::from(span.get_years()), Unit::Year),
        (i64::from(span.get_months()), Unit::Month),
        (i64::from(span.get_weeks()), Unit::Week),
        (i64::from(span.get_days()), Unit::Day),
        (i64::from(span.get_hours()), Unit::Hour),
        (span.get_minutes(), Unit::Minute),
    ];
    let mut parts = parts.into_iter().filter(|(amount, _)| *amount != 0);
    parts.try_fold(Period::default(), |sum, (amount, unit)| {
        sum.plus(Period::of(u16::try_from(amount).ok()?, unit)?)
    })
}
