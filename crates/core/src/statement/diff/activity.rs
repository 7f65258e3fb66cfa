//! Activities: why, on what basis, with whom, and what say people have.

use super::{Differ, Grade, Kind, Said, Spot, both};
use crate::dpv;
use crate::language::{Language, Localized};
use crate::statement::model::{
    Activity, AutomatedDecisions, BasisName, Channel, Provision, Role, Source, SpecialCategories,
};
use crate::statement::{Reading, names, prose};

impl Differ<'_> {
    pub(super) fn activities(&mut self) {
        for (id, activity) in &self.old.activities {
            if !self.new.activities.contains_key(id) {
                let gone = Some(Said::new(id, activity.why.clone()));
                self.change(
                    &spot(id, activity),
                    Kind::Activity,
                    Grade::Better,
                    [gone, None],
                );
            }
        }
        for (id, new) in &self.new.activities {
            let spot = spot(id, new);
            match self.old.activities.get(id) {
                None => {
                    let added = Some(Said::new(id, new.why.clone()));
                    self.change(&spot, Kind::Activity, Grade::Worse, [None, added]);
                }
                Some(old) => {
                    self.purposes(&spot, (old, new));
                    self.basis(&spot, (old, new));
                    self.uses(&spot, (old, new));
                    self.say(&spot, (old, new));
                    self.shares(&spot, (old, new));
                    self.collections(&spot, (old, new));
                }
            }
        }
    }

    fn purposes(&mut self, spot: &Spot, (old, new): (&Activity, &Activity)) {
        self.set(
            (&spot.key("purpose"), Kind::Purpose, Grade::Worse),
            old.purpose.as_slice(),
            new.purpose.as_slice(),
            term,
        );
        self.flag(
            &spot.key("exclusively"),
            (Kind::Purpose, false),
            (old.exclusively, new.exclusively),
        );
        self.set(
            (&spot.key("subjects"), Kind::Subjects, Grade::Worse),
            old.subjects.as_slice(),
            new.subjects.as_slice(),
            term,
        );
        if old.role != new.role {
            let say = |role: &Role| Some(Said::same_in(&names::role(role)));
            let values = [say(&old.role), say(&new.role)];
            self.change(&spot.key("role"), Kind::Role, Grade::Judge, values);
        }
    }

    /// Bases are compared by the say they leave to people; the interest's words are wording.
    fn basis(&mut self, spot: &Spot, (old, new): (&Activity, &Activity)) {
        let named = |activity: &Activity| -> Vec<(BasisName, Option<String>)> {
            let bases = activity.bases();
            bases.map(|b| (b.name, b.when.map(str::to_owned))).collect()
        };
        if named(old) == named(new) {
            return;
        }
        let say = |activity: &Activity| {
            let plain: Vec<&str> = activity.bases().map(|basis| basis.name.article()).collect();
            let words = both(|language| {
                let bases = activity.bases();
                let bases: Vec<String> = bases.map(|b| prose::words::basis(&b, language)).collect();
                prose::words::and_list(&bases, language)
            });
            Some(Said::new(plain.join(", "), words))
        };
        self.scored(
            (&spot.key("basis"), Kind::Basis),
            (say(old), powerless(old)),
            (say(new), powerless(new)),
        );
    }

    fn uses(&mut self, spot: &Spot, (old, new): (&Activity, &Activity)) {
        // With the mark the absolute right to object goes, where no purpose of marketing goes with it.
        let mut purposes = old.purpose.as_slice().iter();
        let given_up = purposes.any(|purpose| dpv::is_direct_marketing(purpose));
        self.flag(
            &spot.key("marketing"),
            (Kind::Marketing, given_up || !old.marketing),
            (old.marketing, new.marketing),
        );
        self.flag(
            &spot.key("profiling"),
            (Kind::Profiling, true),
            (old.profiling, new.profiling),
        );
        let automated = |activity: &Activity| match &activity.automated_decisions {
            Some(AutomatedDecisions::Logic(logic)) => Some(Said::new("logic", logic.clone())),
            Some(AutomatedDecisions::None) | None => None,
        };
        let (before, after) = (automated(old), automated(new));
        let scores = (u8::from(before.is_some()), u8::from(after.is_some()));
        self.scored(
            (&spot.key("automated_decisions"), Kind::AutomatedDecision),
            (before, scores.0),
            (after, scores.1),
        );
        let special = |activity: &Activity| {
            let said = activity.special_categories.as_ref();
            said.map(|special| Said::same_in(&names::special_categories(special)))
        };
        self.scored(
            (&spot.key("special_categories"), Kind::SpecialCategories),
            (special(old), sensitive(old)),
            (special(new), sensitive(new)),
        );
        self.set(
            (&spot.key("messages"), Kind::Messages, Grade::Worse),
            &old.messages,
            &new.messages,
            |way| channel(*way),
        );
    }

    fn say(&mut self, spot: &Spot, (old, new): (&Activity, &Activity)) {
        let ways = [
            ("withdraw", Kind::Withdrawal, &old.withdraw, &new.withdraw),
            ("object", Kind::Objection, &old.object, &new.object),
        ];
        for (key, kind, before, after) in ways {
            self.set(
                (&spot.key(key), kind, Grade::Better),
                before,
                after,
                |way| channel(*way),
            );
        }
        let delay = |activity: &Activity| activity.takes_effect_within;
        let said = |activity: &Activity| {
            delay(activity).map(|p| Said::new(p.to_string(), both(|language| p.text(language))))
        };
        let minutes = |activity: &Activity| {
            delay(activity).map_or(0, crate::retention::Period::average_minutes)
        };
        self.scored(
            (&spot.key("takes_effect_within"), Kind::Withdrawal),
            (said(old), minutes(old)),
            (said(new), minutes(new)),
        );
        let age = |activity: &Activity| activity.minimum_age.map(|age| Said::same(age.to_string()));
        let young = |activity: &Activity| u8::MAX.saturating_sub(activity.minimum_age.unwrap_or(0));
        self.scored(
            (&spot.key("minimum_age"), Kind::Age),
            (age(old), young(old)),
            (age(new), young(new)),
        );
        let provision = |activity: &Activity| activity.provision.as_ref().map(given);
        let forced = |activity: &Activity| match &activity.provision {
            Some(provision) => u8::from(!provision.voluntary),
            None => 2,
        };
        self.scored(
            (&spot.key("provision"), Kind::Provision),
            (provision(old), forced(old)),
            (provision(new), forced(new)),
        );
    }

    fn shares(&mut self, spot: &Spot, (old, new): (&Activity, &Activity)) {
        let (before, after) = (self.old, self.new);
        let named = |name: &String| {
            let in_one =
                |reading: &Reading| reading.header.recipients.get(name).map(|r| r.title.clone());
            let title = in_one(after).or_else(|| in_one(before));
            Said::new(name, title.unwrap_or_else(|| Localized::new(name, name)))
        };
        self.set(
            (&spot.key("recipients"), Kind::Recipient, Grade::Worse),
            &old.recipients,
            &new.recipients,
            named,
        );
        self.flag(
            &spot.key("kept_inside"),
            (Kind::Recipient, false),
            (old.kept_inside, new.kept_inside),
        );
        let others = |activity: &Activity| -> Vec<Source> {
            let from = activity.sources.iter();
            from.filter(|source| **source != Source::Subject)
                .cloned()
                .collect()
        };
        self.set(
            (&spot.key("sources"), Kind::Source, Grade::Worse),
            &others(old),
            &others(new),
            |source| Said::same_in(&names::source(source)),
        );
    }

    /// A flag that is worse for people when it is `worse`.
    fn flag(&mut self, spot: &Spot, (kind, worse): (Kind, bool), (old, new): (bool, bool)) {
        let said = |set: bool| Some(Said::same_in(&names::yes_no(set)));
        self.scored(
            (spot, kind),
            (said(old), old == worse),
            (said(new), new == worse),
        );
    }
}

