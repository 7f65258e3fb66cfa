//! Can this log be trusted? What an act leaves behind, how it is tied to everything before, and how
//! anyone can check that nothing was changed, cut, reordered or put in.
//!
//! An [`Entry`] holds the hash of the entry before it in its chain, so a chain can only be changed
//! from some place to its end. Entries of all chains become leaves of one Merkle tree (RFC 6962),
//! whose [`Checkpoint`] is signed: the log. What becomes a leaf is the hash of an entry, never the
//! entry: the log can be shown to everyone. A [`Receipt`] is one entry, signed, with the proof that
//! the log holds it.
//!
//! Nothing here reads or writes anything; formats are C2SP's (tlog-tiles, tlog-checkpoint,
//! tlog-proof, signed-note), so that other tools can read them.

mod chain;
mod checkpoint;
mod entry;
mod log;
pub mod merkle;
mod note;
mod receipt;
mod tile;

pub use chain::{Broken, ChainCheck, Reached, Stored};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use entry::{Chain, Done, Entry, EntryError, Fact, Pseudonym};
pub use log::LogCheck;
pub use note::{NoteError, PublicKey, SigningKey, open};
pub use receipt::{Logged, Proof, Receipt, ReceiptError, Verified, leaf};
pub use tile::{Edge, Resource, TileId, WIDTH, whole};

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hash::sha256;

/// A SHA-256 hash. Written as 64 lower-case hexadecimal digits, or in base64 where a format of
/// others asks for it.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What stands for the entry before the first.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha256(bytes))
    }

    /// In standard base64.
    pub fn base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// From standard base64; none if it is not that of 32 bytes, written in the one way.
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// From 64 lower-case hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        // One spelling only: what is hashed again must come out the same.
        (hex::encode(bytes) == text).then_some(Self(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| serde::de::Error::custom("not a hash"))
    }
}
