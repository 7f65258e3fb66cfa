//! When each step of a `then` phrase is taken, counted from the end of keeping.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::period::Period;
use super::then::{EndAction, Then, WaitVerb};

/// One step of what happens when the time is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage<'a> {
    /// From when on it is to be done, inclusive.
    pub at: Timestamp,
    /// What is to be done.
    pub step: Step<'a>,
}

/// What is to be done at a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// Tell the person that the time is nearly up.
    Warn,
    /// Begin a wait.
    Wait(WaitVerb),
    /// Erase or anonymise; the last stage.
    End(&'a EndAction),
}

/// When each step is taken, in order, for a record that is due at `due`, exclusive, whose person is
/// told in time: the last one is the end. `None` when it lies past the year 9999.
pub fn stages<'a>(then: &'a Then, due: Timestamp, calendar: &Calendar) -> Option<Vec<Stage<'a>>> {
    let (mut stages, mut notices, mut begun) = (Vec::new(), Notices::default(), 0_usize);
    loop {
        let stage = match next(then, due, &notices, begun, calendar)? {
            Next::Step(stage) => stage,
            Next::Await { notice, from, .. } => match notice {
                Notice::Warned => {
                    notices.warned = Some(from);
                    Stage {
                        at: from,
                        step: Step::Warn,
                    }
                }
                Notice::Asked => {
                    notices.asked = Some(from);
                    continue;
                }
            },
        };
        let step = stage.step;
        stages.push(stage);
        match step {
            Step::Warn => {}
            Step::Wait(_) => begun = begun.saturating_add(1),
            Step::End(_) => return Some(stages),
        }
    }
}

/// Something that people must have been told before a record may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// That the time is nearly up.
    Warned,
    /// The question whether to keep it.
    Asked,
}

impl Notice {
    /// The name by which a clock is told that it was sent.
    pub fn name(self) -> &'static str {
        match self {
            Notice::Warned => "warned",
            Notice::Asked => "asked",
        }
    }
}

/// When the person was told; `None` where nobody has said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    /// When they were warned.
    pub warned: Option<Timestamp>,
    /// When they were asked.
    pub asked: Option<Timestamp>,
}

/// What comes next for a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next<'a> {
    /// A step.
    Step(Stage<'a>),
    /// Nothing, before the person was told.
    Await {
        /// What.
        notice: Notice,
        /// From when on they are to be told, inclusive.
        from: Timestamp,
        /// When the next step is, if they are told in time.
        at: Timestamp,
    },
}

