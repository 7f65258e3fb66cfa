//! The facts about one record that its `keep` phrase counts from, and the calendar to count in.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::names::{Event, RecordName, State};
use super::period::Period;
use super::phrase::Key;

/// What is known about a record and its person. What is missing has not happened yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors {
    /// When each event happened, the latest time if it happens again.
    pub events: BTreeMap<Event, Timestamp>,
    /// When each state held, in any order.
    pub states: BTreeMap<State, Vec<Interval>>,
    /// When the record of another collection ended, end exclusive: local midnight belongs to
    /// the day before.
    pub records: BTreeMap<RecordName, Timestamp>,
    /// The person's date of birth.
    pub born_on: Option<Date>,
    /// The category, basis, outcome, severity and copy of the record.
    pub values: BTreeMap<Key, String>,
    /// The length chosen for this record, where the phrase leaves one open between limits.
    pub chosen: Option<Period>,
    /// Until when the person agreed to the keeping, exclusive.
    pub agreed_until: Option<Timestamp>,
    /// An extension that someone decided and gave a reason for.
    pub extended_by: Option<Period>,
    /// Legal holds on the record, in any order. They need no words in the phrase.
    pub holds: Vec<Hold>,
}

/// A stretch of time that may not have ended yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// When it began, inclusive.
    pub from: Timestamp,
    /// When it ended, exclusive; `None` while it lasts.
    pub until: Option<Timestamp>,
}

/// A claim, proceeding or order for whose sake a record may not be deleted.
///
/// # Source
///
/// GDPR Art. 17(3)(b) and (e), 18(1)(c).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// What it is for, such as a case number; no personal data.
    pub reason: String,
    /// When it ended, exclusive; `None` while it lasts.
    pub until: Option<Timestamp>,
}

/// The controller's calendar: its zone, and the last day of its financial year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// The zone whose days are counted.
    pub zone: TimeZone,
    financial_year_end: (i8, i8),
}

impl Calendar {
    /// A calendar in which the financial year is the calendar year.
    pub const fn new(zone: TimeZone) -> Calendar {
        Calendar {
            zone,
            financial_year_end: (12, 31),
        }
    }

    /// The same calendar with a financial year that ends on this month and day, inclusive;
    /// `None` when no year has such a day.
    #[must_use]
    pub fn with_financial_year_end(self, month: i8, day: i8) -> Option<Calendar> {
        // A leap year, so that 29 February is a day; other years end on the 28th.
        Date::new(2024, month, day).ok()?;
        Some(Calendar {
            financial_year_end: (month, day),
            ..self
        })
    }

    /// The last day of the financial year that holds `day`.
    pub(super) fn financial_year_end(&self, day: Date) -> Option<Date> {
        let (month, last) = self.financial_year_end;
        let end_in = |year: i16| {
            let first = Date::new(year, month, 1).ok()?;
            Date::new(year, month, last.min(first.days_in_month())).ok()
        };
        let end = end_in(day.year())?;
        if day <= end {
            Some(end)
        } else {
            end_in(day.year().checked_add(1)?)
        }
    }
}
