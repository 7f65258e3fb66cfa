//! What a person's choices come to: the ledger folded into a standing.
//!
//! A standing remembers the last instant of each kind of act. Folding takes maxima, so the order in
//! which entries arrive does not matter and an entry folded twice changes nothing. Where two acts
//! share an instant, the one that protects the person wins.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person, or the company on their behalf, did.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Consents (GDPR Article 6(1)(a), 7).
    Consent,
    /// Withdraws consent (Article 7(3)).
    Withdraw,
    /// Objects (Article 21).
    Object,
    /// The company finds the objection founded (Article 21(1)).
    Uphold,
    /// The company demonstrates compelling grounds (Article 21(1)).
    Reject,
    /// Processing is restricted (Article 18).
    Restrict,
    /// The restriction ends, after the person was told (Article 18(3)).
    Lift,
}

impl Act {
    /// All acts.
    pub const ALL: [Self; 7] = [
        Self::Consent,
        Self::Withdraw,
        Self::Object,
        Self::Uphold,
        Self::Reject,
        Self::Restrict,
        Self::Lift,
    ];

    /// The name used in every file, call and table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Withdraw => "withdraw",
            Self::Object => "object",
            Self::Uphold => "uphold",
            Self::Reject => "reject",
            Self::Restrict => "restrict",
            Self::Lift => "lift",
        }
    }

    /// Whether it says no: what must hold even where everything else is lost.
    pub fn opts_out(self) -> bool {
        match self {
            Self::Withdraw | Self::Object | Self::Uphold | Self::Restrict => true,
            Self::Consent | Self::Reject | Self::Lift => false,
        }
    }

    /// The act with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }
}

/// What one consents to: a fingerprint of an activity's purposes, data and recipients. Consent given
/// for one scope does not carry over to another (GDPR Article 4(11), "specific").
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Scope(pub i64);

/// The last instant of each kind of act of one person in one activity (or in all of them).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Last consent, and what it covered.
    pub consented: Option<(Timestamp, Scope)>,
    /// Last withdrawal.
    pub withdrawn: Option<Timestamp>,
    /// Last objection.
    pub objected: Option<Timestamp>,
    /// Last time an objection was upheld.
    pub upheld: Option<Timestamp>,
    /// Last time an objection was rejected.
    pub rejected: Option<Timestamp>,
    /// Last restriction.
    pub restricted: Option<Timestamp>,
    /// Last lifting of a restriction.
    pub lifted: Option<Timestamp>,
}

impl Standing {
    /// The standing after one more act at `at`. Acts may be folded in any order, and twice.
    #[must_use]
    pub fn after(mut self, act: Act, at: Timestamp, scope: Scope) -> Self {
        let slot = match act {
            Act::Consent => {
                self.consented = self.consented.max(Some((at, scope)));
                return self;
            }
            Act::Withdraw => &mut self.withdrawn,
            Act::Object => &mut self.objected,
            Act::Uphold => &mut self.upheld,
            Act::Reject => &mut self.rejected,
            Act::Restrict => &mut self.restricted,
            Act::Lift => &mut self.lifted,
        };
        *slot = (*slot).max(Some(at));
        self
    }

    /// The instant from which an act told for `at` counts: one that protects the person is never
    /// outdone by an older act of the other kind, whatever clock it was told by.
    pub fn counts_from(&self, act: Act, at: Timestamp) -> Timestamp {
        let consented = self.consented.map(|(given, _)| given);
        let opposite = match act {
            Act::Withdraw => consented,
            Act::Object => self.rejected.max(consented),
            Act::Restrict => self.lifted,
            Act::Consent | Act::Uphold | Act::Reject | Act::Lift => None,
        };
        opposite.map_or(at, |opposite| at.max(opposite))
    }

    /// The standing of entries up to and including `at`: a past question gets its past answer.
    pub fn fold(entries: impl IntoIterator<Item = (Act, Timestamp, Scope)>, at: Timestamp) -> Self {
        let seen = entries.into_iter().filter(|(_, instant, _)| *instant <= at);
        seen.fold(Self::default(), |standing, (act, instant, scope)| {
            standing.after(act, instant, scope)
        })
    }

    /// What it comes to for direct marketing whose consent covers `scope`, beside what was chosen for
    /// all activities at once (`everywhere`).
    ///
    /// An objection to marketing is absolute: neither time nor a contract nor grounds of the company
    /// end it, only the person, by a consent to this very activity that is later than every objection
    /// and stands. Other marketing stays objected to; and when the consent is withdrawn, or no longer
    /// covers what is done, the objection counts again.
    ///
    /// # Source
    ///
    /// GDPR Articles 4(11), 7(3), 21(2)-(3).
    pub fn in_marketing(&self, everywhere: &Self, scope: Scope) -> Position {
        let mut position = self.position(scope);
        let objections = [
            self.objected,
            self.upheld,
            everywhere.objected,
            everywhere.upheld,
        ];
        let last = objections.into_iter().flatten().max();
        let given = self.consented.map(|(given, _)| given);
        if position.consent == Consent::Given && last.is_some() && given > last {
            position.objection = Objection::Ended;
        }
        position
    }

