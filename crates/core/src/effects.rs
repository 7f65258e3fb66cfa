//! What follows from an act of a person: what is denied at once, erased, restricted, told, and what
//! a person at the company must decide.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::decision::{Facts, Use, may};
use crate::rulebook::{ActivityRule, Rulebook};
use crate::standing::{Act, Consent, Position};

/// What follows. Denials hold from the instant of the act; they are what [`crate::decision`]
/// answers, listed here so that they can be told and tested.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Bases of the activity give a right to object, and none of them carries this person's data.
    #[error("the basis that carries this person's data gives no right to object")]
    CarriedOtherwise,
    /// It was done later than now.
    #[error("the act lies in the future")]
    Future,
    /// Of a consent it must be known what was asked.
    #[error(
        "the consent does not say in which language and through which channel it was asked for"
    )]
    NotDemonstrated,
    /// The statement asks for it in other languages only, or has no wording that is called so.
    #[error("the statement does not ask for this consent in that wording")]
    NotWorded,
    /// The person must be told before a restriction is lifted.
    #[error("the person has not been told that the restriction will be lifted")]
    NotTold,
}

impl ActRefusal {
    /// All refusals.
    pub const ALL: [Self; 9] = [
        Self::UnknownActivity,
        Self::AnotherController,
        Self::NoConsentAsked,
        Self::NoRightToObject,
        Self::CarriedOtherwise,
        Self::Future,
        Self::NotDemonstrated,
        Self::NotWorded,
        Self::NotTold,
    ];

    /// The article behind the refusal.
    pub fn article(self) -> &'static str {
        match self {
            Self::UnknownActivity => "GDPR Article 5(1)(b)",
            Self::AnotherController => "GDPR Article 28(3)(e)",
            Self::NoConsentAsked => "GDPR Article 7(3)",
            Self::NoRightToObject | Self::CarriedOtherwise => "GDPR Article 21(1)",
            Self::Future => "GDPR Article 5(1)(d)",
            Self::NotDemonstrated | Self::NotWorded => "GDPR Article 7(1)",
            Self::NotTold => "GDPR Article 18(3)",
        }
    }

    /// A stable name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnknownActivity => "unknown_activity",
            Self::AnotherController => "another_controller",
            Self::NoConsentAsked => "no_consent_asked",
            Self::NoRightToObject | Self::CarriedOtherwise => "no_right_to_object",
            Self::Future => "future_act",
            Self::NotDemonstrated => "not_demonstrated",
            Self::NotWorded => "not_worded",
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
            Self::CarriedOtherwise => {
                "record a restriction, erase what is no longer needed, or, where they consented, record \
                 a withdrawal"
            }
            Self::Future => "record an act when it has been done",
            Self::NotDemonstrated => "give the `language` and the `channel`",
            Self::NotWorded => "give the name or hash of the wording that was shown as `notice`",
            Self::NotTold => "tell the person first, and give the reference of that notice",
        }
    }
}

/// Whether what follows from an act depends on the person: on which of several bases applies to them.
pub fn depends_on_person(rulebook: &Rulebook, activity: &str, act: Act) -> bool {
    let opts_out = matches!(act, Act::Withdraw | Act::Object | Act::Uphold);
    let rule = rulebook.activities.get(activity).map(|rule| &rule.rule);
    opts_out && rule.is_some_and(|rule| rule.bases.len() > 1)
}

