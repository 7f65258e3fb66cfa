//! Records: in by the closed world, out to who may see them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ombud_core::access::{Kept, Sight, may_see};
use ombud_core::anchor::{Change, of_fields};
use ombud_core::decision::{Answer, Facts, Reason, Use, may};
use ombud_core::evidence::{Done, Entry, Receipt};
use ombud_core::intake;
use ombud_core::retention::{Event, Key};
use ombud_core::rulebook::{CollectionRule, Rulebook};
use ombud_core::statement::model::{BasisName, Hold};
use ombud_core::sweep::held;
use ombud_store::{
    Clock, ClockId, ClockKey, ClockState, Journalled, NewRecord, Record, RecordId, RecordState,
    StoreError, SubjectId, Tx,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::anchor::Counting;
use super::once::Command;
use super::subject::SubjectRef;
use super::{FlowError, Ombud, anchor, decision, evidence};

/// A record on its way in.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// `activity.collection`.
    pub collection: String,
    /// Whose it is.
    pub subject: SubjectRef,
    /// Its fields.
    pub fields: Map<String, Value>,
    /// Events its clock counts from, by name.
    pub anchors: BTreeMap<String, Timestamp>,
}

/// A record that was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Its id.
    pub record: RecordId,
    /// Until when it is kept, exclusive; none while that is not known.
    pub due: Option<Timestamp>,
}

/// A record that was erased, and read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Which.
    pub record: RecordId,
    /// Of which collection.
    pub collection: String,
    /// Whether it is gone, or only what a law asks to keep is left.
    pub done: Done,
    /// When.
    pub at: Timestamp,
    /// The entry of the evidence, signed.
    pub signed: Receipt,
}

/// What an erasure came to: what was done in which collection, and the entry that tells of it; none if
/// nobody could have read the record any more.
type Gone = Option<(Done, String, Entry)>;

/// The purpose for which a record is shown that may not end before its person is told.
const NOTICE: &str = "notice";