    /// What it comes to for an activity whose consent covers `scope`.
    ///
    /// Ties protect the person: a withdrawal at the instant of a consent withdraws it, an objection
    /// at the instant of its rejection is pending again, a restriction at the instant of its lifting
    /// stands.
    pub fn position(&self, scope: Scope) -> Position {
        let consent = match (self.consented, self.withdrawn) {
            (None, None) => Consent::Never,
            (Some((given, _)), Some(withdrawn)) if withdrawn >= given => Consent::Withdrawn,
            (None, Some(_)) => Consent::Withdrawn,
            (Some((_, covered)), _) if covered != scope => Consent::Outdated,
            (Some(_), _) => Consent::Given,
        };
        let objection = match self.objected {
            None => Objection::None,
            Some(objected) => {
                // What was found to be founded stays so: one more objection asks for nothing less.
                let upheld = self
                    .upheld
                    .filter(|up| self.rejected.is_none_or(|no| *up >= no));
                let rejected = self.rejected.filter(|at| *at > objected);
                match (upheld, rejected) {
                    (Some(_), _) => Objection::Upheld,
                    (None, Some(_)) => Objection::Rejected,
                    (None, None) => Objection::Pending,
                }
            }
        };
        let restricted = match (self.restricted, self.lifted) {
            (Some(restricted), Some(lifted)) => restricted >= lifted,
            (Some(_), None) => true,
            (None, _) => false,
        };
        Position {
            consent,
            objection,
            restricted,
        }
    }
}

/// Where a person stands now: all that a decision needs of their choices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Position {
    /// Consent.
    pub consent: Consent,
    /// Objection.
    pub objection: Objection,
    /// Whether processing is restricted.
    pub restricted: bool,
}

/// Where consent stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Never given.
    #[default]
    Never,
    /// Given, and it covers what is done today.
    Given,
    /// Given for another scope than today's.
    Outdated,
    /// Withdrawn.
    Withdrawn,
}

