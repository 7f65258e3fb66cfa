//! Facts that clocks count from: told, stored, and turned into due instants.

use jiff::Timestamp;
use ombud_core::anchor::{self, Change, Renewal, Told};
use ombud_core::evidence::Fact;
use ombud_core::intake::{self, Refusal};
use ombud_core::retention::{Due, Event, WaitVerb, due, kept_last};
use ombud_core::rulebook::{CollectionRule, Rulebook};
use ombud_core::sweep::{self, Awaited};
use ombud_store::{Clock, ClockId, ClockKey, ClockState, RecordId, RecordState, SubjectId, Tx};
use serde::{Deserialize, Serialize};

pub(super) use super::facts::Facts;
use super::ledger::is_restricted;
use super::once::Command;
use super::subject::SubjectRef;
use super::{FlowError, Ombud, record};

/// Until when the rule keeps, whatever a law holds beyond; none while it waits or for ever.
pub(super) fn ends_at(book: &Rulebook, rule: &CollectionRule, facts: &Facts) -> Option<Timestamp> {
    let keep = rule.keep.as_ref()?;
    match due(keep, &facts.anchors(rule), &book.calendar) {
        Due::At(instant) => Some(instant),
        Due::Waiting(_) | Due::Never(_) => None,
    }
}

/// Whether the period has ended, whatever keeps the records beyond it for a claim alone.
pub(super) fn is_over(
    book: &Rulebook,
    rule: &CollectionRule,
    facts: &Facts,
    now: Timestamp,
) -> bool {
    let ends = ends_at(book, rule, &facts.without_holds());
    ends.is_some_and(|ends| ends <= now)
}

/// What a clock waits for after so many waits before its end have begun.
pub(super) fn awaited(
    book: &Rulebook,
    rule: &CollectionRule,
    facts: &Facts,
    begun: i64,
    now: Timestamp,
) -> Awaited {
    let anchors = facts.anchors(rule);
    let candidate = facts.candidate(&anchors, begun);
    sweep::awaited(rule, &book.calendar, &candidate, now)
}

/// A clock with the instant and the state that its facts come to; `held` stops it, whatever they say.
pub(super) fn settled(
    book: &Rulebook,
    rule: &CollectionRule,
    clock: Clock,
    held: bool,
    now: Timestamp,
) -> Clock {
    let facts = Facts::parse(&clock.anchors);
    let awaited = awaited(book, rule, &facts, clock.stage, now);
    let state = match awaited.tell {
        _ if held => ClockState::Held,
        Some(_) => ClockState::Awaits,
        None => ClockState::Live,
    };
    Clock {
        due_at: awaited.at,
        state,
        ..clock
    }
}

/// Which clock a record of this rule hangs on.
pub(super) fn clock_of(rule: &CollectionRule, record: RecordId) -> ClockId {
    if rule.shared_clock {
        ClockId::SHARED
    } else {
        ClockId::of_record(record)
    }
}

/// A change of clocks of one person, at an instant, under these rules.
pub(super) struct Counting<'a, 't> {
    pub(super) tx: &'a mut Tx<'t>,
    pub(super) book: &'a Rulebook,
    pub(super) now: Timestamp,
}

impl Counting<'_, '_> {
    /// Changes the facts of a clock and works out its due instant anew, and that of every clock which
    /// depends on it; makes the clock when it is new.
    pub(super) fn change(
        &mut self,
        rule: &CollectionRule,
        key: &ClockKey,
        edit: impl FnOnce(&mut Facts),
    ) -> Result<Clock, FlowError> {
        let known = self.tx.clock(key)?;
        self.change_known(rule, (key, known.as_ref()), edit)
    }