impl Ombud {
    /// Stores a record, if the statement declares it and a basis is in force.
    ///
    /// # Errors
    ///
    /// [`FlowError::Intake`] or [`FlowError::NoBasis`]; nothing was stored then.
    pub async fn add_record(
        &self,
        incoming: Incoming,
        command: impl Into<Command>,
    ) -> Result<Stored, FlowError> {
        let command = command.into();
        if let Some(stored) = self.done(command.once).await? {
            return Ok(stored);
        }
        let now = command.at;
        let Incoming {
            collection,
            subject: who,
            fields,
            mut anchors,
        } = incoming;
        let rule = intake::collection(&self.book, &collection);
        let rule = rule.map_err(|refusal| FlowError::Intake(vec![refusal]))?;
        anchors
            .entry(Event::COLLECTION.name().to_owned())
            .or_insert(now);
        let told = intake::anchors(&self.book, rule, &anchors, now);
        let named = intake::identities(&self.book, rule, &fields, &who.0);
        let refusals = [
            intake::fields(rule, &fields, now).err(),
            told.as_ref().err().cloned(),
            named.as_ref().err().cloned(),
        ];
        let refusals: Vec<_> = refusals.into_iter().flatten().flatten().collect();
        if !refusals.is_empty() {
            return Err(FlowError::Intake(refusals));
        }
        let mut told = told.unwrap_or_default();
        told.extend(of_fields(&self.book, rule, &fields, now));
        let who = self.and(who, named.unwrap_or_default());
        // Asked before anybody is made known, so that a refusal leaves nothing behind.
        let mut basis = None;
        if let Some(activity) = self.book.activities.get(&rule.activity) {
            let facts = self.facts(&who, &rule.activity, activity).await?;
            basis = in_force(&self.book, rule, facts, &told, now)?;
        }
        let mut random = [0; 8];
        self.store.random(&mut random)?;
        let payload = serde_json::to_vec(&fields).unwrap_or_default();
        let record_of = |subject| {
            let id = RecordId::new(now, self.store.bucket_of(subject), random);
            NewRecord {
                id,
                subject,
                collection: collection.clone(),
                clock: anchor::clock_of(rule, id),
                created_at: now,
                payload: payload.clone().into(),
            }
        };
        let known = self.look_up(&who).await?.subject.map(record_of);
        self.check_time(rule, known, (&told, basis), now).await?;
        let record = record_of(self.subject(&who, now).await?);
        let (bucket, book) = (record.id.bucket(), self.book.clone());
        let add = move |tx: &mut Tx<'_>| {
            tx.lock_subject(record.subject)?;
            let (record, due) = (record.id, add(tx, &book, &record, &told)?);
            Ok(Stored { record, due })
        };
        self.write_once("record.add", bucket, command, add).await
    }

    /// Goes on unless a new record would be past its time already. What its person did since it was
    /// collected may have it kept for longer; of a stranger there is no record to look at.
    async fn check_time(
        &self,
        rule: &CollectionRule,
        record: Option<NewRecord>,
        (told, basis): (&[Change], Option<BasisName>),
        now: Timestamp,
    ) -> Result<(), FlowError> {
        let Some(record) = record else {
            let (mut facts, mut told) = (anchor::Facts::default(), with_collection(rule, told));
            told.extend(of_basis(rule, basis));
            facts.apply_all(&told);
            return is_in_time(&self.book, rule, &facts, now);
        };
        let (book, told) = (self.book.clone(), told.to_vec());
        let check =
            self.store
                .read::<_, FlowError, _>("record.check", record.id.bucket(), move |tx| {
                    let (book, rule) = (&book, rule_of(&book, &record.collection)?);
                    let (key, told) = begun(tx, (book, rule), &record, &told)?;
                    let mut counting = Counting { tx, book, now };
                    let facts = counting.foresee(rule, &key, |facts| facts.apply_all(&told))?;
                    is_in_time(book, rule, &facts, now)
                });
        check.await
    }

    /// A record, opened, for a flow that acts on it: who sees it is told by
    /// [`show_record`](Self::show_record). None if there is no such record.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails or nobody can read the record any more.
    pub async fn record(&self, id: RecordId) -> Result<Option<Record>, FlowError> {
        let read = self
            .store
            .read::<_, FlowError, _>("record.show", id.bucket(), move |tx| Ok(tx.record(id)?));
        read.await
    }

    /// Shows a record, and tells the evidence; none if there is no such record.
    ///
    /// # Errors
    ///
    /// [`FlowError::NotShown`] where processing is restricted or the record's time has passed, and
    /// [`FlowError`] when the store fails: then nothing is shown.
    pub async fn show_record(
        &self,
        id: RecordId,
        sight: Sight,
        now: Timestamp,
    ) -> Result<Option<Record>, FlowError> {
        let book = self.book.clone();
        let write = self
            .store
            .write::<_, FlowError, _>("record.show", id.bucket(), move |tx| {
                let Some(record) = tx.record(id)? else {
                    return Ok(None);
                };
                let mut answers = BTreeMap::new();
                let seen = show(tx, &book, &record, (&sight, now), &mut answers)?;
                seen.map_err(FlowError::NotShown)?;
                Ok(Some(record))
            });
        write.await
    }

    /// Shows a person's records, at most a thousand after the one given, and tells the evidence; each
    /// with why its fields may not be seen, if so. Empty for a stranger.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the reference names no declared identity, or the store fails.
    pub async fn show_records(
        &self,
        who: &SubjectRef,
        sight: Sight,
        after: Option<Record>,
        now: Timestamp,
    ) -> Result<Vec<(Record, Result<(), Reason>)>, FlowError> {
        let Some(subject) = self.find_subject(who).await? else {
            return Ok(Vec::new());
        };
        let (bucket, book) = (self.store.bucket_of(subject), self.book.clone());
        let write = self
            .store
            .write::<_, FlowError, _>("record.list", bucket, move |tx| {
                let (mut page, mut answers) = (Vec::new(), BTreeMap::new());
                for record in tx.records_of(subject, None, after.as_ref(), 1_000)? {
                    let seen = show(tx, &book, &record, (&sight, now), &mut answers)?;
                    page.push((record, seen));
                }
                Ok(page)
            });
        write.await
    }

    /// Erases one record. The person and everything else of theirs stays, and so does what a law asks
    /// to keep of the record. It is entered in the journal before anything is touched, and read back
    /// before this is answered.
    ///
    /// # Errors
    ///
    /// [`FlowError::NotFound`], [`FlowError::Restricted`], [`FlowError::LegalHold`], or [`FlowError::Remaining`].
    pub async fn erase_record(
        &self,
        id: RecordId,
        command: impl Into<Command>,
    ) -> Result<Erased, FlowError> {
        let command = command.into();
        let erased = if let Some(erased) = self.done(command.once).await? {
            // Whoever asked first may have been stopped before this; who asks again is told that it is gone.
            self.read_back(id, command.at).await?;
            self.store.end_erasure_of(id, command.at).await?;
            erased
        } else {
            self.begin_record(id, command).await?
        };
        let (done, collection, entry) = erased.ok_or(StoreError::KeyDestroyed)?;
        Ok(Erased {
            record: id,
            collection,
            done,
            at: entry.at,
            signed: self.receipt(&entry),
        })
    }

    /// Erases a record that is there, by way of the journal.
    async fn begin_record(&self, id: RecordId, command: Command) -> Result<Gone, FlowError> {
        let read = self
            .store
            .read::<_, FlowError, _>("record.find", id.bucket(), move |tx| {
                Ok(tx.record(id)?.ok_or(FlowError::NotFound("record"))?.subject)
            });
        let what = Journalled::Record(read.await?, id);
        let seq = self.store.begin_erasure(what, command.at).await?;
        let erased = self.carry_out_record(seq, id, false, command).await;
        if matches!(erased, Err(FlowError::Restricted | FlowError::LegalHold)) {
            self.store.drop_erasure(seq).await?;
        }
        erased
    }

    /// Erases a record whose erasure is in the journal, reads back and notes that it is done. `surely`
    /// erases whatever holds it. None if nobody could have read the record any more.
    pub(super) async fn carry_out_record(
        &self,
        seq: i64,
        id: RecordId,
        surely: bool,
        command: Command,
    ) -> Result<Gone, FlowError> {
        let (book, now) = (self.book.clone(), command.at);
        let erase = move |tx: &mut Tx<'_>| {
            let record = match tx.record(id) {
                Err(StoreError::KeyDestroyed) => {
                    tx.erase_record(id)?;
                    return Ok(None);
                }
                _ if surely => locked(tx, id)?,
                _ => changeable(tx, id)?,
            };
            let done = erase(tx, &book, &record, now)?;
            let entry = note(tx, done, &record, now)?;
            Ok(Some((done, record.collection, entry)))
        };
        let write = self.write_once("record.erase", id.bucket(), command, erase);
        let erased = write.await?;
        self.read_back(id, now).await?;
        self.store.end_erasure(seq, now).await?;
        Ok(erased)
    }

    /// Goes on if nothing of a record is there that no law keeps.
    async fn read_back(&self, id: RecordId, now: Timestamp) -> Result<(), FlowError> {
        let read = self
            .store
            .read::<_, FlowError, _>("record.read_back", id.bucket(), move |tx| {
                Ok(tx.is_erased(id, now)?)
            });
        if read.await? {
            Ok(())
        } else {
            Err(FlowError::Remaining("record"))
        }
    }
}

