//! What is done in one transaction: the closed world is checked, data is sealed, and the evidence is
//! told, in the transaction of the fact.

use std::sync::Arc;

use jiff::Timestamp;
use ombud::flow::{FlowError, record};
use ombud_core::evidence::{Done, Fact};
use ombud_core::intake;
use ombud_core::rulebook::Rulebook;
use ombud_store::{
    Clock, ClockId, ClockKey, ClockState, NewRecord, Record, RecordId, StoreError, SubjectId, Tx,
};
use serde_json::{Map, Value, json};

use super::roster::{Group, groups_of};
use super::statement::{collection, purpose};
use super::terms::{Purpose, Terms};
use crate::gdpr::record::{Field, Meta};

/// What every transaction needs to know.
#[derive(Clone)]
pub(super) struct World {
    pub(super) book: Arc<Rulebook>,
    pub(super) purposes: Arc<Vec<Purpose>>,
}

impl World {
    /// What holds for records under these terms.
    pub(super) fn now(&self, purpose: u16, terms: &Terms) -> Meta {
        let known = self.purposes.get(usize::from(purpose));
        known.map_or(terms.meta, |known| known.now(terms))
    }

    fn rev(&self, purpose: u16) -> u64 {
        let known = self.purposes.get(usize::from(purpose));
        known.map_or(0, |known| known.rev)
    }

    /// Fields as they are stored, if the statement declares them.
    fn payload(
        &self,
        collection: &str,
        fields: &Map<String, Value>,
        at: i64,
    ) -> Result<Vec<u8>, FlowError> {
        let rule = intake::collection(&self.book, collection);
        let rule = rule.map_err(|refusal| FlowError::Intake(vec![refusal]))?;
        intake::fields(rule, fields, instant(at)).map_err(FlowError::Intake)?;
        Ok(serde_json::to_vec(fields).unwrap_or_default())
    }
}

/// The fields of a record with data.
pub(super) fn fields(key: usize, data: String) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("key".to_owned(), json!(key));
    fields.insert("data".to_owned(), Value::String(data));
    fields
}

pub(super) fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}

fn note(tx: &mut Tx<'_>, done: Done, record: &Record, at: i64) -> Result<(), FlowError> {
    let fact = Fact::Record {
        done,
        subject: tx.pseudonym(record.subject)?,
        record: tx.pseudonym_of_record(record.subject, record.id)?,
        collection: record.collection.clone(),
        shown_for: None,
    };
    tx.append_evidence(instant(at), fact)?;
    Ok(())
}

/// A record to be stored, and what it needs.
pub(super) struct Add {
    pub(super) id: RecordId,
    pub(super) key: usize,
    pub(super) data: String,
}

/// Stores records of one person that come in together, under terms that are there already or that
/// `fresh` will hold.
pub(super) fn add(
    tx: &mut Tx<'_>,
    world: &World,
    (subject, meta, at): (SubjectId, Meta, i64),
    fresh: RecordId,
    records: &[Add],
) -> Result<(), FlowError> {
    tx.lock_subject(subject)?;
    let clock = place(tx, world, (subject, meta, at), fresh)?;
    for Add { id, key, data } in records {
        let payload = world.payload(&clock.collection, &fields(*key, data.clone()), at)?;
        store(tx, (*id, &clock), at, payload)?;
        let whole = tx.record(*id)?.ok_or(FlowError::NotFound("record"))?;
        note(tx, Done::Stored, &whole, at)?;
    }
    Ok(())
}

fn store(
    tx: &mut Tx<'_>,
    (id, key): (RecordId, &ClockKey),
    made: i64,
    payload: Vec<u8>,
) -> Result<(), FlowError> {
    tx.add_record(&NewRecord {
        id,
        subject: key.subject,
        collection: key.collection.clone(),
        clock: key.clock,
        created_at: instant(made),
        payload: payload.into(),
    })?;
    Ok(())
}

/// The clock of records with these terms; terms that nobody has yet are stored as `fresh`.
fn place(
    tx: &mut Tx<'_>,
    world: &World,
    (subject, meta, made): (SubjectId, Meta, i64),
    fresh: RecordId,
) -> Result<ClockKey, FlowError> {
    let purpose = meta.get(Field::Purpose);
    for group in groups_of(tx, subject)? {
        let same = group.purpose == purpose && group.terms.made == made;
        if same && world.now(purpose, &group.terms) == meta {
            return Ok(group.key);
        }
    }
    let key = ClockKey {
        subject,
        collection: collection(purpose),
        clock: ClockId::of_record(fresh),
    };
    let terms = Terms {
        meta,
        made,
        rev: world.rev(purpose),
    };
    let payload = world.payload(&key.collection, &terms.fields(), made)?;
    store(tx, (fresh, &key), made, payload)?;
    save_clock(tx, &key, &meta, made)?;
    Ok(key)
}

