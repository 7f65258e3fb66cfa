//! A command sent twice acts once: its answer is kept for a day and given again.

use jiff::{SignedDuration, Timestamp};
use ombud_store::{KeyedHash, Replay};

use super::{FlowError, Ombud};

/// How long an answer is kept.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// The name under which a command is recognised when it comes again, and a fingerprint of what it
/// asks for. Both are keyed hashes: neither tells what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Once {
    /// The caller and the key that it chose.
    pub name: KeyedHash,
    /// The same, for what is kept beside the fact itself, in the bucket of its subject.
    pub fact: KeyedHash,
    /// The command itself.
    pub request: KeyedHash,
}

impl Ombud {
    /// The name of a command that `caller` calls `key`; `request` is all that it asks for.
    pub fn once(&self, caller: &str, key: &str, request: &[u8]) -> Once {
        let name = format!("{caller}\n{key}");
        Once {
            name: self.store.keyed_hash("idempotency key", name.as_bytes()),
            fact: self.store.keyed_hash("idempotent fact", name.as_bytes()),
            request: self.store.keyed_hash("request", request),
        }
    }

    /// Whether the command was carried out before, and what was answered.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn answered(&self, once: Once) -> Result<Replay, FlowError> {
        let Once { name, request, .. } = once;
        let read = self
            .store
            .read::<_, FlowError, _>("answer.find", name.bucket(), move |tx| {
                Ok(tx.replay(name, request)?)
            });
        read.await
    }

    /// Keeps the answer to a command. It must hold no personal data.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails, or the same command was answered meanwhile.
    pub async fn keep_answer(
        &self,
        once: Once,
        answer: String,
        now: Timestamp,
    ) -> Result<(), FlowError> {
        let Once { name, request, .. } = once;
        let write = self
            .store
            .write::<_, FlowError, _>("answer.keep", name.bucket(), move |tx| {
                Ok(tx.save_answer(name, request, &answer, now)?)
            });
        write.await
    }

    /// Forgets the answers that were kept for long enough, and returns how many.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn forget_answers(&self, now: Timestamp) -> Result<u64, FlowError> {
        let before = now.checked_sub(KEPT_FOR).unwrap_or(Timestamp::MIN);
        let survey = self
            .store
            .survey::<_, FlowError, _>("answer.survey", move |tx| {
                let oldest = tx.oldest_answer()?;
                Ok(oldest
                    .is_some_and(|oldest| oldest < before)
                    .then_some(tx.bucket()?))
            });
        let mut forgotten = 0;
        for bucket in survey.await?.into_iter().flatten() {
            let forget = self
                .store
                .write::<_, FlowError, _>("answer.forget", bucket, move |tx| {
                    Ok(tx.forget_answers(before)?)
                });
            forgotten += forget.await?;
        }
        Ok(forgotten)
    }
}