/// Erases a record, or leaves only what a law asks to keep of it.
fn erase(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    record: &Record,
    now: Timestamp,
) -> Result<Done, FlowError> {
    let rule = rule_of(book, &record.collection)?;
    let key = clock_of(record);
    let lasting = lasting(tx, book, rule, record, now)?;
    if !lasting.is_empty() {
        let kept = left(rule, &lasting).declared.fields;
        let mut fields = fields(record);
        fields.retain(|name, _| kept.contains_key(name));
        let payload = serde_json::to_vec(&fields).unwrap_or_default();
        tx.rewrite_record(record, &payload, now)?;
        tx.set_record_state(&key, RecordState::Reduced)?;
        let mut counting = Counting { tx, book, now };
        counting.change(rule, &key, |facts| facts.reduced = true)?;
        return Ok(Done::Reduced);
    }
    tx.erase_record(record.id)?;
    if tx.count_records(&key)? == 0 {
        tx.remove_clock(&key)?;
    }
    let mut counting = Counting { tx, book, now };
    counting.count_others(rule, &key)?;
    counting.tell_followers(rule, record.subject, Some((&key.collection, now)))?;
    Ok(Done::Erased)
}

/// The duties that hold a record beyond `now`.
pub(super) fn lasting<'r>(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    rule: &'r CollectionRule,
    record: &Record,
    now: Timestamp,
) -> Result<Vec<(&'r Hold, Option<Timestamp>)>, FlowError> {
    let anchors = told_of(tx, record)?.anchors(rule);
    Ok(held(rule, &book.calendar, &anchors, now))
}

