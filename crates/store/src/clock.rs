//! Clocks: the moments that retention counts from, and when what they govern is due.
//!
//! Many records share one clock, so "last activity" changes one row, however many records it
//! governs.

use jiff::Timestamp;
use ombud_core::hash::sha256;
use ombud_core::statement::VersionId;

use crate::error::StoreError;
use crate::id::{Bucket, ClockId, RecordId, SubjectId};
use crate::sql::{FromValue, Row, Value, sql, values};
use crate::tx::Tx;

sql! {
    CLOCK_SAVE = "INSERT INTO clock (bucket, subject_id, collection, clock_id, anchors, sealed,
        due_at, stage, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (bucket, subject_id, collection, clock_id) DO UPDATE SET
        anchors = excluded.anchors, sealed = excluded.sealed, due_at = excluded.due_at, stage = excluded.stage,
        state = excluded.state";
    CLOCK_FIND = "SELECT subject_id, collection, clock_id, anchors, sealed, due_at, stage, state FROM clock
        WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND clock_id = $4";
    CLOCK_OF_SUBJECT = "SELECT subject_id, collection, clock_id, anchors, sealed, due_at, stage, state FROM clock
        WHERE bucket = $1 AND subject_id = $2 ORDER BY collection, clock_id";
    CLOCK_OF_COLLECTION = "SELECT subject_id, collection, clock_id, anchors, sealed, due_at, stage, state FROM clock
        WHERE bucket = $1 AND collection = $2 AND (subject_id, clock_id) > ($3, $4)
        ORDER BY subject_id, clock_id LIMIT $5";
    CLOCK_AWAITS = "SELECT subject_id, collection, clock_id, anchors, sealed, due_at, stage, state FROM clock
        WHERE bucket = $1 AND collection = $2 AND state = 'awaits' ORDER BY due_at LIMIT $3";
    CLOCK_COLLECTIONS = "SELECT collection, COUNT(*) FROM clock WHERE bucket = $1 GROUP BY collection";
    CLOCK_SPLIT = "UPDATE record SET clock_id = record_id
        WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND clock_id = $4
        RETURNING record_id, created_at";
    CLOCK_PART = "UPDATE record SET clock_id = record_id
        WHERE bucket = $1 AND record_id = $2 AND subject_id = $3 AND collection = $4 AND clock_id = $5";
    RECOUNT_FIND = "SELECT collection, subject_id, clock_id, done FROM recount
        WHERE bucket = $1 AND statement_hash = $2 AND in_force_at = $3";
    RECOUNT_SAVE = "INSERT INTO recount (bucket, statement_hash, in_force_at, collection, subject_id,
        clock_id, done) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (bucket) DO UPDATE SET statement_hash = excluded.statement_hash,
        in_force_at = excluded.in_force_at, collection = excluded.collection,
        subject_id = excluded.subject_id, clock_id = excluded.clock_id, done = excluded.done";
    CLOCK_REMOVE = "DELETE FROM clock
        WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND clock_id = $4";
}

/// Which clock: whose, for which collection, and whether for one record or for all that share it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ClockKey {
    /// Whose records.
    pub subject: SubjectId,
    /// Of which collection: `activity.collection`.
    pub collection: String,
    /// [`ClockId::SHARED`], or the clock of one record.
    pub clock: ClockId,
}

/// Whether a sweep may act on what a clock governs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ClockState {
    /// It may, once it is due.
    Live,
    /// It may not before the person was told of it.
    Awaits,
    /// It may not: restricted or held. What is due meanwhile is acted on when it is live again.
    Held,
}

impl ClockState {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Awaits => "awaits",
            Self::Held => "held",
        }
    }
}

impl FromValue for ClockState {
    fn from_value(value: Value) -> Option<Self> {
        let word = String::from_value(value)?;
        [Self::Live, Self::Awaits, Self::Held]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// The facts that retention counts from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Anchors {
    /// A JSON object.
    pub json: String,
    /// Whether they tell of the person more than instants: then they are kept sealed with the person's key.
    pub personal: bool,
}

impl From<&str> for Anchors {
    /// Instants alone.
    fn from(json: &str) -> Self {
        let json = json.to_owned();
        Self {
            json,
            personal: false,
        }
    }
}

/// A clock.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Clock {
    /// Which one.
    pub key: ClockKey,
    /// What its due instant is counted from.
    pub anchors: Anchors,
    /// From when on the next stage is due (inclusive); none while it waits for a moment, or for
    /// ever.
    pub due_at: Option<Timestamp>,
    /// Which stage of the collection's end is next: 0 is the first.
    pub stage: i64,
    /// Whether a sweep may act on it.
    pub state: ClockState,
}

