//! Keys: what seals, what finds, and what is destroyed so that nothing can be read again.
//!
//! One master key, three uses: it wraps every subject's own key, it hashes identities, and it
//! hashes subject ids into buckets. Records are sealed with the key of their subject; the wrapped
//! keys lie in a store of their own, outside the data and outside its backups. The key that signs
//! the log comes from no other: its public half is known to others, and outlives a change of master
//! key.

mod file;
mod journal;
mod ring;
mod seal;
mod store;

pub(crate) use file::{SecretFile, private_directory};
pub(crate) use journal::PAGE;
pub(crate) use journal::STATEMENTS as JOURNAL_STATEMENTS;
pub use journal::{JournalEntry, Journalled, OptOut};
pub(crate) use ring::KeyRing;
pub(crate) use seal::{Context, SubjectKey};
pub(crate) use store::{KeyStore, STATEMENTS};

use std::fmt::Debug;

use crate::error::{KeyProblem, StoreError};

/// Where random bytes come from: the operating system, or a test that wants the same ones every
/// time.
pub trait Random: Debug + Send + Sync {
    /// Fills `bytes` with random ones.
    ///
    /// # Errors
    ///
    /// [`StoreError::Key`] if there are none to be had; then nothing is sealed.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError>;
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError> {
        aws_lc_rs::rand::fill(bytes).map_err(|_| StoreError::Key(KeyProblem::NoRandomness))
    }
}