fn spot(id: &str, activity: &Activity) -> Spot {
    Spot {
        at: format!("activities.{id}"),
        section: Some(activity.section.clone()),
        title: activity.title.clone(),
    }
}

fn term(term: &String) -> Said {
    let words = dpv::term(term).map(|term| both(|language| term.title(language).to_owned()));
    Said::new(term, words.unwrap_or_else(|| Localized::new(term, term)))
}

fn channel(channel: Channel) -> Said {
    Said::same_in(&names::channel(channel))
}

fn given(provision: &Provision) -> Said {
    let words = both(|language| {
        let must = match (language, provision.voluntary) {
            (Language::En, true) => "voluntary",
            (Language::En, false) => "required",
            (Language::Nb, true) => "frivillig",
            (Language::Nb, false) => "påkrevd",
        };
        format!("{must} ({})", provision.consequence.get(language))
    });
    Said::same_in(&words)
}

/// How little say a basis leaves: consent can be withdrawn, an interest or a task objected to, a
/// contract ended, a duty nothing. The weakest of several counts, then how many there are.
fn powerless(activity: &Activity) -> (u8, usize, u32) {
    let score = |name: BasisName| match name {
        BasisName::ExplicitConsent => 0,
        BasisName::Consent => 1,
        BasisName::LegitimateInterest | BasisName::PublicTask => 2,
        BasisName::Contract => 3,
        BasisName::VitalInterest => 4,
        BasisName::LegalObligation => 5,
    };
    let scores: Vec<u8> = activity.bases().map(|basis| score(basis.name)).collect();
    let weakest = scores.iter().copied().max().unwrap_or(u8::MAX);
    (
        weakest,
        scores.len(),
        scores.iter().map(|score| u32::from(*score)).sum(),
    )
}

fn sensitive(activity: &Activity) -> u8 {
    match &activity.special_categories {
        Some(SpecialCategories::Excluded(_)) => 0,
        None => 1,
        Some(SpecialCategories::Condition(_)) => 2,
        Some(SpecialCategories::Reminder(_)) => 3,
    }
}

impl Said {
    /// A value that is written as its English words.
    pub(super) fn same_in(words: &Localized) -> Said {
        Said::new(words.get(Language::En), words.clone())
    }
}
