//! A command sent twice acts once, whichever process gets it: it is named before it acts, and what it
//! came to is kept in the transaction that carries it out. The answer is given again for as long as the
//! statement keeps it, and forgotten by the sweep.

use jiff::Timestamp;
use ombud_store::{Bucket, KeyedHash, Replay, StoreError, Tx};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{FlowError, Ombud};

/// The name under which a command is recognised when it comes again, and a fingerprint of what it
/// asks for. All are keyed hashes: none tells what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Once {
    /// The caller and the key that it chose.
    pub name: KeyedHash,
    /// The same, for what is kept beside the fact itself, in the bucket of its subject.
    pub fact: KeyedHash,
    /// The command itself.
    pub request: KeyedHash,
    /// Where its fact lies, if it came before and was not answered.
    pub begun: Option<Bucket>,
}

/// Why a name cannot be given to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Taken {
    /// The same command is being carried out elsewhere, or its person has become someone else meanwhile.
    #[error("a call with this `Idempotency-Key` is under way")]
    UnderWay,
    /// Another command has it.
    #[error("this `Idempotency-Key` was used for another call")]
    Reused,
}

/// When something is to be done, and the name of the command if it may come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    /// The instant at which it came.
    pub at: Timestamp,
    /// Its name.
    pub once: Option<Once>,
}

impl From<Timestamp> for Command {
    fn from(at: Timestamp) -> Self {
        Self { at, once: None }
    }
}

impl Ombud {
    /// The name of a command that `caller` calls `key`; `request` is all that it asks for.
    pub fn once(&self, caller: &str, key: &str, request: &[u8]) -> Once {
        let name = format!("{caller}\n{key}");
        Once {
            name: self.store.keyed_hash("idempotency key", name.as_bytes()),
            fact: self.store.keyed_hash("idempotent fact", name.as_bytes()),
            request: self.store.keyed_hash("request", request),
            begun: None,
        }
    }

    /// Whether the command came before, and what was answered.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn answered(&self, once: Once) -> Result<Replay, FlowError> {
        self.look(once.name, once.request, once.name.bucket()).await
    }

    /// Whether a command that was begun has been carried out.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn is_done(&self, once: Once) -> Result<bool, FlowError> {
        let fact = self.done::<serde::de::IgnoredAny>(Some(once)).await?;
        Ok(fact.is_some())
    }

    /// Keeps the answer to a command that was carried out. It must hold no personal data.
    ///
    /// # Errors
    ///
    /// [`FlowError`] when the store fails.
    pub async fn keep_answer(&self, once: Once, answer: String) -> Result<(), FlowError> {
        let name = once.name;
        let write = self
            .store
            .write::<_, FlowError, _>("answer.keep", name.bucket(), move |tx| {
                Ok(tx.save_answer(name, &answer)?)
            });
        write.await
    }

    /// What a command came to that was carried out before.
    pub(super) async fn done<T: DeserializeOwned>(
        &self,
        once: Option<Once>,
    ) -> Result<Option<T>, FlowError> {
        let Some(Once {
            fact,
            request,
            begun: Some(lies_in),
            ..
        }) = once
        else {
            return Ok(None);
        };
        match self.look(fact, request, lies_in).await? {
            Replay::Begun {
                answer: Some(kept), ..
            } => read(&kept).map(Some),
            Replay::Begun { answer: None, .. } | Replay::New | Replay::Reused => Ok(None),
        }
    }

    async fn look(
        &self,
        key: KeyedHash,
        request: KeyedHash,
        place: Bucket,
    ) -> Result<Replay, FlowError> {
        let read =
            self.store
                .read::<_, FlowError, _>("command.find", place, move |tx| {
                    Ok(tx.replay(key, request)?)
                });
        read.await
    }

    /// Names a command before it acts in this bucket: no other command has that name from then on, and
    /// whoever gets this one finds where its fact lies.
    pub(super) async fn name_command(
        &self,
        command: Command,
        lies_in: Bucket,
    ) -> Result<(), FlowError> {
        let Some(Once { name, request, .. }) = command.once else {
            return Ok(());
        };
        let claim =
            self.store
                .write::<_, FlowError, _>("command.claim", name.bucket(), move |tx| {
                    Ok(tx.claim(name, request, lies_in, command.at)?)
                });
        match claim.await? {
            Replay::New => Ok(()),
            Replay::Begun { lies_in: there, .. } if there == lies_in => Ok(()),
            // Whom it is about is known by now as someone else.
            Replay::Begun { .. } => Err(Taken::UnderWay.into()),
            Replay::Reused => Err(Taken::Reused.into()),
        }
    }

    /// Carries a command out in a transaction of its own, unless that was done: what it came to then is
    /// what it comes to now.
    pub(super) async fn write_once<T, F>(
        &self,
        name: &'static str,
        bucket: Bucket,
        command: Command,
        mut body: F,
    ) -> Result<T, FlowError>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, FlowError> + Send + 'static,
    {
        self.name_command(command, bucket).await?;
        let write = self
            .store
            .write(name, bucket, move |tx| carry_out(tx, command, &mut body));
        write.await
    }
}

/// The same, within a transaction of a command that was named. The name is taken before anything is
/// done: whoever carries the command out at the same time waits here, and then finds it done.
pub(super) fn carry_out<T: Serialize + DeserializeOwned>(
    tx: &mut Tx<'_>,
    command: Command,
    body: impl FnOnce(&mut Tx<'_>) -> Result<T, FlowError>,
) -> Result<T, FlowError> {
    let Some(Once { fact, request, .. }) = command.once else {
        return body(tx);
    };
    let lies_in = tx.bucket()?;
    match tx.claim(fact, request, lies_in, command.at)? {
        Replay::Begun {
            answer: Some(kept), ..
        } => return read(&kept),
        Replay::New | Replay::Begun { answer: None, .. } => {}
        Replay::Reused => return Err(Taken::Reused.into()),
    }
    let done = body(tx)?;
    let kept = serde_json::to_string(&done).unwrap_or_default();
    tx.save_answer(fact, &kept)?;
    Ok(done)
}

fn read<T: DeserializeOwned>(kept: &str) -> Result<T, FlowError> {
    let read = serde_json::from_str(kept);
    read.map_err(|_| {
        let corrupt = StoreError::Corrupt {
            table: "idempotency_key",
            column: "answer",
            row: "the row of a fact".to_owned(),
        };
        corrupt.into()
    })
}
