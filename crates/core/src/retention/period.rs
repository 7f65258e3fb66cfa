//! How long: years, months, weeks, days, hours and minutes, as people write them.
//!
//! Knows no dates; [`due`](super::due()) counts a period from one.

use std::fmt;

use crate::language::Language;

/// A unit of a period, the longest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// A calendar year.
    Year,
    /// A calendar month.
    Month,
    /// Seven calendar days.
    Week,
    /// A calendar day, whatever its length in hours.
    Day,
    /// An elapsed hour.
    Hour,
    /// An elapsed minute.
    Minute,
}

impl Unit {
    /// Every unit, the longest first.
    pub const ALL: [Unit; 6] = [
        Unit::Year,
        Unit::Month,
        Unit::Week,
        Unit::Day,
        Unit::Hour,
        Unit::Minute,
    ];

    /// The word for one and for several, in running text.
    pub const fn words(self, language: Language) -> (&'static str, &'static str) {
        match (language, self) {
            (Language::En, Unit::Year) => ("year", "years"),
            (Language::En, Unit::Month) => ("month", "months"),
            (Language::En, Unit::Week) => ("week", "weeks"),
            (Language::En, Unit::Day) => ("day", "days"),
            (Language::En, Unit::Hour) => ("hour", "hours"),
            (Language::En, Unit::Minute) => ("minute", "minutes"),
            (Language::Nb, Unit::Year) => ("år", "år"),
            (Language::Nb, Unit::Month) => ("måned", "måneder"),
            (Language::Nb, Unit::Week) => ("uke", "uker"),
            (Language::Nb, Unit::Day) => ("dag", "dager"),
            (Language::Nb, Unit::Hour) => ("time", "timer"),
            (Language::Nb, Unit::Minute) => ("minutt", "minutter"),
        }
    }

    pub(super) fn read(word: &str) -> Option<Unit> {
        Unit::ALL.into_iter().find(|unit| {
            let (one, many) = unit.words(Language::En);
            word.eq_ignore_ascii_case(one) || word.eq_ignore_ascii_case(many)
        })
    }
}

/// A length of time, such as `18 months and 7 days`.
///
/// Years to days are calendar units, hours and minutes are elapsed time; `12 months` and
/// `1 year` are different spellings and different values, [`same_length`](Period::same_length)
/// tells that they last equally long. Each amount is at most 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Period {
    years: u16,
    months: u16,
    weeks: u16,
    days: u16,
    hours: u16,
    minutes: u16,
}

/// The largest amount of one unit; longer is a slip of the pen.
pub(super) const MOST: u16 = 9999;

impl Period {
    /// An amount of one unit; `None` above 9999.
    pub const fn of(amount: u16, unit: Unit) -> Option<Period> {
        if amount > MOST {
            return None;
        }
        let mut period = Period {
            years: 0,
            months: 0,
            weeks: 0,
            days: 0,
            hours: 0,
            minutes: 0,
        };
        *period.slot(unit) = amount;
        Some(period)
    }

    const fn slot(&mut self, unit: Unit) -> &mut u16 {
        match unit {
            Unit::Year => &mut self.years,
            Unit::Month => &mut self.months,
            Unit::Week => &mut self.weeks,
            Unit::Day => &mut self.days,
            Unit::Hour => &mut self.hours,
            Unit::Minute => &mut self.minutes,
        }
    }

    /// The amount of one unit in this period, as it is written.
    pub const fn amount(self, unit: Unit) -> u16 {
        match unit {
            Unit::Year => self.years,
            Unit::Month => self.months,
            Unit::Week => self.weeks,
            Unit::Day => self.days,
            Unit::Hour => self.hours,
            Unit::Minute => self.minutes,
        }
    }

    /// The sum, unit by unit; `None` when an amount passes 9999.
    pub fn plus(self, other: Period) -> Option<Period> {
        Unit::ALL
            .into_iter()
            .try_fold(Period::default(), |mut sum, unit| {
                let amount = self.amount(unit).checked_add(other.amount(unit))?;
                *sum.slot(unit) = Some(amount).filter(|amount| *amount <= MOST)?;
                Some(sum)
            })
    }

    /// The units that occur, with their amounts, the longest first.
    pub fn parts(self) -> impl Iterator<Item = (u16, Unit)> {
        Unit::ALL
            .into_iter()
            .map(move |unit| (self.amount(unit), unit))
            .filter(|(amount, _)| *amount > 0)
    }

    /// Whether nothing is left of it.
    pub fn is_zero(self) -> bool {
        self == Period::default()
    }

    /// Whether both last equally long wherever they begin: 12 months are 1 year, 7 days are
    /// 1 week, but 24 hours are not 1 day and 30 days are not 1 month.
    pub fn same_length(self, other: Period) -> bool {
        self.normal() == other.normal()
    }

    /// Months, days and minutes.
    fn normal(self) -> (u32, u32, u32) {
        let sum = |larger: u16, factor: u32, smaller: u16| {
            u32::from(larger)
                .saturating_mul(factor)
                .saturating_add(u32::from(smaller))
        };
        (
            sum(self.years, 12, self.months),
            sum(self.weeks, 7, self.days),
            sum(self.hours, 60, self.minutes),
        )
    }

