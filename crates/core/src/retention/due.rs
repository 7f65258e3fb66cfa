//! Until when a record is kept: a phrase, the facts and a calendar give one instant.
//!
//! Pure. Calendar units clamp and never roll: a cap never moves later because a date is missing
//! or a holiday. Whoever asks compares the instant with a clock of their own.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::anchors::{Anchors, Interval};
use super::calendar::{Calendar, End};
use super::names::{Event, RecordName, State};
use super::period::{Period, Unit};
use super::phrase::{Case, Condition, Guard, Keep, Key, Length, Moment, Open, Stretch};

/// Until when a record is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// Until this instant, exclusive: for whole days the local midnight that ends the last day.
    At(Timestamp),
    /// No end yet: one of these must become known first. Never empty.
    Waiting(BTreeSet<Awaited>),
    /// No end at all.
    Never(Never),
}

/// A fact that is missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Awaited {
    /// The event has not happened.
    Event(Event),
    /// The state has not ended, or a case asks for it.
    State(State),
    /// The other record has not ended.
    Record(RecordName),
    /// The date of birth is not known.
    Birth,
    /// No case applies before this is known.
    Value(Key),
    /// The legal hold with this reason has not ended.
    Hold(String),
}

/// Why a record has no end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Never {
    /// The phrase names none.
    Open(Open),
    /// Another document would have to say.
    Document(String),
    /// The end lies past the year 9999.
    BeyondCalendar,
}

/// Until when the record with these facts is kept.
///
/// The first case whose guard holds decides. Of an `earlier of`, members that are not known yet
/// are passed over as long as one is known; a `later of` waits for all. Then, in this order: an
/// extension adds to the end, an agreement replaces it, a statutory minimum, states that hold
/// and legal holds move it later. Days are those of the calendar's zone; a period with hours or
/// minutes is elapsed time, counted after its calendar part has ended.
///
/// # Source
///
/// GDPR Art. 5(1)(e), 17(3)(b) and (e).
pub fn due(keep: &Keep, anchors: &Anchors, calendar: &Calendar) -> Due {
    let asked = Asked {
        anchors,
        calendar,
        pauses: &[],
    };
    let Some(case) = keep.cases().find(|case| asked.holds(&case.guard)) else {
        return Due::Waiting(keep.cases().flat_map(|case| missing(&case.guard)).collect());
    };
    match asked.case(case) {
        End::At(instant) => Due::At(instant),
        End::Day(day) => calendar
            .end_of(day)
            .map_or(Due::Never(Never::BeyondCalendar), Due::At),
        End::Waiting(on) => Due::Waiting(on),
        End::Never(why) => Due::Never(why),
    }
}

/// How many records of the kind are kept beside newer ones, for a record with these facts; `None` where
/// the case that holds for it does not say `last`.
pub fn kept_last(keep: &Keep, anchors: &Anchors, calendar: &Calendar) -> Option<u16> {
    let asked = Asked {
        anchors,
        calendar,
        pauses: &[],
    };
    keep.cases().find(|case| asked.holds(&case.guard))?.last()
}

/// A question on its way through a phrase.
#[derive(Clone, Copy)]
struct Asked<'a> {
    anchors: &'a Anchors,
    calendar: &'a Calendar,
    /// States in which no time runs.
    pauses: &'a [State],
}

impl<'a> Asked<'a> {
    fn holds(self, guard: &Guard) -> bool {
        guard.conditions.iter().all(|condition| match condition {
            Condition::Value { key, holds, values } => {
                let known = self.anchors.values.get(key);
                known.is_some_and(|value| values.contains(value)) == *holds
            }
            Condition::State { state, holds } => self.lasts(state) == *holds,
        })
    }

