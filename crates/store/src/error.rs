//! What can go wrong between Ombud and its own database.

use std::fmt;

/// Why the store could not do what it was asked.
///
/// A variant is something that a caller does differently. No message holds personal data:
/// statements are named, values are not.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// The database is in use by others and stayed so; the same call may succeed later. Nothing was
    /// written.
    #[error("the database is busy while `{name}` waits for it; try again")]
    Busy {
        /// The transaction or statement that waited.
        name: &'static str,
    },
    /// The database refused or failed. Nothing was written.
    #[error("`{name}` failed in the database ({code}): {message}")]
    Driver {
        /// The statement or step that failed.
        name: &'static str,
        /// SQLSTATE on PostgreSQL, the extended result code on SQLite.
        code: String,
        /// The driver's own words, without details that could quote a value.
        message: String,
    },
    /// The connection was lost while committing: it may have been written or not. Read again, by
    /// idempotency key.
    #[error(
        "the connection was lost while `{name}` was committed, so its outcome is unknown; read it again"
    )]
    OutcomeUnknown {
        /// The transaction.
        name: &'static str,
    },
    /// A stored value does not decode. No default is guessed.
    #[error("column `{column}` of table `{table}` holds a value that does not decode, in {row}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Which row, by ids that mean nothing outside this database.
        row: String,
    },
    /// The schema could not be brought up to date.
    #[error("migration `{migration}` cannot be applied: {problem}")]
    Migration {
        /// The migration's name.
        migration: String,
        /// What stands in the way.
        problem: String,
    },
    /// The master key or the key store is missing, unreadable, or belongs to other data.
    #[error("the keys cannot be used: {0}")]
    Key(KeyProblem),
    /// A subject's key has been destroyed, so what it sealed can never be read again.
    #[error("the key of this subject has been destroyed")]
    KeyDestroyed,
    /// The subject has been erased, or was never added. Find it again by its identity.
    #[error("there is no such subject, or no longer")]
    SubjectGone,
    /// A transaction of one bucket was asked about a subject, record or identity of another.
    #[error("`{name}` works in {place}, but was asked for something that lies in {asked}")]
    WrongPlace {
        /// The transaction.
        name: &'static str,
        /// Where it works.
        place: Place,
        /// Where the thing asked for lies.
        asked: Place,
    },
    /// The data is older than the journal: a copy was put back. Nothing in it is shown or changed until
    /// what it has missed was carried out.
    #[error("the data is older than the journal of erasures, which must be replayed first")]
    Behind,
    /// The data is so much older that the journal no longer says what it has missed.
    #[error(
        "the data is older than the journal reaches back, so people who were erased may be in it; put a newer copy back"
    )]
    BeforeJournal,
    /// The configuration asks for what cannot work.
    #[error("the configuration cannot work: {0}")]
    Config(&'static str),
    /// The closure of a transaction panicked. It was rolled back; the store goes on.
    #[error("`{name}` stopped with a panic and was rolled back")]
    Panicked {
        /// The transaction.
        name: &'static str,
    },
    /// The store is shutting down, or its threads could not be started.
    #[error("the store is closed")]
    Closed,
    /// A file or directory of the store could not be used.
    #[error("`{path}` cannot be used: {problem}")]
    File {
        /// The path.
        path: String,
        /// The operating system's words.
        problem: String,
    },
}

use crate::id::Place;

/// What is wrong with the keys.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum KeyProblem {
    /// The data directory holds data, but not its keys.
    Missing,
    /// There is data and a master key, but no key store: people's keys and the journal are missing.
    NoStore,
    /// The data has followed a journal that went further than the one at hand.
    Older,
    /// A key file does not hold exactly 32 bytes.
    Malformed,
    /// The keys are not those that this data was written with.
    OtherData,
    /// The file can be read by others than its owner.
    Exposed,
    /// A key, or something sealed with it, has been changed.
    Forged,
    /// The source of randomness failed.
    NoRandomness,
}

impl fmt::Display for KeyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => {
                "there is data but not its keys; put `keys/master.key` and `keys/evidence.key` back from where you keep them"
            }
            Self::NoStore => {
                "there is data but no key store, which holds the keys of all people and the journal of erasures; put the newest copy of `keys.db` back"
            }
            Self::Older => {
                "they are older than the data, so their journal misses erasures; put back the newest copy of the keys, or a copy of the data that is no newer than these keys"
            }
            Self::Malformed => "a key file in `keys/` does not hold exactly 32 bytes",
            Self::OtherData => "the keys in `keys/` are not those that this data was written with",
            Self::Exposed => "a key file in `keys/` can be read by others; run `chmod 600` on it",
            Self::Forged => "a key or a sealed value has been changed since it was written",
            Self::NoRandomness => "the source of randomness failed",
        })
    }
}

impl StoreError {
    /// A file of the store that could not be used.
    pub(crate) fn file(path: &std::path::Path, problem: &std::io::Error) -> Self {
        Self::File {
            path: path.display().to_string(),
            problem: problem.to_string(),
        }
    }
}
