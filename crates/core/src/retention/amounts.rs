//! Reading a period: numbers and units.

use std::str::FromStr;

use super::period::{MOST, Period, Unit};
use super::problem::{Problem, nearest};
use super::read::{Kind, Reader};
use super::slips::iso;
use crate::language::Language;

impl FromStr for Period {
    type Err = Vec<Problem>;

    /// Reads a period such as `3 years`, `18 months and 7 days` or `72 hours`.
    fn from_str(phrase: &str) -> Result<Self, Self::Err> {
        let mut reader = Reader::new(phrase);
        let period = reader.period();
        reader.finish(period)
    }
}

impl Reader<'_> {
    /// Whether an amount comes next.
    pub(super) fn sees_amount(&self) -> bool {
        self.peek().is_some_and(|token| {
            token.kind == Kind::Number
                || (token.kind == Kind::Stray
                    && token.text.starts_with(|c: char| c.is_ascii_digit()))
        })
    }

    /// A period: amounts with units, joined with `and`.
    pub(super) fn period(&mut self) -> Option<Period> {
        let mut period = self.part(Period::default())?;
        loop {
            if self.sees("and")
                && self
                    .peek_at(1)
                    .is_some_and(|next| next.kind == Kind::Number)
            {
                self.eat("and");
            } else if !self.sees_amount() {
                return Some(period);
            }
            period = self.part(period)?;
        }
    }

    fn part(&mut self, before: Period) -> Option<Period> {
        let start = self.here().start;
        let amount = self.amount()?;
        let unit = self.unit()?;
        let span = self.since(start);
        if amount == 0 {
            let (_, many) = unit.words(Language::En);
            self.report(Problem::new(
                span,
                format!("a period of 0 {many} keeps nothing"),
            ));
            return None;
        }
        if before.amount(unit) > 0 {
            let (_, many) = unit.words(Language::En);
            self.report(Problem::new(
                span,
                format!("the {many} of this period are given twice"),
            ));
            return None;
        }
        Period::of(amount, unit).and_then(|part| before.plus(part))
    }

    /// A number from 0 to 9999.
    pub(super) fn amount(&mut self) -> Option<u16> {
        let Some(token) = self.take(Kind::Number) else {
            let word = self.peek().map(|token| (token.text, token.kind));
            let problem = self.expected("a number");
            match word {
                Some((text, Kind::Stray)) if text.contains('-') => {
                    problem.hint = Some("no calendar has such a day".to_owned());
                }
                Some((text, Kind::Stray)) if text.ends_with(".5") => {
                    problem.hint = Some("write half a year as `6 months`".to_owned());
                }
                Some((text, _)) => match iso(text).map(|period| period.to_string()) {
                    Some(period) => problem.meant(Some(&period)),
                    None => problem.hint = number_word(text),
                },
                None => {}
            }
            return None;
        };
        let amount = token.text.parse().ok().filter(|amount| *amount <= MOST);
        if amount.is_none() {
            self.report(Problem::new(
                token.span,
                format!("`{}` is more than {MOST}", token.text),
            ));
        }
        amount
    }

    pub(super) fn unit(&mut self) -> Option<Unit> {
        let word = self
            .peek()
            .filter(|token| token.kind == Kind::Word)
            .map(|token| token.text);
        if let Some(unit) = word.and_then(Unit::read) {
            self.next();
            return Some(unit);
        }
        let units = Unit::ALL.map(|unit| unit.words(Language::En));
        let units = units.into_iter().flat_map(|(one, many)| [many, one]);
        let problem = self.expected("a unit from `years` to `minutes`");
        problem.meant(word.and_then(|word| nearest(word, units)));
        None
    }
}

fn number_word(word: &str) -> Option<String> {
    const WORDS: [&str; 13] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    if ["a", "an"].iter().any(|one| word.eq_ignore_ascii_case(one)) {
        return Some("write it in digits: `1`".to_owned());
    }
    let number = WORDS
        .iter()
        .position(|known| word.eq_ignore_ascii_case(known))?;
    Some(format!("write it in digits: `{number}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems() {
        let units = Some("a unit from `years` to `minutes`");
        let number = Some("a number");
        let end = "the phrase ends too early";
        let table = [
            ("", end, 0..0, number, None),
            ("3", end, 1..1, units, None),
            (
                "3 yaers",
                "unexpected `yaers`",
                2..7,
                units,
                Some("did you mean `years`?"),
            ),
            (
                "three years",
                "unexpected `three`",
                0..5,
                number,
                Some("write it in digits: `3`"),
            ),
            (
                "1.5 years",
                "unexpected `1.5`",
                0..3,
                number,
                Some("write half a year as `6 months`"),
            ),
            (
                "0 days",
                "a period of 0 days keeps nothing",
                0..6,
                None,
                None,
            ),
            (
                "1 year and 2 years",
                "the years of this period are given twice",
                11..18,
                None,
                None,
            ),
            (
                "PT72H",
                "unexpected `PT72H`",
                0..5,
                number,
                Some("did you mean `72 hours`?"),
            ),
            ("10000 days", "`10000` is more than 9999", 0..5, None, None),
            (
                "3 years soon",
                "unexpected `soon`",
                8..12,
                Some("the end of the phrase"),
                None,
            ),
        ];
        for (written, message, span, expected, hint) in table {
            let problems = written.parse::<Period>().unwrap_err();
            let [problem] = problems.as_slice() else {
                panic!("{written}: {problems:?}")
            };
            assert_eq!(problem.message, message);
            assert_eq!(problem.span, span, "{written}");
            assert_eq!(problem.expected.as_deref(), expected, "{written}");
            assert_eq!(problem.hint.as_deref(), hint, "{written}");
        }
    }
}
