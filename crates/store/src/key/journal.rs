//! The journal, in the key store: what a copy of the data that is put back has not seen of erasures
//! and of people's opting out.

use jiff::Timestamp;
use ombud_core::standing::Act;

use super::KeyStore;
use crate::engine::{Link, Reply};
use crate::error::StoreError;
use crate::id::{IdentityHash, RecordId, SubjectId};
use crate::sql::{Row, sql, values};

sql! {
    JOURNAL_HEAD_MAKE = "INSERT INTO journal_head (one, seq, forgotten, key_check) VALUES (1, 0, 0, $1)
        ON CONFLICT (one) DO NOTHING";
    JOURNAL_HEAD = "SELECT seq, forgotten, key_check FROM journal_head WHERE one = 1";
    JOURNAL_HEAD_NEXT = "UPDATE journal_head SET seq = seq + 1 WHERE one = 1 RETURNING seq";
    JOURNAL_HEAD_FORGET = "UPDATE journal_head SET forgotten = $1 WHERE one = 1 AND forgotten < $1";
    JOURNAL_BEGUN = "SELECT seq FROM journal WHERE done_at IS NULL AND kind = $1 AND subject_id = $2
        AND (record_id = $3 OR record_id IS NULL)";
    JOURNAL_ADD = "INSERT INTO journal (seq, kind, subject_id, record_id, activity, act, acted_at,
        suppressed, identities, begun_at, done_at, followed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL)";
    JOURNAL_END = "UPDATE journal SET done_at = $2 WHERE seq = $1 AND done_at IS NULL";
    JOURNAL_END_RECORD = "UPDATE journal SET done_at = $2 WHERE record_id = $1 AND done_at IS NULL";
    JOURNAL_DROP = "DELETE FROM journal WHERE seq = $1 AND done_at IS NULL";
    JOURNAL_AFTER = "SELECT seq, kind, subject_id, record_id, activity, act, acted_at, suppressed,
        identities, begun_at, done_at FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2";
    JOURNAL_FOLLOWED = "UPDATE journal SET followed_at = $2 WHERE seq <= $1 AND followed_at IS NULL";
    JOURNAL_FORGETTABLE = "SELECT seq FROM journal WHERE followed_at < $1 ORDER BY seq DESC LIMIT 1";
    JOURNAL_FORGET = "DELETE FROM journal WHERE seq <= $1 AND followed_at < $2";
}

/// How many entries are read at once.
pub(crate) const PAGE: u32 = 1_000;

/// What the journal holds against a copy of the data that is older.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Journalled {
    /// The end of a person.
    Person(SubjectId),
    /// The erasure of one record of a person.
    Record(SubjectId, RecordId),
    /// A person opted out.
    OptOut(OptOut),
}

/// A choice that says no, told by ids and hashes that mean nothing elsewhere.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OptOut {
    /// Who.
    pub subject: SubjectId,
    /// Of which activity.
    pub activity: String,
    /// How.
    pub act: Act,
    /// When.
    pub acted_at: Timestamp,
    /// The activities for which it outlives the person.
    pub suppressed: Vec<String>,
    /// What the person is found by, should the data not know the subject.
    pub identities: Vec<IdentityHash>,
}

/// An entry of the journal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct JournalEntry {
    /// Its place in the journal.
    pub seq: i64,
    /// What it is about.
    pub what: Journalled,
    /// When it began.
    pub begun_at: Timestamp,
    /// Whether it was carried out, in the data of that time.
    pub done: bool,
}

impl Journalled {
    fn kind(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Record(..) => "record",
            Self::OptOut(_) => "opt_out",
        }
    }

    /// Whose it is.
    pub fn subject(&self) -> SubjectId {
        match self {
            Self::Person(subject) | Self::Record(subject, _) => *subject,
            Self::OptOut(opt_out) => opt_out.subject,
        }
    }

    fn record(&self) -> Option<RecordId> {
        match self {
            Self::Record(_, record) => Some(*record),
            Self::Person(_) | Self::OptOut(_) => None,
        }
    }
}

