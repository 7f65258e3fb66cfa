//! SQL for Ombud's own database: one code path over SQLite and PostgreSQL. It decides nothing.
//!
//! Flows hand a closure to [`Store::write`] or [`Store::read`], together with the [`Place`] it
//! works in; the closure calls the methods of [`Tx`], which live in one file per domain. Every
//! statement names its bucket, every record is sealed with the key of its subject, and a write is
//! answered only once it is durable.
//!
//! ```no_run
//! # fn example(now: jiff::Timestamp) -> Result<(), ombud_store::StoreError> {
//! use ombud_store::{Config, Store, SubjectId};
//!
//! let store = Store::open(&Config::sqlite("ombud-data", "ombud-data-keys"))?;
//! let mut random = [0; 16];
//! store.random(&mut random)?;
//! let subject = SubjectId::new(random);
//! let bucket = store.bucket_of(subject);
//! store.write("subject.add", bucket, move |tx| tx.add_subject(subject, now)).wait()?;
//! # Ok(())
//! # }
//! ```

mod api_key;
mod board;
mod clock;
mod counter;
mod demonstration;
mod engine;
mod erasure;
mod error;
mod evidence;
mod evidence_log;
mod id;
mod idempotency;
mod job;
mod key;
mod ledger;
pub mod migration;
mod plan;
mod record;
mod sql;
mod statement;
mod store;
mod subject;
mod suppression;
mod sweep;
mod tx;

pub use api_key::ApiKey;
pub use board::{CollectionProbe, StandingProbe, WINDOWS};
pub use clock::{Anchors, Clock, ClockKey, ClockState, Recount};
pub use counter::{Counter, CounterParts, Joining};
pub use engine::{BY_NUMBER, Reply, Seen};
pub use error::{KeyProblem, StoreError};
pub use evidence_log::{EvidenceCheck, LogHead, LogLeaf};
pub use id::{
    Bucket, ClockId, Digest, IdError, IdentityHash, JobId, KeyedHash, Place, PlanId, RecordId,
    SubjectId,
};
pub use idempotency::Replay;
pub use job::{Job, NewJob};
pub use key::{JournalEntry, Journalled, OptOut, Random, SystemRandom};
pub use ledger::{Entry, NewEntry};
pub use plan::PlanItem;
pub use record::{NewRecord, Record, RecordState};
pub use sql::{Row, Sql, Value};
pub use statement::StatementVersion;
pub use store::{Config, DATA_FILE, Database, LOG_PUBLIC_KEY, Scrubbed, Store};
pub use subject::{HintOwner, Identity};
pub use sweep::{Plan, SWEEP_STEP};
pub use tx::Tx;

/// Every statement that the data's database is ever sent, for tests that prepare and check them
/// all.
pub fn statements() -> Vec<Sql> {
    [
        api_key::STATEMENTS,
        board::STATEMENTS,
        clock::STATEMENTS,
        counter::STATEMENTS,
        demonstration::STATEMENTS,
        erasure::STATEMENTS,
        evidence::STATEMENTS,
        evidence_log::STATEMENTS,
        idempotency::STATEMENTS,
        job::STATEMENTS,
        ledger::STATEMENTS,
        migration::STATEMENTS,
        record::STATEMENTS,
        statement::STATEMENTS,
        store::STATEMENTS,
        subject::STATEMENTS,
        suppression::STATEMENTS,
        sweep::STATEMENTS,
    ]
    .concat()
}

/// Every statement that the key store's database is ever sent.
pub fn key_statements() -> Vec<Sql> {
    [
        key::STATEMENTS,
        key::JOURNAL_STATEMENTS,
        migration::STATEMENTS,
    ]
    .concat()
}
