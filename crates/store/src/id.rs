//! The names of things: ids and the bucket that they lie in.
//!
//! Ids are made in Ombud and handed to the database, never made by it (`docs`: rules R2 and R3 of
//! scale).

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// One of 4096 shares of all subjects; leads every key of every per-subject table.
///
/// A subject never changes bucket, and the number of buckets never changes.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Bucket(u16);

impl Bucket {
    /// How many buckets there are.
    pub const COUNT: u16 = 4096;

    /// The bucket of this number; none from 4096 on.
    pub fn new(number: u16) -> Option<Self> {
        (number < Self::COUNT).then_some(Self(number))
    }

    /// The first twelve bits of a keyed hash.
    pub(crate) fn of_hash(hash: &[u8; 16]) -> Self {
        let [first, second, ..] = *hash;
        Self(u16::from_be_bytes([first, second]) >> 4)
    }

    /// Its number, 0 to 4095.
    pub fn number(self) -> u16 {
        self.0
    }

    /// All buckets, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self)
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bucket {}", self.0)
    }
}

/// Where a transaction works: in exactly one bucket, or in the tables that belong to no subject.
///
/// This is what lets the same flows run on one database, or on many (rule R1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// The tables that belong to no subject: statement versions.
    Home,
    /// The per-subject tables, in one bucket.
    Bucket(Bucket),
}

impl From<Bucket> for Place {
    fn from(bucket: Bucket) -> Self {
        Self::Bucket(bucket)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => f.write_str("the home tables"),
            Self::Bucket(bucket) => bucket.fmt(f),
        }
    }
}

/// An id that could not be read from text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an id is 32 hexadecimal digits, with or without hyphens")]
pub struct IdError;

/// What the 16-byte ids have in common.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(pub(crate) [u8; 16]);

        impl $name {
            /// The id of these bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            pub const fn bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                Uuid::from_bytes(self.0).fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text).map(|uuid| Self(*uuid.as_bytes())).map_err(|_| IdError)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id! {
    /// A person. Random, so that it tells nothing; its bucket comes from a keyed hash of it.
    SubjectId
}
id! {
    /// A record. A UUID version 7 that carries its bucket, so that a record is found by its id
    /// alone.
    RecordId
}
id! {
    /// A clock: the moments that the retention of one or many records counts from.
    ClockId
}
id! {
    /// The plan of one sweep of one bucket.
    PlanId
}
id! {
    /// A job that waits to be done.
    JobId
}
id! {
    /// A keyed hash of an identity (its kind and normalised value). Nobody without the master key
    /// can make it.
    IdentityHash
}

id! {
    /// A keyed hash of something that a caller sent and that may be personal.
    KeyedHash
}

impl SubjectId {
    /// A new subject id from 16 random bytes, shaped as a UUID version 4.
    pub fn new(random: [u8; 16]) -> Self {
        Self(
            *uuid::Builder::from_random_bytes(random)
                .as_uuid()
                .as_bytes(),
        )
    }
}

impl RecordId {
    /// A new record id: the instant of its making, its subject's bucket, and 8 random bytes.
    ///
    /// UUID version 7 leaves 12 bits between its version and its variant to the maker: there the
    /// bucket lies.
    pub fn new(made_at: Timestamp, bucket: Bucket, random: [u8; 8]) -> Self {
        let mut tail = [0; 10];
        if let Some((first, rest)) = tail.split_first_chunk_mut() {
            *first = bucket.number().to_be_bytes();
            rest.copy_from_slice(&random);
        }
        let millis = u64::try_from(made_at.as_millisecond()).unwrap_or_default();
        Self(
            *uuid::Builder::from_unix_timestamp_millis(millis, &tail)
                .as_uuid()
                .as_bytes(),
        )
    }

    /// The bucket that the record lies in, as its id says.
    pub fn bucket(&self) -> Bucket {
        let [_, _, _, _, _, _, high, low, ..] = self.0;
        Bucket(u16::from_be_bytes([high & 0x0f, low]))
    }
}

impl ClockId {
    /// The clock that all records of a subject and collection share, so that a new "last activity"
    /// changes one row.
    pub const SHARED: Self = Self([0; 16]);

    /// The clock of one record alone.
    pub const fn of_record(record: RecordId) -> Self {
        Self(record.0)
    }

    /// The record that this is the clock of, and of no other; none for a shared clock.
    pub fn record(self) -> Option<RecordId> {
        (self != Self::SHARED).then_some(RecordId(self.0))
    }
}

impl IdentityHash {
    /// The bucket that the identity lies in: the first twelve bits of its hash.
    pub fn bucket(&self) -> Bucket {
        Bucket::of_hash(&self.0)
    }
}

impl KeyedHash {
    /// The bucket that what is found by it lies in.
    pub fn bucket(&self) -> Bucket {
        Bucket::of_hash(&self.0)
    }
}

/// A SHA-256 hash: of a statement version, of a plan, of an entry of the evidence.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Digest(pub(crate) [u8; 32]);

impl Digest {
    /// The digest of these 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl FromStr for Digest {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| IdError)?;
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    #[test]
    fn a_record_id_carries_its_bucket() {
        for number in [0, 1, 0x0ff, 0x100, 0xabc, 4095] {
            let bucket = Bucket::new(number).unwrap();
            let id = RecordId::new(at(1_790_000_000_000), bucket, [0xff; 8]);
            assert_eq!(id.bucket(), bucket);
            let uuid = Uuid::from_bytes(*id.bytes());
            assert_eq!(uuid.get_version_num(), 7);
            assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
            assert_eq!(id.to_string().parse::<RecordId>().unwrap(), id);
        }
        assert_eq!(Bucket::new(4096), None);
    }

    #[test]
    fn record_ids_sort_by_the_instant_of_their_making() {
        let bucket = Bucket::new(7).unwrap();
        let [earlier, later] = [(1_000, [9; 8]), (1_001, [0; 8])];
        assert!(
            RecordId::new(at(earlier.0), bucket, earlier.1)
                < RecordId::new(at(later.0), bucket, later.1)
        );
    }

    #[test]
    fn text_that_is_no_id_is_refused() {
        for text in [
            "",
            "anna@example.com",
            "0123",
            "zz112233445566778899aabbccddeeff",
        ] {
            assert_eq!(text.parse::<SubjectId>(), Err(IdError));
        }
    }
}
