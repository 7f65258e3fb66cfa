//! What follows from an act of a person: what is denied at once, erased, restricted, told, and what
//! a person at the company must decide.

use crate::decision::Gate;
use crate::rulebook::{ActivityRule, Rulebook};
use crate::standing::Act;
use crate::statement::model::BasisName;

/// What follows. Denials hold from the instant of the act; they are what [`crate::decision`]
/// answers, listed here so that they can be told and tested.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effects {
    /// Activities whose purpose is denied at once.
    pub denied: Vec<String>,
    /// Whether the act counts for every activity of its kind, present and future.
    pub everywhere: bool,
    /// Collections whose records are erased, because nothing else carries them.
    pub erased: Vec<String>,
    /// Activities that keep a minimal suppression entry, so that the choice outlives a re-import.
    pub suppressed: Vec<String>,
    /// Activities whose data is restricted.
    pub restricted: Vec<String>,
    /// Recipients to tell (GDPR Article 19).
    pub notified: Vec<String>,
    /// What a person must decide.
    pub decides: Option<Task>,
}

/// What a person at the company must decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Whether compelling grounds override the objection; the burden is the company's
    /// (GDPR Article 21(1)).
    AssessObjection,
    /// Whether the ground of the restriction applies (GDPR Article 18(1)).
    CheckRestriction,
}

/// Why an act has no effect and is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ActRefusal {
    /// No such activity.
    #[error("the statement declares no such activity")]
    UnknownActivity,
    /// Another is controller.
    #[error("another is controller of this activity")]
    AnotherController,
    /// The activity asks for no consent.
    #[error("the activity does not rest on consent")]
    NoConsentAsked,
    /// The basis gives no right to object.
    #[error("the basis of the activity gives no right to object")]
    NoRightToObject,
    /// The person must be told before a restriction is lifted.
    #[error("the person has not been told that the restriction will be lifted")]
    NotTold,
}

impl ActRefusal {
    /// The article behind the refusal.
    pub fn article(self) -> &'static str {
        match self {
            Self::UnknownActivity => "GDPR Article 5(1)(b)",
            Self::AnotherController => "GDPR Article 28(3)(e)",
            Self::NoConsentAsked => "GDPR Article 7(3)",
            Self::NoRightToObject => "GDPR Article 21(1)",
            Self::NotTold => "GDPR Article 18(3)",
        }
    }

    /// A stable name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnknownActivity => "unknown_activity",
            Self::AnotherController => "another_controller",
            Self::NoConsentAsked => "no_consent_asked",
            Self::NoRightToObject => "no_right_to_object",
            Self::NotTold => "not_told",
        }
    }

    /// What to do instead.
    pub fn hint(self) -> &'static str {
        match self {
            Self::UnknownActivity => "name an activity of the statement",
            Self::AnotherController => "direct the person to that controller",
            Self::NoConsentAsked => "record an objection instead",
            Self::NoRightToObject => "where the basis is consent, record a withdrawal instead",
            Self::NotTold => "tell the person first, and give the reference of that notice",
        }
    }
}

/// What follows from `act` in `activity`, or why it is not recorded.
///
/// `told` says whether the person was told before a restriction is lifted.
///
/// # Errors
///
/// [`ActRefusal`]: the act is not one that this activity knows.
///
/// # Source
///
/// GDPR Articles 7(3), 17(1)(b)-(c), 18, 19, 21; which right meets which basis as in the table of
/// rights.
pub fn effects(
    rulebook: &Rulebook,
    activity: &str,
    act: Act,
    told: bool,
) -> Result<Effects, ActRefusal> {
    let rule = rulebook
        .activities
        .get(activity)
        .ok_or(ActRefusal::UnknownActivity)?;
    if rule.rule.another_controller && act != Act::Consent && act != Act::Withdraw {
        return Err(ActRefusal::AnotherController);
    }
    match act {
        Act::Consent => asks_consent(rule).map(|()| Effects::default()),
        Act::Withdraw => asks_consent(rule).map(|()| withdrawal(rulebook, activity, rule)),
        Act::Object | Act::Uphold | Act::Reject if !may_object(rule) => {
            Err(ActRefusal::NoRightToObject)
        }
        Act::Object if rule.rule.marketing => Ok(marketing_objection(rulebook)),
        Act::Object => Ok(Effects {
            denied: vec![activity.to_owned()],
            restricted: vec![activity.to_owned()],
            decides: Some(Task::AssessObjection),
            ..Effects::default()
        }),
        Act::Uphold => Ok(Effects {
            denied: vec![activity.to_owned()],
            erased: objectable(rulebook, rule),
            notified: rule.recipients.clone(),
            ..Effects::default()
        }),
        Act::Restrict => Ok(Effects {
            restricted: vec![activity.to_owned()],
            notified: rule.recipients.clone(),
            decides: Some(Task::CheckRestriction),
            ..Effects::default()
        }),
        Act::Reject | Act::Lift if !told => Err(ActRefusal::NotTold),
        Act::Reject | Act::Lift => Ok(Effects::default()),
    }
}

fn asks_consent(rule: &ActivityRule) -> Result<(), ActRefusal> {
    let opens = [
        Gate::MarketingConsent,
        Gate::DeviceConsent,
        Gate::SpecialConsent,
    ];
    let gate = rule.rule.gates.iter().any(|gate| opens.contains(gate));
    let basis = rule.rule.bases.iter().any(|(basis, _)| basis.is_consent());
    if gate || basis {
        Ok(())
    } else {
        Err(ActRefusal::NoConsentAsked)
    }
}

