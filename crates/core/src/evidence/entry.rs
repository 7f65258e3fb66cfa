//! What an act leaves behind: one entry, with one way to write it down.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Hash;
use crate::access::Sight;
use crate::standing::Act;
use crate::statement::VersionId;

/// The chain that an entry belongs to: one for each bucket, and one for what concerns nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chain(u16);

impl Chain {
    /// The chain of what concerns nobody in particular, such as a new version of the statement.
    pub const HOME: Self = Self(4096);

    /// The chain of this number: a bucket's, or 4096. None beyond.
    pub fn new(number: u16) -> Option<Self> {
        (number <= Self::HOME.0).then_some(Self(number))
    }

    /// Its number.
    pub fn number(self) -> u16 {
        self.0
    }

    /// All chains, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..=Self::HOME.0).map(Self)
    }
}

/// Stands for a person, or for a record of theirs, in the evidence. Made from a secret that dies
/// with the person's key: after that nobody can say whom it stood for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym(pub [u8; 16]);

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pseudonym({self})")
    }
}

impl Serialize for Pseudonym {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Pseudonym {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(String::deserialize(deserializer)?, &mut bytes)
            .map_err(|_| serde::de::Error::custom("not a pseudonym"))?;
        Ok(Self(bytes))
    }
}

/// What was done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// It came in.
    Stored,
    /// It was changed.
    Changed,
    /// Only what a law asks for is left of it.
    Reduced,
    /// It was erased.
    Erased,
    /// It was shown to someone on the staff.
    Shown,
}

impl Done {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Stored,
        Self::Changed,
        Self::Reduced,
        Self::Erased,
        Self::Shown,
    ];

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Changed => "changed",
            Self::Reduced => "reduced",
            Self::Erased => "erased",
            Self::Shown => "shown",
        }
    }
}

/// What happened. Names of the statement, counts, hashes and pseudonyms; never what a person is,
/// said or wrote.
///
/// # Source
///
/// GDPR Article 5(2), accountability; 7(1), proof of consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// Something was done with a record.
    Record {
        /// What.
        done: Done,
        /// Whose it is.
        subject: Pseudonym,
        /// Which one.
        record: Pseudonym,
        /// Of which collection.
        collection: String,
        /// What it was shown for, by names of the statement; none where it was not shown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shown_for: Option<Sight>,
    },
    /// A person chose, or the company answered a choice.
    Act {
        /// Who.
        subject: Pseudonym,
        /// In which activity.
        activity: String,
        /// What was done.
        act: Act,
        /// When it was done; the entry's own time is when it was recorded.
        acted_at: Timestamp,
        /// The statement in force.
        statement: VersionId,
    },
    /// An event that clocks count from became known.
    AnchorSet {
        /// Whose clocks.
        subject: Pseudonym,
        /// Of which collection.
        collection: String,
        /// Which event.
        anchor: String,
        /// When it happened.
        anchored_at: Timestamp,
        /// Whether it ended, or was taken back, then.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        ends: bool,
        /// Until when it holds, exclusive, where that was told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// How many clocks count from it now.
        clocks: u64,
    },
    /// A person's key was destroyed, and this pseudonym with it.
    KeyDestroyed {
        /// Whose.
        subject: Pseudonym,
    },
    /// One step of a sweep.
    Swept {
        /// Whose rules decided.
        statement: VersionId,
        /// Records erased.
        erased: u64,
        /// Records counted into a statistic, then erased.
        anonymised: u64,
        /// Records of which only what a law asks for is left.
        reduced: u64,
        /// Records from which what names the person was taken.
        #[serde(default, skip_serializing_if = "is_zero")]
        pseudonymised: u64,
        /// Records from which fields were taken whose own period was over.
        #[serde(default, skip_serializing_if = "is_zero")]
        shortened: u64,
        /// Records taken out of use, to be erased later.
        hidden: u64,
        /// The hash over the sorted ids of all these records, one a line.
        records: Hash,
    },
    /// What records left in a cell of a statistic was folded into it, or dropped with it.
    Counted {
        /// Whose rules decided.
        statement: VersionId,
        /// Which statistic: `activity.collection.statistic`.
        statistic: String,
        /// How many people a cell must hold to hide each of them.
        at_least: u32,
        /// How many people joined.
        people: u64,
        /// How many records they brought; they had been erased.
        records: u64,
        /// Whether the cell hides them and stays; else it was dropped.
        kept: bool,
    },
    /// A version of the statement was stored.
    StatementStored {
        /// Which.
        statement: VersionId,
        /// From when on it is in force, inclusive.
        effective_at: Timestamp,
    },
    /// An older copy of the data took its place: the log goes on from there, and what it had been
    /// signed with since is no longer its beginning.
    Restored {
        /// How many entries the longest log had that was signed before.
        size: u64,
        /// Its root.
        root: Hash,
    },
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Fact {
    /// Whom it concerns; nobody, or many.
    pub fn subject(&self) -> Option<Pseudonym> {
        match self {
            Self::Record { subject, .. }
            | Self::Act { subject, .. }
            | Self::AnchorSet { subject, .. }
            | Self::KeyDestroyed { subject } => Some(*subject),
            Self::Swept { .. }
            | Self::Counted { .. }
            | Self::StatementStored { .. }
            | Self::Restored { .. } => None,
        }
    }

    /// The one JSON text that says it.
    pub fn json(&self) -> String {
        // Strings, numbers and names alone: nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`json`](Self::json) wrote; none for the same said in any other way.
    pub fn parse(json: &str) -> Option<Self> {
        let fact: Self = serde_json::from_str(json).ok()?;
        (fact.json() == json).then_some(fact)
    }
}

/// An entry: what happened, when, and its place after everything before in its chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Entry {
    /// In which chain.
    pub chain: Chain,
    /// Its place there: 1, 2, 3, without gaps.
    pub place: u64,
    /// When it was recorded, in whole milliseconds.
    pub at: Timestamp,
    /// The hash of the entry before; zero before the first.
    pub after: Hash,
    /// What happened.
    pub fact: Fact,
}

