//! The tamper-evident chains: one for each bucket, and one beside the home tables. What an entry
//! says and how it is hashed is the rules' to say.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use ombud_core::evidence::{Chain, Entry, Fact, Hash, Pseudonym, Stored};

use crate::error::StoreError;
use crate::id::{Place, RecordId, SubjectId};
use crate::sql::{FromValue, Row, Value, sql, values};
use crate::tx::Tx;

sql! {
    CHAIN_HEAD = "SELECT seq, hash FROM evidence WHERE bucket = $1 ORDER BY seq DESC LIMIT 1";
    EVIDENCE_APPEND = "INSERT INTO evidence (bucket, seq, happened_at, fact, prev_hash, hash)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (bucket, seq) DO NOTHING";
    EVIDENCE_LIST = "SELECT seq, happened_at, fact, prev_hash, hash FROM evidence
        WHERE bucket = $1 AND seq > $2 ORDER BY seq LIMIT $3";
}

impl From<Hash> for Value {
    fn from(hash: Hash) -> Self {
        Self::Blob(hash.0.to_vec())
    }
}

impl FromValue for Hash {
    fn from_value(value: Value) -> Option<Self> {
        Vec::from_value(value)?.try_into().ok().map(Self)
    }
}

/// The chains that got an entry since someone last asked; a hint, for the entry may still wait for
/// its commit.
pub(crate) type Appended = Mutex<BTreeSet<Chain>>;

/// A number that SQL keeps as a signed one.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Tx<'_> {
    /// The chain of this transaction's place.
    pub fn chain(&self) -> Chain {
        match self.place() {
            Place::Home => Chain::HOME,
            Place::Bucket(bucket) => Chain::new(bucket.number()).unwrap_or(Chain::HOME),
        }
    }

    /// What stands for a subject in the evidence.
    ///
    /// # Errors
    ///
    /// [`StoreError::KeyDestroyed`] if the subject has no key (any more).
    pub fn pseudonym(&mut self, subject: SubjectId) -> Result<Pseudonym, StoreError> {
        Ok(self.key(subject)?.pseudonym("subject", &[]))
    }

    /// A code in the place of a subject's name; another than the one in the evidence, which is public.
    ///
    /// # Errors
    ///
    /// [`StoreError::KeyDestroyed`] if the subject has no key (any more).
    pub fn code_of(&mut self, subject: SubjectId) -> Result<String, StoreError> {
        Ok(self.key(subject)?.pseudonym("code", &[]).to_string())
    }

    /// What stands for a record of a subject in the evidence.
    ///
    /// # Errors
    ///
    /// [`StoreError::KeyDestroyed`] if the subject has no key (any more).
    pub fn pseudonym_of_record(
        &mut self,
        subject: SubjectId,
        record: RecordId,
    ) -> Result<Pseudonym, StoreError> {
        Ok(self.key(subject)?.pseudonym("record", record.bytes()))
    }

    /// Appends an entry to the chain of this place, in the transaction of the fact. Locks the chain
    /// until it commits: order comes from that.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn append_evidence(&mut self, at: Timestamp, fact: Fact) -> Result<Entry, StoreError> {
        let chain = self.chain();
        let key = i64::from(chain.number());
        // As it will be read again.
        let at = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
        let mut entry = Entry {
            chain,
            place: 0,
            at,
            after: Hash::ZERO,
            fact,
        };
        let json = entry.fact.json();
        // Where several write, another may have appended since the head was read: then it is read
        // again, and by then the other has committed or is gone.
        loop {
            let (last, after) = self.chain_head()?.unwrap_or_default();
            (entry.place, entry.after) = (last.saturating_add(1), after);
            let (place, hash) = (signed(entry.place), entry.hash());
            if self.execute(
                &EVIDENCE_APPEND,
                values![key, place, at, &json, after, hash],
            )? > 0
            {
                break;
            }
        }
        let mut appended = self.appended.lock().unwrap_or_else(PoisonError::into_inner);
        appended.insert(chain);
        Ok(entry)
    }

    /// The last place of this chain and the hash there; none before the first entry.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn chain_head(&mut self) -> Result<Option<(u64, Hash)>, StoreError> {
        let key = i64::from(self.chain().number());
        let row = self.first(&CHAIN_HEAD, values![key])?;
        row.map(|row| read_head(row, key)).transpose()
    }

    /// The entries of this chain after a place, at most `limit`, as they are stored.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn evidence_after(&mut self, place: u64, limit: u32) -> Result<Vec<Stored>, StoreError> {
        let key = i64::from(self.chain().number());
        // From the very first on: what was put in before place 1 must show.
        let after = if place == 0 { i64::MIN } else { signed(place) };
        let rows = self.query(&EVIDENCE_LIST, values![key, after, i64::from(limit)])?;
        let read = |row: Row| {
            let mut columns = row.columns("evidence", key);
            Ok(Stored {
                place: columns.take("seq")?,
                at: columns.take("happened_at")?,
                fact: columns.take("fact")?,
                after: columns.take("prev_hash")?,
                hash: columns.take("hash")?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}

fn read_head(row: Row, key: i64) -> Result<(u64, Hash), StoreError> {
    let mut columns = row.columns("evidence", key);
    Ok((columns.take("seq")?, columns.take("hash")?))
}
