//! Time that does not run: an end moves later by as much as its clock stood still.

use jiff::Timestamp;

use super::anchors::Interval;
use super::calendar::{Calendar, End};
use super::due::Awaited;
use super::names::State;

impl Calendar {
    /// The end of a length counted from `from`, when no time runs in these stretches.
    ///
    /// Whole days are moved by whole days, an exact end by exact time. Where stretches overlap,
    /// the time is counted once.
    pub(super) fn paused(&self, mut pauses: Vec<(&State, Interval)>, from: &End, end: End) -> End {
        // A period of days counts from the end of the day that it begins on.
        let start = match (&end, self.day(from)) {
            (End::Day(_), Some(day)) => self.end_of(day),
            (End::Day(_) | End::At(_) | End::Waiting(_) | End::Never(_), _) => self.instant(from),
        };
        let Some(mut counted_until) = start else {
            return end;
        };
        pauses.sort_by_key(|(_, pause)| pause.from);
        let mut end = end;
        for (state, pause) in pauses {
            if self
                .instant(&end)
                .is_none_or(|instant| instant <= pause.from)
            {
                break;
            }
            let Some(until) = pause.until else {
                return End::waiting(Awaited::State(state.clone()));
            };
            let begin = pause.from.max(counted_until);
            if until > begin {
                end = self.moved(end, begin, until);
                counted_until = until;
            }
        }
        end
    }

    /// An end moved later by the days, or for an exact end the time, from `begin` to `until`.
    fn moved(&self, end: End, begin: Timestamp, until: Timestamp) -> End {
        match end {
            End::At(instant) => {
                let later = instant.checked_add(until.duration_since(begin));
                later.map_or(End::BEYOND, End::At)
            }
            End::Day(day) => {
                let local = |at: Timestamp| at.to_zoned_datetime(self.zone.clone()).date();
                let days = local(until).since(local(begin));
                let later = days.and_then(|days| day.checked_add(days));
                later.map_or(End::BEYOND, End::Day)
            }
            End::Waiting(_) | End::Never(_) => end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::{Anchors, Due, Event, Keep, due};
    use jiff::tz::TimeZone;

    type Pauses = &'static [(&'static str, &'static str)];

    /// The end of `3 days` or `72 hours` from noon on 1 June, with pauses, all in UTC.
    fn end(keep: &str, pauses: &[(&str, &str)]) -> String {
        let at = |text: &str| -> Timestamp { format!("2026-06-{text}Z").parse().unwrap() };
        let mut anchors = Anchors::default();
        anchors.events.insert(Event::COLLECTION, at("01T12:00"));
        let intervals = pauses.iter().map(|(from, until)| Interval {
            from: at(from),
            until: (!until.is_empty()).then(|| at(until)),
        });
        anchors
            .states
            .insert(State::new("away").unwrap(), intervals.collect());
        let keep: Keep = format!("{keep} after collection, paused while away")
            .parse()
            .unwrap();
        match due(&keep, &anchors, &Calendar::new(TimeZone::UTC)) {
            Due::At(instant) => instant.strftime("%dT%H:%M").to_string(),
            Due::Waiting(_) => "waits".to_owned(),
            Due::Never(_) => "never".to_owned(),
        }
    }

    #[test]
    fn time_stands_still_in_a_pause_and_only_there() {
        let table: &[(Pauses, &str, &str)] = &[
            (&[], "05T00:00", "04T12:00"),
            // Before the event, and after the end.
            (&[("01T00:00", "01T12:00")], "05T00:00", "04T12:00"),
            (&[("05T00:00", "09T00:00")], "05T00:00", "04T12:00"),
            // Over the event, within, and over the end.
            (&[("01T00:00", "01T15:00")], "05T00:00", "04T15:00"),
            (&[("02T10:00", "02T20:00")], "05T00:00", "04T22:00"),
            (&[("02T20:00", "03T10:00")], "06T00:00", "05T02:00"),
            (&[("04T06:00", "09T06:00")], "10T00:00", "09T12:00"),
            // Twice, overlapping, out of order; the second reaches into the extension.
            (
                &[("03T00:00", "04T00:00"), ("02T00:00", "03T12:00")],
                "07T00:00",
                "06T12:00",
            ),
            (
                &[("02T00:00", "03T00:00"), ("05T00:00", "06T00:00")],
                "07T00:00",
                "06T12:00",
            ),
            // Not over yet; begun after the end.
            (&[("02T00:00", "")], "waits", "waits"),
            (&[("05T00:00", "")], "05T00:00", "04T12:00"),
        ];
        for (pauses, days, hours) in table {
            assert_eq!(end("3 days", pauses), *days, "{pauses:?}");
            assert_eq!(end("72 hours", pauses), *hours, "{pauses:?}");
        }
    }
}
