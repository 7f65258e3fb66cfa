//! What a plan says is done: erase, count into a statistic, reduce to what a law asks for, hide.
//!
//! Each clock is decided on once more as it is acted on: one that has changed since the plan was made
//! is left alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ombud_core::evidence::{Fact, Hash};
use ombud_core::retention::WaitVerb;
use ombud_core::rulebook::{CollectionRule, Rulebook};
use ombud_core::sweep::{Verb, decide, pseudonymise};
use ombud_store::{
    Clock, ClockId, ClockKey, Plan, PlanId, PlanItem, Record, RecordId, RecordState, SWEEP_STEP,
    StoreError, SubjectId, Tx,
};
use serde_json::{Map, Value};

use super::sweep::Swept;
use super::{FlowError, anchor, record};

/// What is to be done with what a clock governs.
pub(super) fn verb(book: &Rulebook, clock: &Clock, now: Timestamp) -> Verb {
    let Some(rule) = book.collections.get(&clock.key.collection) else {
        // Declared no more, and its time under the last rule has come.
        return Verb::Erase;
    };
    let facts = anchor::Facts::parse(&clock.anchors);
    let anchors = facts.anchors(rule);
    let candidate = facts.candidate(&anchors, clock.stage);
    decide(rule, &book.calendar, &candidate, now)
}

/// A verb as a plan holds it.
pub(super) fn action(verb: &Verb) -> String {
    serde_json::to_string(verb).unwrap_or_default()
}

/// What was decided for an item. What cannot be read any more is never acted on.
pub(super) fn decided(item: &PlanItem) -> Option<Verb> {
    serde_json::from_str(&item.action).ok()
}

/// Whether it is erased together with others: one record, on a clock of its own. A plan has these first.
pub(super) fn at_once(verb: &Verb, key: &ClockKey) -> bool {
    *verb == Verb::Erase && key.clock != ClockId::SHARED
}

/// What a step of a plan comes to.
#[derive(Default)]
pub(super) struct Acted {
    pub(super) swept: Swept,
    /// All records that were acted on.
    records: Vec<RecordId>,
    /// Whether nothing is left to act on.
    pub(super) last: bool,
}

/// Acts on the next items of a plan.
pub(super) fn act(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    id: PlanId,
    now: Timestamp,
) -> Result<Acted, FlowError> {
    let mut acted = Acted::default();
    let Some(mut plan) = tx.lock_plan(id)? else {
        acted.last = true;
        return Ok(acted);
    };
    let items = std::mem::take(&mut plan.items);
    let next = items.get(plan.reached..).unwrap_or_default();
    let one = |item: &&PlanItem| decided(item).is_some_and(|verb| at_once(&verb, &item.key));
    let together = next.iter().take_while(one).count();
    let (together, others) = next.split_at_checked(together).unwrap_or((next, &[]));
    erase(tx, book, together, &mut plan, &mut acted, now)?;
    let mut left = SWEEP_STEP.saturating_sub(number(together.len()));
    for item in others {
        if left == 0 {
            break;
        }
        let (records, done) = act_on(tx, book, item, &mut acted, now)?;
        match done {
            Done::Yes => plan.reached += 1,
            Done::Overtaken => {
                plan.overtaken.insert(plan.reached);
                plan.reached += 1;
            }
            // It governs more records than one step erases.
            Done::InPart => break,
        }
        left = left.saturating_sub(records.max(1));
    }
    acted.last = plan.reached >= items.len();
    tx.save_reached(&plan)?;
    if !acted.records.is_empty() {
        let fact = Fact::Swept {
            statement: book.version.clone(),
            erased: acted.swept.erased,
            anonymised: acted.swept.anonymised,
            reduced: acted.swept.reduced,
            pseudonymised: acted.swept.pseudonymised,
            shortened: acted.swept.shortened,
            hidden: acted.swept.hidden,
            records: over(std::mem::take(&mut acted.records)),
        };
        tx.append_evidence(now, fact)?;
    }
    Ok(acted)
}