/// Where an objection stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Objection {
    /// None was made.
    #[default]
    None,
    /// Made and not yet answered.
    Pending,
    /// Found to be founded.
    Upheld,
    /// Answered with compelling grounds.
    Rejected,
    /// Ended by the person, who consented to this marketing after every objection to marketing, here
    /// and everywhere.
    Ended,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCOPE: Scope = Scope(7);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn position(acts: &[(Act, i64)]) -> Position {
        let entries = acts.iter().map(|(act, second)| (*act, at(*second), SCOPE));
        Standing::fold(entries, at(1_000)).position(SCOPE)
    }

    #[test]
    fn consent_table() {
        use Act::{Consent as Give, Withdraw};
        let rows: [(&[(Act, i64)], Consent); 6] = [
            (&[], Consent::Never),
            (&[(Give, 5)], Consent::Given),
            (&[(Give, 5), (Withdraw, 6)], Consent::Withdrawn),
            (&[(Give, 5), (Withdraw, 5)], Consent::Withdrawn),
            (&[(Give, 5), (Withdraw, 6), (Give, 7)], Consent::Given),
            (&[(Withdraw, 6)], Consent::Withdrawn),
        ];
        for (acts, want) in rows {
            assert_eq!(position(acts).consent, want, "{acts:?}");
        }
    }

    #[test]
    fn consent_for_another_scope_is_outdated() {
        let standing = Standing::default().after(Act::Consent, at(1), Scope(1));
        assert_eq!(standing.position(Scope(2)).consent, Consent::Outdated);
    }

    #[test]
    fn objection_table() {
        use Act::{Object, Reject, Uphold};
        let rows: [(&[(Act, i64)], Objection); 10] = [
            (&[], Objection::None),
            (&[(Object, 5)], Objection::Pending),
            (&[(Object, 5), (Uphold, 6)], Objection::Upheld),
            (&[(Object, 5), (Reject, 6)], Objection::Rejected),
            (&[(Object, 5), (Reject, 5)], Objection::Pending),
            (&[(Object, 5), (Reject, 6), (Object, 7)], Objection::Pending),
            (&[(Object, 5), (Reject, 6), (Uphold, 6)], Objection::Upheld),
            (&[(Object, 5), (Uphold, 6), (Object, 7)], Objection::Upheld),
            (
                &[(Object, 5), (Uphold, 6), (Object, 7), (Reject, 8)],
                Objection::Rejected,
            ),
            (
                &[(Object, 5), (Uphold, 6), (Reject, 7), (Object, 8)],
                Objection::Pending,
            ),
        ];
        for (acts, want) in rows {
            assert_eq!(position(acts).objection, want, "{acts:?}");
        }
    }

    #[test]
    fn i1_a_withdrawal_told_for_yesterday_ends_the_consent_of_today() {
        let consented = Standing::default().after(Act::Consent, at(50), SCOPE);
        let from = consented.counts_from(Act::Withdraw, at(10));
        assert_eq!(
            consented
                .after(Act::Withdraw, from, SCOPE)
                .position(SCOPE)
                .consent,
            Consent::Withdrawn
        );
        assert_eq!(consented.counts_from(Act::Withdraw, at(60)), at(60));
    }

    #[test]
    fn p3_2_4_only_a_later_consent_to_the_activity_ends_an_objection_to_marketing() {
        use Act::{Consent as Give, Object, Reject, Uphold, Withdraw};
        use Objection::{Ended, None as Open, Pending, Rejected, Upheld};
        type Acts<'a> = &'a [(Act, i64)];
        let rows: [(Acts<'_>, Acts<'_>, Objection); 13] = [
            (&[], &[], Open),
            (&[(Give, 5)], &[], Open),
            (&[(Object, 5)], &[(Object, 5)], Pending),
            (&[(Give, 4), (Object, 5)], &[(Object, 5)], Pending),
            (&[(Object, 5), (Give, 5)], &[(Object, 5)], Pending),
            (&[(Object, 5), (Give, 6)], &[(Object, 5)], Ended),
            (
                &[(Object, 5), (Give, 6), (Withdraw, 7)],
                &[(Object, 5)],
                Pending,
            ),
            (
                &[(Object, 5), (Give, 6), (Object, 7)],
                &[(Object, 7)],
                Pending,
            ),
            (
                &[(Object, 5), (Uphold, 6), (Give, 6)],
                &[(Object, 5)],
                Upheld,
            ),
            (&[(Object, 5), (Reject, 6)], &[(Object, 5)], Rejected),
            // The objection was made in other marketing.
            (&[(Give, 4)], &[(Object, 5)], Open),
            (&[(Give, 6)], &[(Object, 5)], Ended),
            (&[(Give, 6)], &[(Object, 5), (Object, 7)], Open),
        ];
        let fold = |acts: Acts<'_>| {
            let entries = acts.iter().map(|(act, second)| (*act, at(*second), SCOPE));
            Standing::fold(entries, at(1_000))
        };
        for (own, everywhere, want) in rows {
            let found = fold(own).in_marketing(&fold(everywhere), SCOPE).objection;
            assert_eq!(found, want, "{own:?} {everywhere:?}");
        }
        let elsewhere = Standing::default().after(Object, at(5), SCOPE);
        let consented = Standing::default().after(Give, at(6), SCOPE);
        let other = consented.in_marketing(&elsewhere, Scope(8));
        assert_eq!(
            other.objection, Open,
            "a consent to something else ends nothing"
        );
    }

    #[test]
    fn i1_an_objection_told_for_yesterday_outlasts_the_consent_of_today() {
        let consented = Standing::default().after(Act::Consent, at(50), SCOPE);
        let from = consented.counts_from(Act::Object, at(10));
        let objected = consented.after(Act::Object, from, SCOPE);
        let position = objected.in_marketing(&Standing::default(), SCOPE);
        assert_eq!(position.objection, Objection::Pending);
    }

    #[test]
    fn a_restriction_stands_until_it_is_lifted_later() {
        assert!(!position(&[]).restricted);
        assert!(position(&[(Act::Restrict, 5)]).restricted);
        assert!(position(&[(Act::Restrict, 5), (Act::Lift, 5)]).restricted);
        assert!(!position(&[(Act::Restrict, 5), (Act::Lift, 6)]).restricted);
    }

    pub(crate) fn any_entry() -> impl Strategy<Value = (Act, Timestamp, Scope)> {
        (prop::sample::select(Act::ALL.to_vec()), 0..20_i64, 0..2_i64)
            .prop_map(|(act, second, scope)| (act, at(second), Scope(scope)))
    }

    proptest! {
        #[test]
        fn order_and_repetition_do_not_matter(
            mut entries in prop::collection::vec(any_entry(), 0..12),
        ) {
            let want = Standing::fold(entries.clone(), at(30));
            entries.reverse();
            let twice = entries.iter().chain(entries.iter()).copied();
            prop_assert_eq!(Standing::fold(twice, at(30)), want);
        }

        #[test]
        fn i10_a_past_question_gets_its_past_answer(
            before in prop::collection::vec(any_entry(), 0..8),
            later in prop::collection::vec(any_entry(), 0..8),
            past in 0..20_i64,
        ) {
            let later = later.into_iter().filter(|(_, instant, _)| *instant > at(past));
            let all: Vec<_> = before.iter().copied().chain(later).collect();
            prop_assert_eq!(Standing::fold(all, at(past)), Standing::fold(before, at(past)));
        }
    }
}
