//! May this person's data be used for this, now?

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ombud_core::decision::{Answer, Facts, Reason, Use, may};
use ombud_core::population::{Own, Person};
use ombud_core::retention::Event;
use ombud_core::rulebook::{ActivityRule, Rulebook};
use ombud_core::standing::{Consent, Objection, Scope, Standing};
use ombud_core::statement::VersionId;
use ombud_store::{Clock, IdentityHash, SubjectId, Tx};

use super::subject::{Asked, SubjectRef};
use super::{FlowError, Ombud, anchor};

/// The name under which choices for all activities at once are kept.
pub const EVERYWHERE: &str = "*";

/// How many people are loaded before others get their turn.
const LOADED_AT_ONCE: usize = 64;

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

/// A question about one of many people, each known by one identity.
#[derive(Clone, Copy)]
pub struct Question<'q> {
    /// The kind of identity.
    pub kind: &'q str,
    /// Its value, as it was written.
    pub value: &'q str,
    /// The activity asked about.
    pub activity: &'q str,
    /// The use asked about.
    pub use_for: Use,
}

impl Question<'_> {
    fn who(&self) -> SubjectRef {
        SubjectRef([(self.kind.to_owned(), self.value.to_owned())].into())
    }
}

impl std::fmt::Debug for Question<'_> {
    /// Without the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Question({}, {})", self.activity, self.use_for.name())
    }
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
        let decide = |answer| self.decision(answer, activity, use_for, now);
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
            let question = (identity, activity, use_for);
            if let Some(answer) = self.memory.may(held, question, now) {
                return Ok(decide(answer));
            }
        }
        let loaded = self.load(&asked).await?;
        if let Some((seen, identity)) = kept {
            let person = (identity, loaded.person(&self.book, now));
            self.memory.keep(seen, &self.book, std::iter::once(person));
        }
        let facts = loaded.facts(&self.book, activity, rule);
        Ok(decide(may(&rule.rule, &facts, use_for, now)))
    }

    /// What [`may`](Self::may) answers, if that is known without a query; nothing is refused here.
    pub fn recall(&self, question: &Question<'_>, now: Timestamp) -> Option<Answer> {
        let identity = self.alone(question.kind, question.value).ok()?;
        if !self.counted() {
            return None;
        }
        let seen = self.store.seen().ok()??;
        let question = (identity, question.activity, question.use_for);
        self.memory.may((seen, &self.book.version), question, now)
    }

    /// An answer with what it rests on.
    pub fn decision(
        &self,
        answer: Answer,
        activity: &str,
        use_for: Use,
        now: Timestamp,
    ) -> Decision {
        Decision {
            answer,
            activity: activity.to_owned(),
            use_for,
            version: self.book.version.clone(),
            decided_at: now,
        }
    }

    /// Decides for many people, in their order, as [`may`](Self::may) does for one. Whether anything
    /// was committed is asked once for all of them.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails; one in the place of an answer when that question names no
    /// identity.
    pub async fn may_each(
        &self,
        questions: &[Question<'_>],
        now: Timestamp,
    ) -> Result<Vec<Result<Answer, FlowError>>, FlowError> {
        let alone = |question: &Question<'_>| self.alone(question.kind, question.value);
        let asked: Vec<_> = questions.iter().map(alone).collect();
        // Clocks that are counted anew change what holds without a word from the store.
        let seen = if self.counted() {
            self.store.seen()?
        } else {
            None
        };
        let kept = match seen {
            Some(seen) => {
                let looks = asked.iter().zip(questions).map(|(asked, question)| {
                    let identity = *asked.as_ref().ok()?;
                    Some((identity, question.activity, question.use_for))
                });
                self.memory.may_each((seen, &self.book.version), looks, now)
            }
            None => vec![None; questions.len()],
        };
        let all = asked.iter().zip(questions).zip(&kept);
        let missing = all.filter_map(|((asked, question), kept)| {
            let fresh = kept.is_none() && !self.is_hint(question.kind);
            asked.as_ref().ok().copied().filter(|_| fresh)
        });
        let loaded = self.load_each(missing.collect()).await?;
        if let Some(seen) = seen {
            let people = loaded.iter();
            let people =
                people.map(|(identity, loaded)| (*identity, loaded.person(&self.book, now)));
            self.memory.keep(seen, &self.book, people);
        }
        let mut answers = Vec::with_capacity(questions.len());
        for ((asked, question), kept) in asked.into_iter().zip(questions).zip(kept) {
            answers.push(match (asked, kept) {
                (Err(error), _) => Err(error),
                (Ok(_), Some(answer)) => Ok(answer),
                (Ok(identity), None) => self.answer(question, loaded.get(&identity), now).await,
            });
        }
        Ok(answers)
    }

    /// The answer for whoever has been loaded, or is loaded now.
    async fn answer(
        &self,
        question: &Question<'_>,
        loaded: Option<&Loaded>,
        now: Timestamp,
    ) -> Result<Answer, FlowError> {
        let (activity, use_for) = (question.activity, question.use_for);
        if let (Some(loaded), Some(rule)) = (loaded, self.book.activities.get(activity)) {
            let facts = loaded.facts(&self.book, activity, rule);
            return Ok(may(&rule.rule, &facts, use_for, now));
        }
        let decision = self.may(&question.who(), activity, use_for, now).await;
        decision.map(|decision| decision.answer)
    }

    /// What [`load`](Self::load) finds for each of many people, each known by one identity that is no
    /// hint.
    async fn load_each(
        &self,
        identities: BTreeSet<IdentityHash>,
    ) -> Result<BTreeMap<IdentityHash, Loaded>, FlowError> {
        let identities: Vec<_> = identities.into_iter().collect();
        let mut loaded = BTreeMap::new();
        for some in identities.chunks(LOADED_AT_ONCE) {
            self.load_some(some, &mut loaded).await?;
            // Embedded data is read on this thread: others get their turn in between.
            tokio::task::yield_now().await;
        }
        Ok(loaded)
    }

    async fn load_some(
        &self,
        identities: &[IdentityHash],
        loaded: &mut BTreeMap<IdentityHash, Loaded>,
    ) -> Result<(), FlowError> {
        let counted = self.counted();
        let asked: Vec<_> = identities
            .iter()
            .map(|hash| (hash.bucket(), *hash))
            .collect();
        let find = self
            .store
            .read_each::<_, _, FlowError, _>("subject.find", asked, |tx, hash| {
                Ok((tx.subject_of(hash)?, tx.suppressions_of(hash)?))
            });
        let found = find.await?;
        let owners = found.iter().filter_map(|(subject, _)| *subject);
        let asked = owners.map(|subject| (self.store.bucket_of(subject), subject));
        let read =
            self.store
                .read_each::<_, _, FlowError, _>("may", asked.collect(), |tx, subject| {
                    Ok((tx.standings_of(subject)?, tx.clocks_of(subject)?))
                });
        let mut rows = read.await?.into_iter();
        for (identity, (subject, suppressed)) in identities.iter().zip(found) {
            let (standings, clocks) = subject.and_then(|_| rows.next()).unwrap_or_default();
            let of_one = Loaded {
                suppressed: suppressed.into_iter().collect(),
                standings: standings.into_iter().collect(),
                clocks,
                counted,
            };
            loaded.insert(*identity, of_one);
        }
        Ok(())
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

    /// The same for all activities, in their order. A birthday that has passed changes nothing more.
    fn person(&self, book: &Rulebook, now: Timestamp) -> Person {
        let mut person = Person::default();
        for (activity, rule) in &book.activities {
            let facts = self.facts(book, activity, rule);
            person.all = facts.all;
            person.own.push(Own {
                position: facts.own,
                states: facts.states,
                kept_until: facts.kept_until,
                of_age_at: facts.of_age_at.filter(|at| now < *at),
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
pub(super) fn opted_out(facts: &mut Facts, rule: &ActivityRule) {
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
    let states = stored.iter().flat_map(anchor::Facts::lasting);
    // The last due instant of the activity's clocks, when all have one. Clocks that the person's own
    // act ended are left out: the act itself is the better reason.
    let opted = [Event::WITHDRAWAL, Event::OBJECTION];
    let lasting = mine.zip(&stored).filter(|(_, facts)| {
        !opted
            .iter()
            .any(|event| facts.events.contains_key(event.name()))
    });
    let dues: Option<Vec<Timestamp>> = lasting
        .map(
            |(clock, facts)| match book.collections.get(&clock.key.collection) {
                // Taken out of use until it is erased, or held for a law alone, whatever happens later.
                Some(_) | None if clock.stage > 0 || facts.reduced => Some(Timestamp::MIN),
                // Held for a claim alone; or what comes next is not the end.
                Some(rule) if facts.is_held() || !rule.ends_at_once() => {
                    anchor::ends_at(book, rule, &facts.without_holds())
                }
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
        of_age_at: of_age_at(book, rule, clocks),
    }
}

/// The instant from which a person is as old as an activity asks for, by the dates of birth that any of
/// their clocks was told; where they differ, by the last.
fn of_age_at(book: &Rulebook, rule: &ActivityRule, clocks: &[Clock]) -> Option<Timestamp> {
    let years = rule.minimum_age()?;
    let births = clocks.iter();
    let births = births.filter_map(|clock| anchor::Facts::parse(&clock.anchors).born_on);
    births
        .max()
        .map(|born_on| book.calendar.of_age_at(born_on, years))
}