    /// The same for a clock that has been read in this transaction, after its subject was locked.
    pub(super) fn change_known(
        &mut self,
        rule: &CollectionRule,
        (key, known): (&ClockKey, Option<&Clock>),
        edit: impl FnOnce(&mut Facts),
    ) -> Result<Clock, FlowError> {
        let before = known.map(|clock| Facts::parse(&clock.anchors));
        let mut facts = before.clone().unwrap_or_default();
        edit(&mut facts);
        self.learn(rule, key, &mut facts)?;
        let anchors = facts.anchors(rule);
        facts.taken.retain(|name| {
            // One that ends later after all may be there again.
            let keep = rule.field_keeps.get(name);
            keep.is_some_and(|keep| {
                matches!(due(keep, &anchors, &self.book.calendar), Due::At(ended) if ended <= self.now)
            })
        });
        let ended = before.as_ref().map(|facts| ends_at(self.book, rule, facts));
        let ends = ends_at(self.book, rule, &facts);
        if ended.is_some_and(|ended| ended.is_some() && ends.is_none_or(|ends| Some(ends) > ended))
        {
            facts.forget_notices();
        }
        let mut begun = known.map_or(0, |clock| clock.stage);
        if begun > 0 && !facts.reduced && !is_over(self.book, rule, &facts, self.now) {
            // Its time has not come after all: it is in use again.
            self.tx.set_record_state(key, RecordState::Live)?;
            begun = 0;
        }
        let held = self.is_held(known, before.as_ref(), &facts)?;
        let clock = Clock {
            key: key.clone(),
            anchors: facts.stored(),
            due_at: None,
            stage: begun,
            state: ClockState::Live,
        };
        let clock = settled(self.book, rule, clock, held, self.now);
        self.tx.save_clock(&clock)?;
        if rule.uses.last {
            self.count_others(rule, key)?;
        }
        if ended != Some(ends) {
            self.tell_followers(rule, key.subject, None)?;
        }
        Ok(clock)
    }

    /// What a clock would know once its facts are changed; nothing is.
    pub(super) fn foresee(
        &mut self,
        rule: &CollectionRule,
        key: &ClockKey,
        edit: impl FnOnce(&mut Facts),
    ) -> Result<Facts, FlowError> {
        let known = self.tx.clock(key)?;
        let mut facts = known
            .map(|clock| Facts::parse(&clock.anchors))
            .unwrap_or_default();
        edit(&mut facts);
        self.learn(rule, key, &mut facts)?;
        Ok(facts)
    }

    /// Whether a legal hold or a restriction stops the clock.
    fn is_held(
        &mut self,
        known: Option<&Clock>,
        before: Option<&Facts>,
        facts: &Facts,
    ) -> Result<bool, FlowError> {
        if facts.is_held() {
            return Ok(true);
        }
        let Some(known) = known.filter(|known| known.state == ClockState::Held) else {
            return Ok(false);
        };
        if before.is_some_and(Facts::is_held) {
            let subject = known.key.subject;
            let standings = self.tx.standings_of(subject)?.into_iter().collect();
            let clocks = self.tx.clocks_of(subject)?;
            return Ok(is_restricted(
                self.book,
                &standings,
                &clocks,
                &known.key.collection,
            ));
        }
        Ok(true)
    }

    /// What other clocks of the person say: how many newer records there are, and when the last record
    /// of another collection ends.
    fn learn(
        &mut self,
        rule: &CollectionRule,
        key: &ClockKey,
        facts: &mut Facts,
    ) -> Result<(), FlowError> {
        if !rule.uses.last && rule.uses.records.is_empty() {
            facts.events.remove(Event::OVERTAKEN.name());
            return Ok(());
        }
        let clocks = self.tx.clocks_of(key.subject)?;
        for full in rule.uses.records.values() {
            let Some(other) = self.book.collections.get(full) else {
                continue;
            };
            let clocks = clocks.iter().filter(|clock| clock.key.collection == *full);
            let ends: Vec<Option<Timestamp>> = clocks
                .map(|clock| ends_at(self.book, other, &Facts::parse(&clock.anchors)))
                .collect();
            // Of those that are gone, the last end that was known counts.
            if ends.is_empty() {
                continue;
            }
            match ends.into_iter().collect::<Option<Vec<_>>>() {
                Some(ends) => facts.records.extend(
                    ends.into_iter()
                        .max()
                        .map(|last| (full.clone(), last.as_millisecond())),
                ),
                None => drop(facts.records.remove(full)),
            }
        }
        facts.events.remove(Event::OVERTAKEN.name());
        let keep = rule.keep.as_ref();
        let most = keep.and_then(|keep| kept_last(keep, &facts.anchors(rule), &self.book.calendar));
        let Some(most) = most else { return Ok(()) };
        let own = (collected(facts), key.clock);
        let others = clocks
            .iter()
            .filter(|clock| clock.key.collection == key.collection && clock.key.clock != key.clock);
        let newer = others.map(|clock| (collected(&Facts::parse(&clock.anchors)), clock.key.clock));
        let mut newer: Vec<_> = newer.filter(|other| *other > own).collect();
        newer.sort_unstable();
        // The one with which there were as many newer ones as are kept.
        let overtaking = newer.get(usize::from(most).saturating_sub(1));
        if let Some((Some(at), _)) = overtaking {
            facts.events.insert(Event::OVERTAKEN.name().to_owned(), *at);
        }
        Ok(())
    }