/// What follows from `act` in `activity` for a person of whom `facts` is known there, or why it is not
/// recorded.
///
/// `told` says whether the person was told before a restriction is lifted. An objection reaches what a
/// basis carries that is weighed; what a contract, a law or a consent carries for this person it leaves
/// as it is, and where that is all, it is refused. Whoever is in no state in which a basis applies may
/// object: then nothing else carries.
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
    (act, told): (Act, bool),
    facts: &Facts,
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
        Act::Withdraw => asks_consent(rule).map(|()| withdrawal(rulebook, (activity, rule), facts)),
        Act::Object | Act::Uphold | Act::Reject if !may_object(rule) => {
            Err(ActRefusal::NoRightToObject)
        }
        Act::Object if rule.rule.marketing => Ok(marketing_objection(rulebook)),
        Act::Object | Act::Uphold if !rule.rule.gives_way(facts) => {
            Err(ActRefusal::CarriedOtherwise)
        }
        Act::Object => {
            let denied = reached(activity, rule, facts);
            let held = !denied.is_empty() || !ended(rulebook, rule, facts).is_empty();
            Ok(Effects {
                denied,
                restricted: held.then(|| activity.to_owned()).into_iter().collect(),
                decides: Some(Task::AssessObjection),
                ..Effects::default()
            })
        }
        Act::Uphold => {
            let denied = reached(activity, rule, facts);
            let erased = ended(rulebook, rule, facts);
            let nothing = denied.is_empty() && erased.is_empty();
            Ok(Effects {
                notified: if nothing {
                    Vec::new()
                } else {
                    rule.recipients.clone()
                },
                denied,
                erased,
                ..Effects::default()
            })
        }
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
    if rule.rule.asks_consent() {
        Ok(())
    } else {
        Err(ActRefusal::NoConsentAsked)
    }
}

/// Article 21(1) reaches public task and legitimate interest; 21(2) reaches all direct marketing.
fn may_object(rule: &ActivityRule) -> bool {
    rule.rule.marketing || rule.rule.bases.iter().any(|(basis, _)| basis.is_weighed())
}

/// The activity, unless another basis carries it for the person all the same.
fn reached(activity: &str, rule: &ActivityRule, facts: &Facts) -> Vec<String> {
    let carried = rule.rule.carries_despite_objection(None, facts);
    (!carried)
        .then(|| activity.to_owned())
        .into_iter()
        .collect()
}

