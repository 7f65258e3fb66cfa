//! What is known of a person, packed into words of 32 bits without loss.

use jiff::Timestamp;

use super::Own;
use crate::decision::States;
use crate::standing::{Consent, Objection, Position};

// The person as a whole: position (6 bits), whether the age is known, the age (8 bits), and whether
// there is a person at all.
const AGED: u32 = 1 << 6;
const AGE_AT: u32 = 8;
const TAKEN: u32 = 1 << 31;

// A cell: position (6 bits), then either the number of what lies aside (25 bits), or the states
// (4 bits) and the quarter of an hour up to which data is kept (21 bits, 0 for no end). Days end on
// a quarter of an hour in every zone, so that few cells need what lies aside.
const IS_ASIDE: u32 = 1 << 6;
const ASIDE_AT: u32 = 7;
const MOST_ASIDE: usize = 1 << (u32::BITS - ASIDE_AT);
const STATES_AT: u32 = 7;
const UNTIL_AT: u32 = 11;
const QUARTER: i64 = 15 * 60;
/// The first second of the year 2000, from which quarters are counted.
const ORIGIN: i64 = 946_684_800;

fn position_bits(position: Position) -> u32 {
    let consent = match position.consent {
        Consent::Never => 0,
        Consent::Given => 1,
        Consent::Outdated => 2,
        Consent::Withdrawn => 3,
    };
    let objection = match position.objection {
        Objection::None => 0,
        Objection::Pending => 1,
        Objection::Upheld => 2,
        Objection::Rejected => 3,
        Objection::Ended => 4,
    };
    consent | objection << 2 | u32::from(position.restricted) << 5
}

/// The word of a person as a whole.
pub(super) fn whole(all: Position, age: Option<u8>) -> u32 {
    let age = age.map_or(0, |age| AGED | u32::from(age) << AGE_AT);
    TAKEN | position_bits(all) | age
}

/// Whether a word is that of a person; no bit of a vacant row is set.
pub(super) fn is_person(whole: u32) -> bool {
    whole & TAKEN != 0
}

/// The position in a cell or in the word of a person as a whole.
pub(super) fn position(bits: u32) -> Position {
    Position {
        consent: match bits & 3 {
            0 => Consent::Never,
            1 => Consent::Given,
            2 => Consent::Outdated,
            _ => Consent::Withdrawn,
        },
        objection: match bits >> 2 & 7 {
            0 => Objection::None,
            1 => Objection::Pending,
            2 => Objection::Upheld,
            4 => Objection::Ended,
            _ => Objection::Rejected,
        },
        restricted: bits >> 5 & 1 == 1,
    }
}

/// The age in the word of a person as a whole.
pub(super) fn age(whole: u32) -> Option<u8> {
    let [_, _, age, _] = whole.to_be_bytes();
    (whole & AGED != 0).then_some(age)
}

fn states_in(cell: u32) -> States {
    let [_, _, _, states] = (cell >> STATES_AT & 0xf).to_be_bytes();
    States(states)
}

fn until_in(cell: u32) -> Option<Timestamp> {
    let quarters = cell >> UNTIL_AT;
    let second = ORIGIN + i64::from(quarters) * QUARTER;
    // Every quarter is an instant; were one not, the safe side is that its time has passed.
    (quarters != 0).then(|| Timestamp::from_second(second).unwrap_or(Timestamp::MIN))
}

/// States and ends that do not fit a cell: more than four states, or an end within a quarter of an
/// hour, such as the instant of a withdrawal.
#[derive(Clone, Default)]
pub(super) struct Aside {
    rows: Vec<(States, Option<Timestamp>)>,
    vacant: Vec<u32>,
}

impl Aside {
    /// The cell of what is known of a person in an activity.
    pub(super) fn cell(&mut self, own: &Own) -> u32 {
        let position = position_bits(own.position);
        let fits = quarters(own.kept_until).filter(|_| own.states.0 <= 0xf);
        match fits {
            Some(until) => position | u32::from(own.states.0) << STATES_AT | until << UNTIL_AT,
            None => position | IS_ASIDE | self.put((own.states, own.kept_until)) << ASIDE_AT,
        }
    }

    /// What a cell says.
    pub(super) fn own(&self, cell: u32) -> Own {
        let (states, kept_until) = if cell & IS_ASIDE == 0 {
            (states_in(cell), until_in(cell))
        } else {
            self.at(cell)
        };
        Own {
            position: position(cell),
            states,
            kept_until,
        }
    }

