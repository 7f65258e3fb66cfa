//! May personal data be used for this, now?
//!
//! [`Rule`] is an activity made ready to decide on; [`may`] answers from it and from where the
//! person stands. The answer is a value: a "no" has a reason and an article.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::standing::{Consent, Objection, Position};
use crate::statement::model::BasisName;

/// What the data would be used for (GDPR Article 18(2) decides which uses a restriction leaves).
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// The purpose of the activity.
    #[default]
    Ordinary,
    /// Storing it, nothing else.
    Storage,
    /// A use that the person has agreed to while processing is restricted.
    Agreed,
    /// To establish, exercise or defend a legal claim.
    LegalClaims,
    /// To protect the rights of another person.
    OthersRights,
    /// Reasons of important public interest.
    PublicInterest,
    /// Answering the person's own request (Article 15).
    OwnRequest,
}

impl Use {
    /// All uses.
    pub const ALL: [Self; 7] = [
        Self::Ordinary,
        Self::Storage,
        Self::Agreed,
        Self::LegalClaims,
        Self::OthersRights,
        Self::PublicInterest,
        Self::OwnRequest,
    ];

    /// The name used in every file, call and command.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Storage => "storage",
            Self::Agreed => "agreed",
            Self::LegalClaims => "legal_claims",
            Self::OthersRights => "others_rights",
            Self::PublicInterest => "public_interest",
            Self::OwnRequest => "own_request",
        }
    }

    /// The use with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.name() == name)
    }
}

/// Why the answer is no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No activity of that name is declared.
    UnknownActivity,
    /// Another is controller: ask there.
    AnotherController,
    /// Processing is restricted, and this use is not one that restriction leaves.
    Restricted,
    /// The time for which the data may be kept has passed.
    RetentionPassed,
    /// The person objected to direct marketing.
    ObjectedToMarketing,
    /// The person objected, and the objection is being assessed.
    ObjectionPending,
    /// The person objected, with success.
    ObjectionUpheld,
    /// The person has not consented.
    NoConsent,
    /// The person withdrew consent.
    ConsentWithdrawn,
    /// Consent was given for other purposes, data or recipients than today's.
    ConsentOutdated,
    /// No legal basis applies to the state in which the person is.
    NoBasis,
    /// Marketing by electronic message needs consent, or the exception for existing customers.
    NoMarketingConsent,
    /// Storing or reading on the person's device needs consent.
    NoDeviceConsent,
    /// Special categories may come in, and no condition makes that lawful.
    NoSpecialCondition,
    /// The person is younger than the age at which consent is accepted.
    TooYoung,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 15] = [
        Self::UnknownActivity,
        Self::AnotherController,
        Self::Restricted,
        Self::RetentionPassed,
        Self::ObjectedToMarketing,
        Self::ObjectionPending,
        Self::ObjectionUpheld,
        Self::NoConsent,
        Self::ConsentWithdrawn,
        Self::ConsentOutdated,
        Self::NoBasis,
        Self::NoMarketingConsent,
        Self::NoDeviceConsent,
        Self::NoSpecialCondition,
        Self::TooYoung,
    ];

    /// The article behind the reason.
    pub const fn article(self) -> &'static str {
        match self {
            Self::UnknownActivity => "GDPR Article 5(1)(b)",
            Self::AnotherController => "GDPR Article 28(3)(a)",
            Self::Restricted => "GDPR Article 18(2)",
            Self::RetentionPassed => "GDPR Article 5(1)(e)",
            Self::ObjectedToMarketing => "GDPR Article 21(3)",
            Self::ObjectionPending => "GDPR Articles 21(1) and 18(1)(d)",
            Self::ObjectionUpheld => "GDPR Article 21(1)",
            Self::NoConsent => "GDPR Article 6(1)(a)",
            Self::ConsentWithdrawn => "GDPR Article 7(3)",
            Self::ConsentOutdated => "GDPR Article 4(11)",
            Self::NoBasis => "GDPR Article 6(1)",
            Self::NoMarketingConsent => "markedsføringsloven § 15",
            Self::NoDeviceConsent => "ekomloven § 3-15",
            Self::NoSpecialCondition => "GDPR Article 9(1)",
            Self::TooYoung => "GDPR Article 8(1)",
        }
    }

    /// The reason in one English clause, for logs and command lines.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::UnknownActivity => "the statement declares no such activity",
            Self::AnotherController => "another is controller and decides; ask there",
            Self::Restricted => "processing is restricted and this use is not exempt",
            Self::RetentionPassed => "the time for which the data may be kept has passed",
            Self::ObjectedToMarketing => "the person objected to direct marketing",
            Self::ObjectionPending => "the person objected and the objection is being assessed",
            Self::ObjectionUpheld => "the person objected with success",
            Self::NoConsent => "the person has not consented",
            Self::ConsentWithdrawn => "the person withdrew consent",
            Self::ConsentOutdated => "consent was given for another scope than today's",
            Self::NoBasis => "no legal basis applies to the person's state",
            Self::NoMarketingConsent => "electronic marketing needs consent",
            Self::NoDeviceConsent => "access to the person's device needs consent",
            Self::NoSpecialCondition => "no condition allows special categories",
            Self::TooYoung => "the person is too young to consent",
        }
    }

    /// The name used in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownActivity => "unknown_activity",
            Self::AnotherController => "another_controller",
            Self::Restricted => "restricted",
            Self::RetentionPassed => "retention_passed",
            Self::ObjectedToMarketing => "objected_to_marketing",
            Self::ObjectionPending => "objection_pending",
            Self::ObjectionUpheld => "objection_upheld",
            Self::NoConsent => "no_consent",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::ConsentOutdated => "consent_outdated",
            Self::NoBasis => "no_basis",
            Self::NoMarketingConsent => "no_marketing_consent",
            Self::NoDeviceConsent => "no_device_consent",
            Self::NoSpecialCondition => "no_special_condition",
            Self::TooYoung => "too_young",
        }
    }
}

