//! The answers about a person in an activity, packed into a word with only use and time left open.

use jiff::Timestamp;

use crate::decision::{self, Answer, Facts, Reason, Rule, Ruling, Use};
use crate::statement::model::BasisName;

// A cell: the answer for the purpose itself (5 bits), the answer for the uses that a restriction
// leaves (5 bits), whether the end lies within its hour (1 bit), and the hour of the end (21 bits).
const ANSWER: u32 = 0b1_1111;
const OTHER_AT: u32 = 5;
const WITHIN: u32 = 1 << 10;
const HOUR_AT: u32 = 11;

/// The answers by their number in a cell: first those that stand whether the time for keeping the
/// data has passed or not, then that it has passed, then the rest.
const RULINGS: [Ruling; 22] = [
    Ruling::of(Answer::No(Reason::AnotherController)),
    Ruling::of(Answer::No(Reason::Restricted)),
    Ruling::of(Answer::No(Reason::RetentionPassed)),
    Ruling::of(Answer::Yes(BasisName::Consent)),
    Ruling::of(Answer::Yes(BasisName::ExplicitConsent)),
    Ruling::of(Answer::Yes(BasisName::Contract)),
    Ruling::of(Answer::Yes(BasisName::LegalObligation)),
    Ruling::of(Answer::Yes(BasisName::VitalInterest)),
    Ruling::of(Answer::Yes(BasisName::PublicTask)),
    Ruling::of(Answer::Yes(BasisName::LegitimateInterest)),
    Ruling::of(Answer::No(Reason::UnknownActivity)),
    Ruling::of(Answer::No(Reason::ObjectedToMarketing)),
    Ruling::of(Answer::No(Reason::ObjectionPending)),
    Ruling::of(Answer::No(Reason::ObjectionUpheld)),
    Ruling::of(Answer::No(Reason::NoConsent)),
    Ruling::of(Answer::No(Reason::ConsentWithdrawn)),
    Ruling::of(Answer::No(Reason::ConsentOutdated)),
    Ruling::of(Answer::No(Reason::NoBasis)),
    Ruling::of(Answer::No(Reason::NoMarketingConsent)),
    Ruling::of(Answer::No(Reason::NoDeviceConsent)),
    Ruling::of(Answer::No(Reason::NoSpecialCondition)),
    Ruling::of(Answer::No(Reason::TooYoung)),
];
const PASSED: usize = 2;
const TOO_YOUNG: u32 = 21;
/// What is said of what there is not; the safe side wherever a number leads nowhere.
pub(super) static UNKNOWN: Ruling = Ruling::of(Answer::No(Reason::UnknownActivity));

/// What is said by the number of an answer while the time for keeping the data runs, and, from
/// [`AFTER`] on, when it has passed. A table, because everything that waits for what is known of a
/// person keeps the processor from looking up the next one.
static SAID: [Ruling; 2 * AFTER] = said();
const AFTER: usize = 32;

#[expect(
    clippy::indexing_slicing,
    reason = "worked out by the compiler, which refuses an index out of bounds"
)]
const fn said() -> [Ruling; 2 * AFTER] {
    let mut said = [Ruling::of(Answer::No(Reason::UnknownActivity)); 2 * AFTER];
    let mut number = 0;
    while number < RULINGS.len() {
        let passed = if number < PASSED { number } else { PASSED };
        said[number] = RULINGS[number];
        said[AFTER + number] = RULINGS[passed];
        number += 1;
    }
    said
}

/// An hour, counted from the year 2000. The first and the last hour also stand for all before and
/// after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hour(u32);

impl Hour {
    /// No later than any hour of an instant.
    pub(super) const FIRST: Self = Self(0);
    /// Later than every hour of an instant.
    const NEVER: Self = Self((1 << (u32::BITS - HOUR_AT)) - 1);
    /// The same, while processing is restricted.
    const HELD: Self = Self(Self::NEVER.0 - 1);
    const LAST: u32 = Self::HELD.0 - 1;
    const SECONDS: i64 = 3_600;
    /// The first second of the year 2000.
    const ORIGIN: i64 = 946_684_800;

    /// The hour of an instant.
    #[inline]
    pub(super) fn of(instant: Timestamp) -> Self {
        let hours = (instant.as_second() - Self::ORIGIN).div_euclid(Self::SECONDS);
        let hours = hours.clamp(0, i64::from(Self::LAST));
        Self(u32::try_from(hours).unwrap_or(Self::LAST))
    }

    /// Its first instant.
    pub(super) fn start(self) -> Timestamp {
        let second = Self::ORIGIN + i64::from(self.0) * Self::SECONDS;
        // Every hour is an instant; were one not, the safe side is that it has passed.
        Timestamp::from_second(second).unwrap_or(Timestamp::MIN)
    }
}

/// What [`decision::may`] says of a person in an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell(u32);