/// Saves when records with these terms end, as the flows of the program write it.
fn save_clock(tx: &mut Tx<'_>, key: &ClockKey, meta: &Meta, made: i64) -> Result<(), StoreError> {
    let ends = meta.ends(made);
    tx.save_clock(&Clock {
        key: key.clone(),
        anchors: json!({ "events": { "ended": ends } })
            .to_string()
            .as_str()
            .into(),
        due_at: Some(instant(ends)),
        stage: 0,
        state: ClockState::Live,
    })
}

/// A record with its person locked; none if it is gone.
fn locked(tx: &mut Tx<'_>, id: RecordId) -> Result<Option<Record>, FlowError> {
    let Some(seen) = tx.record(id)? else {
        return Ok(None);
    };
    tx.lock_subject(seen.subject)?;
    Ok(tx.record(id)?)
}

pub(super) fn clock_of(record: &Record) -> ClockKey {
    ClockKey {
        subject: record.subject,
        collection: record.collection.clone(),
        clock: record.clock,
    }
}

/// The terms of a record.
pub(super) fn terms_of(tx: &mut Tx<'_>, record: &Record) -> Result<Option<Terms>, StoreError> {
    let terms = tx.record(RecordId::from_bytes(*record.clock.bytes()))?;
    let purpose = purpose(&record.collection);
    Ok(terms
        .zip(purpose)
        .and_then(|(terms, purpose)| Terms::parse(purpose, &terms.payload)))
}

/// The terms of a clock on which nothing else hangs any more.
pub(super) fn terms_alone(tx: &mut Tx<'_>, key: &ClockKey) -> Result<Option<RecordId>, FlowError> {
    Ok(match tx.records_on(key)?.as_slice() {
        [only] if ClockId::of_record(*only) == key.clock => Some(*only),
        _ => None,
    })
}

fn drop_empty(tx: &mut Tx<'_>, key: &ClockKey) -> Result<(), FlowError> {
    if let Some(only) = terms_alone(tx, key)? {
        tx.erase_record(only)?;
        tx.remove_clock(key)?;
    }
    Ok(())
}

/// Puts one record under other terms, with other data if there is any. False if it is gone.
pub(super) fn restate(
    tx: &mut Tx<'_>,
    world: &World,
    (id, fresh): (RecordId, RecordId),
    edit: impl Fn(Meta) -> Meta,
    data: Option<&Map<String, Value>>,
    at: i64,
) -> Result<bool, FlowError> {
    let Some(record) = locked(tx, id)? else {
        return Ok(false);
    };
    let terms = terms_of(tx, &record)?.ok_or(FlowError::NotFound("terms"))?;
    let purpose = terms.meta.get(Field::Purpose);
    let before = world.now(purpose, &terms);
    let after = edit(before);
    let payload = match data {
        Some(data) => world.payload(&record.collection, data, at)?,
        None => record.payload.to_vec(),
    };
    if after == before {
        if data.is_some() {
            tx.rewrite_record(&record, &payload, instant(at))?;
        }
    } else {
        let key = place(tx, world, (record.subject, after, terms.made), fresh)?;
        tx.erase_record(id)?;
        store(tx, (id, &key), terms.made, payload)?;
        drop_empty(tx, &clock_of(&record))?;
    }
    note(tx, Done::Changed, &record, at)?;
    Ok(true)
}

/// Writes terms into a group, with every change of its purpose so far.
pub(super) fn rewrite(
    tx: &mut Tx<'_>,
    world: &World,
    group: &Group,
    edit: impl Fn(Meta) -> Meta,
    at: i64,
) -> Result<Meta, FlowError> {
    tx.lock_subject(group.key.subject)?;
    let record = tx.record(group.id)?.ok_or(FlowError::NotFound("terms"))?;
    let terms = Terms::parse(group.purpose, &record.payload).ok_or(FlowError::NotFound("terms"))?;
    let meta = edit(world.now(group.purpose, &terms));
    let terms = Terms {
        meta,
        made: terms.made,
        rev: world.rev(group.purpose),
    };
    let payload = world.payload(&record.collection, &terms.fields(), at)?;
    tx.rewrite_record(&record, &payload, instant(at))?;
    save_clock(tx, &group.key, &meta, terms.made)?;
    note(tx, Done::Changed, &record, at)?;
    Ok(meta)
}

/// The records of a group with their data.
pub(super) fn data_of(tx: &mut Tx<'_>, key: &ClockKey) -> Result<Vec<(usize, String)>, StoreError> {
    let mut found = Vec::new();
    let mut after: Option<Record> = None;
    loop {
        let page = tx.records_of(key.subject, Some(&key.collection), after.as_ref(), 1_000)?;
        for each in page.iter().filter(|each| each.clock == key.clock) {
            let fields = record::fields(each);
            let number = fields.get("key").and_then(Value::as_u64);
            let data = fields.get("data").and_then(Value::as_str);
            if let (Some(number), Some(data)) = (number, data) {
                found.push((usize::try_from(number).unwrap_or_default(), data.to_owned()));
            }
        }
        match page.last() {
            Some(last) if page.len() == 1_000 => after = Some(last.clone()),
            Some(_) | None => return Ok(found),
        }
    }
}