    /// Minutes on average, with a month of 30.436875 days: for comparing periods, never for
    /// counting dates.
    pub fn average_minutes(self) -> u64 {
        let (months, days, minutes) = self.normal();
        u64::from(months)
            .saturating_mul(43_829)
            .saturating_add(u64::from(days).saturating_mul(1_440))
            .saturating_add(u64::from(minutes))
    }

    /// The longer of the two, on average.
    #[must_use]
    pub fn longer(self, other: Period) -> Period {
        if other.average_minutes() > self.average_minutes() {
            other
        } else {
            self
        }
    }

    /// The calendar units alone: years, months, weeks and days.
    #[must_use]
    pub fn calendar_part(self) -> Period {
        Period {
            hours: 0,
            minutes: 0,
            ..self
        }
    }

    /// The elapsed units alone: hours and minutes.
    #[must_use]
    pub fn elapsed_part(self) -> Period {
        Period {
            hours: self.hours,
            minutes: self.minutes,
            ..Period::default()
        }
    }

    /// How long its hours and minutes last; its calendar units have no fixed duration.
    pub(super) fn lasting(self) -> jiff::SignedDuration {
        let (_, _, minutes) = self.normal();
        jiff::SignedDuration::from_mins(i64::from(minutes))
    }

    /// As a calendar span; amounts up to 9999 always fit.
    pub fn to_span(self) -> jiff::Span {
        jiff::Span::new()
            .years(self.years)
            .months(self.months)
            .weeks(self.weeks)
            .days(self.days)
            .hours(self.hours)
            .minutes(self.minutes)
    }

    /// The ISO 8601 duration, such as `P18M7D` or `PT72H`.
    pub fn iso(self) -> String {
        self.to_span().to_string()
    }

    /// In running text: `18 months and 7 days`, `18 måneder og 7 dager`.
    pub fn text(self, language: Language) -> String {
        let parts: Vec<String> = self
            .parts()
            .map(|(amount, unit)| {
                let (one, many) = unit.words(language);
                format!("{amount} {}", if amount == 1 { one } else { many })
            })
            .collect();
        let and = match language {
            Language::En => "and",
            Language::Nb => "og",
        };
        match parts.split_last() {
            None => {
                let (_, many) = Unit::Day.words(language);
                format!("0 {many}")
            }
            Some((last, [])) => last.clone(),
            Some((last, first)) => format!("{} {and} {last}", first.join(", ")),
        }
    }
}

impl fmt::Display for Period {
    /// The canonical spelling, units from long to short, each joined with `and`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (amount, unit)) in self.parts().enumerate() {
            let (one, many) = unit.words(Language::En);
            let and = if at == 0 { "" } else { " and " };
            write!(f, "{and}{amount} {}", if amount == 1 { one } else { many })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::sample::any_period;
    use proptest::prelude::*;

    fn period(text: &str) -> Period {
        text.parse().unwrap()
    }

    #[test]
    fn spellings() {
        let table = [
            ("3 years", "3 years", "P3Y"),
            ("1 Year", "1 year", "P1Y"),
            (
                "  7 days and 18   months ",
                "18 months and 7 days",
                "P18M7D",
            ),
            ("1 year 6 months", "1 year and 6 months", "P1Y6M"),
            ("72 hours", "72 hours", "PT72H"),
            (
                "2 weeks and 1 hour and 30 minutes",
                "2 weeks and 1 hour and 30 minutes",
                "P2WT1H30M",
            ),
            ("3years", "3 years", "P3Y"),
        ];
        for (written, canonical, iso) in table {
            assert_eq!(period(written).to_string(), canonical);
            assert_eq!(period(written).iso(), iso);
        }
    }

    #[test]
    fn running_text() {
        let table = [
            ("1 year", "1 year", "1 år"),
            ("3 years", "3 years", "3 år"),
            ("1 month", "1 month", "1 måned"),
            ("3 months", "3 months", "3 måneder"),
            ("1 week", "1 week", "1 uke"),
            ("1 day", "1 day", "1 dag"),
            ("72 hours", "72 hours", "72 timer"),
            (
                "1 hour and 1 minute",
                "1 hour and 1 minute",
                "1 time og 1 minutt",
            ),
            (
                "18 months and 7 days",
                "18 months and 7 days",
                "18 måneder og 7 dager",
            ),
            (
                "1 year and 2 months and 3 days",
                "1 year, 2 months and 3 days",
                "1 år, 2 måneder og 3 dager",
            ),
        ];
        for (written, en, nb) in table {
            assert_eq!(period(written).text(Language::En), en);
            assert_eq!(period(written).text(Language::Nb), nb);
        }
    }

    #[test]
    fn lengths() {
        assert!(period("12 months").same_length(period("1 year")));
        assert!(period("7 days").same_length(period("1 week")));
        assert!(!period("24 hours").same_length(period("1 day")));
        assert_eq!(
            period("1 year").longer(period("13 months")),
            period("13 months")
        );
        assert_eq!(
            period("30 days").longer(period("72 hours")),
            period("30 days")
        );
        assert_eq!(period("9999 days").plus(period("1 day")), None);
    }

    proptest! {
        #[test]
        fn the_canonical_spelling_reads_back(period in any_period()) {
            prop_assert_eq!(period.to_string().parse(), Ok(period));
        }
    }
}