/// What the clock of a record was told.
pub(super) fn told_of(tx: &mut Tx<'_>, record: &Record) -> Result<anchor::Facts, FlowError> {
    let clock = tx.clock(&clock_of(record))?;
    let facts = clock.map(|clock| anchor::Facts::parse(&clock.anchors));
    Ok(facts.unwrap_or_default())
}

/// The rule of a record from which these fields were taken.
pub(super) fn without(rule: &CollectionRule, taken: &BTreeSet<String>) -> CollectionRule {
    let mut left = rule.clone();
    left.declared.fields.retain(|name, _| !taken.contains(name));
    left
}

/// The rule of a record of which only what these duties keep is left.
pub(super) fn left(
    rule: &CollectionRule,
    lasting: &[(&Hold, Option<Timestamp>)],
) -> CollectionRule {
    let mut left = rule.clone();
    let kept = |name: &String| lasting.iter().any(|(hold, _)| hold.fields.contains(name));
    left.declared.fields.retain(|name, _| kept(name));
    left
}

/// Whether a record may be seen for this now; if so, the evidence is told that it is shown, and what for.
/// What the activities come to for its person is worked out once in `answers`.
fn show<'b>(
    tx: &mut Tx<'_>,
    book: &'b Rulebook,
    record: &Record,
    (sight, now): (&Sight, Timestamp),
    answers: &mut BTreeMap<&'b str, Answer>,
) -> Result<Result<(), Reason>, FlowError> {
    let clock = tx.clock(&clock_of(record))?;
    let state = clock.as_ref().map(|clock| clock.state);
    let rule = book.collections.get(&record.collection);
    let over = |(rule, clock): (&CollectionRule, Clock)| is_over(book, rule, &clock, now);
    let over = rule.zip(clock).is_some_and(over);
    // What is declared no more waits for its end, and nothing else is known of it.
    let denied = match rule {
        Some(rule) => {
            let activity = rule.activity.as_str();
            let answer = match answers.get(activity) {
                Some(known) => *known,
                None => use_of(tx, book, (activity, record.subject), sight.use_for, now)?,
            };
            answers.insert(activity, answer);
            answer.reason()
        }
        None => None,
    };
    let holds = rule.filter(|_| record.state == RecordState::Reduced);
    let holds = holds.iter().flat_map(|rule| &rule.holds);
    let mut only_for: Vec<String> = holds.map(|hold| hold.only_for.clone()).collect();
    if state == Some(ClockState::Awaits) {
        only_for.push(NOTICE.to_owned());
    }
    let kept = Kept {
        restricted: state == Some(ClockState::Held),
        past_its_time: over || record.state != RecordState::Live,
        denied,
        only_for: &only_for,
    };
    let seen = may_see(kept, sight);
    if seen.is_ok() {
        let purpose = sight.only_for.clone();
        // What the statement does not name is somebody's words, and gave no right to see it.
        let only_for = purpose.filter(|purpose| only_for.contains(purpose));
        let shown_for = Sight { only_for, ..*sight };
        let (told, whose) = ((Done::Shown, Some(shown_for)), (record.subject, record.id));
        evidence::of_record(tx, told, whose, &record.collection, now)?;
    }
    Ok(seen)
}

/// Whether an activity may use what it holds of a person for this, whatever the time of single records.
pub(super) fn use_of(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    (activity, subject): (&str, SubjectId),
    use_for: Use,
    now: Timestamp,
) -> Result<Answer, FlowError> {
    let Some(rule) = book.activities.get(activity) else {
        return Ok(Answer::No(Reason::UnknownActivity));
    };
    let mut known = decision::facts(tx, book, (activity, subject), true)?;
    known.kept_until = None;
    Ok(may(&rule.rule.as_controller(), &known, use_for, now))
}

/// Tells the evidence what was done with a record.
pub(super) fn note(
    tx: &mut Tx<'_>,
    done: Done,
    record: &Record,
    now: Timestamp,
) -> Result<Entry, FlowError> {
    let whose = (record.subject, record.id);
    evidence::of_record(tx, (done, None), whose, &record.collection, now)
}

pub(super) fn clock_of(record: &Record) -> ClockKey {
    ClockKey {
        subject: record.subject,
        collection: record.collection.clone(),
        clock: record.clock,
    }
}