/// How far a bucket was counted anew under a version.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Recount {
    /// Up to this clock, which was the last.
    UpTo(ClockKey),
    /// All clocks.
    Done,
}

impl Tx<'_> {
    /// Saves a clock, new or changed.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn save_clock(&mut self, clock: &Clock) -> Result<(), StoreError> {
        let ClockKey {
            subject,
            collection,
            clock: id,
        } = &clock.key;
        let bucket = self.bucket_of(*subject)?;
        let Anchors { json, personal } = &clock.anchors;
        let (json, sealed) = if *personal {
            let sealed = self.seal(*subject, "clock", &row_of(&clock.key), json.as_bytes())?;
            ("", Some(sealed))
        } else {
            (json.as_str(), None)
        };
        let values = values![
            bucket,
            *subject,
            collection,
            *id,
            json,
            sealed,
            clock.due_at,
            clock.stage,
            clock.state.word(),
        ];
        self.execute(&CLOCK_SAVE, values).map(drop)
    }

    /// A clock; none if there is no such clock.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn clock(&mut self, key: &ClockKey) -> Result<Option<Clock>, StoreError> {
        let ClockKey {
            subject,
            collection,
            clock: id,
        } = key;
        let bucket = self.bucket_of(*subject)?;
        let row = self.first(&CLOCK_FIND, values![bucket, *subject, collection, *id])?;
        row.map(|row| self.open_clock(bucket, row)).transpose()
    }

    /// All clocks of a subject.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn clocks_of(&mut self, subject: SubjectId) -> Result<Vec<Clock>, StoreError> {
        let bucket = self.bucket_of(subject)?;
        let rows = self.query(&CLOCK_OF_SUBJECT, values![bucket, subject])?;
        rows.into_iter()
            .map(|row| self.open_clock(bucket, row))
            .collect()
    }

    /// The clocks of a collection in this bucket, at most `limit`, after the one given: for
    /// counting anew when a rule has changed.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn clocks_in(
        &mut self,
        collection: &str,
        after: Option<&ClockKey>,
        limit: u32,
    ) -> Result<Vec<Clock>, StoreError> {
        let bucket = self.bucket()?;
        // No subject has the nil id, so nothing is left out of the first page.
        let none = (SubjectId([0; 16]), ClockId::SHARED);
        let (subject, id) = after.map_or(none, |key| (key.subject, key.clock));
        let values = values![bucket, collection, subject, id, i64::from(limit)];
        let rows = self.query(&CLOCK_OF_COLLECTION, values)?;
        rows.into_iter()
            .map(|row| self.open_clock(bucket, row))
            .collect()
    }

    /// The clocks of a collection in this bucket whose person must be told before they may end, the
    /// most urgent first, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn awaiting_clocks(
        &mut self,
        collection: &str,
        limit: u32,
    ) -> Result<Vec<Clock>, StoreError> {
        let bucket = self.bucket()?;
        let values = values![bucket, collection, i64::from(limit)];
        let rows = self.query(&CLOCK_AWAITS, values)?;
        rows.into_iter()
            .map(|row| self.open_clock(bucket, row))
            .collect()
    }

    /// The collections that this bucket has clocks of.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn clock_collections(&mut self) -> Result<Vec<String>, StoreError> {
        let bucket = self.bucket()?;
        let rows = self.query(&CLOCK_COLLECTIONS, values![bucket])?;
        let read = |row: Row| row.columns("clock", bucket).take("collection");
        rows.into_iter().map(read).collect()
    }

    /// Gives every record on a clock a clock of its own, and returns the records with the instants at
    /// which they were stored. Save those clocks, and remove this one, in the same transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn split_clock(
        &mut self,
        key: &ClockKey,
    ) -> Result<Vec<(RecordId, Timestamp)>, StoreError> {
        let ClockKey {
            subject,
            collection,
            clock: id,
        } = key;
        let bucket = self.bucket_of(*subject)?;
        let rows = self.query(&CLOCK_SPLIT, values![bucket, *subject, collection, *id])?;
        let read = |row: Row| {
            let mut columns = row.columns("record", bucket);
            Ok((columns.take("record_id")?, columns.take("created_at")?))
        };
        rows.into_iter().map(read).collect()
    }

    /// Takes one record off a clock that it shares with others; false if it does not hang there. Save its
    /// own clock in the same transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn part_record(&mut self, key: &ClockKey, record: RecordId) -> Result<bool, StoreError> {
        let ClockKey {
            subject,
            collection,
            clock: id,
        } = key;
        let bucket = self.bucket_of(*subject)?;
        let values = values![bucket, record, *subject, collection, *id];
        Ok(self.execute(&CLOCK_PART, values)? > 0)
    }

    /// How far this bucket was counted anew under a version that came into force at an instant; none
    /// if that has not begun.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn recount(
        &mut self,
        version: &VersionId,
        in_force_at: Timestamp,
    ) -> Result<Option<Recount>, StoreError> {
        let bucket = self.bucket()?;
        let row = self.first(&RECOUNT_FIND, values![bucket, version, in_force_at])?;
        let read = |row: Row| {
            let mut columns = row.columns("recount", bucket);
            let key = ClockKey {
                collection: columns.take("collection")?,
                subject: columns.take("subject_id")?,
                clock: columns.take("clock_id")?,
            };
            let done: i64 = columns.take("done")?;
            Ok(if done == 0 {
                Recount::UpTo(key)
            } else {
                Recount::Done
            })
        };
        row.map(read).transpose()
    }

    /// Notes how far this bucket was counted anew.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn save_recount(
        &mut self,
        version: &VersionId,
        in_force_at: Timestamp,
        recount: &Recount,
    ) -> Result<(), StoreError> {
        let bucket = self.bucket()?;
        let (collection, subject, clock, done) = match recount {
            Recount::UpTo(key) => (key.collection.as_str(), key.subject, key.clock, 0_i64),
            Recount::Done => ("", SubjectId([0; 16]), ClockId::SHARED, 1),
        };
        let values = values![
            bucket,
            version,
            in_force_at,
            collection,
            subject,
            clock,
            done
        ];
        self.execute(&RECOUNT_SAVE, values).map(drop)
    }

    /// Removes a clock, which may have been the last thing to keep about its subject. True if there was
    /// one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn remove_clock(&mut self, key: &ClockKey) -> Result<bool, StoreError> {
        let ClockKey {
            subject,
            collection,
            clock: id,
        } = key;
        let bucket = self.bucket_of(*subject)?;
        self.look_at(*subject, Some(Timestamp::UNIX_EPOCH))?;
        Ok(self.execute(&CLOCK_REMOVE, values![bucket, *subject, collection, *id])? > 0)
    }

    /// A clock as it lies in a row. Where nobody can open its facts any more, nothing is known.
    pub(crate) fn open_clock(&mut self, bucket: Bucket, row: Row) -> Result<Clock, StoreError> {
        let mut columns = row.columns("clock", bucket);
        let key = ClockKey {
            subject: columns.take("subject_id")?,
            collection: columns.take("collection")?,
            clock: columns.take("clock_id")?,
        };
        let json: String = columns.take("anchors")?;
        let sealed: Option<Vec<u8>> = columns.take("sealed")?;
        let anchors = match sealed {
            Some(sealed) => self.open_anchors(&key, &sealed)?,
            None => Anchors::from(json.as_str()),
        };
        Ok(Clock {
            key,
            anchors,
            due_at: columns.take("due_at")?,
            stage: columns.take("stage")?,
            state: columns.take("state")?,
        })
    }

    fn open_anchors(&mut self, key: &ClockKey, sealed: &[u8]) -> Result<Anchors, StoreError> {
        match self.open(key.subject, "clock", &row_of(key), sealed) {
            Ok(json) => Ok(Anchors {
                json: String::from_utf8_lossy(&json).into_owned(),
                personal: true,
            }),
            Err(StoreError::KeyDestroyed) => Ok(Anchors::default()),
            Err(error) => Err(error),
        }
    }
}

/// What stands for a clock where its facts are sealed: they are opened for no other.
fn row_of(key: &ClockKey) -> [u8; 16] {
    let hash = sha256(format!("{}\n{}", key.collection, key.clock).as_bytes());
    std::array::from_fn(|index| hash.get(index).copied().unwrap_or_default())
}