    fn intervals(self, state: &State) -> &'a [Interval] {
        self.anchors.states.get(state).map_or(&[], Vec::as_slice)
    }

    fn lasts(self, state: &State) -> bool {
        self.intervals(state)
            .iter()
            .any(|interval| interval.until.is_none())
    }

    fn case(self, case: &Case) -> End {
        let clauses = &case.clauses;
        let asked = Asked {
            pauses: &clauses.paused_while,
            ..self
        };
        let mut end = asked.moment(&case.until);

        if let (Some(most), Some(by)) = (clauses.extendable_by, self.anchors.extended_by) {
            let limit = self.calendar.add(end.clone(), most);
            end = self.earlier(vec![self.calendar.add(end, by), limit]);
        }
        if let (true, Some(until)) = (clauses.unless_agreed, self.anchors.agreed_until) {
            end = self.calendar.end(until);
        }
        let mut ends = vec![end];
        ends.extend(
            clauses
                .at_least
                .iter()
                .map(|minimum| self.moment(&minimum.until)),
        );
        ends.extend(clauses.held_while.iter().filter_map(|state| {
            let known = !self.intervals(state).is_empty();
            known.then(|| self.state_end(state))
        }));
        ends.extend(self.anchors.holds.iter().map(|hold| match hold.until {
            Some(until) => self.calendar.end(until),
            None => End::waiting(Awaited::Hold(hold.reason.clone())),
        }));
        self.later(ends)
    }

    fn moment(self, moment: &Moment) -> End {
        match moment {
            Moment::Event(event) => self.event(event),
            Moment::StateEnd(state) => self.state_end(state),
            Moment::RecordEnd(record) => match self.anchors.records.get(record) {
                Some(end) => self.calendar.end(*end),
                None => End::waiting(Awaited::Record(record.clone())),
            },
            Moment::EndOf(stretch, moment) => self.end_of(*stretch, &self.moment(moment)),
            Moment::Birthday(age) => match self.anchors.born_on {
                Some(born_on) => Period::of(*age, Unit::Year)
                    .and_then(|years| born_on.checked_add(years.to_span()).ok())
                    .map_or(End::BEYOND, End::Day),
                None => End::waiting(Awaited::Birth),
            },
            Moment::Date(date) => End::Day(*date),
            Moment::After(length, moment) => self.after(*length, &self.moment(moment)),
            Moment::For(length) => self.after(*length, &self.event(&Event::COLLECTION)),
            Moment::Earlier(moments) => {
                self.earlier(moments.iter().map(|moment| self.moment(moment)).collect())
            }
            Moment::Later(moments) => {
                self.later(moments.iter().map(|moment| self.moment(moment)).collect())
            }
            Moment::Last(_) => self.event(&Event::OVERTAKEN),
            Moment::Open(open) => End::Never(Never::Open(*open)),
            Moment::Document(title) => End::Never(Never::Document(title.clone())),
            Moment::Hedged(_, moment) => self.moment(moment),
        }
    }

    fn event(self, event: &Event) -> End {
        match self.anchors.events.get(event) {
            Some(at) => End::At(*at),
            None => End::waiting(Awaited::Event(event.clone())),
        }
    }

    fn state_end(self, state: &State) -> End {
        let ends = self.intervals(state).iter().map(|interval| interval.until);
        match ends
            .collect::<Option<Vec<_>>>()
            .and_then(|ends| ends.into_iter().max())
        {
            Some(last) => self.calendar.end(last),
            None => End::waiting(Awaited::State(state.clone())),
        }
    }

    fn end_of(self, stretch: Stretch, moment: &End) -> End {
        let Some(day) = self.calendar.day(moment) else {
            return moment.clone();
        };
        let last = match stretch {
            Stretch::Day => Some(day),
            Stretch::Week => {
                let to_sunday = day.weekday().until(jiff::civil::Weekday::Sunday);
                day.checked_add(jiff::Span::new().days(to_sunday)).ok()
            }
            Stretch::Month => Some(day.last_of_month()),
            Stretch::Quarter => {
                let ahead = (3_i8.saturating_sub(day.month() % 3)) % 3;
                let month = day
                    .first_of_month()
                    .checked_add(jiff::Span::new().months(ahead));
                month.ok().map(Date::last_of_month)
            }
            Stretch::CalendarYear => Some(day.last_of_year()),
            Stretch::FinancialYear => self.calendar.financial_year_end(day),
        };
        last.map_or(End::BEYOND, End::Day)
    }

    /// A length counted from a moment, the length chosen for the record kept within its limits.
    fn after(self, length: Length, from: &End) -> End {
        let chosen = self
            .anchors
            .chosen
            .map(|period| self.calendar.add(from.clone(), period));
        let longest = self.calendar.add(from.clone(), length.longest());
        let end = match (length, chosen) {
            (Length::Exactly(_), _) | (Length::UpTo(_) | Length::Between(..), None) => longest,
            (Length::UpTo(_), Some(chosen)) => self.earlier(vec![chosen, longest]),
            (Length::Between(least, _), Some(chosen)) => {
                let least = self.calendar.add(from.clone(), least);
                self.earlier(vec![self.later(vec![chosen, least]), longest])
            }
        };
        let pauses = self.pauses.iter().flat_map(|state| {
            self.intervals(state)
                .iter()
                .map(move |pause| (state, *pause))
        });
        self.calendar.paused(pauses.collect(), from, end)
    }

    /// The first end; what is not known yet only counts when nothing is known.
    fn earlier(self, ends: Vec<End>) -> End {
        let mut waiting = BTreeSet::new();
        let mut never = None;
        let mut first: Option<(Timestamp, End)> = None;
        for end in ends {
            match (self.calendar.instant(&end), end) {
                (Some(at), end) => {
                    if first.as_ref().is_none_or(|(known, _)| at < *known) {
                        first = Some((at, end));
                    }
                }
                (None, End::Waiting(on)) => waiting.extend(on),
                (None, End::Never(why)) => never = never.or(Some(why)),
                (None, End::At(_) | End::Day(_)) => never = never.or(Some(Never::BeyondCalendar)),
            }
        }
        match (first, never) {
            (Some((_, end)), _) => end,
            (None, Some(why)) if waiting.is_empty() => End::Never(why),
            (None, _) => End::Waiting(waiting),
        }
    }

    /// The last end; it waits for all.
    fn later(self, ends: Vec<End>) -> End {
        let mut waiting = BTreeSet::new();
        let mut last: Option<(Timestamp, End)> = None;
        for end in ends {
            match (self.calendar.instant(&end), end) {
                (Some(at), end) => {
                    if last.as_ref().is_none_or(|(known, _)| at > *known) {
                        last = Some((at, end));
                    }
                }
                (None, End::Waiting(on)) => waiting.extend(on),
                (None, end @ End::Never(_)) => return end,
                (None, End::At(_) | End::Day(_)) => return End::BEYOND,
            }
        }
        match last {
            Some((_, end)) if waiting.is_empty() => end,
            Some(_) | None => End::Waiting(waiting),
        }
    }
}