/// The journal as a whole.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Head {
    /// The last place that was taken.
    pub(crate) seq: i64,
    /// Up to where entries are no longer kept.
    pub(crate) forgotten: i64,
    /// Which master key these keys and this journal go with.
    pub(crate) key_check: Vec<u8>,
}

impl KeyStore {
    /// Makes an empty journal, unless there is one.
    pub(crate) fn make_journal(&self, key_check: [u8; 16]) -> Reply<()> {
        self.engine.write("journal.make", move |link| {
            link.execute(JOURNAL_HEAD_MAKE, values![key_check.as_slice()])
                .map(drop)
        })
    }

    /// The journal's head; none in a key store that never had one.
    pub(crate) fn journal_head(&self) -> Reply<Option<Head>> {
        self.engine.read("journal.head", head)
    }

    /// Enters what is about to be done; it is durable when this is answered. The place of the same
    /// that is under way, if there is one.
    pub(crate) fn begin(&self, what: Journalled, at: Timestamp) -> Reply<i64> {
        self.engine.write("journal.begin", move |link| {
            // The head first: it keeps two who begin at once apart.
            let seq = next(link)?;
            let thing = what
                .record()
                .map_or(*what.subject().bytes(), |id| *id.bytes());
            let same = values![what.kind(), what.subject(), thing.as_slice()];
            if let Some(begun) = self::seq(link.query(JOURNAL_BEGUN, same)?)? {
                return Ok(begun);
            }
            add(link, seq, &what, (at, None))?;
            Ok(seq)
        })
    }

    /// Enters what was done already; it is durable when this is answered.
    pub(crate) fn note(&self, what: Journalled, at: Timestamp) -> Reply<()> {
        self.engine.write("journal.note", move |link| {
            let seq = next(link)?;
            add(link, seq, &what, (at, Some(at)))
        })
    }

    /// Takes back what has not been carried out.
    pub(crate) fn drop_entry(&self, seq: i64) -> Reply<()> {
        self.engine.write("journal.drop", move |link| {
            link.execute(JOURNAL_DROP, values![seq]).map(drop)
        })
    }

    /// Notes that an entry was carried out and read back.
    pub(crate) fn end(&self, seq: i64, at: Timestamp) -> Reply<()> {
        self.engine.write("journal.end", move |link| {
            link.execute(JOURNAL_END, values![seq, at]).map(drop)
        })
    }

    /// Notes that the erasure of a record was carried out and read back, where that is under way.
    pub(crate) fn end_record(&self, record: RecordId, at: Timestamp) -> Reply<()> {
        self.engine.write("journal.end", move |link| {
            link.execute(JOURNAL_END_RECORD, values![record, at])
                .map(drop)
        })
    }

    /// The entries after a place, at most a [`PAGE`], and the last place that was taken before.
    pub(crate) fn entries_after(&self, mark: i64) -> Reply<(Vec<JournalEntry>, i64)> {
        self.engine.read("journal.list", move |link| {
            // The head first: whatever is entered meanwhile lies beyond it.
            let last = head(link)?.map_or(mark, |head| head.seq);
            let rows = link.query(JOURNAL_AFTER, values![mark, i64::from(PAGE)])?;
            let entries: Result<Vec<_>, _> = rows.into_iter().map(entry).collect();
            Ok((entries?, last))
        })
    }

    /// Notes that the data has followed the journal up to a place.
    pub(crate) fn followed(&self, mark: i64, at: Timestamp) -> Reply<()> {
        self.engine.write("journal.followed", move |link| {
            link.execute(JOURNAL_FOLLOWED, values![mark, at]).map(drop)
        })
    }

    /// Forgets the entries that the data had followed before an instant.
    pub(crate) fn forget(&self, before: Timestamp) -> Reply<()> {
        self.engine.write("journal.forget", move |link| {
            let Some(last) = seq(link.query(JOURNAL_FORGETTABLE, values![before])?)? else {
                return Ok(());
            };
            link.execute(JOURNAL_HEAD_FORGET, values![last])?;
            link.execute(JOURNAL_FORGET, values![last, before])
                .map(drop)
        })
    }
}

