//! May this person's data be used for this, now?

use std::collections::BTreeMap;

use jiff::Timestamp;
use ombud_core::decision::{Answer, Facts, Reason, Use, may};
use ombud_core::population::{Own, Person};
use ombud_core::retention::Event;
use ombud_core::rulebook::{ActivityRule, Rulebook};
use ombud_core::standing::{Consent, Objection, Scope, Standing};
use ombud_core::statement::VersionId;
use ombud_store::{Clock, SubjectId, Tx};

use super::subject::{Asked, SubjectRef};
use super::{FlowError, Ombud, anchor};

/// The name under which choices for all activities at once are kept.
pub const EVERYWHERE: &str = "*";

/// A decision with all it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub answer: Answer,
    /// The activity asked about.
    pub activity: String,
    /// The use asked about.
    pub use_for: Use,
    /// The statement in force.
    pub version: VersionId,
    /// The instant it was decided for.
    pub decided_at: Timestamp,
}

impl Ombud {
    /// Decides. A stranger is answered like a person who never chose anything.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the reference names no declared identity, or the store fails. An activity
    /// that is not declared is no error: the answer is no.
    pub async fn may(
        &self,
        who: &SubjectRef,
        activity: &str,
        use_for: Use,
        now: Timestamp,
    ) -> Result<Decision, FlowError> {
        let decide = |answer| Decision {
            answer,
            activity: activity.to_owned(),
            use_for,
            version: self.book.version.clone(),
            decided_at: now,
        };
        let asked = self.asked(who)?;
        let Some(rule) = self.book.activities.get(activity) else {
            return Ok(decide(Answer::No(Reason::UnknownActivity)));
        };
        // Clocks that are counted anew change what holds without a word from the store.
        let kept = match asked.only().filter(|_| self.counted()) {
            Some(identity) => self.store.seen()?.map(|seen| (seen, identity)),
            None => None,
        };
        if let Some((seen, identity)) = kept {
            let held = (seen, &self.book.version);
            let answer = self.memory.may(held, identity, activity, use_for, now);
            if let Some(answer) = answer {
                return Ok(decide(answer));
            }
        }
        let loaded = self.load(&asked).await?;
        if let Some((seen, identity)) = kept {
            let person = loaded.person(&self.book);
            self.memory.keep(seen, &self.book, identity, &person);
        }
        let facts = loaded.facts(&self.book, activity, rule);
        Ok(decide(may(&rule.rule, &facts, use_for, now)))
    }

    /// What a decision needs to know of a person, known or not, in one activity.
    pub(super) async fn facts(
        &self,
        who: &SubjectRef,
        activity: &str,
        rule: &ActivityRule,
    ) -> Result<Facts, FlowError> {
        let loaded = self.load(&self.asked(who)?).await?;
        Ok(loaded.facts(&self.book, activity, rule))
    }

    async fn load(&self, asked: &Asked) -> Result<Loaded, FlowError> {
        let counted = self.counted();
        let found = self.found(asked).await?;
        let (standings, clocks) = match found.subject {
            None => Default::default(),
            Some(subject) => {
                let bucket = self.store.bucket_of(subject);
                let read = self
                    .store
                    .read::<_, FlowError, _>("may", bucket, move |tx| {
                        Ok((tx.standings_of(subject)?, tx.clocks_of(subject)?))
                    });
                read.await?
            }
        };
        Ok(Loaded {
            suppressed: found.suppressed,
            standings: standings.into_iter().collect(),
            clocks,
            counted,
        })
    }
}

/// All rows about a person that decisions rest on.
struct Loaded {
    suppressed: BTreeMap<String, Timestamp>,
    standings: BTreeMap<String, Standing>,
    clocks: Vec<Clock>,
    counted: bool,
}

impl Loaded {
    fn standing(&self, activity: &str) -> Standing {
        self.standings.get(activity).copied().unwrap_or_default()
    }

