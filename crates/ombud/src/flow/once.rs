//! A command sent twice acts once: its answer is given again for as long as the statement keeps it, and
//! forgotten by the sweep.

use jiff::Timestamp;
use ombud_store::{KeyedHash, Replay};

use super::{FlowError, Ombud};

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
}