/// Erases records that have a clock of their own, and those clocks, all together. Each is decided on
/// once more as it goes: what has changed stays, and another plan will see to it.
fn erase(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    items: &[PlanItem],
    plan: &mut Plan,
    acted: &mut Acted,
    now: Timestamp,
) -> Result<(), FlowError> {
    let mut collections: BTreeMap<&str, BTreeMap<ClockId, usize>> = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        let clocks = collections.entry(&item.key.collection).or_default();
        clocks.insert(item.key.clock, index);
    }
    let subjects: BTreeSet<SubjectId> = items.iter().map(|item| item.key.subject).collect();
    let subjects: Vec<SubjectId> = subjects.into_iter().collect();
    tx.lock_subjects(&subjects)?;
    for (collection, mut clocks) in collections {
        let ids: Vec<ClockId> = clocks.keys().copied().collect();
        let mut records = Vec::with_capacity(ids.len());
        for clock in tx.take_clocks(collection, &ids, now)? {
            let item = clocks.get(&clock.key.clock).and_then(|at| items.get(*at));
            if item.is_some_and(|item| is_as_planned(item, &clock, book, now)) {
                clocks.remove(&clock.key.clock);
                records.extend(clock.key.clock.record());
            } else {
                tx.save_clock(&clock)?;
            }
        }
        let overtaken = clocks.into_values().map(|at| plan.reached + at);
        plan.overtaken.extend(overtaken);
        let erased = tx.erase_records(&records)?;
        acted.swept.erased += count(erased.len());
        acted.records.extend(erased);
    }
    tx.look_at_ended(&subjects)?;
    plan.reached += items.len();
    Ok(())
}

/// Whether a clock, as it is found now, is the one that was decided on.
fn is_as_planned(item: &PlanItem, clock: &Clock, book: &Rulebook, now: Timestamp) -> bool {
    item.key == clock.key
        && Some(item.due_at) == clock.due_at
        && item.action == action(&verb(book, clock, now))
}

/// What came of an item.
enum Done {
    Yes,
    /// Records are left on its clock.
    InPart,
    /// The clock had changed since the plan was made: nothing was done.
    Overtaken,
}

/// Acts on one item; returns how many records that concerned, and what came of it.
fn act_on(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    item: &PlanItem,
    acted: &mut Acted,
    now: Timestamp,
) -> Result<(u32, Done), FlowError> {
    let clock = tx.lock_clock(item)?;
    let clock = clock.filter(|clock| is_as_planned(item, clock, book, now));
    let (Some(clock), Some(verb)) = (clock, decided(item)) else {
        return Ok((0, Done::Overtaken));
    };
    match verb {
        Verb::Reduce { fields, until, .. } => {
            let ids = tx.all_records_on(&item.key)?;
            let reduced = reduce(tx, &clock, &ids, (&fields, until), now)?;
            acted.records.extend(ids);
            acted.swept.reduced += u64::from(reduced);
            Ok((reduced, Done::Yes))
        }
        Verb::Hide { wait, begun } => {
            let ids = tx.all_records_on(&item.key)?;
            hide(tx, book, clock, &ids, (wait, begun), now)?;
            let hidden = number(ids.len());
            acted.records.extend(ids);
            acted.swept.hide(wait, u64::from(hidden));
            Ok((hidden, Done::Yes))
        }
        Verb::Anonymise { .. } => {
            let ids = tx.records_on(&item.key)?;
            let counted = anonymise(tx, &ids)?;
            acted.records.extend(ids);
            acted.swept.anonymised += u64::from(counted);
            Ok((counted, gone(tx, item)?))
        }
        Verb::Erase => {
            let ids = tx.erase_records_on(&item.key)?;
            let erased = number(ids.len());
            acted.records.extend(ids);
            acted.swept.erased += u64::from(erased);
            Ok((erased, gone(tx, item)?))
        }
        Verb::Shorten { fields } => {
            let shortened = shorten(tx, book, clock, &fields, now)?;
            acted.swept.shortened += count(shortened.len());
            acted.records.extend(&shortened);
            Ok((number(shortened.len()), Done::Yes))
        }
        // Never planned.
        Verb::Await { .. } | Verb::Later { .. } | Verb::Wait => Ok((0, Done::Overtaken)),
    }
}

/// The hash over the ids of records, sorted, one a line.
fn over(mut records: Vec<RecordId>) -> Hash {
    records.sort_unstable();
    let lines: Vec<String> = records.iter().map(RecordId::to_string).collect();
    Hash::of(lines.join("\n").as_bytes())
}

/// Removes the clock of an item once nothing is left on it.
fn gone(tx: &mut Tx<'_>, item: &PlanItem) -> Result<Done, FlowError> {
    if tx.count_records(&item.key)? > 0 {
        return Ok(Done::InPart);
    }
    tx.remove_clock(&item.key)?;
    Ok(Done::Yes)
}