    /// Counts anew the other clocks of a collection of which only the last records are kept.
    pub(super) fn count_others(
        &mut self,
        rule: &CollectionRule,
        key: &ClockKey,
    ) -> Result<(), FlowError> {
        for clock in self.tx.clocks_of(key.subject)? {
            if clock.key.collection != key.collection || clock.key.clock == key.clock {
                continue;
            }
            let mut facts = Facts::parse(&clock.anchors);
            self.learn(rule, &clock.key, &mut facts)?;
            let anchors = facts.stored();
            if anchors != clock.anchors {
                let held = clock.state == ClockState::Held;
                let clock = Clock { anchors, ..clock };
                self.tx
                    .save_clock(&settled(self.book, rule, clock, held, self.now))?;
                self.tell_followers(rule, key.subject, None)?;
            }
        }
        Ok(())
    }

    /// Tells the clocks that count from the end of records of this collection. `ended` says when one
    /// ended before its time.
    pub(super) fn tell_followers(
        &mut self,
        rule: &CollectionRule,
        subject: SubjectId,
        ended: Option<(&str, Timestamp)>,
    ) -> Result<(), FlowError> {
        if rule.followers.is_empty() {
            return Ok(());
        }
        let book = self.book;
        for clock in self.tx.clocks_of(subject)? {
            let name = &clock.key.collection;
            let follower = book.collections.get(name);
            let Some(follower) = follower.filter(|_| rule.followers.contains(name)) else {
                continue;
            };
            self.change(follower, &clock.key, |facts| {
                if let Some((full, at)) = ended {
                    facts.apply(&Change::RecordEnded(full.to_owned(), at));
                }
            })?;
        }
        Ok(())
    }
}

/// When a record was collected, in Unix milliseconds.
fn collected(facts: &Facts) -> Option<i64> {
    facts.events.get(Event::COLLECTION.name()).copied()
}

/// What an event is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// All records of a person in a collection.
    Collection(SubjectRef, String),
    /// One record.
    Record(RecordId),
}

/// What became of a fact that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// How many clocks count from it now.
    pub clocks: u64,
    /// Whether something has come due by it, for the next sweep to end.
    pub due: bool,
}

impl Ombud {
    /// Tells the clocks of a record, or of all that a person has in a collection, a fact.
    ///
    /// An event told twice keeps its latest time, until it is taken back. A state of the activity, such as `shortlisted`,
    /// also opens the bases that apply in it, until its end is told.
    ///
    /// # Errors
    ///
    /// [`FlowError::Intake`] for a collection that is not declared, and for a fact that its phrases
    /// cannot use; [`FlowError::NotFound`] for a person or record that is not known.
    pub async fn set_anchor(
        &self,
        target: &Target,
        told: &Told,
        command: impl Into<Command>,
    ) -> Result<Counted, FlowError> {
        let command = command.into();
        if let Some(counted) = self.done(command.once).await? {
            return Ok(counted);
        }
        let now = command.at;
        let (subject, name, record) = self.target(target).await?;
        let refused = |refusal| FlowError::Intake(vec![refusal]);
        let rule = intake::collection(&self.book, &name).map_err(refused)?;
        let change = anchor::read(&self.book, rule, told, now).map_err(refused)?;
        let (book, told) = (self.book.clone(), told.clone());
        let bucket = self.store.bucket_of(subject);
        let set = move |tx: &mut Tx<'_>| {
            tx.lock_subject(subject)?;
            let rule = record::rule_of(&book, &name)?;
            let mut counting = Counting {
                tx: &mut *tx,
                book: &book,
                now,
            };
            let clocks = counting.tell(rule, (subject, &name, record), &change)?;
            let still = |clock: &Clock| {
                let ends = ends_at(&book, rule, &Facts::parse(&clock.anchors));
                ends.is_some_and(|ends| ends <= now)
            };
            if matches!(change, Change::Renewed(..)) && clocks.iter().any(still) {
                let name = told.anchor.clone();
                return Err(FlowError::Intake(vec![Refusal::StillDue { name }]));
            }
            let counts = |clock: &&Clock| Facts::parse(&clock.anchors).counts(&change);
            let counting = clocks.iter().filter(counts).count();
            let counting = u64::try_from(counting).unwrap_or(u64::MAX);
            // Clocks that depend on others may have moved with them.
            let moved = if rule.is_linked() {
                tx.clocks_of(subject)?
            } else {
                clocks
            };
            let fact = Fact::AnchorSet {
                subject: tx.pseudonym(subject)?,
                collection: name.clone(),
                anchor: change.event_name().unwrap_or(&told.anchor).to_owned(),
                anchored_at: told.at,
                ends: told.ends,
                until: told.until,
                clocks: counting,
            };
            tx.append_evidence(now, fact)?;
            Ok(Counted {
                clocks: counting,
                due: moved.iter().any(|clock| is_due(clock, now)),
            })
        };
        self.write_once("anchor.set", bucket, command, set).await
    }

    async fn target(
        &self,
        target: &Target,
    ) -> Result<(SubjectId, String, Option<RecordId>), FlowError> {
        match target {
            Target::Collection(who, name) => {
                let subject = self.look_up(who).await?.subject;
                Ok((
                    subject.ok_or(FlowError::NotFound("subject"))?,
                    name.clone(),
                    None,
                ))
            }
            Target::Record(id) => {
                let record = self
                    .record(*id)
                    .await?
                    .ok_or(FlowError::NotFound("record"))?;
                Ok((record.subject, record.collection, Some(*id)))
            }
        }
    }
}