    /// Whether so many more cells can have something aside.
    pub(super) fn has_room(&self, cells: usize) -> bool {
        self.rows.len() - self.vacant.len() + cells <= MOST_ASIDE
    }

    fn put(&mut self, row: (States, Option<Timestamp>)) -> u32 {
        let vacant = self.vacant.pop();
        let number = vacant.or_else(|| u32::try_from(self.rows.len()).ok());
        let number = number.unwrap_or(u32::MAX);
        match usize::try_from(number)
            .ok()
            .and_then(|at| self.rows.get_mut(at))
        {
            Some(there) => *there = row,
            None => self.rows.push(row),
        }
        number
    }

    fn at(&self, cell: u32) -> (States, Option<Timestamp>) {
        let row = usize::try_from(cell >> ASIDE_AT)
            .ok()
            .and_then(|at| self.rows.get(at));
        // INVARIANT: a cell's number is in `rows`. The safe side is that its time has passed.
        row.copied()
            .unwrap_or((States::default(), Some(Timestamp::MIN)))
    }

    /// Lets go of what a cell has aside.
    pub(super) fn free(&mut self, cell: u32) {
        if cell & IS_ASIDE != 0 {
            let number = cell >> ASIDE_AT;
            if let Some(row) = usize::try_from(number)
                .ok()
                .and_then(|at| self.rows.get_mut(at))
            {
                *row = (States::default(), None);
                self.vacant.push(number);
            }
        }
    }

    /// As in `Population::bytes`.
    pub(super) fn bytes(&self) -> usize {
        self.rows.capacity() * size_of::<(States, Option<Timestamp>)>()
            + self.vacant.capacity() * size_of::<u32>()
    }
}

/// An end as quarters of an hour since [`ORIGIN`], where it is one of them; 0 for no end.
fn quarters(until: Option<Timestamp>) -> Option<u32> {
    let Some(until) = until else {
        return Some(0);
    };
    let seconds = until.as_second() - ORIGIN;
    let quarters = u32::try_from(seconds / QUARTER).ok()?;
    let whole = seconds % QUARTER == 0 && until.subsec_nanosecond() == 0;
    (whole && (1..1 << (u32::BITS - UNTIL_AT)).contains(&quarters)).then_some(quarters)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = ORIGIN + 48 * QUARTER;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn positions_are_packed_without_loss() {
        let meant = (0..64).filter(|bits| bits >> 2 & 7 <= 4);
        for bits in meant {
            assert_eq!(position_bits(position(bits)), bits);
        }
    }

    #[test]
    fn ends_are_kept_to_the_nanosecond() {
        let last = ORIGIN + QUARTER * ((1 << 21) - 1);
        let rows = [
            (at(ORIGIN - QUARTER), false),
            (at(ORIGIN), false),
            (at(ORIGIN + QUARTER), true),
            (at(NOON - 1), false),
            (at(NOON), true),
            (Timestamp::new(NOON, 1).unwrap(), false),
            (at(last), true),
            (at(last + QUARTER), false),
            (Timestamp::MIN, false),
            (Timestamp::MAX, false),
        ];
        for (until, fits) in rows {
            let own = Own {
                kept_until: Some(until),
                ..Own::default()
            };
            let mut aside = Aside::default();
            let cell = aside.cell(&own);
            assert_eq!(aside.own(cell), own, "{until}");
            assert_eq!(aside.rows.is_empty(), fits, "{until}");
        }
    }

    #[test]
    fn five_states_lie_aside() {
        for states in 0..=u8::MAX {
            let own = Own {
                states: States(states),
                ..Own::default()
            };
            let mut aside = Aside::default();
            let cell = aside.cell(&own);
            assert_eq!(aside.own(cell), own);
            assert_eq!(aside.rows.is_empty(), states < 16);
        }
    }

    #[test]
    fn what_is_let_go_is_blank_and_used_again() {
        let odd = Own {
            kept_until: Some(at(NOON + 1)),
            ..Own::default()
        };
        let mut aside = Aside::default();
        let cells = [aside.cell(&odd), aside.cell(&odd)];
        for cell in cells {
            aside.free(cell);
        }
        assert_eq!(aside.rows, [(States::default(), None); 2]);
        aside.cell(&odd);
        assert_eq!(aside.rows.len(), 2);
    }
}