fn head(link: &mut Link<'_>) -> Result<Option<Head>, StoreError> {
    let read = |row: Row| {
        let mut columns = row.columns("journal_head", "its row");
        Ok(Head {
            seq: columns.take("seq")?,
            forgotten: columns.take("forgotten")?,
            key_check: columns.take("key_check")?,
        })
    };
    let rows = link.query(JOURNAL_HEAD, &[])?;
    rows.into_iter().next().map(read).transpose()
}

fn next(link: &mut Link<'_>) -> Result<i64, StoreError> {
    Ok(seq(link.query(JOURNAL_HEAD_NEXT, &[])?)?.unwrap_or_default())
}

fn add(
    link: &mut Link<'_>,
    seq: i64,
    what: &Journalled,
    (begun_at, done_at): (Timestamp, Option<Timestamp>),
) -> Result<(), StoreError> {
    let opt_out = match what {
        Journalled::OptOut(opt_out) => Some(opt_out),
        Journalled::Person(_) | Journalled::Record(..) => None,
    };
    let suppressed = opt_out.map(|opt_out| opt_out.suppressed.join(" "));
    let identities = opt_out.map(|opt_out| {
        let bytes = opt_out.identities.iter().flat_map(|hash| *hash.bytes());
        bytes.collect::<Vec<u8>>()
    });
    let values = values![
        seq,
        what.kind(),
        what.subject(),
        what.record(),
        opt_out.map(|opt_out| opt_out.activity.as_str()),
        opt_out.map(|opt_out| opt_out.act.name()),
        opt_out.map(|opt_out| opt_out.acted_at),
        suppressed.as_deref(),
        identities.as_deref(),
        begun_at,
        done_at,
    ];
    link.execute(JOURNAL_ADD, values).map(drop)
}

fn entry(row: Row) -> Result<JournalEntry, StoreError> {
    let mut columns = row.columns("journal", "the journal");
    let seq = columns.take("seq")?;
    let kind: String = columns.take("kind")?;
    let subject = columns.take("subject_id")?;
    let record: Option<RecordId> = columns.take("record_id")?;
    let activity: Option<String> = columns.take("activity")?;
    let act: Option<Act> = columns.take("act")?;
    let acted_at: Option<Timestamp> = columns.take("acted_at")?;
    let suppressed: Option<String> = columns.take("suppressed")?;
    let identities: Option<Vec<u8>> = columns.take("identities")?;
    let what = match (kind.as_str(), record, activity, act, acted_at) {
        ("person", None, None, None, None) => Some(Journalled::Person(subject)),
        ("record", Some(record), None, None, None) => Some(Journalled::Record(subject, record)),
        ("opt_out", None, Some(activity), Some(act), Some(acted_at)) => {
            let suppressed = suppressed.unwrap_or_default();
            let identities = identities.unwrap_or_default();
            Some(Journalled::OptOut(OptOut {
                subject,
                activity,
                act,
                acted_at,
                suppressed: suppressed.split_whitespace().map(str::to_owned).collect(),
                identities: identities
                    .as_chunks()
                    .0
                    .iter()
                    .map(|hash| IdentityHash::from_bytes(*hash))
                    .collect(),
            }))
        }
        _ => None,
    };
    Ok(JournalEntry {
        seq,
        // No default is guessed: an entry that is none of ours is a replay that would miss one.
        what: what.ok_or_else(|| StoreError::Corrupt {
            table: "journal",
            column: "kind",
            row: format!("entry {seq}"),
        })?,
        begun_at: columns.take("begun_at")?,
        done: columns.take::<Option<Timestamp>>("done_at")?.is_some(),
    })
}

fn seq(rows: Vec<Row>) -> Result<Option<i64>, StoreError> {
    let read = |row: Row| row.columns("journal", "the journal").take("seq");
    rows.into_iter().next().map(read).transpose()
}
