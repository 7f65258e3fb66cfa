//! The vault: records, sealed with the key of their subject.

use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::clock::ClockKey;
use crate::error::StoreError;
use crate::id::{Bucket, ClockId, RecordId, SubjectId};
use crate::sql::{FromValue, Row, Value, sql, values};
use crate::tx::Tx;

sql! {
    RECORD_ADD = "INSERT INTO record (bucket, record_id, subject_id, collection, clock_id, state,
        created_at, changed_at, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)
        ON CONFLICT (bucket, record_id) DO NOTHING";
    RECORD_FIND = "SELECT record_id, subject_id, collection, clock_id, state, created_at, changed_at, sealed
        FROM record WHERE bucket = $1 AND record_id = $2";
    RECORD_OF_SUBJECT = "SELECT record_id, subject_id, collection, clock_id, state, created_at, changed_at,
        sealed FROM record
        WHERE bucket = $1 AND subject_id = $2 AND (collection, clock_id, record_id) > ($3, $4, $5)
        ORDER BY collection, clock_id, record_id LIMIT $6";
    RECORD_OF_COLLECTION = "SELECT record_id, subject_id, collection, clock_id, state, created_at, changed_at,
        sealed FROM record
        WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND (clock_id, record_id) > ($4, $5)
        ORDER BY clock_id, record_id LIMIT $6";
    RECORD_REWRITE = "UPDATE record SET sealed = $3,
        changed_at = CASE WHEN changed_at < $4 THEN $4 ELSE changed_at + 1 END
        WHERE bucket = $1 AND record_id = $2 AND changed_at = $5";
    RECORD_STATE = "UPDATE record SET state = $5
        WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND clock_id = $4 AND state <> $5";
    RECORD_ERASE = "DELETE FROM record WHERE bucket = $1 AND record_id = $2";
    RECORD_ANY = "SELECT 1 FROM record WHERE bucket = $1 LIMIT 1";
    RECORD_COUNT = "SELECT COUNT(*) FROM record
        WHERE bucket = $1 AND subject_id = $2 AND collection = $3 AND clock_id = $4";
}

/// Whether a record is in use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RecordState {
    /// It is.
    Live,
    /// Kept for a last while before it is erased; shown to nobody.
    Hidden,
    /// Its account can no longer be used.
    Suspended,
    /// Kept apart, for the archive alone.
    Archived,
    /// Only the fields that a law asks for are left, for that purpose alone.
    Reduced,
}

impl RecordState {
    /// All states.
    pub const ALL: [Self; 5] = [
        Self::Live,
        Self::Hidden,
        Self::Suspended,
        Self::Archived,
        Self::Reduced,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Hidden => "hidden",
            Self::Suspended => "suspended",
            Self::Archived => "archived",
            Self::Reduced => "reduced",
        }
    }
}

impl FromValue for RecordState {
    fn from_value(value: Value) -> Option<Self> {
        let word = String::from_value(value)?;
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A record to be stored.
#[derive(Clone)]
pub struct NewRecord {
    /// Its id, which names its subject's bucket.
    pub id: RecordId,
    /// Whom it is about.
    pub subject: SubjectId,
    /// What kind of record: `activity.collection`.
    pub collection: String,
    /// The clock that its retention counts from.
    pub clock: ClockId,
    /// When it is stored.
    pub created_at: Timestamp,
    /// Its fields, as the flow encodes them. Sealed on the way in.
    pub payload: Zeroizing<Vec<u8>>,
}

/// A stored record, opened.
#[derive(Clone, Eq, PartialEq)]
pub struct Record {
    /// Its id.
    pub id: RecordId,
    /// Whom it is about.
    pub subject: SubjectId,
    /// What kind of record: `activity.collection`.
    pub collection: String,
    /// The clock that its retention counts from.
    pub clock: ClockId,
    /// Whether it is in use.
    pub state: RecordState,
    /// When it was stored.
    pub created_at: Timestamp,
    /// When it was last rewritten; serves as its version.
    pub changed_at: Timestamp,
    /// Its fields, as the flow encoded them. Wiped from memory when dropped.
    pub payload: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for NewRecord {
    /// Without the payload.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewRecord({} in {})", self.id, self.collection)
    }
}

impl std::fmt::Debug for Record {
    /// Without the payload.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Record({} in {}, {:?})",
            self.id, self.collection, self.state
        )
    }
}