    fn facts(&self, book: &Rulebook, activity: &str, rule: &ActivityRule) -> Facts {
        let standings = [&self.standing(activity), &self.standing(EVERYWHERE)];
        let activity_rule = (activity, rule);
        let mut facts = facts_of(book, activity_rule, standings, &self.clocks, self.counted);
        if self.suppressed.contains_key(activity) {
            opted_out(&mut facts, rule);
        }
        facts
    }

    /// The same for all activities, in their order.
    fn person(&self, book: &Rulebook) -> Person {
        let mut person = Person::default();
        for (activity, rule) in &book.activities {
            let facts = self.facts(book, activity, rule);
            person.all = facts.all;
            person.age = facts.age;
            person.own.push(Own {
                position: facts.own,
                states: facts.states,
                kept_until: facts.kept_until,
            });
        }
        person
    }
}

/// An opt-out that outlived its ledger counts as if it still stood there.
///
/// # Source
///
/// GDPR Articles 7(3), 21(3).
fn opted_out(facts: &mut Facts, rule: &ActivityRule) {
    if facts.own.consent == Consent::Never {
        facts.own.consent = Consent::Withdrawn;
    }
    let by_consent = rule.rule.bases.iter().all(|(basis, _)| basis.is_consent());
    let quiet = matches!(facts.own.objection, Objection::None | Objection::Ended);
    if !by_consent && quiet {
        facts.own.objection = Objection::Pending;
    }
}

/// Loads what a decision needs to know of a person in one activity. `counted` says whether the stored
/// due instants are what these rules come to; where they are not, the stricter instant counts.
pub(super) fn facts(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    (activity, subject): (&str, SubjectId),
    counted: bool,
) -> Result<Facts, FlowError> {
    let Some(rule) = book.activities.get(activity) else {
        return Ok(Facts::default());
    };
    let own = tx.standing(subject, activity)?.unwrap_or_default();
    let all = tx.standing(subject, EVERYWHERE)?.unwrap_or_default();
    let clocks = tx.clocks_of(subject)?;
    Ok(facts_of(
        book,
        (activity, rule),
        [&own, &all],
        &clocks,
        counted,
    ))
}

/// The same, from rows that are at hand: the standing in the activity and the one everywhere.
pub(super) fn facts_of(
    book: &Rulebook,
    (activity, rule): (&str, &ActivityRule),
    [own, all]: [&Standing; 2],
    clocks: &[Clock],
    counted: bool,
) -> Facts {
    let mine = clocks
        .iter()
        .filter(|clock| rule.collections.contains(&clock.key.collection));
    let stored: Vec<_> = mine
        .clone()
        .map(|clock| anchor::Facts::parse(&clock.anchors))
        .collect();
    let states = stored
        .iter()
        .flat_map(|facts| facts.states.keys().map(String::as_str));
    // The last due instant of the activity's clocks, when all have one. Clocks that the person's own
    // act ended are left out: the act itself is the better reason. What a law holds beyond its time is
    // held for that law alone.
    let opted = [Event::WITHDRAWAL, Event::OBJECTION];
    let lasting = mine.zip(&stored).filter(|(_, facts)| {
        !opted
            .iter()
            .any(|event| facts.events.contains_key(event.name()))
    });
    let dues: Option<Vec<Timestamp>> = lasting
        .map(
            |(clock, facts)| match book.collections.get(&clock.key.collection) {
                // Taken out of use until it is erased.
                Some(_) | None if clock.stage > 0 => Some(Timestamp::MIN),
                Some(rule) if facts.reduced => anchor::ends_at(book, rule, facts),
                Some(rule) if !counted => {
                    let ends = [clock.due_at, anchor::ends_at(book, rule, facts)];
                    ends.into_iter().flatten().min()
                }
                Some(_) | None => clock.due_at,
            },
        )
        .collect();
    Facts {
        own: rule.position(own, all),
        all: all.position(Scope::default()),
        states: book.states(activity, states),
        kept_until: dues.and_then(|dues| dues.into_iter().max()),
        age: None,
    }
}
