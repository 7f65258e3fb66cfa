//! Until when a record is kept: a phrase, the facts and a calendar give one instant.
//!
//! Pure. Calendar units clamp and never roll: a cap never moves later because a date is missing
//! or a holiday. Whoever asks compares the instant with a clock of their own.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::anchors::{Anchors, Calendar, Interval};
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

/// An end before it is made an instant: whole days stay days as long as they are counted with.
#[derive(Clone, Debug)]
enum End {
    At(Timestamp),
    Day(Date),
    Waiting(BTreeSet<Awaited>),
    Never(Never),
}

impl End {
    fn waiting(on: Awaited) -> End {
        End::Waiting(BTreeSet::from([on]))
    }

    const BEYOND: End = End::Never(Never::BeyondCalendar);
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

    /// The day on which something that ends at this instant, exclusive, was last there; only
    /// when the end is that of a whole day.
    fn day_ended_at(&self, end: Timestamp) -> Option<Date> {
        let local = end.to_zoned_datetime(self.zone.clone());
        let whole = local.start_of_day().ok()?.timestamp() == end;
        local.date().yesterday().ok().filter(|_| whole)
    }

    /// The end of an end that came from outside, exclusive.
    fn end(&self, end: Timestamp) -> End {
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

    fn instant(&self, end: &End) -> Option<Timestamp> {
        match end {
            End::At(instant) => Some(*instant),
            End::Day(day) => self.end_of(*day),
            End::Waiting(_) | End::Never(_) => None,
        }
    }

    /// The local day, exclusive ends being those of the day before.
    fn day(&self, end: &End) -> Option<Date> {
        match end {
            End::At(instant) => Some(instant.to_zoned_datetime(self.zone.clone()).date()),
            End::Day(day) => Some(*day),
            End::Waiting(_) | End::Never(_) => None,
        }
    }

    /// The calendar part moves the day and clamps; the elapsed part counts from where it ends.
    fn add(&self, from: End, period: Period) -> End {
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
            Moment::EndOf(stretch, moment) => self.end_of(*stretch, self.moment(moment)),
            Moment::Birthday(age) => match self.anchors.born_on {
                Some(born_on) => Period::of(*age, Unit::Year)
                    .and_then(|years| born_on.checked_add(years.to_span()).ok())
                    .map_or(End::BEYOND, End::Day),
                None => End::waiting(Awaited::Birth),
            },
            Moment::Date(date) => End::Day(*date),
            Moment::After(length, moment) => self.after(*length, self.moment(moment)),
            Moment::For(length) => self.after(*length, self.event(&Event::COLLECTION)),
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

    fn end_of(self, stretch: Stretch, moment: End) -> End {
        let Some(day) = self.calendar.day(&moment) else {
            return moment;
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
    fn after(self, length: Length, from: End) -> End {
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
        self.paused(&from, end)
    }

    /// Moves an end later by the time in which its clock stood still.
    fn paused(self, from: &End, end: End) -> End {
        // A period of days counts from the end of the day that it begins on.
        let start = match (&end, self.calendar.day(from)) {
            (End::Day(_), Some(day)) => self.calendar.end_of(day),
            (End::Day(_) | End::At(_) | End::Waiting(_) | End::Never(_), _) => {
                self.calendar.instant(from)
            }
        };
        let Some(start) = start else { return end };
        let mut pauses: Vec<(&State, Interval)> = self
            .pauses
            .iter()
            .flat_map(|state| {
                self.intervals(state)
                    .iter()
                    .map(move |pause| (state, *pause))
            })
            .collect();
        pauses.sort_by_key(|(_, pause)| pause.from);

        let mut end = end;
        let mut counted_until = start;
        for (state, pause) in pauses {
            let Some(instant) = self.calendar.instant(&end) else {
                return end;
            };
            if pause.from >= instant {
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
    fn moved(self, end: End, begin: Timestamp, until: Timestamp) -> End {
        match end {
            End::At(instant) => instant
                .checked_add(until.duration_since(begin))
                .map_or(End::BEYOND, End::At),
            End::Day(day) => {
                let local = |at: Timestamp| at.to_zoned_datetime(self.calendar.zone.clone()).date();
                local(until)
                    .since(local(begin))
                    .and_then(|days| day.checked_add(days))
                    .map_or(End::BEYOND, End::Day)
            }
            End::Waiting(_) | End::Never(_) => end,
        }
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