/// What would have to be known for a guard to hold.
fn missing(guard: &Guard) -> impl Iterator<Item = Awaited> + '_ {
    guard.conditions.iter().map(|condition| match condition {
        Condition::Value { key, .. } => Awaited::Value(*key),
        Condition::State { state, .. } => Awaited::State(state.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::sample::{any_counted, any_keep};
    use jiff::ToSpan;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    fn zone(name: &str) -> Calendar {
        Calendar::new(TimeZone::get(name).unwrap())
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// The end for a record collected at noon of a day, as the last day kept.
    fn last_day(keep: &str, collected_on: &str, calendar: &Calendar) -> Date {
        let day: Date = collected_on.parse().unwrap();
        let noon = day
            .at(12, 0, 0, 0)
            .to_zoned_datetime(calendar.zone.clone())
            .unwrap();
        let mut anchors = Anchors::default();
        anchors.events.insert(Event::COLLECTION, noon.timestamp());
        let Due::At(end) = due(&keep.parse().unwrap(), &anchors, calendar) else {
            panic!("{keep} has no end")
        };
        let end = end.to_zoned_datetime(calendar.zone.clone());
        assert_eq!(end, end.start_of_day().unwrap(), "{keep} ends within a day");
        end.date().yesterday().unwrap()
    }

    /// Phrase, end of the financial year, day of collection, last day kept.
    const LAST_DAYS: &str = "
        1 year after collection   | 12-31 | 2024-02-29 | 2025-02-28
        3 years after collection  | 12-31 | 2024-02-29 | 2027-02-28
        4 years after collection  | 12-31 | 2024-02-29 | 2028-02-29
        3 months after collection | 12-31 | 2026-01-31 | 2026-04-30
        1 month after collection  | 12-31 | 2024-01-31 | 2024-02-29
        1 month after collection  | 12-31 | 2028-02-29 | 2028-03-29
        2 months after collection | 12-31 | 2026-01-31 | 2026-03-31
        3 months after collection | 12-31 | 2025-11-30 | 2026-02-28
        1 month after collection  | 12-31 | 2026-04-17 | 2026-05-17
        1 month after 1 month after collection | 12-31 | 2026-01-31 | 2026-03-28
        5 years after end of financial year of collection | 12-31 | 2026-03-14 | 2031-12-31
        5 years after end of financial year of collection | 06-30 | 2026-03-14 | 2031-06-30
        5 years after end of financial year of collection | 06-30 | 2026-07-01 | 2032-06-30
        42 months after end of financial year of collection | 12-31 | 2026-03-14 | 2030-06-30
        until end of financial year of collection | 02-29 | 2026-02-28 | 2026-02-28
        until end of financial year of collection | 02-29 | 2026-03-01 | 2027-02-28
        until end of financial year of collection | 02-29 | 2023-03-01 | 2024-02-29
        until end of day of collection     | 12-31 | 2026-03-14 | 2026-03-14
        until end of week of collection    | 12-31 | 2026-03-14 | 2026-03-15
        until end of week of collection    | 12-31 | 2026-03-15 | 2026-03-15
        until end of month of collection   | 12-31 | 2024-02-01 | 2024-02-29
        until end of quarter of collection | 12-31 | 2026-04-01 | 2026-06-30
        until end of quarter of collection | 12-31 | 2026-12-31 | 2026-12-31";

    /// 28 February 2026 is a Saturday, 17 May a Sunday and a holiday: the end stays there.
    #[test]
    fn periods_clamp_and_never_roll() {
        for line in LAST_DAYS.trim().lines() {
            let columns: Vec<&str> = line.split('|').map(str::trim).collect();
            let [keep, year_end, collected_on, expected] = columns[..] else {
                panic!("{line}")
            };
            let (month, day) = year_end.split_once('-').unwrap();
            let (month, day) = (month.parse().unwrap(), day.parse().unwrap());
            let oslo = zone("Europe/Oslo")
                .with_financial_year_end(month, day)
                .unwrap();
            let found = last_day(keep, collected_on, &oslo);
            assert_eq!(found.to_string(), expected, "{line}");
        }
    }

    /// Zone, period, collection, end. Summer time begins and ends between the two; late in the
    /// evening UTC it is tomorrow in Oslo; a day without a midnight ends at one o'clock; hours
    /// count from the end of the last day.
    const ENDS: &str = "
        Europe/Oslo       | 72 hours          | 2026-03-27T13:20:00Z | 2026-03-30T13:20:00Z
        Europe/Oslo       | 72 hours          | 2026-10-23T12:20:00Z | 2026-10-26T12:20:00Z
        Europe/Oslo       | 3 days            | 2026-03-27T13:20:00Z | 2026-03-30T22:00:00Z
        Europe/Oslo       | 3 days            | 2026-10-23T12:20:00Z | 2026-10-26T23:00:00Z
        Europe/Oslo       | 1 day             | 2026-03-31T21:59:59Z | 2026-04-01T22:00:00Z
        Europe/Oslo       | 1 day             | 2026-03-31T22:00:00Z | 2026-04-02T22:00:00Z
        America/Sao_Paulo | 1 day             | 2018-11-02T15:00:00Z | 2018-11-04T03:00:00Z
        Europe/Oslo       | 1 day and 2 hours | 2026-03-27T13:20:00Z | 2026-03-29T01:00:00Z";

    #[test]
    fn days_are_local_and_hours_elapse() {
        for line in ENDS.trim().lines() {
            let columns: Vec<&str> = line.split('|').map(str::trim).collect();
            let [place, period, collected, end] = columns[..] else {
                panic!("{line}")
            };
            let keep = format!("{period} after collection").parse().unwrap();
            let mut anchors = Anchors::default();
            anchors.events.insert(Event::COLLECTION, at(collected));
            assert_eq!(
                due(&keep, &anchors, &zone(place)),
                Due::At(at(end)),
                "{line}"
            );
        }
    }

    #[test]
    fn an_end_past_the_calendar_is_no_end() {
        let mut anchors = Anchors::default();
        anchors
            .events
            .insert(Event::COLLECTION, at("2026-01-01T00:00Z"));
        let oslo = zone("Europe/Oslo");
        let ask = |keep: &str| due(&keep.parse().unwrap(), &anchors, &oslo);
        assert_eq!(
            ask("9999 years after collection"),
            Due::Never(Never::BeyondCalendar)
        );
        let limited = "earlier of (9999 years after collection, 1 day after collection)";
        assert_eq!(ask(limited), Due::At(at("2026-01-02T23:00Z")));
        assert!(matches!(
            ask("until 9999-12-31"),
            Due::Never(Never::BeyondCalendar)
        ));
    }

    proptest! {
        #[test]
        fn a_later_event_never_brings_an_earlier_end(
            (moment, facts) in any_counted(),
            moved in 0_usize..20,
            by in 0_i64..100_000_000,
            place in 0_usize..4,
        ) {
            let zones = ["Europe/Oslo", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu"];
            let calendar = zone(zones[place]);
            let keep = Keep::always(moment);
            let mut later = facts.clone();
            if let Some(at) = later.events.values_mut().nth(moved % facts.events.len()) {
                *at += by.seconds();
            }
            if let (Due::At(before), Due::At(after)) =
                (due(&keep, &facts, &calendar), due(&keep, &later, &calendar))
            {
                prop_assert!(before <= after, "{}: {} then {}", keep, before, after);
            }
        }

        #[test]
        fn every_phrase_has_an_answer(keep in any_keep()) {
            let oslo = zone("Europe/Oslo");
            match due(&keep, &Anchors::default(), &oslo) {
                Due::Waiting(on) => prop_assert!(!on.is_empty()),
                Due::At(_) | Due::Never(_) => {}
            }
        }

        #[test]
        fn a_hold_never_shortens(
            (moment, mut facts) in any_counted(),
            until in proptest::option::of(0_i64..4_000_000_000),
        ) {
            let oslo = zone("Europe/Oslo");
            let keep = Keep::always(moment);
            let Due::At(before) = due(&keep, &facts, &oslo) else { return Ok(()) };
            let until = until.map(|second| Timestamp::from_second(second).unwrap());
            facts.holds.push(crate::retention::Hold { reason: "case".into(), until });
            match due(&keep, &facts, &oslo) {
                Due::At(after) => prop_assert!(before <= after && until.is_some()),
                Due::Waiting(_) => prop_assert!(until.is_none()),
                Due::Never(why) => prop_assert!(false, "{:?}", why),
            }
        }
    }
}