/// Takes the records of a clock out of use for a wait before their end.
fn hide(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    clock: Clock,
    ids: &[RecordId],
    (wait, begun): (WaitVerb, usize),
    now: Timestamp,
) -> Result<(), FlowError> {
    // Without a rule there is no wait.
    let Some(rule) = book.collections.get(&clock.key.collection) else {
        return Ok(());
    };
    if wait == WaitVerb::Pseudonymise {
        take_names(tx, rule, (clock.key.subject, ids), now)?;
    }
    let state = match wait {
        WaitVerb::Suspend => RecordState::Suspended,
        WaitVerb::Archive => RecordState::Archived,
        WaitVerb::Hide | WaitVerb::Restrict | WaitVerb::Pseudonymise | WaitVerb::Ask => {
            RecordState::Hidden
        }
    };
    tx.set_record_state(&clock.key, state)?;
    let clock = Clock {
        stage: i64::try_from(begun).unwrap_or(i64::MAX),
        ..clock
    };
    tx.save_clock(&anchor::settled(book, rule, clock, false, now))?;
    Ok(())
}

/// Takes what names the person out of records. Where nobody can read them any more, nothing names anyone.
fn take_names(
    tx: &mut Tx<'_>,
    rule: &CollectionRule,
    (subject, ids): (SubjectId, &[RecordId]),
    now: Timestamp,
) -> Result<(), FlowError> {
    let code = match tx.code_of(subject) {
        Ok(code) => code,
        Err(StoreError::KeyDestroyed) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    edit(tx, ids, now, |fields| pseudonymise(rule, fields, &code))?;
    Ok(())
}

/// Takes fields whose own period is over out of all records on a clock; returns those that had any.
fn shorten(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    clock: Clock,
    taken: &[String],
    now: Timestamp,
) -> Result<Vec<RecordId>, FlowError> {
    // Without a rule no field has a period of its own.
    let Some(rule) = book.collections.get(&clock.key.collection) else {
        return Ok(Vec::new());
    };
    let ids = tx.all_records_on(&clock.key)?;
    let (_, shortened) = edit(tx, &ids, now, |fields| {
        fields.retain(|name, _| !taken.contains(name));
    })?;
    let mut facts = anchor::Facts::parse(&clock.anchors);
    facts.taken.extend(taken.iter().cloned());
    let anchors = facts.stored();
    let clock = Clock { anchors, ..clock };
    tx.save_clock(&anchor::settled(book, rule, clock, false, now))?;
    Ok(shortened)
}

/// Changes the fields of records; returns how many could be read, and those that changed.
fn edit(
    tx: &mut Tx<'_>,
    ids: &[RecordId],
    now: Timestamp,
    change: impl Fn(&mut Map<String, Value>),
) -> Result<(u32, Vec<RecordId>), FlowError> {
    let (mut read, mut changed) = (0_u32, Vec::new());
    for id in ids {
        let Some(record) = readable(tx, *id)? else {
            continue;
        };
        read = read.saturating_add(1);
        let before = record::fields(&record);
        let mut fields = before.clone();
        change(&mut fields);
        if fields != before {
            let payload = serde_json::to_vec(&fields).unwrap_or_default();
            tx.rewrite_record(&record, &payload, now)?;
            changed.push(record.id);
        }
    }
    Ok((read, changed))
}

/// Leaves only the fields that a law asks for, and starts the time that the law gives.
fn reduce(
    tx: &mut Tx<'_>,
    clock: &Clock,
    ids: &[RecordId],
    (keep, until): (&[String], Option<Timestamp>),
    now: Timestamp,
) -> Result<u32, FlowError> {
    let (reduced, _) = edit(tx, ids, now, |fields| {
        fields.retain(|name, _| keep.contains(name));
    })?;
    tx.set_record_state(&clock.key, RecordState::Reduced)?;
    let mut facts = anchor::Facts::parse(&clock.anchors);
    facts.reduced = true;
    tx.save_clock(&Clock {
        anchors: facts.stored(),
        due_at: until,
        ..clock.clone()
    })?;
    Ok(reduced)
}

/// Erases records that have joined their cells.
fn anonymise(tx: &mut Tx<'_>, ids: &[RecordId]) -> Result<u32, FlowError> {
    let mut counted = 0;
    for id in ids {
        if let Some(record) = readable(tx, *id)? {
            tx.erase_record(record.id)?;
            counted += 1;
        }
    }
    Ok(counted)
}

/// A record on a clock. One that nobody can read any more is as good as gone: it is erased, so that it
/// stops no sweep.
fn readable(tx: &mut Tx<'_>, id: RecordId) -> Result<Option<Record>, FlowError> {
    match tx.record(id) {
        Ok(record) => Ok(record),
        Err(StoreError::KeyDestroyed) => {
            tx.erase_record(id)?;
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
