//! What the promise board measures. Every answer is counted from the data itself, in one bucket;
//! the board asks all of them and adds up ([`Store::survey`](crate::Store::survey)).
//!
//! Counts and due instants come from indices over everything; records are opened a few at a time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::error::StoreError;
use crate::id::SubjectId;
use crate::record::{Record, RecordState};
use crate::sql::{Row, Value, sql, values};
use crate::tx::Tx;

sql! {
    PROBE_RECORDS = "SELECT collection, state, COUNT(*), MIN(created_at) FROM record
        WHERE bucket = $1 GROUP BY collection, state ORDER BY collection, state";
    PROBE_CLOCKS = "SELECT collection, MIN(due_at) FROM clock
        WHERE bucket = $1 AND state <> 'held' GROUP BY collection ORDER BY collection";
    PROBE_ENDS = "SELECT clock.collection,
        COUNT(CASE WHEN clock.due_at IS NULL AND clock.state <> 'held' THEN 1 END),
        COUNT(CASE WHEN clock.due_at <= $2 AND clock.state <> 'held' THEN 1 END),
        MIN(CASE WHEN clock.due_at <= $2 AND clock.state <> 'held' THEN clock.due_at END),
        COUNT(CASE WHEN clock.state = 'held' THEN 1 END)
        FROM clock JOIN record ON record.bucket = clock.bucket
            AND record.subject_id = clock.subject_id AND record.collection = clock.collection
            AND record.clock_id = clock.clock_id
        WHERE clock.bucket = $1
            AND (clock.due_at IS NULL OR clock.due_at <= $2 OR clock.state = 'held')
        GROUP BY clock.collection ORDER BY clock.collection";
    PROBE_STANDINGS = "SELECT activity, scope,
        COUNT(CASE WHEN consented_at IS NOT NULL
            AND (withdrawn_at IS NULL OR withdrawn_at < consented_at) THEN 1 END),
        COUNT(CASE WHEN withdrawn_at IS NOT NULL
            AND (consented_at IS NULL OR withdrawn_at >= consented_at) THEN 1 END),
        COUNT(objected_at)
        FROM standing WHERE bucket = $1 GROUP BY activity, scope ORDER BY activity";
    PROBE_OPTED_OUT = "SELECT subject_id, COUNT(*) FROM ledger
        WHERE bucket = $1 AND act IN ('withdraw', 'object', 'uphold')
        GROUP BY subject_id ORDER BY subject_id";
    PROBE_LEFT = "SELECT record.collection, COUNT(*)
        FROM record JOIN clock ON clock.bucket = record.bucket
            AND clock.subject_id = record.subject_id AND clock.collection = record.collection
            AND clock.clock_id = record.clock_id
        WHERE record.bucket = $1 AND record.subject_id = $2 AND clock.state <> 'held'
        GROUP BY record.collection ORDER BY record.collection";
    PROBE_SAMPLE = "SELECT record_id, subject_id, collection, clock_id, state, created_at, changed_at, sealed
        FROM record WHERE bucket = $1 AND collection = $2 ORDER BY state, created_at LIMIT $3";
    PROBE_DUE = "SELECT clock.collection,
        COUNT(CASE WHEN clock.due_at >= $2 AND clock.due_at < $3 THEN 1 END),
        COUNT(CASE WHEN clock.due_at >= $3 AND clock.due_at < $4 THEN 1 END),
        COUNT(CASE WHEN clock.due_at >= $4 AND clock.due_at < $5 THEN 1 END),
        COUNT(CASE WHEN clock.due_at >= $5 AND clock.due_at < $6 THEN 1 END),
        COUNT(CASE WHEN clock.due_at >= $6 AND clock.due_at < $7 THEN 1 END),
        COUNT(CASE WHEN clock.due_at >= $7 AND clock.due_at < $8 THEN 1 END),
        COUNT(CASE WHEN clock.due_at >= $8 AND clock.due_at < $9 THEN 1 END),
        COUNT(CASE WHEN clock.due_at >= $9 AND clock.due_at < $10 THEN 1 END),
        COUNT(CASE WHEN clock.due_at >= $10 AND clock.due_at < $11 THEN 1 END),
        COUNT(CASE WHEN clock.due_at >= $11 AND clock.due_at < $12 THEN 1 END),
        COUNT(CASE WHEN clock.due_at >= $12 AND clock.due_at < $13 THEN 1 END),
        COUNT(CASE WHEN clock.due_at >= $13 AND clock.due_at < $14 THEN 1 END),
        COUNT(CASE WHEN clock.due_at >= $14 AND clock.due_at < $15 THEN 1 END)
        FROM clock JOIN record ON record.bucket = clock.bucket
            AND record.subject_id = clock.subject_id AND record.collection = clock.collection
            AND record.clock_id = clock.clock_id
        WHERE clock.bucket = $1 AND clock.state IN ('live', 'awaits')
            AND clock.due_at >= $2 AND clock.due_at < $15
        GROUP BY clock.collection ORDER BY clock.collection";
}

/// How many stretches of time one question about due instants covers: a year of months, and what is
/// due already.
pub const WINDOWS: usize = 13;

