//! Counting in the controller's calendar: whole days in its zone, clamped at the end of a month
//! and never rolled.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::due::{Awaited, Never};
use super::period::Period;

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

/// An end before it is made an instant: whole days stay days as long as they are counted with.
#[derive(Clone, Debug)]
pub(super) enum End {
    At(Timestamp),
    Day(Date),
    Waiting(BTreeSet<Awaited>),
    Never(Never),
}

impl End {
    pub(super) fn waiting(on: Awaited) -> End {
        End::Waiting(BTreeSet::from([on]))
    }

    pub(super) const BEYOND: End = End::Never(Never::BeyondCalendar);
}

impl Calendar {
    /// The local midnight that ends the day, or where there is none the first instant after.
    pub(super) fn end_of(&self, day: Date) -> Option<Timestamp> {
        let next = day
            .tomorrow()
            .ok()?
            .to_zoned_datetime(self.zone.clone())
            .ok()?;
        Some(next.start_of_day().ok()?.timestamp())
    }

    /// The first instant of the day on which someone born on `born_on` has lived so many years; the end
    /// of time where the calendar has no such day. Who was born on 29 February is a year older on 1
    /// March of a year without that day: it is the later of the two readings, and protects longer.
    pub fn of_age_at(&self, born_on: Date, years: u8) -> Timestamp {
        let birthday = || {
            let year = born_on.year().checked_add(years.into())?;
            let day = Date::new(year, born_on.month(), born_on.day());
            day.or_else(|_| Date::new(year, 3, 1)).ok()
        };
        let eve = birthday().and_then(|day| day.yesterday().ok());
        eve.and_then(|eve| self.end_of(eve))
            .unwrap_or(Timestamp::MAX)
    }

    /// The day on which something that ends at this instant, exclusive, was last there; only
    /// when the end is that of a whole day.
    pub(super) fn day_ended_at(&self, end: Timestamp) -> Option<Date> {
        let local = end.to_zoned_datetime(self.zone.clone());
        let whole = local.start_of_day().ok()?.timestamp() == end;
        local.date().yesterday().ok().filter(|_| whole)
    }

    /// The end of an end that came from outside, exclusive.
    pub(super) fn end(&self, end: Timestamp) -> End {
        self.day_ended_at(end).map_or(End::At(end), End::Day)
    }

    /// `period` after an end that came from outside, exclusive.
    pub(super) fn after(&self, end: Timestamp, period: Period) -> Option<Timestamp> {
        if period.is_zero() {
            return Some(end);
        }
        self.instant(&self.add(self.end(end), period))
    }

    /// At least `period` before an end that came from outside, exclusive: its calendar part
    /// leaves whole days, then its elapsed part counts back from there.
    pub(super) fn before(&self, end: Timestamp, period: Period) -> Option<Timestamp> {
        let mut before = end;
        let calendar = period.calendar_part();
        if !calendar.is_zero() {
            let last_whole_day = match self.day_ended_at(end) {
                Some(day) => day,
                None => end
                    .to_zoned_datetime(self.zone.clone())
                    .date()
                    .yesterday()
                    .ok()?,
            };
            before = self.end_of(last_whole_day.checked_sub(calendar.to_span()).ok()?)?;
        }
        before.checked_sub(period.elapsed_part().lasting()).ok()
    }

    pub(super) fn instant(&self, end: &End) -> Option<Timestamp> {
        match end {
            End::At(instant) => Some(*instant),
            End::Day(day) => self.end_of(*day),
            End::Waiting(_) | End::Never(_) => None,
        }
    }

    /// The local day, exclusive ends being those of the day before.
    pub(super) fn day(&self, end: &End) -> Option<Date> {
        match end {
            End::At(instant) => Some(instant.to_zoned_datetime(self.zone.clone()).date()),
            End::Day(day) => Some(*day),
            End::Waiting(_) | End::Never(_) => None,
        }
    }

    /// The calendar part moves the day and clamps; the elapsed part counts from where it ends.
    pub(super) fn add(&self, from: End, period: Period) -> End {
        if let End::Waiting(_) | End::Never(_) = from {
            return from;
        }
        let mut end = from;
        let calendar = period.calendar_part();
        if !calendar.is_zero() {
            let day = self
                .day(&end)
                .and_then(|day| day.checked_add(calendar.to_span()).ok());
            end = day.map_or(End::BEYOND, End::Day);
        }
        let elapsed = period.elapsed_part();
        if !elapsed.is_zero() {
            end = self
                .instant(&end)
                .and_then(|instant| instant.checked_add(elapsed.lasting()).ok())
                .map_or(End::BEYOND, End::At);
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birthday_begins_in_the_zone_of_the_statement() {
        let calendar = Calendar::new(TimeZone::get("Europe/Oslo").unwrap());
        let rows = [
            ("2011-04-02", 15, "2026-04-02T00:00:00+02:00"),
            ("2011-01-01", 15, "2026-01-01T00:00:00+01:00"),
            ("2012-02-29", 13, "2025-03-01T00:00:00+01:00"),
            ("2012-02-29", 16, "2028-02-29T00:00:00+01:00"),
        ];
        for (born_on, years, want) in rows {
            let found = calendar.of_age_at(born_on.parse().unwrap(), years);
            assert_eq!(found, want.parse().unwrap(), "{born_on} {years}");
        }
        assert_eq!(calendar.of_age_at(Date::MAX, 1), Timestamp::MAX);
    }
}
