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

    /// Whether the person chose it: withdrew, objected, or had processing restricted.
    ///
    /// # Source
    ///
    /// GDPR Articles 7(3), 18(1), 21(1) and 21(3).
    pub const fn is_chosen(self) -> bool {
        match self {
            Self::Restricted
            | Self::ObjectedToMarketing
            | Self::ObjectionPending
            | Self::ObjectionUpheld
            | Self::ConsentWithdrawn => true,
            Self::UnknownActivity
            | Self::AnotherController
            | Self::RetentionPassed
            | Self::NoConsent
            | Self::ConsentOutdated
            | Self::NoBasis
            | Self::NoMarketingConsent
            | Self::NoDeviceConsent
            | Self::NoSpecialCondition
            | Self::TooYoung => false,
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
    /// Why it is no.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::Yes(_) => None,
            Self::No(reason) => Some(reason),
        }
    }

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

impl Rule {
    /// The same for what is held on the instructions of another: under the conditions that the statement
    /// names for it.
    ///
    /// # Source
    ///
    /// GDPR Article 28(3)(a).
    #[must_use]
    pub fn as_controller(&self) -> Self {
        Self {
            another_controller: false,
            ..self.clone()
        }
    }

    /// Whether consent is asked for: as a basis, or to open a gate.
    pub fn asks_consent(&self) -> bool {
        let mut gates = self.gates.iter();
        gates.any(|gate| gate.asks_consent())
            || self.bases.iter().any(|(basis, _)| basis.is_consent())
    }

    /// The bases that apply in these states, in order.
    fn applying(&self, states: States) -> impl Iterator<Item = BasisName> {
        let applies = move |state: &Option<u8>| state.is_none_or(|state| states.has(state));
        let bases = self.bases.iter();
        bases.filter_map(move |(basis, state)| applies(state).then_some(*basis))
    }

    /// Whether a basis that no objection reaches carries a person's data. Where the data has one basis
    /// of its own among those of the activity (`own_basis`), that one decides alone.
    ///
    /// # Source
    ///
    /// GDPR Articles 17(1)(c), 21(1).
    pub fn carries_despite_objection(&self, own_basis: Option<BasisName>, facts: &Facts) -> bool {
        let mut bases = self.applying(facts.states);
        bases.any(|basis| {
            own_basis.is_none_or(|own| own == basis)
                && !basis.is_weighed()
                && in_force(basis, facts.own, Use::Ordinary).is_ok()
        })
    }

    /// Whether an objection reaches anything of a person: a basis that is weighed applies to them, or no
    /// other carries their data.
    pub fn gives_way(&self, facts: &Facts) -> bool {
        let mut bases = self.applying(facts.states);
        bases.any(BasisName::is_weighed) || !self.carries_despite_objection(None, facts)
    }

    /// Whether processing of a person's data is restricted: because it was asked for, or while an
    /// objection is assessed and no other basis carries the data.
    ///
    /// # Source
    ///
    /// GDPR Article 18(1).
    pub fn is_restricted(&self, facts: &Facts) -> bool {
        let assessed =
            || basis_in_force(self, facts, Use::Ordinary) == Err(Reason::ObjectionPending);
        facts.own.restricted || facts.all.restricted || !self.marketing && assessed()
    }
}

/// A condition besides the legal basis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// Marketing by electronic message needs consent (markedsføringsloven § 15).
    MarketingConsent,
    /// The same for everyone but existing customers, who are those in the state of this number and who
    /// have not withdrawn a consent.
    CustomerOrMarketingConsent(u8),
    /// Storing or reading on the person's device needs consent (ekomloven § 3-15).
    DeviceConsent,
    /// Special categories may come in and no condition of Article 9(2) is declared.
    NoSpecialCondition,
    /// The condition for special categories is explicit consent (Article 9(2)(a)).
    SpecialConsent,
    /// Consent is accepted from this age in years (Article 8(1)). It closes for whoever is known to be
    /// younger. An unknown age closes nothing: efforts to verify it belong where consent is taken
    /// (Article 8(2)), and a birth date of everyone would be more data than that needs.
    Age(u8),
}

impl Gate {
    /// Whether consent opens it.
    pub fn asks_consent(self) -> bool {
        match self {
            Self::MarketingConsent
            | Self::CustomerOrMarketingConsent(_)
            | Self::DeviceConsent
            | Self::SpecialConsent => true,
            Self::NoSpecialCondition | Self::Age(_) => false,
        }
    }
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
    /// The instant from which the person has the age that the activity asks for, where their birth is
    /// known.
    pub of_age_at: Option<Timestamp>,
}

/// Decides whether data may be used, in the order in which the law excludes.
///
/// Role, restriction, retention, objection to marketing, other objections and consent, then the
/// gates for electronic marketing, device access, special categories and age; the first that says
/// no gives the reason. Never fails: a "no" is an answer.
///
/// While processing is restricted, storing is always allowed, and no time that has passed takes away
/// the uses that the restriction leaves: the data is there for their sake.
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
    if rule.is_restricted(facts) {
        if use_for == Use::Storage {
            return Answer::Yes(BasisName::LegalObligation);
        }
    } else if facts.kept_until.is_some_and(|until| now >= until) {
        return Answer::No(Reason::RetentionPassed);
    }
    if rule.marketing && objects_to_marketing(facts) {
        return Answer::No(Reason::ObjectedToMarketing);
    }
    match basis_in_force(rule, facts, use_for) {
        Ok(basis) => gates(rule, facts, basis, now).map_or(Answer::Yes(basis), Answer::No),
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

/// The first basis that is in force; otherwise the reason that the law names first.
fn basis_in_force(rule: &Rule, facts: &Facts, use_for: Use) -> Result<BasisName, Reason> {
    let mut refused = Reason::NoBasis;
    for basis in rule.applying(facts.states) {
        match in_force(basis, facts.own, use_for) {
            Ok(()) => return Ok(basis),
            // Reasons are listed in the order of the law.
            Err(reason) => refused = refused.min(reason),
        }
    }
    Err(refused)
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

fn gates(rule: &Rule, facts: &Facts, basis: BasisName, now: Timestamp) -> Option<Reason> {
    let consented = facts.own.consent == Consent::Given;
    rule.gates.iter().find_map(|gate| match gate {
        Gate::MarketingConsent => (!consented).then_some(Reason::NoMarketingConsent),
        Gate::CustomerOrMarketingConsent(state) => {
            let opted_out = facts.own.consent == Consent::Withdrawn;
            let customer = facts.states.has(*state) && !opted_out;
            (!consented && !customer).then_some(Reason::NoMarketingConsent)
        }
        Gate::DeviceConsent => (!consented).then_some(Reason::NoDeviceConsent),
        Gate::SpecialConsent => (!consented).then_some(Reason::NoSpecialCondition),
        Gate::NoSpecialCondition => Some(Reason::NoSpecialCondition),
        Gate::Age(_) => {
            let young = facts.of_age_at.is_some_and(|at| now < at);
            let by_consent = basis.is_consent() || consented && rule.asks_consent();
            (young && by_consent).then_some(Reason::TooYoung)
        }
    })
}

#[cfg(test)]
mod tests;