impl Counting<'_, '_> {
    /// Changes the clocks that a fact is told of, and returns them.
    fn tell(
        &mut self,
        rule: &CollectionRule,
        (subject, name, record): (SubjectId, &str, Option<RecordId>),
        change: &Change,
    ) -> Result<Vec<Clock>, FlowError> {
        if let Some(record) = record.filter(|_| change.is_of_record()) {
            self.part(subject, name, record)?;
        }
        let own = match record {
            Some(record) => self.tx.record(record)?.map(|record| record.clock),
            None => None,
        };
        let mut changed = Vec::new();
        for clock in self.tx.clocks_of(subject)? {
            let this = record.is_none() || own == Some(clock.key.clock);
            if clock.key.collection != name || !this || !concerns(rule, &clock, change) {
                continue;
            }
            let (book, now) = (self.book, self.now);
            changed.push(self.change(rule, &clock.key, |facts| {
                facts.apply(change);
                let undone = matches!(change, Change::Renewed(Renewal::Undo, _));
                if undone && ends_at(book, rule, facts).is_some_and(|ends| ends <= now) {
                    facts.undo(now);
                }
            })?);
        }
        Ok(changed)
    }

    /// Gives a record that shares its clock with others one of its own: what is told of it is not true
    /// of them.
    fn part(&mut self, subject: SubjectId, name: &str, record: RecordId) -> Result<(), FlowError> {
        let shared = ClockKey {
            subject,
            collection: name.to_owned(),
            clock: ClockId::SHARED,
        };
        let Some(clock) = self.tx.clock(&shared)? else {
            return Ok(());
        };
        let Some(stored) = self.tx.record(record)? else {
            return Ok(());
        };
        if !self.tx.part_record(&shared, record)? {
            return Ok(());
        }
        // The shared clock knows when the last of them was collected.
        let mut facts = Facts::parse(&clock.anchors);
        facts.collected_by(stored.created_at);
        let key = ClockKey {
            clock: ClockId::of_record(record),
            ..shared.clone()
        };
        let anchors = facts.stored();
        self.tx.save_clock(&Clock {
            key,
            anchors,
            ..clock
        })?;
        if self.tx.count_records(&shared)? == 0 {
            self.tx.remove_clock(&shared)?;
        }
        Ok(())
    }
}

/// Whether the next sweep finds a clock.
fn is_due(clock: &Clock, now: Timestamp) -> bool {
    clock.state != ClockState::Held && clock.due_at.is_some_and(|due| due <= now)
}

/// Whether a fact is one for this clock: a hold is lifted where it was told, and a person keeps only what
/// waits for its end in such a wait.
fn concerns(rule: &CollectionRule, clock: &Clock, change: &Change) -> bool {
    if let Change::Lifted(reason, _) = change {
        return Facts::parse(&clock.anchors).knows_hold(reason);
    }
    let Change::Renewed(renewal, _) = change else {
        return true;
    };
    let number = usize::try_from(clock.stage).unwrap_or(0).checked_sub(1);
    let wait = number.and_then(|number| rule.then.waits.get(number));
    wait.is_some_and(|wait| match renewal {
        Renewal::Undo => wait.undo,
        Renewal::Keep => wait.verb == WaitVerb::Ask,
    })
}