/// A record with its person locked, unless processing is restricted: then nothing is changed.
///
/// # Source
///
/// GDPR Article 18(2), recital 67.
pub(super) fn changeable(tx: &mut Tx<'_>, id: RecordId) -> Result<Record, FlowError> {
    let record = locked(tx, id)?;
    may_change(tx, &record)?;
    Ok(record)
}

/// Goes on if nothing holds a record as it is.
pub(super) fn may_change(tx: &mut Tx<'_>, record: &Record) -> Result<(), FlowError> {
    match tx.clock(&clock_of(record))? {
        Some(clock) if anchor::Facts::parse(&clock.anchors).is_held() => Err(FlowError::LegalHold),
        Some(clock) if clock.state == ClockState::Held => Err(FlowError::Restricted),
        Some(_) | None => Ok(()),
    }
}

/// A record with its person locked.
fn locked(tx: &mut Tx<'_>, id: RecordId) -> Result<Record, FlowError> {
    let seen = tx.record(id)?.ok_or(FlowError::NotFound("record"))?;
    tx.lock_subject(seen.subject)?;
    tx.record(id)?.ok_or(FlowError::NotFound("record"))
}

/// The fields of a record as they were stored.
pub fn fields(record: &Record) -> Map<String, Value> {
    serde_json::from_slice(&record.payload).unwrap_or_default()
}

pub(super) fn rule_of<'a>(
    book: &'a Rulebook,
    collection: &str,
) -> Result<&'a CollectionRule, FlowError> {
    intake::collection(book, collection).map_err(|refusal| FlowError::Intake(vec![refusal]))
}

/// Stores a record with its clock, if the basis is still in force now that the person is locked.
pub(super) fn add(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    record: &NewRecord,
    told: &[Change],
) -> Result<Option<Timestamp>, FlowError> {
    let rule = rule_of(book, &record.collection)?;
    let now = record.created_at;
    let (key, told) = begun(tx, (book, rule), record, told)?;
    tx.add_record(&NewRecord {
        clock: key.clock,
        ..record.clone()
    })?;
    let mut counting = Counting { tx, book, now };
    let clock = counting.change(rule, &key, |facts| {
        facts.apply_all(&told);
        // It brings its own.
        facts.taken.clear();
    })?;
    let whose = (record.subject, record.id);
    evidence::of_record(
        tx,
        (Done::Stored, None),
        whose,
        &record.collection,
        record.created_at,
    )?;
    let facts = anchor::Facts::parse(&clock.anchors);
    is_in_time(book, rule, &facts, now)?;
    Ok(anchor::ends_at(book, rule, &facts))
}

/// The clock of a new record and what that is told, if a basis is in force.
fn begun(
    tx: &mut Tx<'_>,
    (book, rule): (&Rulebook, &CollectionRule),
    record: &NewRecord,
    told: &[Change],
) -> Result<(ClockKey, Vec<Change>), FlowError> {
    let known = decision::facts(tx, book, (&rule.activity, record.subject), true)?;
    let basis = in_force(book, rule, known, told, record.created_at)?;
    let key = fresh_clock(tx, (book, rule), record)?;
    let mut told = with_collection(rule, told);
    let own = tx.standing(record.subject, &rule.activity)?;
    if let Some((consented, _)) = own.and_then(|standing| standing.consented) {
        told.push(Change::Event(Event::CONSENT.name().to_owned(), consented));
    }
    told.extend(of_basis(rule, basis));
    Ok((key, told))
}

/// What is told of a new record. Collecting something is itself activity and correspondence, unless later
/// ones are known.
fn with_collection(rule: &CollectionRule, told: &[Change]) -> Vec<Change> {
    let mut told = told.to_vec();
    let known = |event: &Event, told: &[Change]| {
        let mut events = told.iter().filter_map(Change::event);
        events
            .find(|(name, _)| *name == event.name())
            .map(|(_, at)| at)
    };
    let collected = known(&Event::COLLECTION, &told);
    for event in [Event::LAST_ACTIVITY, Event::LAST_CORRESPONDENCE] {
        if rule.counts_from(&event) && known(&event, &told).is_none() {
            told.extend(collected.map(|at| Change::Event(event.name().to_owned(), at)));
        }
    }
    told
}

