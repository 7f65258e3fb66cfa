//! Promises: what is promised, and what measures whether it is kept.

use super::collection::within;
use super::{Differ, Grade, Kind, Said, Spot, both};
use crate::board::{self, Measured};
use crate::language::Localized;
use crate::statement::model::{Promise, Promises};
use crate::statement::promise::Proof;
use crate::statement::{Reading, prose};

impl<'a> Differ<'a> {
    /// A promise that is dropped is worse for people, and so is one that loses what measures it.
    pub(super) fn promises(&mut self, old: &Promises, new: &Promises) {
        let (old, new) = (&old.promises, &new.promises);
        for (id, gone) in old.iter().filter(|(id, _)| !new.contains_key(*id)) {
            let values = [Some(says(gone)), None];
            self.change(&spot(id, gone), Kind::Promise, Grade::Worse, values);
        }
        for (id, after) in new {
            let spot = spot(id, after);
            match old.get(id) {
                None => {
                    let values = [None, Some(says(after))];
                    self.change(&spot, Kind::Promise, Grade::Better, values);
                }
                Some(before) => self.promise(&spot, before, after),
            }
        }
    }

    fn promise(&mut self, spot: &Spot, old: &Promise, new: &Promise) {
        let values = [Some(says(old)), Some(says(new))];
        self.change(&spot.key("says"), Kind::Promise, Grade::Judge, values);
        let section = |promise: &Promise| Some(Said::same(&promise.section));
        let values = [section(old), section(new)];
        self.change(&spot.key("section"), Kind::Wording, Grade::Neutral, values);
        let missing = |from: &Promise, of: &Promise| -> Vec<Proof> {
            let proofs = of.proof.iter().filter(|proof| !from.proof.contains(proof));
            proofs.cloned().collect()
        };
        let (gone, added) = (missing(new, old), missing(old, new));
        if gone.is_empty() && added.is_empty() {
            return;
        }
        let measures = |proofs: &[Proof]| proofs.iter().any(|p| !matches!(p, Proof::Needs(_)));
        let grade = match (measures(&gone), measures(&added)) {
            (true, false) => Grade::Worse,
            (false, true) => Grade::Better,
            (true, true) | (false, false) => Grade::Judge,
        };
        let values = [self.proofs(old), self.proofs(new)];
        self.change(&spot.key("proof"), Kind::Proof, grade, values);
    }

    fn proofs(&self, promise: &Promise) -> Option<Said> {
        let plain: Vec<String> = promise.proof.iter().map(ToString::to_string).collect();
        let words = both(|language| {
            let said = promise.proof.iter().map(|proof| {
                let words = self.proof(proof);
                words.get(language).to_owned()
            });
            prose::words::and_list(&said.collect::<Vec<_>>(), language)
        });
        (!plain.is_empty()).then(|| Said::new(plain.join(", "), words))
    }

    /// What a proof measures, in words; for one that waits for machinery, why it measures nothing.
    fn proof(&self, proof: &Proof) -> Localized {
        let (en, nb) = match proof {
            Proof::Needs(_) => return board::judge(proof, &Measured::Nothing).because,
            Proof::Published => ("the published text", "den publiserte teksten"),
            Proof::Contact => ("the contact details", "kontaktopplysningene"),
            Proof::Gaps => ("gaps that are settled", "hull som er avklart"),
            Proof::Versions => ("stored versions", "lagrede versjoner"),
            Proof::Sealed => ("sealed records", "forseglede oppføringer"),
            Proof::Evidence => ("evidence that is whole", "bevis som er hele"),
            Proof::Agreements => ("agreements with recipients", "avtaler med mottakere"),
            Proof::Transfers => ("grounds for transfers", "grunnlag for overføringer"),
            Proof::ClosedWorld(_) => ("declared fields only", "bare oppgitte felt"),
            Proof::Basis(_) => ("a basis in force", "et gyldig grunnlag"),
            Proof::Consent(_) => ("no use without consent", "ingen bruk uten samtykke"),
            Proof::Objection(_) => ("no use after an objection", "ingen bruk etter en protest"),
            Proof::Recipients(_) => ("declared recipients only", "bare oppgitte mottakere"),
            Proof::ErasedOnWithdrawal(_) => (
                "erasure on withdrawal",
                "sletting når samtykket trekkes tilbake",
            ),
            Proof::Cap(_) => ("the longest period", "den lengste fristen"),
        };
        let words = Localized::new(en, nb);
        let title = proof.target().and_then(|target| self.title_of(target));
        title.map_or(words.clone(), |title| within(&words, title))
    }

    /// What people call an activity, or a collection of one.
    fn title_of(&self, target: &str) -> Option<&'a Localized> {
        let titled = |reading: &'a Reading| match reading.collection(target) {
            Some((_, collection)) => Some(&collection.title),
            None => reading
                .activities
                .get(target)
                .map(|activity| &activity.title),
        };
        [self.new, self.old].into_iter().find_map(titled)
    }
}

fn spot(id: &str, promise: &Promise) -> Spot {
    Spot {
        at: format!("promises.{id}"),
        section: Some(promise.section.clone()),
        title: Localized::new(format!("Promise {id}"), format!("Løfte {id}")),
    }
}

fn says(promise: &Promise) -> Said {
    Said::same_in(&promise.says)
}
