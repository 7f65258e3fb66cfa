//! The contract that every store of personal data fulfils: the vault and, later, other people's
//! databases.
//!
//! A connected store never sees the statement. It is told what to do with whose records of which
//! collection, does it so that doing it twice changes nothing more, and reads back what is left. A
//! store that cannot be asked answers with a [`Fault`], never with "nothing found": absence is
//! something only a store that answered can attest.
//!
//! [`suite`] is what every connector must pass. The vault is to take its place in the contract through the
//! flows of the binary, which hold the keys; nothing holds it against the suite yet, and the binary
//! asks no store but the vault.

pub mod memory;
pub mod suite;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A person as a store knows them: kind of identity and normalised value.
pub type Identities = BTreeMap<String, String>;

/// Why a store did not answer. Whatever was asked is still to be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It could not be reached or did not answer in time; the same call may succeed later.
    #[error("the store could not be asked")]
    Unreachable,
    /// It answered, and refused. The words hold no personal data.
    #[error("the store refused: {0}")]
    Refused(String),
    /// It cannot do this at all, for example rectify what is write-once.
    #[error("the store cannot {0}")]
    Unable(&'static str),
}

/// Whose records of which collection a task is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Whose.
    pub identities: Identities,
    /// `activity.collection`.
    pub collection: String,
}

/// A record that a store holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The store's own name for it; means nothing elsewhere.
    pub key: String,
    /// When it was collected.
    pub collected_at: Timestamp,
    /// Its fields.
    pub fields: Map<String, Value>,
}

/// What an erasure left, as the store attests after it was read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// Nothing, and the store answered when it was asked.
    Absent,
    /// Some records are held by a duty or a claim, and were not touched.
    Held,
    /// Records are still there that should be gone: an alarm.
    Present,
}

/// Something that looks personal and is not declared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspect {
    /// Where: table and column, or object and path.
    pub place: String,
    /// What it looks like, for example `e-mail address`.
    pub looks_like: String,
    /// In how many of the values that were looked at.
    pub values: u64,
}

/// A store of personal data.
///
/// Every call is idempotent: asked again after a crash, it comes to the same. Every call may fail
/// with a [`Fault`], and then nothing may be concluded from it.
pub trait Connector {
    /// The store's name in `stores.toml`.
    fn name(&self) -> &str;

    /// The keys of a person's records.
    ///
    /// # Errors
    ///
    /// [`Fault`]; an empty list means that the store was asked and holds none.
    fn find(&mut self, target: &Target) -> Result<Vec<String>, Fault>;

    /// A person's records with their fields (GDPR Articles 15, 20).
    ///
    /// # Errors
    ///
    /// [`Fault`].
    fn export(&mut self, target: &Target) -> Result<Vec<Item>, Fault>;

    /// Which of a person's records a duty or a claim holds.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    fn held(&mut self, target: &Target) -> Result<Vec<String>, Fault>;

    /// Puts new values in the place of those of a record; `null` takes a field out (Article 16).
    ///
    /// # Errors
    ///
    /// [`Fault`].
    fn rectify(&mut self, key: &str, changes: &Map<String, Value>) -> Result<(), Fault>;

    /// Restricts a person's records, or lifts the restriction (Article 18).
    ///
    /// # Errors
    ///
    /// [`Fault`].
    fn restrict(&mut self, target: &Target, restricted: bool) -> Result<(), Fault>;

    /// Erases what is not held; returns how many records it removed (Article 17).
    ///
    /// # Errors
    ///
    /// [`Fault`].
    fn erase(&mut self, target: &Target) -> Result<u64, Fault>;

    /// Counts records into the named statistic and erases them; returns how many.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    fn anonymise(&mut self, target: &Target, statistic: &str) -> Result<u64, Fault>;

    /// What is left after an erasure, read anew.
    ///
    /// # Errors
    ///
    /// [`Fault`]: nothing can be attested.
    fn read_back(&mut self, target: &Target) -> Result<Left, Fault> {
        let found = self.find(target)?;
        let held = self.held(target)?;
        Ok(match found.iter().find(|key| !held.contains(key)) {
            Some(_) => Left::Present,
            None if found.is_empty() => Left::Absent,
            None => Left::Held,
        })
    }

    /// Records of a collection that were collected before an instant, exclusive, and are still there.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    fn due(&mut self, collection: &str, before: Timestamp) -> Result<Vec<String>, Fault>;

    /// When the oldest record of a collection was collected: the probe that the board trusts.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    fn oldest(&mut self, collection: &str) -> Result<Option<Timestamp>, Fault>;

    /// What looks personal and is in none of the declared collections.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    fn scan(&mut self, declared: &[String]) -> Result<Vec<Suspect>, Fault>;
}