/// Goes on unless what comes in is past its time already, and no law asks to keep any of it.
///
/// # Source
///
/// GDPR Article 5(1)(e).
fn is_in_time(
    book: &Rulebook,
    rule: &CollectionRule,
    facts: &anchor::Facts,
    now: Timestamp,
) -> Result<(), FlowError> {
    let over = anchor::is_over(book, rule, facts, now);
    if over && held(rule, &book.calendar, &facts.anchors(rule), now).is_empty() {
        return Err(FlowError::NoBasis(Reason::RetentionPassed));
    }
    Ok(())
}

/// The clock for a new record: one that is past its time ends what it already governs, and the new
/// record begins a time of its own.
fn fresh_clock(
    tx: &mut Tx<'_>,
    (book, rule): (&Rulebook, &CollectionRule),
    record: &NewRecord,
) -> Result<ClockKey, FlowError> {
    let key = ClockKey {
        subject: record.subject,
        collection: record.collection.clone(),
        clock: record.clock,
    };
    let over = |clock: &Clock| is_over(book, rule, clock, record.created_at);
    if tx.clock(&key)?.as_ref().is_some_and(over) {
        return Ok(ClockKey {
            clock: ClockId::of_record(record.id),
            ..key
        });
    }
    Ok(key)
}

/// Whether the time of what a clock governs has passed, whatever still keeps it for a claim or a law.
fn is_over(book: &Rulebook, rule: &CollectionRule, clock: &Clock, now: Timestamp) -> bool {
    let facts = anchor::Facts::parse(&clock.anchors);
    clock.stage > 0 || facts.reduced || anchor::is_over(book, rule, &facts, now)
}

/// What a record tells its clock by the basis that carries it, where a phrase asks for that.
fn of_basis(rule: &CollectionRule, basis: Option<BasisName>) -> Option<Change> {
    let basis = rule
        .declared
        .basis
        .or(basis)
        .filter(|_| rule.uses.basis())?;
    Some(Change::Value(Key::Basis, Some(basis.name().to_owned())))
}

/// The same for a record that is stored already, under rules that may ask for more than when it came in:
/// what its clock does not know yet.
pub(super) fn told_by_fields(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    rule: &CollectionRule,
    key: &ClockKey,
    now: Timestamp,
) -> Result<Vec<Change>, FlowError> {
    if !(rule.uses.fields() || rule.uses.basis() || book.asks_age(rule)) {
        return Ok(Vec::new());
    }
    let Some(id) = tx.records_on(key)?.into_iter().next() else {
        return Ok(Vec::new());
    };
    let record = match tx.record(id) {
        Ok(Some(record)) => record,
        // Nobody can read it any more.
        Ok(None) | Err(StoreError::KeyDestroyed) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let known = decision::facts(tx, book, (&rule.activity, key.subject), true)?;
    let basis = in_force(book, rule, known, &[], now).ok().flatten();
    let facts = tx.clock(key)?;
    let facts = facts
        .map(|clock| anchor::Facts::parse(&clock.anchors))
        .unwrap_or_default();
    let mut told = of_fields(book, rule, &fields(&record), now);
    told.extend(of_basis(rule, basis));
    told.retain(|change| !facts.know(change));
    Ok(told)
}

/// The basis that carries a new record of a person of whom this is known.
fn in_force(
    book: &Rulebook,
    rule: &CollectionRule,
    mut facts: Facts,
    told: &[Change],
    now: Timestamp,
) -> Result<Option<BasisName>, FlowError> {
    let Some(activity) = book.activities.get(&rule.activity) else {
        return Ok(None);
    };
    // Older data may be past its time; new data begins a time of its own, in the state told with it.
    facts.kept_until = None;
    let begun = told.iter().filter_map(Change::begun);
    facts.states = facts.states.and(book.states(&rule.activity, begun));
    let born_on = told.iter().filter_map(Change::born_on).max();
    if let (Some(born_on), Some(years)) = (born_on, activity.minimum_age()) {
        let of_age_at = book.calendar.of_age_at(born_on, years);
        facts.of_age_at = facts.of_age_at.max(Some(of_age_at));
    }
    // A processor stores what its controller instructs (GDPR Article 28(3)(a)), under the conditions
    // that the statement names for it; every other use is for the controller to decide.
    match may(&activity.rule.as_controller(), &facts, Use::Ordinary, now) {
        Answer::Yes(basis) => Ok(Some(basis)),
        Answer::No(reason) => Err(FlowError::NoBasis(reason)),
    }
}
