//! A command sent twice acts once: it is named before it acts, and its answer is kept with what it did.

use jiff::Timestamp;

use crate::error::StoreError;
use crate::id::{Bucket, KeyedHash};
use crate::sql::{sql, values};
use crate::tx::Tx;

sql! {
    COMMAND_FIND = "SELECT request_hash, lies_in, answer FROM idempotency_key
        WHERE bucket = $1 AND key_hash = $2";
    COMMAND_CLAIM = "INSERT INTO idempotency_key (bucket, key_hash, request_hash, lies_in, answer, made_at)
        VALUES ($1, $2, $3, $4, NULL, $5) ON CONFLICT (bucket, key_hash) DO NOTHING";
    ANSWER_SAVE = "UPDATE idempotency_key SET answer = $3 WHERE bucket = $1 AND key_hash = $2";
    ANSWER_FORGET = "DELETE FROM idempotency_key WHERE bucket = $1 AND made_at < $2";
}

/// What is known about a command.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Replay {
    /// Nothing: carry it out.
    New,
    /// It was begun.
    Begun {
        /// Where its fact lies, if it came so far.
        lies_in: Bucket,
        /// What was answered, if it came so far.
        answer: Option<String>,
    },
    /// Its name was used for another command: refuse this one.
    Reused,
}

impl Tx<'_> {
    /// Whether a command was begun. `key` is a [`keyed_hash`](crate::Store::keyed_hash) of the caller and
    /// the name that it chose, `request` one of the command itself.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn replay(&mut self, key: KeyedHash, request: KeyedHash) -> Result<Replay, StoreError> {
        let bucket = self.bucket()?;
        let Some(row) = self.first(&COMMAND_FIND, values![bucket, key])? else {
            return Ok(Replay::New);
        };
        let mut columns = row.columns("idempotency_key", bucket);
        let of: KeyedHash = columns.take("request_hash")?;
        let lies_in = columns.take("lies_in")?;
        let answer = columns.take("answer")?;
        Ok(if of == request {
            Replay::Begun { lies_in, answer }
        } else {
            Replay::Reused
        })
    }

    /// Names a command before it acts, unless that name is taken: then this is what is known of it.
    /// Whoever names it at the same time waits for this transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn claim(
        &mut self,
        key: KeyedHash,
        request: KeyedHash,
        lies_in: Bucket,
        at: Timestamp,
    ) -> Result<Replay, StoreError> {
        let bucket = self.bucket()?;
        let row = values![bucket, key, request, lies_in, at];
        match self.execute(&COMMAND_CLAIM, row)? {
            0 => self.replay(key, request),
            _ => Ok(Replay::New),
        }
    }

    /// Keeps the answer to a command that was [named](Self::claim). It must hold no personal data.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn save_answer(&mut self, key: KeyedHash, answer: &str) -> Result<(), StoreError> {
        let bucket = self.bucket()?;
        self.execute(&ANSWER_SAVE, values![bucket, key, answer])
            .map(drop)
    }

    /// Forgets the commands of this bucket that were named before an instant. Returns how many.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn forget_answers(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let bucket = self.bucket()?;
        self.execute(&ANSWER_FORGET, values![bucket, before])
    }
}