/// What a bucket holds of a collection.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CollectionProbe {
    /// Which collection: `activity.collection`.
    pub collection: String,
    /// How many records.
    pub records: u64,
    /// When the oldest of them was stored.
    pub oldest_at: Option<Timestamp>,
    /// How many were reduced to what a law asks for.
    pub reduced: u64,
    /// How many have no due instant: their clock waits, or never ends.
    pub endless: u64,
    /// How many are due and nothing holds them.
    pub overdue: u64,
    /// Since when the most overdue of those is due.
    pub overdue_since: Option<Timestamp>,
    /// How many are held.
    pub held: u64,
    /// When the first of those that nothing holds falls due, or fell due.
    pub next_due_at: Option<Timestamp>,
}

/// What people chose in an activity, in a bucket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StandingProbe {
    /// Which activity.
    pub activity: String,
    /// What the consents covered; none for people who never consented.
    pub scope: Option<i64>,
    /// How many consented and have not withdrawn since.
    pub consented: u64,
    /// How many withdrew, and have not consented since.
    pub withdrawn: u64,
    /// How many objected.
    pub objected: u64,
}

impl Tx<'_> {
    /// What this bucket holds, a line a collection, at `now`. A record is due from its instant on
    /// (inclusive).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn probe_collections(
        &mut self,
        now: Timestamp,
    ) -> Result<Vec<CollectionProbe>, StoreError> {
        let bucket = self.bucket()?;
        let mut probes: BTreeMap<String, CollectionProbe> = BTreeMap::new();
        for row in self.query(&PROBE_RECORDS, values![bucket])? {
            let mut columns = row.columns("record", bucket);
            let probe = of(&mut probes, columns.take("collection")?);
            let state: RecordState = columns.take("state")?;
            let records: u64 = columns.take("records")?;
            let oldest: Option<Timestamp> = columns.take("created_at")?;
            probe.records = probe.records.saturating_add(records);
            probe.oldest_at = [probe.oldest_at, oldest].into_iter().flatten().min();
            if state == RecordState::Reduced {
                probe.reduced = records;
            }
        }
        if probes.is_empty() {
            return Ok(Vec::new());
        }
        for row in self.query(&PROBE_CLOCKS, values![bucket])? {
            let mut columns = row.columns("clock", bucket);
            let probe = of(&mut probes, columns.take("collection")?);
            probe.next_due_at = columns.take("due_at")?;
        }
        for row in self.query(&PROBE_ENDS, values![bucket, now])? {
            let mut columns = row.columns("clock", bucket);
            let probe = of(&mut probes, columns.take("collection")?);
            probe.endless = columns.take("endless")?;
            probe.overdue = columns.take("overdue")?;
            probe.overdue_since = columns.take("due_at")?;
            probe.held = columns.take("held")?;
        }
        Ok(probes.into_values().collect())
    }

    /// What people chose, a line an activity and scope.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn probe_standings(&mut self) -> Result<Vec<StandingProbe>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&PROBE_STANDINGS, values![bucket])?;
        let read = |row: Row| {
            let mut columns = row.columns("standing", bucket);
            Ok(StandingProbe {
                activity: columns.take("activity")?,
                scope: columns.take("scope")?,
                consented: columns.take("consented")?,
                withdrawn: columns.take("withdrawn")?,
                objected: columns.take("objected")?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// The people of this bucket whose ledger holds a withdrawal or an objection.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn opted_out(&mut self) -> Result<Vec<SubjectId>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&PROBE_OPTED_OUT, values![bucket])?;
        let read = |row: Row| row.columns("ledger", bucket).take("subject_id");
        rows.into_iter().map(read).collect()
    }

    /// How many records of a person are there, by collection; those that are held are left out.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn left_of(&mut self, subject: SubjectId) -> Result<Vec<(String, u64)>, StoreError> {
        let bucket = self.bucket_of(subject)?;
        let rows = self.query(&PROBE_LEFT, values![bucket, subject])?;
        let read = |row: Row| {
            let mut columns = row.columns("record", bucket);
            Ok((columns.take("collection")?, columns.take("records")?))
        };
        rows.into_iter().map(read).collect()
    }

    /// Up to `limit` records of a collection in this bucket, opened; an error in the place of one
    /// that nobody can read.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn sample(
        &mut self,
        collection: &str,
        limit: u32,
    ) -> Result<Vec<Result<Record, StoreError>>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&PROBE_SAMPLE, values![bucket, collection, i64::from(limit)])?;
        Ok(rows
            .into_iter()
            .map(|row| self.open_record(bucket, row))
            .collect())
    }

    /// How many records of each collection fall due in this bucket in each of [`WINDOWS`] stretches of
    /// time: from one edge (inclusive) to the next (exclusive).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn probe_due(
        &mut self,
        edges: &[Timestamp; WINDOWS + 1],
    ) -> Result<Vec<(String, [u64; WINDOWS])>, StoreError> {
        let bucket = self.bucket()?;
        let edges = edges.iter().map(|edge| Value::from(*edge));
        let values: Vec<Value> = std::iter::once(Value::from(bucket)).chain(edges).collect();
        let rows = self.query(&PROBE_DUE, &values)?;
        let read = |row: Row| {
            let mut columns = row.columns("clock", bucket);
            let collection = columns.take("collection")?;
            let mut counts = [0; WINDOWS];
            for count in &mut counts {
                *count = columns.take("records")?;
            }
            Ok((collection, counts))
        };
        rows.into_iter().map(read).collect()
    }
}

/// The line of a collection, added when there is none.
fn of(probes: &mut BTreeMap<String, CollectionProbe>, collection: String) -> &mut CollectionProbe {
    let probe = probes.entry(collection.clone()).or_default();
    probe.collection = collection;
    probe
}