impl Cell {
    /// What no person has.
    pub(super) const BLANK: Self = Self(0);

    /// Asks the rules.
    pub(super) fn settle(rule: &Rule, facts: &Facts) -> Self {
        let open = Facts {
            kept_until: None,
            ..*facts
        };
        let ask = |use_for| number(decision::may(rule, &open, use_for, Timestamp::MIN));
        // Every use but the purpose itself, someone's own request, and storing while processing is
        // restricted, is answered alike.
        let answers = ask(Use::Ordinary) | ask(Use::LegalClaims) << OTHER_AT;
        if rule.is_restricted(facts) {
            return Self(answers | Hour::HELD.0 << HOUR_AT);
        }
        let hour = facts.kept_until.map_or(Hour::NEVER, Hour::of);
        let within = facts.kept_until.is_some_and(|end| end != hour.start());
        let within = if within { WITHIN } else { 0 };
        Self(answers | within | hour.0 << HOUR_AT)
    }

    /// Asks the rule for someone's own request: whatever is known of them, it stays the same.
    pub(super) fn settle_own_request(rule: &Rule) -> Self {
        let own_request = Use::OwnRequest;
        let answer = number(decision::may(
            rule,
            &Facts::default(),
            own_request,
            Timestamp::MIN,
        ));
        Self(answer | answer << OTHER_AT | Hour::NEVER.0 << HOUR_AT)
    }

    /// The hour in which the time for keeping the data ends.
    #[inline]
    pub(super) fn hour(self) -> Hour {
        Hour(self.0 >> HOUR_AT)
    }

    /// Whether the end is the start of its hour, as the midnights of most zones are, and no instant
    /// within it.
    pub(super) fn is_on_hour(self) -> bool {
        self.0 & WITHIN == 0
    }

    /// Whether processing is restricted: then nothing ends.
    #[inline]
    pub(super) fn is_held(self) -> bool {
        self.hour() == Hour::HELD
    }

    /// Whether the answer for a use is that the person is too young, as it is up to a birthday.
    #[inline]
    pub(super) fn is_young(self, use_for: Use) -> bool {
        self.number(use_for) == TOO_YOUNG
    }

    /// Whether an answer changes on a birthday.
    pub(super) fn waits_for_birthday(self) -> bool {
        self.is_young(Use::Ordinary) || self.is_young(Use::LegalClaims)
    }

    #[inline]
    fn number(self, use_for: Use) -> u32 {
        let shift = if use_for == Use::Ordinary {
            0
        } else {
            OTHER_AT
        };
        self.0 >> shift & ANSWER
    }

    /// The answer, given whether the end has passed.
    #[inline]
    pub(super) fn ruling(self, use_for: Use, passed: bool) -> &'static Ruling {
        let number = usize::try_from(self.number(use_for)).unwrap_or_default();
        let number = number | (usize::from(passed) * AFTER);
        SAID.get(number).unwrap_or(&UNKNOWN)
    }
}

/// The ruling that says this.
pub(super) fn ruling(answer: Answer) -> &'static Ruling {
    let number = usize::try_from(number(answer)).unwrap_or_default();
    SAID.get(number).unwrap_or(&UNKNOWN)
}

fn number(answer: Answer) -> u32 {
    let at = RULINGS.iter().position(|each| each.answer == answer);
    at.and_then(|at| u32::try_from(at).ok()).unwrap_or(ANSWER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_a_number() {
        use BasisName::{
            Consent, Contract, ExplicitConsent, LegalObligation, LegitimateInterest, PublicTask,
            VitalInterest,
        };

        for reason in Reason::ALL {
            assert!(number(Answer::No(reason)) < ANSWER, "{reason:?}");
        }
        let bases = [
            Consent,
            ExplicitConsent,
            Contract,
            LegalObligation,
            VitalInterest,
            PublicTask,
            LegitimateInterest,
        ];
        for basis in bases {
            assert!(number(Answer::Yes(basis)) < ANSWER, "{basis:?}");
        }
        assert_eq!(
            number(Answer::No(Reason::RetentionPassed)),
            u32::try_from(PASSED).unwrap()
        );
        assert_eq!(number(Answer::No(Reason::TooYoung)), TOO_YOUNG);
    }

    #[test]
    fn hours_are_those_of_the_clock() {
        let second = |second| Timestamp::from_second(Hour::ORIGIN + second).unwrap();
        let rows = [
            (Timestamp::MIN, 0),
            (second(-1), 0),
            (second(0), 0),
            (second(3_599), 0),
            (second(3_600), 1),
            (second(i64::from(Hour::LAST) * 3_600 - 1), Hour::LAST - 1),
            (second(i64::from(Hour::LAST) * 3_600), Hour::LAST),
            (Timestamp::MAX, Hour::LAST),
        ];
        for (instant, hour) in rows {
            assert_eq!(Hour::of(instant), Hour(hour), "{instant}");
        }
    }
}