fn withdrawal(
    rulebook: &Rulebook,
    (activity, rule): (&str, &ActivityRule),
    facts: &Facts,
) -> Effects {
    let own = Position {
        consent: Consent::Withdrawn,
        ..facts.own
    };
    let withdrawn = Facts {
        own,
        kept_until: None,
        ..*facts
    };
    let goes_on = may(&rule.rule, &withdrawn, Use::Ordinary, Timestamp::MIN).is_yes();
    // Only what rested on the consent alone: no basis is swapped in afterwards.
    let collections = rulebook.collections.iter();
    let resting = collections.filter(|(_, c)| c.activity == activity && c.by_consent);
    let (erased, rules): (Vec<String>, Vec<_>) = resting.map(|(n, c)| (n.clone(), c)).unzip();
    let suppressed = rules
        .iter()
        .any(|rule| rule.suppresses)
        .then(|| activity.to_owned());
    Effects {
        denied: (!goes_on)
            .then(|| activity.to_owned())
            .into_iter()
            .collect(),
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

/// The collections that an objection ends (Article 17(1)(c)): what another basis carries stays.
fn ended(rulebook: &Rulebook, rule: &ActivityRule, facts: &Facts) -> Vec<String> {
    let ends = |name: &&String| {
        let collection = rulebook.collections.get(*name);
        collection.is_some_and(|collection| collection.ends_by_objection(&rule.rule, facts))
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
        // Nothing is weighed, so nothing needs to be known of the person.
        effects
            .erased
            .extend(ended(rulebook, rule, &Facts::default()));
        effects.notified.extend(rule.recipients.iter().cloned());
    }
    effects.notified.extend(rulebook.group.iter().cloned());
    effects.notified.sort();
    effects.notified.dedup();
    effects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rules;

    fn told(book: &Rulebook, activity: &str, act: Act, told: bool) -> Result<Effects, ActRefusal> {
        effects(book, activity, (act, told), &Facts::default())
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn p3_1_3_a_withdrawal_denies_and_erases_what_rested_on_it() {
        let found = told(&rules(&[]), "newsletters", Act::Withdraw, false).unwrap();
        assert_eq!(found.denied, names(&["newsletters"]));
        assert_eq!(found.erased, names(&["newsletters.subscription"]));
        assert_eq!(found.suppressed, names(&["newsletters"]));
        assert_eq!((found.everywhere, found.decides), (false, None));
    }

    #[test]
    fn p3_2_4_a_marketing_objection_reaches_all_marketing_and_nothing_is_weighed() {
        let found = told(&rules(&[]), "profiling", Act::Object, false).unwrap();
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
        let found = told(&book, "recruitment", Act::Object, false).unwrap();
        assert_eq!(found.restricted, names(&["recruitment"]));
        assert_eq!(found.decides, Some(Task::AssessObjection));
        assert!(found.erased.is_empty());
        let upheld = told(&book, "recruitment", Act::Uphold, false).unwrap();
        assert_eq!(
            upheld.erased,
            names(&["recruitment.application"]),
            "the contract carries the offer"
        );
    }

    #[test]
    fn p5_4_a_restriction_is_checked_and_lifted_only_with_notice() {
        let book = rules(&[]);
        let found = told(&book, "support", Act::Restrict, false).unwrap();
        assert_eq!(found.decides, Some(Task::CheckRestriction));
        for act in [Act::Lift, Act::Reject] {
            assert_eq!(told(&book, "support", act, false), Err(ActRefusal::NotTold));
            assert_eq!(told(&book, "support", act, true), Ok(Effects::default()));
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
                told(&book, activity, act, true),
                Err(want),
                "{activity} {act:?}"
            );
        }
    }

    /// What is denied, and what is erased.
    type Reached<'a> = Result<(&'a [&'a str], &'a [&'a str]), ActRefusal>;

    #[test]
    fn p5_6_an_objection_reaches_what_no_other_basis_carries() {
        let book = rules(&[]);
        let both = ["party", "contact_person"];
        let customers = ["customers.account", "customers.invoice"];
        let carried = Err(ActRefusal::CarriedOtherwise);
        #[rustfmt::skip]
        let table: [(&[&str], Act, Reached<'_>); 8] = [
            (&["party"], Act::Object, carried),
            (&["party"], Act::Uphold, carried),
            (&["contact_person"], Act::Object, Ok((&["customers"], &[]))),
            (&["contact_person"], Act::Uphold, Ok((&["customers"], &customers))),
            (&both, Act::Object, Ok((&[], &[]))),
            (&both, Act::Uphold, Ok((&[], &[]))),
            (&[], Act::Object, Ok((&["customers"], &[]))),
            (&[], Act::Uphold, Ok((&["customers"], &customers))),
        ];
        for (states, act, want) in table {
            let facts = Facts {
                states: book.states("customers", states.iter().copied()),
                ..Facts::default()
            };
            let found = effects(&book, "customers", (act, false), &facts);
            let want = want.map(|(denied, erased)| (names(denied), names(erased)));
            let found = found.map(|found| (found.denied, found.erased));
            assert_eq!(found, want, "{states:?} {act:?}");
        }
    }

    #[test]
    fn p5_6_an_objection_that_is_upheld_spares_what_the_contract_carries() {
        let book = rules(&[]);
        let facts = Facts {
            states: book.states("recruitment", ["offered"]),
            ..Facts::default()
        };
        let objected = effects(&book, "recruitment", (Act::Object, false), &facts).unwrap();
        assert_eq!(objected.denied, names(&[]));
        assert_eq!(
            objected.restricted,
            names(&["recruitment"]),
            "the application is"
        );
        let upheld = effects(&book, "recruitment", (Act::Uphold, false), &facts).unwrap();
        assert_eq!(upheld.denied, names(&[]));
        assert_eq!(upheld.erased, names(&["recruitment.application"]));
    }

    #[test]
    fn p3_1_3_a_withdrawal_denies_nothing_that_another_basis_carries() {
        let interest = "legitimate_interest = { en = \"to answer\", nb = \"å svare\" }";
        let support = "basis              = { legitimate_interest = { en = \"to answer what visitors to our website ask us\", nb = \"å svare på det besøkende på nettstedet vårt spør oss om\" } }";
        let both = format!("basis = [\"consent\", {{ {interest} }}]");
        let book = rules(&[("activities/support.toml", support, &both)]);
        let found = told(&book, "support", Act::Withdraw, false).unwrap();
        assert_eq!((found.denied, found.erased), (names(&[]), names(&[])));
        assert!(depends_on_person(&book, "support", Act::Withdraw));
        assert!(!depends_on_person(&book, "support", Act::Restrict));
        assert!(!depends_on_person(&book, "newsletters", Act::Object));
    }
}