impl Tx<'_> {
    /// Stores a record. False if its id is taken already, which a repeated command makes so.
    ///
    /// # Errors
    ///
    /// [`StoreError::SubjectGone`] if there is no such subject (any more).
    pub fn add_record(&mut self, record: &NewRecord) -> Result<bool, StoreError> {
        let bucket = self.bucket_of_record(record.id)?;
        // Locked, so that no erasure passes between this and the record.
        self.lock_subject(record.subject)?;
        let sealed = self.seal(record.subject, "record", record.id.bytes(), &record.payload)?;
        let values = values![
            bucket,
            record.id,
            record.subject,
            &record.collection,
            record.clock,
            RecordState::Live.word(),
            record.created_at,
            sealed,
        ];
        Ok(self.execute(&RECORD_ADD, values)? > 0)
    }

    /// A record, opened; none if there is no such record.
    ///
    /// # Errors
    ///
    /// [`StoreError::KeyDestroyed`] if it is there but nobody can read it any more.
    pub fn record(&mut self, id: RecordId) -> Result<Option<Record>, StoreError> {
        let bucket = self.bucket_of_record(id)?;
        let row = self.first(&RECORD_FIND, values![bucket, id])?;
        row.map(|row| self.open_record(bucket, row)).transpose()
    }

    /// The records of a subject, opened, of one collection or all, at most `limit`, after the one
    /// given: by collection, then by clock, then in the order of their making.
    ///
    /// # Errors
    ///
    /// [`StoreError::KeyDestroyed`] if there are any but nobody can read them any more.
    pub fn records_of(
        &mut self,
        subject: SubjectId,
        collection: Option<&str>,
        after: Option<&Record>,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError> {
        let bucket = self.bucket_of(subject)?;
        let limit = i64::from(limit);
        let clock = after.map_or(ClockId::SHARED, |record| record.clock);
        let id = after.map_or(RecordId([0; 16]), |record| record.id);
        let rows = if let Some(collection) = collection {
            let values = values![bucket, subject, collection, clock, id, limit];
            self.query(&RECORD_OF_COLLECTION, values)
        } else {
            let collection = after.map_or("", |record| &record.collection);
            let values = values![bucket, subject, collection, clock, id, limit];
            self.query(&RECORD_OF_SUBJECT, values)
        }?;
        rows.into_iter()
            .map(|row| self.open_record(bucket, row))
            .collect()
    }

    pub(crate) fn open_record(&mut self, bucket: Bucket, row: Row) -> Result<Record, StoreError> {
        let mut columns = row.columns("record", bucket);
        let id: RecordId = columns.take("record_id")?;
        let subject: SubjectId = columns.take("subject_id")?;
        let collection = columns.take("collection")?;
        let clock = columns.take("clock_id")?;
        let state = columns.take("state")?;
        let created_at = columns.take("created_at")?;
        let changed_at = columns.take("changed_at")?;
        let sealed: Vec<u8> = columns.take("sealed")?;
        let payload = self.open(subject, "record", id.bytes(), &sealed)?;
        Ok(Record {
            id,
            subject,
            collection,
            clock,
            state,
            created_at,
            changed_at,
            payload,
        })
    }

    /// Puts a new payload in the place of the one that was read. False if the record has been
    /// rewritten or erased since: then read it again.
    ///
    /// # Errors
    ///
    /// [`StoreError::KeyDestroyed`] if the subject has no key any more.
    pub fn rewrite_record(
        &mut self,
        read: &Record,
        payload: &[u8],
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let bucket = self.bucket_of_record(read.id)?;
        let sealed = self.seal(read.subject, "record", read.id.bytes(), payload)?;
        let values = values![bucket, read.id, sealed, at, read.changed_at];
        Ok(self.execute(&RECORD_REWRITE, values)? > 0)
    }

    /// Puts all records of a clock into a state. Returns how many changed.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn set_record_state(
        &mut self,
        clock: &ClockKey,
        state: RecordState,
    ) -> Result<u64, StoreError> {
        let ClockKey {
            subject,
            collection,
            clock: id,
        } = clock;
        let bucket = self.bucket_of(*subject)?;
        let values = values![bucket, *subject, collection, *id, state.word()];
        self.execute(&RECORD_STATE, values)
    }

    /// Whether there is any record in this bucket.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn has_records(&mut self) -> Result<bool, StoreError> {
        let bucket = self.bucket()?;
        Ok(self.first(&RECORD_ANY, values![bucket])?.is_some())
    }

    /// How many records a clock governs.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn count_records(&mut self, clock: &ClockKey) -> Result<i64, StoreError> {
        let ClockKey {
            subject,
            collection,
            clock: id,
        } = clock;
        let bucket = self.bucket_of(*subject)?;
        let row = self.first(&RECORD_COUNT, values![bucket, *subject, collection, *id])?;
        row.map_or(Ok(0), |row| row.columns("record", bucket).take("count"))
    }

    /// Erases a record. True if it was there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn erase_record(&mut self, id: RecordId) -> Result<bool, StoreError> {
        let bucket = self.bucket_of_record(id)?;
        Ok(self.execute(&RECORD_ERASE, values![bucket, id])? > 0)
    }
}
