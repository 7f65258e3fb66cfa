//! A command sent twice acts once: the answer of the first time is kept and given again.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::id::KeyedHash;
use crate::sql::{sql, values};
use crate::tx::Tx;

sql! {
    ANSWER_FIND = "SELECT request_hash, answer FROM idempotency_key WHERE bucket = $1 AND key_hash = $2";
    ANSWER_SAVE = "INSERT INTO idempotency_key (bucket, key_hash, request_hash, answer, made_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (bucket, key_hash) DO NOTHING";
    ANSWER_FORGET = "DELETE FROM idempotency_key WHERE bucket = $1 AND made_at < $2";
}

/// What is known about an idempotency key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Replay {
    /// Nothing: carry the command out.
    New,
    /// The same command was carried out: give this answer again.
    Answered(String),
    /// The key was used for another command: refuse this one.
    Reused,
}

impl Tx<'_> {
    /// Whether a command was carried out before. Call it first in the transaction that carries it
    /// out, once the subject is locked. `key` is a [`keyed_hash`](crate::Store::keyed_hash) of the
    /// caller and its key, `request` one of the command itself.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn replay(&mut self, key: KeyedHash, request: KeyedHash) -> Result<Replay, StoreError> {
        let bucket = self.bucket()?;
        let Some(row) = self.first(&ANSWER_FIND, values![bucket, key])? else {
            return Ok(Replay::New);
        };
        let mut columns = row.columns("idempotency_key", bucket);
        let of: KeyedHash = columns.take("request_hash")?;
        let answer = columns.take("answer")?;
        Ok(if of == request {
            Replay::Answered(answer)
        } else {
            Replay::Reused
        })
    }

    /// Keeps the answer to a command, in the transaction that carried it out. The answer must hold
    /// no personal data.
    ///
    /// # Errors
    ///
    /// [`StoreError::Busy`] if the same key was answered in the meantime: try again, and find that
    /// answer.
    pub fn save_answer(
        &mut self,
        key: KeyedHash,
        request: KeyedHash,
        answer: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let bucket = self.bucket()?;
        match self.execute(&ANSWER_SAVE, values![bucket, key, request, answer, at])? {
            0 => Err(StoreError::Busy { name: self.name }),
            _ => Ok(()),
        }
    }

    /// Forgets the answers of this bucket that were kept before an instant. Returns how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn forget_answers(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let bucket = self.bucket()?;
        self.execute(&ANSWER_FORGET, values![bucket, before])
    }
}
