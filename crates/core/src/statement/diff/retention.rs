//! Which of two retention rules keeps data longer.
//!
//! A rule's reach is an estimate on average, with a nominal time until events of each sort happen. It
//! orders rules, and never counts a date.

use std::cmp::Reverse;

use crate::retention::{Case, EndAction, Event, Keep, Length, Moment, Open, Period, Stretch, Then};
use crate::statement::model::OneOrMany;

const DAY: u64 = 1_440;
const YEAR: u64 = 525_960;
/// Further than any period.
const ENDLESS: u64 = YEAR * 100_000;

/// How far a rule reaches: greater is longer for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reach {
    /// The longest case, in minutes.
    longest: u64,
    /// All cases together, in minutes.
    all: u64,
    /// Words and clauses that let data be kept longer than said.
    loose: usize,
    /// Ends of which the first counts: each may cut the time short.
    ends: Reverse<usize>,
}

/// The reach of a rule; a rule that names no period is endless.
pub(super) fn reach(keep: Option<&OneOrMany<Keep>>) -> Reach {
    let cases: Vec<&Case> = keep
        .map_or(&[][..], OneOrMany::as_slice)
        .iter()
        .flat_map(Keep::cases)
        .collect();
    let minutes: Vec<u64> = cases.iter().map(|case| of_case(case)).collect();
    let moments = || cases.iter().flat_map(|case| all(&case.until));
    Reach {
        longest: minutes.iter().copied().max().unwrap_or(ENDLESS),
        all: minutes.iter().fold(0, |sum, m| sum.saturating_add(*m)),
        loose: cases.iter().map(|case| loose(case)).sum(),
        ends: Reverse(moments().map(ends).sum()),
    }
}

fn of_case(case: &Case) -> u64 {
    let until = minutes(&case.until);
    let extended = case
        .clauses
        .extendable_by
        .map_or(0, Period::average_minutes);
    let least = case
        .clauses
        .at_least
        .as_ref()
        .map_or(0, |least| minutes(&least.until));
    until.saturating_add(extended).max(least)
}

fn loose(case: &Case) -> usize {
    let hedged = |moment: &&&Moment| matches!(moment, Moment::Hedged(..));
    let clauses = &case.clauses;
    [
        all(&case.until).iter().filter(hedged).count(),
        usize::from(clauses.unless_agreed),
        clauses.paused_while.len(),
        clauses.held_while.len(),
    ]
    .iter()
    .sum()
}

fn ends(moment: &Moment) -> usize {
    if let Moment::Earlier(members) = moment {
        members.len()
    } else {
        0
    }
}

/// A moment and all that it is made of.
fn all(moment: &Moment) -> Vec<&Moment> {
    let mut found = vec![moment];
    let mut at = 0;
    while let Some(moment) = found.get(at).copied() {
        found.extend(moment.members());
        at = at.saturating_add(1);
    }
    found
}

fn minutes(moment: &Moment) -> u64 {
    let members = || moment.members().iter().map(minutes);
    match moment {
        Moment::Event(event) => until(event),
        Moment::StateEnd(_) | Moment::RecordEnd(_) => YEAR.saturating_mul(10),
        Moment::EndOf(stretch, inner) => minutes(inner).saturating_add(half(*stretch)),
        Moment::Birthday(age) => YEAR.saturating_mul(u64::from(*age)),
        Moment::Date(date) => {
            let days = i64::from(date.year()).saturating_mul(366);
            let days = days.saturating_add(i64::from(date.day_of_year()));
            DAY.saturating_mul(u64::try_from(days).unwrap_or(0))
        }
        Moment::After(length, inner) => minutes(inner).saturating_add(of_length(*length)),
        Moment::For(length) => of_length(*length),
        Moment::Earlier(_) => members().min().unwrap_or(ENDLESS),
        Moment::Later(_) => members().max().unwrap_or(ENDLESS),
        Moment::Last(count) => DAY.saturating_mul(u64::from(*count)),
        Moment::Open(open) => match open {
            Open::Necessary | Open::RequiredByLaw => ENDLESS,
            Open::Indefinitely => ENDLESS.saturating_mul(2),
        },
        Moment::Document(_) => ENDLESS,
        Moment::Hedged(_, inner) => minutes(inner),
    }
}

fn of_length(length: Length) -> u64 {
    length.longest().average_minutes()
}

/// A nominal time until an event: the collection is at once, and what may never come is furthest.
fn until(event: &Event) -> u64 {
    let never = [Event::WITHDRAWAL, Event::OBJECTION, Event::LOSS_OF_CONTACT];
    if *event == Event::COLLECTION {
        0
    } else if never.contains(event) {
        YEAR.saturating_mul(50)
    } else if event.is_of_subject() {
        YEAR.saturating_mul(5)
    } else {
        YEAR
    }
}

fn half(stretch: Stretch) -> u64 {
    let days = match stretch {
        Stretch::Day => 1,
        Stretch::Week => 7,
        Stretch::Month => 30,
        Stretch::Quarter => 91,
        Stretch::CalendarYear | Stretch::FinancialYear => 365,
    };
    DAY.saturating_mul(days).checked_div(2).unwrap_or(0)
}

/// How little is left of data in the end, and how long it waits for that: greater is worse.
pub(super) fn ending(then: Option<&Then>) -> (u8, u64) {
    let Some(then) = then else {
        return (3, 0);
    };
    let end = match then.end {
        EndAction::Erase => 0,
        EndAction::Anonymise(_) => 1,
        EndAction::EraseOrAnonymise(_) => 2,
    };
    let waits = then.waits.iter().map(|wait| wait.period.average_minutes());
    (end, waits.fold(0, u64::saturating_add))
}