/// The next step for a record that is due at `due`, after so many waits have begun; `None` when it
/// lies past the year 9999.
///
/// Waits add up and are counted once from `due`, so that their sum is what the person was told.
/// A warning comes at least its period before, whole days counted.
///
/// What was said too late moves what follows: a warning leaves its whole period before anything
/// happens, a question its whole wait for an answer.
pub fn next<'a>(
    then: &'a Then,
    due: Timestamp,
    notices: &Notices,
    begun: usize,
    calendar: &Calendar,
) -> Option<Next<'a>> {
    let mut from = due;
    if let Some(period) = then.warn {
        let begins = calendar.before(due, period)?;
        let Some(warned) = notices.warned else {
            return Some(Next::Await {
                notice: Notice::Warned,
                from: begins,
                at: due,
            });
        };
        if warned > begins {
            from = from.max(calendar.after(warned, period)?);
        }
    }
    let mut waited = Period::default();
    for (number, wait) in then.waits.iter().enumerate() {
        let begins = calendar.after(from, waited)?;
        if number >= begun {
            return Some(Next::Step(Stage {
                at: begins,
                step: Step::Wait(wait.verb),
            }));
        }
        waited = waited.plus(wait.period)?;
        if wait.verb == WaitVerb::Ask {
            let at = calendar.after(from, waited)?;
            let Some(asked) = notices.asked else {
                return Some(Next::Await {
                    notice: Notice::Asked,
                    from: begins,
                    at,
                });
            };
            let answered = calendar.after(asked, wait.period)?;
            if asked > begins && answered > at {
                from = answered;
                waited = Period::default();
            }
        }
    }
    Some(Next::Step(Stage {
        at: calendar.after(from, waited)?,
        step: Step::End(&then.end),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    fn oslo() -> Calendar {
        Calendar::new(TimeZone::get("Europe/Oslo").unwrap())
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_staged_chain_ends_after_the_sum_of_its_waits() {
        let then: Then = "warn 1 week before, then suspend for 25 days, then hide for 30 days, \
                          then archive for 30 days, then erase"
            .parse()
            .unwrap();
        // Kept through 31 December 2025; summer time begins on 29 March 2026.
        let found = stages(&then, at("2025-12-31T23:00Z"), &oslo()).unwrap();
        let found: Vec<_> = found.iter().map(|stage| (stage.at, stage.step)).collect();
        assert_eq!(
            found,
            [
                (at("2025-12-24T23:00Z"), Step::Warn),
                (at("2025-12-31T23:00Z"), Step::Wait(WaitVerb::Suspend)),
                (at("2026-01-25T23:00Z"), Step::Wait(WaitVerb::Hide)),
                (at("2026-02-24T23:00Z"), Step::Wait(WaitVerb::Archive)),
                (at("2026-03-26T23:00Z"), Step::End(&EndAction::Erase)),
            ]
        );
    }

    #[test]
    fn waits_count_from_the_last_day_kept_and_clamp() {
        let then: Then = "hide for 1 month, then erase".parse().unwrap();
        let end_of = |due| stages(&then, at(due), &oslo()).unwrap().last().unwrap().at;
        // Kept through 30 and 31 January: both waits end with 28 February.
        assert_eq!(end_of("2026-01-30T23:00Z"), at("2026-02-28T23:00Z"));
        assert_eq!(end_of("2026-01-31T23:00Z"), at("2026-02-28T23:00Z"));
        // Due at an instant within 31 January: the same.
        assert_eq!(end_of("2026-01-31T12:00Z"), at("2026-02-28T23:00Z"));
        let then: Then = "hide for 24 hours, then erase".parse().unwrap();
        let found = stages(&then, at("2026-03-28T12:00Z"), &oslo()).unwrap();
        assert_eq!(found.last().unwrap().at, at("2026-03-29T12:00Z"));
    }

    #[test]
    fn a_warning_leaves_its_whole_period() {
        let then: Then = "warn 30 days before, then erase".parse().unwrap();
        let warned = |due| stages(&then, at(due), &oslo()).unwrap().first().unwrap().at;
        assert_eq!(warned("2026-03-31T22:00Z"), at("2026-03-01T23:00Z"));
        assert_eq!(warned("2026-03-31T12:00Z"), at("2026-02-28T23:00Z"));
    }

    proptest! {
        #[test]
        fn stages_come_in_order(days in 0_u16..400, months in 0_u16..30, seconds in 0_i64..4_000_000_000) {
            let period = Period::of(days, crate::retention::Unit::Day).unwrap()
                .plus(Period::of(months, crate::retention::Unit::Month).unwrap()).unwrap();
            prop_assume!(!period.is_zero());
            let then = format!("warn {period} before, then hide for {period}, then ask for {period}, then erase");
            let then: Then = then.parse().unwrap();
            let due = Timestamp::from_second(seconds).unwrap();
            let found: Vec<_> = stages(&then, due, &oslo()).unwrap().iter().map(|stage| stage.at).collect();
            prop_assert!(found.is_sorted_by(|one, next| one < next));
            // Whoever is told in time is told the truth: nothing moves.
            prop_assert_eq!(found[1], due);
            let twice = period.plus(period).unwrap();
            prop_assert_eq!(found[3], oslo().after(due, twice).unwrap());
        }
    }
}