/// The answer to [`may`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// Yes, on this basis.
    Yes(BasisName),
    /// No, for this reason.
    No(Reason),
}

impl Answer {
    /// Whether the answer is yes.
    pub fn is_yes(self) -> bool {
        matches!(self, Self::Yes(_))
    }

    /// The article that the answer rests on.
    pub const fn article(self) -> &'static str {
        match self {
            Self::Yes(basis) => basis.article(),
            Self::No(reason) => reason.article(),
        }
    }
}

/// An answer with all that is said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ruling {
    /// The answer.
    pub answer: Answer,
    /// Whether it is yes.
    pub is_yes: bool,
    /// The basis of a yes.
    pub basis: Option<BasisName>,
    /// Why it is no, in one English clause.
    pub because: Option<&'static str>,
    /// The article that it rests on.
    pub article: &'static str,
}

impl Ruling {
    /// What is said of an answer.
    pub const fn of(answer: Answer) -> Self {
        let (basis, because) = match answer {
            Answer::Yes(basis) => (Some(basis), None),
            Answer::No(reason) => (None, Some(reason.explain())),
        };
        Self {
            answer,
            is_yes: basis.is_some(),
            basis,
            because,
            article: answer.article(),
        }
    }
}

/// A set of up to eight states of a person in an activity, by their number in the activity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct States(pub u8);

impl States {
    /// With one more state.
    #[must_use]
    pub fn with(self, number: u8) -> Self {
        Self(self.0 | 1_u8.checked_shl(number.into()).unwrap_or(0))
    }

    /// With all states of another set.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a state is in the set.
    pub fn has(self, number: u8) -> bool {
        self.0 & 1_u8.checked_shl(number.into()).unwrap_or(0) != 0
    }
}

/// An activity made ready to decide on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Whether another is controller.
    pub another_controller: bool,
    /// The bases in order, each with the number of the state in which it applies.
    pub bases: Vec<(BasisName, Option<u8>)>,
    /// Whether it is direct marketing.
    pub marketing: bool,
    /// What must be satisfied besides a basis, in the order in which the law excludes.
    pub gates: Vec<Gate>,
}