/// A text that is not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not an entry of the evidence")]
pub struct EntryError;

impl From<Entry> for String {
    fn from(entry: Entry) -> Self {
        entry.text()
    }
}

impl TryFrom<String> for Entry {
    type Error = EntryError;

    fn try_from(text: String) -> Result<Self, EntryError> {
        Self::parse(&text)
    }
}

const FORMAT: &str = "ombud evidence entry v1";

impl Entry {
    /// The one text that says it, and that is hashed and signed.
    pub fn text(&self) -> String {
        let Self {
            chain: Chain(chain),
            place,
            at,
            after,
            fact,
        } = self;
        let fact = fact.json();
        format!("{FORMAT}\nchain {chain}\nplace {place}\nat {at:.3}\nafter {after}\n{fact}\n")
    }

    /// Its hash, which the next entry and the log hold.
    pub fn hash(&self) -> Hash {
        Hash::of(self.text().as_bytes())
    }

    /// Reads what [`text`](Self::text) wrote.
    ///
    /// # Errors
    ///
    /// [`EntryError`] for anything else, and for the same said in any other way.
    pub fn parse(text: &str) -> Result<Self, EntryError> {
        let lines: Vec<&str> = text.lines().collect();
        let [FORMAT, chain, place, at, after, fact] = lines.as_slice() else {
            return Err(EntryError);
        };
        let read = || {
            Some(Self {
                chain: Chain::new(chain.strip_prefix("chain ")?.parse().ok()?)?,
                place: place.strip_prefix("place ")?.parse().ok()?,
                at: at.strip_prefix("at ")?.parse().ok()?,
                after: Hash::from_hex(after.strip_prefix("after ")?)?,
                fact: Fact::parse(fact)?,
            })
        };
        let entry = read().ok_or(EntryError)?;
        (entry.text() == text).then_some(entry).ok_or(EntryError)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn at(instant: &str) -> Timestamp {
        instant.parse().unwrap()
    }

    /// One fact of every kind.
    pub(crate) fn facts() -> Vec<Fact> {
        let (subject, record) = (Pseudonym([7; 16]), Pseudonym([8; 16]));
        let collection = "newsletters.subscription".to_owned();
        let statement = VersionId::parse(&"ab".repeat(32)).unwrap();
        let of = |done| Fact::Record {
            done,
            subject,
            record,
            collection: collection.clone(),
            shown_for: (done == Done::Shown).then(Sight::default),
        };
        let mut all = Done::ALL.map(of).to_vec();
        all.extend([
            Fact::Act {
                subject,
                activity: "newsletters".to_owned(),
                act: Act::Withdraw,
                acted_at: at("2026-04-01T08:00:00.25Z"),
                statement: statement.clone(),
            },
            Fact::AnchorSet {
                subject,
                collection,
                anchor: "last_activity".to_owned(),
                anchored_at: at("2026-04-01T08:00:00Z"),
                ends: false,
                until: None,
                clocks: 2,
            },
            Fact::KeyDestroyed { subject },
            Fact::Swept {
                statement: statement.clone(),
                erased: 3,
                anonymised: 2,
                reduced: 1,
                pseudonymised: 0,
                shortened: 0,
                hidden: 0,
                records: Hash::of(b"ids"),
            },
            Fact::Counted {
                statement: statement.clone(),
                statistic: "feedback.response.survey_scores".to_owned(),
                at_least: 10,
                people: 12,
                records: 14,
                kept: true,
            },
            Fact::StatementStored {
                statement,
                effective_at: at("2026-03-17T23:00:00Z"),
            },
            Fact::Restored {
                size: 42,
                root: Hash::of(b"root"),
            },
        ]);
        all
    }

    pub(crate) fn entry(place: u64, after: Hash, fact: Fact) -> Entry {
        Entry {
            chain: Chain::new(17).unwrap(),
            place,
            at: at("2026-04-01T08:00:00.007Z"),
            after,
            fact,
        }
    }

    #[test]
    fn every_fact_reads_back_as_it_was_written() {
        for fact in facts() {
            assert_eq!(Fact::parse(&fact.json()), Some(fact.clone()));
            let text = entry(3, Hash::of(b"before"), fact).text();
            assert_eq!(Entry::parse(&text).unwrap().text(), text);
        }
    }

    #[test]
    fn an_entry_is_written_in_one_way() {
        let fact = facts().into_iter().nth(7).unwrap();
        let text = entry(3, Hash::ZERO, fact).text();
        let want = "ombud evidence entry v1\nchain 17\nplace 3\nat 2026-04-01T08:00:00.007Z\n\
            after 0000000000000000000000000000000000000000000000000000000000000000\n\
            {\"kind\":\"key_destroyed\",\"subject\":\"07070707070707070707070707070707\"}\n";
        assert_eq!(text, want);
        let others = [
            ("place 3", "place 03"),
            ("place 3", "place +3"),
            (".007Z", ".0070Z"),
            (".007Z", ".007+00:00"),
            ("{\"kind\"", "{ \"kind\""),
            ("\"0707", "\"\\u0030707"),
            ("0707\"}", "0707\",\"more\":1}"),
            ("chain 17", "chain 4097"),
            ("v1\n", "v2\n"),
            ("}\n", "}"),
            ("}\n", "}\n\n"),
        ];
        for (part, other) in others {
            let changed = text.replacen(part, other, 1);
            assert_ne!(changed, text, "{part}");
            assert_eq!(Entry::parse(&changed), Err(EntryError), "{other}");
        }
    }

    #[test]
    fn i7_flipping_any_bit_of_an_entry_changes_its_hash_or_is_no_entry() {
        for fact in facts() {
            let (whole, hash) = {
                let entry = entry(3, Hash::of(b"before"), fact);
                (entry.text(), entry.hash())
            };
            for bit in 0..whole.len() * 8 {
                let mut bytes = whole.clone().into_bytes();
                bytes[bit / 8] ^= 1 << (bit % 8);
                let read = String::from_utf8(bytes).ok();
                let read = read.and_then(|text| Entry::parse(&text).ok());
                assert!(read.is_none_or(|entry| entry.hash() != hash));
            }
        }
    }
}
