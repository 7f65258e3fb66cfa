//! Records: what they hold, how long they are kept, and what happens then.

use super::retention::{ending, reach};
use super::{Differ, Grade, Kind, Said, Spot, both};
use crate::language::Localized;
use crate::statement::Reading;
use crate::statement::model::{Activity, Collection, Hold, OneOrMany};
use crate::statement::prose;

impl Differ<'_> {
    pub(super) fn collections(&mut self, spot: &Spot, (old, new): (&Activity, &Activity)) {
        let spot = spot.key("collections");
        for (name, collection) in &old.collections {
            if !new.collections.contains_key(name) {
                let gone = Said::new(name, collection.title.clone());
                let at = spot.key(name);
                self.change(&at, Kind::Collection, Grade::Better, [Some(gone), None]);
            }
        }
        for (name, after) in &new.collections {
            let at = spot.key(name);
            match old.collections.get(name) {
                None => {
                    let added = Said::new(name, after.title.clone());
                    self.change(&at, Kind::Collection, Grade::Worse, [None, Some(added)]);
                }
                Some(before) => self.collection(&at, (old, before), (new, after)),
            }
        }
    }

    fn collection(
        &mut self,
        spot: &Spot,
        (old_activity, old): (&Activity, &Collection),
        (new_activity, new): (&Activity, &Collection),
    ) {
        let inside = Spot {
            title: within(&new.title, &spot.title),
            ..spot.clone()
        };
        if old.keep != new.keep {
            self.scored(
                (&inside.key("keep"), Kind::Retention),
                (
                    Some(kept(self.old, old_activity, old)),
                    reach(old.keep.as_ref()),
                ),
                (
                    Some(kept(self.new, new_activity, new)),
                    reach(new.keep.as_ref()),
                ),
            );
        }
        if old.then != new.then {
            let say = |collection: &Collection| {
                collection.then.as_ref().map(|t| Said::same(t.to_string()))
            };
            self.scored(
                (&inside.key("then"), Kind::Ending),
                (say(old), ending(old.then.as_ref())),
                (say(new), ending(new.then.as_ref())),
            );
        }
        let holds = |collection: &Collection| -> Vec<Hold> {
            let holds = collection.hold.iter().flat_map(OneOrMany::as_slice);
            holds.cloned().collect()
        };
        self.set(
            (&inside.key("hold"), Kind::Hold, Grade::Worse),
            &holds(old),
            &holds(new),
            |hold| Said::same(format!("{} ({})", hold.law, hold.keep)),
        );
        self.fields(&inside.key("fields"), (old, new));
    }

    fn fields(&mut self, spot: &Spot, (old, new): (&Collection, &Collection)) {
        let said = |collection: &Collection, name: &str| {
            let field = collection.fields.get(name)?;
            let words = both(|language| prose::field_title(name, field, language));
            Some(Said::new(format!("{name} ({})", field.category), words))
        };
        let names = old.fields.keys().chain(new.fields.keys());
        let names: std::collections::BTreeSet<&String> = names.collect();
        for name in names {
            let at = spot.key(name);
            let (before, after) = (old.fields.get(name), new.fields.get(name));
            let values = [said(old, name), said(new, name)];
            match (before, after) {
                (Some(before), Some(after)) if before.category == after.category => {
                    let needed = |optional: bool| {
                        let words = if optional {
                            Localized::new("may be left out", "kan utelates")
                        } else {
                            Localized::new("is required", "må oppgis")
                        };
                        Some(Said::new(
                            if optional { "optional" } else { "required" },
                            words,
                        ))
                    };
                    let at = at.key("optional");
                    let score = |optional: bool| u8::from(!optional);
                    self.scored(
                        (&at, Kind::Data),
                        (needed(before.optional), score(before.optional)),
                        (needed(after.optional), score(after.optional)),
                    );
                }
                (Some(_) | None, Some(_)) => {
                    self.change(&at, Kind::Data, Grade::Worse, values);
                }
                (Some(_), None) => self.change(&at, Kind::Data, Grade::Better, values),
                (None, None) => {}
            }
        }
    }
}

/// The rule as it is written, and as people read it.
fn kept(reading: &Reading, activity: &Activity, collection: &Collection) -> Said {
    let phrases = collection.keep.iter().flat_map(OneOrMany::as_slice);
    let phrases: Vec<String> = phrases.map(ToString::to_string).collect();
    let words = both(|language| {
        let sentence = prose::kept(reading, (activity, collection), language);
        let none = prose::words::pick(language, "no period is named", "ingen frist er oppgitt");
        sentence.unwrap_or_else(|| none.to_owned())
    });
    let plain = if phrases.is_empty() {
        "no period".to_owned()
    } else {
        phrases.join("; ")
    };
    Said::new(plain, words)
}

/// What something is called, with what it belongs to.
pub(super) fn within(title: &Localized, activity: &Localized) -> Localized {
    both(|language| format!("{} ({})", title.get(language), activity.get(language)))
}
