//! An instant as commands take it: to the second, or a day.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::config::InputError;

/// An instant, or a day, which stands for its first instant in the controller's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instant {
    /// As it was written.
    At(Timestamp),
    /// A day.
    Day(Date),
}

impl FromStr for Instant {
    type Err = InputError;

    fn from_str(text: &str) -> Result<Self, InputError> {
        if let Ok(at) = text.parse() {
            return Ok(Self::At(at));
        }
        // A time without a zone would read as its day.
        let day = text
            .parse()
            .ok()
            .filter(|day: &Date| day.to_string() == text);
        day.map(Self::Day).ok_or_else(|| {
            let said = "write a day as 2026-03-18, an instant as 2026-03-18T08:00:00Z";
            InputError(said.to_owned())
        })
    }
}

impl Instant {
    /// The instant.
    ///
    /// # Errors
    ///
    /// [`InputError`] for a day at the very end of the calendar.
    pub(super) fn in_zone(self, zone: &TimeZone) -> Result<Timestamp, InputError> {
        match self {
            Self::At(at) => Ok(at),
            Self::Day(day) => {
                let midnight = day.to_datetime(Time::midnight());
                let midnight = zone.to_ambiguous_timestamp(midnight).compatible();
                midnight.map_err(|error| InputError(error.to_string()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_its_midnight_where_the_controller_is() {
        let oslo = TimeZone::get("Europe/Oslo").unwrap();
        let rows = [
            ("2027-06-01", Some("2027-05-31T22:00:00Z")),
            ("2027-12-01", Some("2027-11-30T23:00:00Z")),
            ("2027-06-01T08:00:00Z", Some("2027-06-01T08:00:00Z")),
            ("2027-06-01T08:00:00+02:00", Some("2027-06-01T06:00:00Z")),
            ("2027-06-01T08:00", None),
            ("2027-06", None),
            ("tomorrow", None),
        ];
        for (text, want) in rows {
            let read: Result<Instant, _> = text.parse();
            let at = read.ok().map(|instant| instant.in_zone(&oslo).unwrap());
            assert_eq!(at, want.map(|at| at.parse().unwrap()), "{text}");
        }
        let InputError(said) = "tomorrow".parse::<Instant>().unwrap_err();
        assert!(said.contains("2026-03-18T08:00:00Z"), "{said}");
    }
}