/// A condition besides the legal basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// Marketing by electronic message needs consent (markedsføringsloven § 15).
    MarketingConsent,
    /// Storing or reading on the person's device needs consent (ekomloven § 3-15).
    DeviceConsent,
    /// Special categories may come in and no condition of Article 9(2) is declared.
    NoSpecialCondition,
    /// The condition for special categories is explicit consent (Article 9(2)(a)).
    SpecialConsent,
    /// Consent is accepted from this age in years (Article 8(1)).
    Age(u8),
}

/// What a decision needs to know of a person in one activity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// Where the person stands in the activity: [`Standing::in_marketing`] where it is marketing.
    ///
    /// [`Standing::in_marketing`]: crate::standing::Standing::in_marketing
    pub own: Position,
    /// Where the person stands for all activities at once.
    pub all: Position,
    /// The states that hold.
    pub states: States,
    /// The instant, exclusive, up to which data of the activity may be kept; `None` when no data is
    /// held or nothing limits it yet.
    pub kept_until: Option<Timestamp>,
    /// The person's age in years, where it is known.
    pub age: Option<u8>,
}

/// Decides whether data may be used, in the order in which the law excludes.
///
/// Role, restriction, retention, objection to marketing, other objections and consent, then the
/// gates for electronic marketing, device access, special categories and age; the first that says
/// no gives the reason. Never fails: a "no" is an answer.
///
/// # Source
///
/// GDPR Articles 5(1)(e), 6(1), 7(3), 8(1), 9(1), 18(2), 21(1)-(3), 28(3)(a); markedsføringsloven
/// § 15; ekomloven § 3-15.
pub fn may(rule: &Rule, facts: &Facts, use_for: Use, now: Timestamp) -> Answer {
    if rule.another_controller {
        return Answer::No(Reason::AnotherController);
    }
    if use_for == Use::OwnRequest {
        // Answering people is a duty that no choice of theirs takes away (Article 12, 15).
        return Answer::Yes(BasisName::LegalObligation);
    }
    if (facts.own.restricted || facts.all.restricted) && use_for == Use::Ordinary {
        return Answer::No(Reason::Restricted);
    }
    if facts.kept_until.is_some_and(|until| now >= until) {
        return Answer::No(Reason::RetentionPassed);
    }
    if rule.marketing && objects_to_marketing(facts) {
        return Answer::No(Reason::ObjectedToMarketing);
    }
    match basis_in_force(rule, facts, use_for) {
        Ok(basis) => gates(rule, facts, basis).map_or(Answer::Yes(basis), Answer::No),
        Err(reason) => Answer::No(reason),
    }
}

/// Whether the person objects to this marketing, here or to all of it. Nothing is weighed.
fn objects_to_marketing(facts: &Facts) -> bool {
    match facts.own.objection {
        Objection::Ended => false,
        Objection::Pending | Objection::Upheld | Objection::Rejected => true,
        Objection::None => facts.all.objection != Objection::None,
    }
}

/// The first basis that is in force; otherwise why the first that applies is not.
fn basis_in_force(rule: &Rule, facts: &Facts, use_for: Use) -> Result<BasisName, Reason> {
    let mut first = None;
    for (basis, state) in &rule.bases {
        if state.is_some_and(|state| !facts.states.has(state)) {
            continue;
        }
        match in_force(*basis, facts.own, use_for) {
            Ok(()) => return Ok(*basis),
            Err(reason) => first = first.or(Some(reason)),
        }
    }
    Err(first.unwrap_or(Reason::NoBasis))
}

fn in_force(basis: BasisName, own: Position, use_for: Use) -> Result<(), Reason> {
    match basis {
        BasisName::Consent | BasisName::ExplicitConsent => match own.consent {
            Consent::Given => Ok(()),
            Consent::Never => Err(Reason::NoConsent),
            Consent::Outdated => Err(Reason::ConsentOutdated),
            Consent::Withdrawn => Err(Reason::ConsentWithdrawn),
        },
        BasisName::LegitimateInterest | BasisName::PublicTask => match own.objection {
            // While it is weighed, processing is restricted (Article 18(1)(d)): 18(2) leaves the rest.
            Objection::Pending if use_for == Use::Ordinary => Err(Reason::ObjectionPending),
            Objection::None | Objection::Rejected | Objection::Ended | Objection::Pending => Ok(()),
            Objection::Upheld => Err(Reason::ObjectionUpheld),
        },
        BasisName::Contract | BasisName::LegalObligation | BasisName::VitalInterest => Ok(()),
    }
}

