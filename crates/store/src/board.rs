//! What the promise board measures. Every answer is counted from the data itself, in one bucket;
//! the board asks all of them and adds up ([`Store::survey`](crate::Store::survey)).

use jiff::Timestamp;

use crate::error::StoreError;
use crate::id::SubjectId;
use crate::sql::{Row, sql, values};
use crate::tx::Tx;

sql! {
    PROBE_COLLECTIONS = "SELECT record.collection, COUNT(*), MIN(record.created_at),
        COUNT(CASE WHEN clock.due_at IS NULL THEN 1 END),
        COUNT(CASE WHEN clock.due_at <= $2 AND clock.state <> 'held' THEN 1 END),
        MIN(CASE WHEN clock.due_at <= $2 AND clock.state <> 'held' THEN clock.due_at END),
        COUNT(CASE WHEN clock.due_at <= $2 AND clock.state = 'held' THEN 1 END),
        MIN(CASE WHEN clock.state <> 'held' THEN clock.due_at END)
        FROM record LEFT JOIN clock ON clock.bucket = record.bucket
            AND clock.subject_id = record.subject_id AND clock.collection = record.collection
            AND clock.clock_id = record.clock_id
        WHERE record.bucket = $1 GROUP BY record.collection ORDER BY record.collection";
    PROBE_HOLDINGS = "SELECT subject_id, collection, COUNT(*), MIN(created_at) FROM record
        WHERE bucket = $1 GROUP BY subject_id, collection ORDER BY subject_id, collection";
    PROBE_DUE = "SELECT clock.collection, clock.due_at, COUNT(*)
        FROM clock JOIN record ON record.bucket = clock.bucket
            AND record.subject_id = clock.subject_id AND record.collection = clock.collection
            AND record.clock_id = clock.clock_id
        WHERE clock.bucket = $1 AND clock.state IN ('live', 'planned')
            AND clock.due_at >= $2 AND clock.due_at < $3
        GROUP BY clock.collection, clock.due_at ORDER BY clock.collection, clock.due_at";
}

/// What a bucket holds of a collection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CollectionProbe {
    /// Which collection: `activity.collection`.
    pub collection: String,
    /// How many records.
    pub records: u64,
    /// When the oldest of them was stored.
    pub oldest_at: Option<Timestamp>,
    /// How many have no due instant: their clock waits, never ends, or is missing.
    pub endless: u64,
    /// How many are due and nothing holds them.
    pub overdue: u64,
    /// Since when the most overdue of those is due.
    pub overdue_since: Option<Timestamp>,
    /// How many are due but held.
    pub held: u64,
    /// When the first of those that nothing holds falls due, or fell due.
    pub next_due_at: Option<Timestamp>,
}

/// What a bucket holds about one subject in one collection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Holding {
    /// Whom it is about.
    pub subject: SubjectId,
    /// Which collection: `activity.collection`.
    pub collection: String,
    /// How many records.
    pub records: u64,
    /// When the oldest of them was stored.
    pub oldest_at: Timestamp,
}

/// How many records of a collection fall due at an instant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DueCount {
    /// Which collection: `activity.collection`.
    pub collection: String,
    /// When.
    pub due_at: Timestamp,
    /// How many records.
    pub records: u64,
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
        let rows = self.query(&PROBE_COLLECTIONS, values![bucket, now])?;
        let read = |row: Row| {
            let mut columns = row.columns("record", bucket);
            Ok(CollectionProbe {
                collection: columns.take("collection")?,
                records: columns.take("records")?,
                oldest_at: columns.take("created_at")?,
                endless: columns.take("endless")?,
                overdue: columns.take("overdue")?,
                overdue_since: columns.take("due_at")?,
                held: columns.take("held")?,
                next_due_at: columns.take("due_at")?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// What this bucket holds, a line a subject and collection; the board lays it beside the
    /// [standings](Self::standings).
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn probe_holdings(&mut self) -> Result<Vec<Holding>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&PROBE_HOLDINGS, values![bucket])?;
        let read = |row: Row| {
            let mut columns = row.columns("record", bucket);
            Ok(Holding {
                subject: columns.take("subject_id")?,
                collection: columns.take("collection")?,
                records: columns.take("records")?,
                oldest_at: columns.take("created_at")?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// What falls due in this bucket from one instant (inclusive) to another (exclusive): the
    /// forecast.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn probe_due(
        &mut self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<DueCount>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&PROBE_DUE, values![bucket, from, until])?;
        let read = |row: Row| {
            let mut columns = row.columns("clock", bucket);
            Ok(DueCount {
                collection: columns.take("collection")?,
                due_at: columns.take("due_at")?,
                records: columns.take("records")?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}
