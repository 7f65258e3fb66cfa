//! Who is in which purpose under which terms, kept in memory for as long as it holds.
//!
//! Everything that is done in a bucket grows its chain of evidence, so what was read from a bucket holds
//! while its chain is as long as it was. Before every use the lengths are asked for, so what any process
//! has committed is seen.

use std::collections::{BTreeSet, HashMap};

use ombud::flow::FlowError;
use ombud_store::{
    Bucket, Clock, ClockKey, Place, RecordId, Seen, Sql, Store, StoreError, SubjectId, Tx, Value,
};

use super::statement::{collection, purpose};
use super::terms::Terms;

/// How many clocks one question asks for: more than a bucket has.
const MANY: u32 = 100_000;

/// Records of one person that came in together.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) bucket: Bucket,
    pub(super) key: ClockKey,
    pub(super) purpose: u16,
    /// The record that holds their terms.
    pub(super) id: RecordId,
    pub(super) terms: Terms,
    pub(super) records: Vec<RecordId>,
    /// What the application calls those that it knows.
    pub(super) keys: Vec<usize>,
}

/// What the application calls the record of an id.
pub(super) type Numbers = HashMap<RecordId, usize>;

/// Notes what the application calls their records.
pub(super) fn name(groups: &mut [Group], numbers: &Numbers) {
    for group in groups {
        let known = group.records.iter().filter_map(|id| numbers.get(id));
        group.keys = known.copied().collect();
    }
}

/// The group of a clock, read from the store; none if it is not one of ours.
pub(super) fn group(tx: &mut Tx<'_>, clock: Clock) -> Result<Option<Group>, StoreError> {
    let Some(purpose) = purpose(&clock.key.collection) else {
        return Ok(None);
    };
    let id = RecordId::from_bytes(*clock.key.clock.bytes());
    let Some(record) = tx.record(id)? else {
        return Ok(None);
    };
    let Some(terms) = Terms::parse(purpose, &record.payload) else {
        return Ok(None);
    };
    let mut records = tx.records_on(&clock.key)?;
    records.retain(|record| *record != id);
    Ok(Some(Group {
        bucket: tx.bucket()?,
        key: clock.key,
        purpose,
        id,
        terms,
        records,
        keys: Vec::new(),
    }))
}

/// The groups of a person.
pub(super) fn groups_of(tx: &mut Tx<'_>, subject: SubjectId) -> Result<Vec<Group>, StoreError> {
    let clocks = tx.clocks_of(subject)?.into_iter();
    let groups = clocks.map(|clock| group(tx, clock));
    Ok(groups
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect())
}

/// The groups of a purpose, read from the store bucket by bucket.
pub(super) fn walk(store: &Store, purpose: u16) -> Result<Vec<Group>, FlowError> {
    let name = collection(purpose);
    let survey = store.survey::<_, FlowError, _>("bench.walk", move |tx| {
        let clocks = tx.clocks_in(&name, None, MANY)?.into_iter();
        let groups = clocks.map(|clock| group(tx, clock));
        Ok(groups.collect::<Result<Vec<_>, _>>()?)
    });
    Ok(survey.wait()?.into_iter().flatten().flatten().collect())
}

/// How many entries all chains of people have together.
const ENTRIES: Sql = Sql {
    name: "BENCH_ENTRIES",
    text: "SELECT COUNT(*) FROM evidence WHERE bucket < 4096",
};

/// What is known of a bucket, and how long its chain was then.
#[derive(Clone, Debug, Default)]
struct Known {
    length: u64,
    groups: Vec<Group>,
}

/// All groups.
#[derive(Debug, Default)]
pub(super) struct Roster {
    seen: Option<Seen>,
    buckets: Vec<Known>,
}

impl Roster {
    /// All groups as they are now.
    pub(super) fn groups(
        &mut self,
        store: &Store,
        numbers: &Numbers,
    ) -> Result<impl Iterator<Item = &Group>, FlowError> {
        self.refresh(store, numbers)?;
        Ok(self.buckets.iter().flat_map(|known| &known.groups))
    }

    fn refresh(&mut self, store: &Store, numbers: &Numbers) -> Result<(), FlowError> {
        let seen = store.seen()?;
        if seen.is_some() && seen == self.seen {
            return Ok(());
        }
        // What this process did is known by name; whatever else was done shows in the count.
        let ours: BTreeSet<u16> = store
            .take_appended()
            .iter()
            .map(|chain| chain.number())
            .collect();
        if self.buckets.is_empty() {
            self.buckets = vec![Known::default(); usize::from(Bucket::COUNT)];
        } else {
            for number in ours {
                self.reload((store, numbers), number)?;
            }
        }
        let entries = store.read::<_, FlowError, _>("bench.entries", Place::Home, |tx| {
            let rows = tx.query(&ENTRIES, &[])?;
            let count = rows.first().and_then(|row| row.values().first().cloned());
            Ok(match count {
                Some(Value::I64(count)) => u64::try_from(count).unwrap_or_default(),
                Some(Value::Null | Value::Text(_) | Value::Blob(_)) | None => 0,
            })
        });
        let known: u64 = self.buckets.iter().map(|known| known.length).sum();
        if entries.wait()? != known {
            let heads = store.survey::<_, FlowError, _>("bench.heads", |tx| {
                Ok(tx.chain_head()?.map_or(0, |(length, _)| length))
            });
            for (number, length) in heads.wait()?.into_iter().enumerate() {
                let known = self.buckets.get(number).map(|known| known.length);
                if known != Some(length) {
                    self.reload((store, numbers), u16::try_from(number).unwrap_or_default())?;
                }
            }
        }
        self.seen = seen;
        Ok(())
    }

    fn reload(
        &mut self,
        (store, numbers): (&Store, &Numbers),
        number: u16,
    ) -> Result<(), FlowError> {
        let Some(bucket) = Bucket::new(number) else {
            return Ok(());
        };
        let read = store.read::<_, FlowError, _>("bench.bucket", bucket, |tx| {
            let length = tx.chain_head()?.map_or(0, |(length, _)| length);
            let mut groups = Vec::new();
            for collection in tx.clock_collections()? {
                if purpose(&collection).is_some() {
                    for clock in tx.clocks_in(&collection, None, MANY)? {
                        groups.extend(group(tx, clock)?);
                    }
                }
            }
            Ok(Known { length, groups })
        });
        let mut known = read.wait()?;
        name(&mut known.groups, numbers);
        if let Some(slot) = self.buckets.get_mut(usize::from(number)) {
            *slot = known;
        }
        Ok(())
    }
}