fn gates(rule: &Rule, facts: &Facts, basis: BasisName) -> Option<Reason> {
    let consented = facts.own.consent == Consent::Given;
    rule.gates.iter().find_map(|gate| match gate {
        Gate::MarketingConsent => (!consented).then_some(Reason::NoMarketingConsent),
        Gate::DeviceConsent => (!consented).then_some(Reason::NoDeviceConsent),
        Gate::SpecialConsent => (!consented).then_some(Reason::NoSpecialCondition),
        Gate::NoSpecialCondition => Some(Reason::NoSpecialCondition),
        Gate::Age(least) => {
            let young = facts.age.is_some_and(|age| age < *least);
            (young && basis.is_consent()).then_some(Reason::TooYoung)
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::standing::{Act, Scope, Standing};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn rule(bases: &[(BasisName, Option<u8>)]) -> Rule {
        Rule {
            another_controller: false,
            bases: bases.to_vec(),
            marketing: false,
            gates: Vec::new(),
        }
    }

    fn consent_rule() -> Rule {
        rule(&[(BasisName::Consent, None)])
    }

    fn interest_rule() -> Rule {
        rule(&[(BasisName::LegitimateInterest, None)])
    }

    fn facts(consent: Consent, objection: Objection, restricted: bool) -> Facts {
        Facts {
            own: Position {
                consent,
                objection,
                restricted,
            },
            ..Facts::default()
        }
    }

    fn ask(rule: &Rule, facts: &Facts) -> Answer {
        may(rule, facts, Use::Ordinary, at(100))
    }

    #[test]
    fn p3_1_1_consent_decides_where_consent_is_the_basis() {
        let rows = [
            (Consent::Never, Answer::No(Reason::NoConsent)),
            (Consent::Given, Answer::Yes(BasisName::Consent)),
            (Consent::Withdrawn, Answer::No(Reason::ConsentWithdrawn)),
            (Consent::Outdated, Answer::No(Reason::ConsentOutdated)),
        ];
        for (consent, want) in rows {
            let facts = facts(consent, Objection::None, false);
            assert_eq!(ask(&consent_rule(), &facts), want, "{consent:?}");
        }
    }

    #[test]
    fn p5_6_an_objection_stops_legitimate_interest_until_it_is_rejected() {
        let rows = [
            (Objection::None, Answer::Yes(BasisName::LegitimateInterest)),
            (Objection::Pending, Answer::No(Reason::ObjectionPending)),
            (Objection::Upheld, Answer::No(Reason::ObjectionUpheld)),
            (
                Objection::Rejected,
                Answer::Yes(BasisName::LegitimateInterest),
            ),
        ];
        for (objection, want) in rows {
            let facts = facts(Consent::Never, objection, false);
            assert_eq!(ask(&interest_rule(), &facts), want, "{objection:?}");
        }
    }

    #[test]
    fn p3_2_4_an_objection_to_marketing_is_absolute_whatever_was_answered() {
        let rule = Rule {
            marketing: true,
            ..interest_rule()
        };
        for objection in [Objection::Pending, Objection::Upheld, Objection::Rejected] {
            let own = facts(Consent::Given, objection, false);
            assert_eq!(ask(&rule, &own), Answer::No(Reason::ObjectedToMarketing));
            let all = Facts {
                own: Position::default(),
                all: own.own,
                ..Facts::default()
            };
            assert_eq!(ask(&rule, &all), Answer::No(Reason::ObjectedToMarketing));
        }
    }

    #[test]
    fn p5_4_restriction_leaves_the_uses_of_article_18_2() {
        let facts = facts(Consent::Never, Objection::None, true);
        for use_for in Use::ALL {
            let answer = may(&interest_rule(), &facts, use_for, at(100));
            assert_eq!(answer.is_yes(), use_for != Use::Ordinary, "{use_for:?}");
        }
        let all = Facts {
            all: facts.own,
            ..Facts::default()
        };
        assert_eq!(ask(&interest_rule(), &all), Answer::No(Reason::Restricted));
    }

    #[test]
    fn retention_passes_exactly_at_the_instant() {
        let until = Facts {
            kept_until: Some(at(100)),
            ..Facts::default()
        };
        let ask = |second| may(&interest_rule(), &until, Use::Ordinary, at(second)).is_yes();
        assert_eq!([ask(99), ask(100), ask(101)], [true, false, false]);
    }

    #[test]
    fn p3_8_4_as_processor_the_controller_decides() {
        let rule = Rule {
            another_controller: true,
            ..consent_rule()
        };
        let facts = facts(Consent::Given, Objection::None, false);
        assert_eq!(ask(&rule, &facts), Answer::No(Reason::AnotherController));
    }

    #[test]
    fn p3_3_2_a_second_basis_applies_in_its_state_only() {
        let rule = rule(&[
            (BasisName::LegitimateInterest, None),
            (BasisName::Contract, Some(0)),
        ]);
        let objected = facts(Consent::Never, Objection::Pending, false);
        assert_eq!(ask(&rule, &objected), Answer::No(Reason::ObjectionPending));
        let shortlisted = Facts {
            states: States::default().with(0),
            ..objected
        };
        assert_eq!(ask(&rule, &shortlisted), Answer::Yes(BasisName::Contract));
        let only = Rule {
            bases: vec![(BasisName::Contract, Some(0))],
            ..rule
        };
        assert_eq!(ask(&only, &Facts::default()), Answer::No(Reason::NoBasis));
    }

    #[test]
    fn gates_close_what_a_basis_alone_would_open() {
        let rows = [
            (Gate::MarketingConsent, Reason::NoMarketingConsent, true),
            (Gate::DeviceConsent, Reason::NoDeviceConsent, true),
            (Gate::SpecialConsent, Reason::NoSpecialCondition, true),
            (Gate::NoSpecialCondition, Reason::NoSpecialCondition, false),
        ];
        for (gate, reason, consent_opens) in rows {
            let rule = Rule {
                gates: vec![gate],
                ..interest_rule()
            };
            assert_eq!(ask(&rule, &Facts::default()), Answer::No(reason));
            let consented = facts(Consent::Given, Objection::None, false);
            assert_eq!(ask(&rule, &consented).is_yes(), consent_opens, "{reason:?}");
        }
    }

    #[test]
    fn age_is_a_gate_for_consent_from_the_day_it_is_known() {
        let rule = Rule {
            gates: vec![Gate::Age(13)],
            ..consent_rule()
        };
        let given = facts(Consent::Given, Objection::None, false);
        let of_age = |age| ask(&rule, &Facts { age, ..given });
        assert_eq!(of_age(Some(12)), Answer::No(Reason::TooYoung));
        assert!(of_age(Some(13)).is_yes());
        assert!(of_age(None).is_yes());
    }

    #[test]
    fn reasons_come_in_the_order_of_the_law() {
        let rule = Rule {
            marketing: true,
            ..consent_rule()
        };
        let mut worst = facts(Consent::Withdrawn, Objection::Pending, true);
        worst.kept_until = Some(at(1));
        assert_eq!(ask(&rule, &worst), Answer::No(Reason::Restricted));
        worst.own.restricted = false;
        assert_eq!(ask(&rule, &worst), Answer::No(Reason::RetentionPassed));
        worst.kept_until = None;
        assert_eq!(ask(&rule, &worst), Answer::No(Reason::ObjectedToMarketing));
        worst.own.objection = Objection::None;
        assert_eq!(ask(&rule, &worst), Answer::No(Reason::ConsentWithdrawn));
    }

    #[test]
    fn every_reason_has_an_article_and_a_name_of_its_own() {
        for reason in Reason::ALL {
            assert!(!reason.article().is_empty() && !reason.explain().is_empty());
            let same = Reason::ALL
                .iter()
                .filter(|other| other.name() == reason.name());
            assert_eq!(same.count(), 1, "{reason:?}");
        }
    }

    fn any_rule() -> impl Strategy<Value = Rule> {
        use BasisName::{Consent, Contract, ExplicitConsent, LegitimateInterest, PublicTask};
        let basis = prop::sample::select(vec![
            Consent,
            ExplicitConsent,
            Contract,
            LegitimateInterest,
            PublicTask,
        ]);
        let listed = prop::collection::vec((basis, prop::option::of(0..2_u8)), 1..3);
        let gates = prop::sample::subsequence(
            vec![
                Gate::MarketingConsent,
                Gate::DeviceConsent,
                Gate::NoSpecialCondition,
                Gate::SpecialConsent,
                Gate::Age(13),
            ],
            0..3,
        );
        (listed, gates, any::<bool>(), any::<bool>()).prop_map(
            |(bases, gates, another_controller, marketing)| Rule {
                another_controller,
                bases,
                marketing,
                gates,
            },
        )
    }

    fn any_entries() -> impl Strategy<Value = Vec<(Act, Timestamp, Scope)>> {
        let entry = (prop::sample::select(Act::ALL.to_vec()), 0..20_i64)
            .prop_map(|(act, second)| (act, at(second), Scope(0)));
        prop::collection::vec(entry, 0..10)
    }

    #[test]
    fn p3_2_4_a_later_consent_ends_the_objection_for_that_marketing_only() {
        let rule = Rule {
            marketing: true,
            ..interest_rule()
        };
        let objected = Standing::default().after(Act::Object, at(5), Scope(0));
        let consented = objected.after(Act::Consent, at(6), Scope(0));
        let asked = |own: Standing, rule: &Rule| {
            let facts = Facts {
                own: own.in_marketing(&objected, Scope(0)),
                all: objected.position(Scope(0)),
                ..Facts::default()
            };
            ask(rule, &facts)
        };
        assert_eq!(
            asked(consented, &rule),
            Answer::Yes(BasisName::LegitimateInterest)
        );
        let refused = Answer::No(Reason::ObjectedToMarketing);
        assert_eq!(
            asked(Standing::default(), &rule),
            refused,
            "other marketing"
        );
        let contract = Rule {
            bases: vec![(BasisName::Contract, None)],
            ..rule.clone()
        };
        assert_eq!(
            asked(objected, &contract),
            refused,
            "a contract ends nothing"
        );
        let withdrawn = consented.after(Act::Withdraw, at(7), Scope(0));
        assert_eq!(asked(withdrawn, &rule), refused, "the consent is gone");
    }

    proptest! {
        #[test]
        fn i1_a_later_withdrawal_objection_or_restriction_never_allows_more(
            rule in any_rule(),
            (own, all) in (any_entries(), any_entries()),
            (act, told, everywhere) in (
                prop::sample::select(vec![Act::Withdraw, Act::Object, Act::Restrict]),
                0..40_i64,
                any::<bool>(),
            ),
            use_for in prop::sample::select(Use::ALL.to_vec()),
        ) {
            let fold = |entries| Standing::fold(entries, at(30));
            let before = [fold(own), fold(all)];
            let [own, all] = before;
            // Told for whatever time: an act that protects is never outdone by an older one.
            let from = before.map(|standing| standing.counts_from(act, at(told)));
            let [here, there] = from;
            let after = if everywhere {
                [own, all.after(act, here.max(there), Scope(0))]
            } else {
                [own.after(act, here, Scope(0)), all]
            };
            let ask = |[own, all]: [Standing; 2]| {
                let own = if rule.marketing {
                    own.in_marketing(&all, Scope(0))
                } else {
                    own.position(Scope(0))
                };
                let facts = Facts { own, all: all.position(Scope(0)), ..Facts::default() };
                may(&rule, &facts, use_for, at(40)).is_yes()
            };
            prop_assert!(!ask(after) || ask(before));
            let denied = rule.marketing && act == Act::Object && use_for != Use::OwnRequest;
            prop_assert!(!denied || !ask(after), "an objection to marketing ends all of it");
        }
    }
}