/// Article 21(1) reaches public task and legitimate interest; 21(2) reaches all direct marketing.
fn may_object(rule: &ActivityRule) -> bool {
    let balanced = [BasisName::PublicTask, BasisName::LegitimateInterest];
    rule.rule.marketing
        || rule
            .rule
            .bases
            .iter()
            .any(|(basis, _)| balanced.contains(basis))
}

fn withdrawal(rulebook: &Rulebook, activity: &str, rule: &ActivityRule) -> Effects {
    // Only what rested on the consent alone: no basis is swapped in afterwards.
    let collections = rulebook.collections.iter();
    let resting = collections.filter(|(_, c)| c.activity == activity && c.by_consent);
    let (erased, rules): (Vec<String>, Vec<_>) = resting.map(|(n, c)| (n.clone(), c)).unzip();
    let suppressed = rules
        .iter()
        .any(|rule| rule.suppresses)
        .then(|| activity.to_owned());
    Effects {
        denied: vec![activity.to_owned()],
        notified: if erased.is_empty() {
            Vec::new()
        } else {
            rule.recipients.clone()
        },
        erased,
        suppressed: suppressed.into_iter().collect(),
        ..Effects::default()
    }
}

/// The collections that an objection ends (Article 17(1)(c)): what a contract or a law carries stays.
fn objectable(rulebook: &Rulebook, rule: &ActivityRule) -> Vec<String> {
    let ends = |name: &&String| {
        let collection = rulebook.collections.get(*name);
        collection.is_some_and(|collection| collection.objectable)
    };
    rule.collections.iter().filter(ends).cloned().collect()
}

fn marketing_objection(rulebook: &Rulebook) -> Effects {
    let mut effects = Effects {
        everywhere: true,
        ..Effects::default()
    };
    for (id, rule) in rulebook
        .activities
        .iter()
        .filter(|(_, rule)| rule.rule.marketing)
    {
        effects.denied.push(id.clone());
        effects.suppressed.push(id.clone());
        effects.erased.extend(objectable(rulebook, rule));
        effects.notified.extend(rule.recipients.iter().cloned());
    }
    effects.notified.sort();
    effects.notified.dedup();
    effects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rules;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn p3_1_3_a_withdrawal_denies_and_erases_what_rested_on_it() {
        let found = effects(&rules(&[]), "newsletters", Act::Withdraw, false).unwrap();
        assert_eq!(found.denied, names(&["newsletters"]));
        assert_eq!(found.erased, names(&["newsletters.subscription"]));
        assert_eq!(found.suppressed, names(&["newsletters"]));
        assert_eq!((found.everywhere, found.decides), (false, None));
    }

    #[test]
    fn p3_2_4_a_marketing_objection_reaches_all_marketing_and_nothing_is_weighed() {
        let found = effects(&rules(&[]), "profiling", Act::Object, false).unwrap();
        assert_eq!(found.denied, names(&["newsletters", "profiling"]));
        assert_eq!(found.suppressed, found.denied);
        let erased = [
            "newsletters.subscription",
            "profiling.cookies",
            "profiling.profile",
        ];
        assert_eq!(found.erased, names(&erased));
        assert!(found.everywhere && found.decides.is_none() && found.restricted.is_empty());
    }

    #[test]
    fn p5_6_another_objection_restricts_until_a_person_decides() {
        let book = rules(&[]);
        let found = effects(&book, "recruitment", Act::Object, false).unwrap();
        assert_eq!(found.restricted, names(&["recruitment"]));
        assert_eq!(found.decides, Some(Task::AssessObjection));
        assert!(found.erased.is_empty());
        let upheld = effects(&book, "recruitment", Act::Uphold, false).unwrap();
        assert_eq!(
            upheld.erased,
            names(&["recruitment.application"]),
            "the contract carries the offer"
        );
    }

    #[test]
    fn p5_4_a_restriction_is_checked_and_lifted_only_with_notice() {
        let book = rules(&[]);
        let found = effects(&book, "support", Act::Restrict, false).unwrap();
        assert_eq!(found.decides, Some(Task::CheckRestriction));
        for act in [Act::Lift, Act::Reject] {
            assert_eq!(
                effects(&book, "support", act, false),
                Err(ActRefusal::NotTold)
            );
            assert_eq!(effects(&book, "support", act, true), Ok(Effects::default()));
        }
    }

    #[test]
    fn p5_6_rights_meet_bases() {
        let book = rules(&[]);
        let table = [
            ("lottery", Act::Consent, ActRefusal::UnknownActivity),
            ("user-tests", Act::Object, ActRefusal::NoRightToObject),
            ("support", Act::Consent, ActRefusal::NoConsentAsked),
            ("support", Act::Withdraw, ActRefusal::NoConsentAsked),
            ("handover", Act::Object, ActRefusal::AnotherController),
            ("handover", Act::Restrict, ActRefusal::AnotherController),
        ];
        for (activity, act, want) in table {
            assert_eq!(
                effects(&book, activity, act, true),
                Err(want),
                "{activity} {act:?}"
            );
        }
    }
}
