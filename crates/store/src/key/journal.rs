//! The journal of erasures, in the key store: what a restored copy of the data has not seen.

use jiff::Timestamp;

use super::KeyStore;
use crate::engine::Reply;
use crate::error::StoreError;
use crate::id::SubjectId;
use crate::sql::{Row, sql, values};

sql! {
    ERASURE_HEAD_MAKE = "INSERT INTO erasure_head (one, seq) VALUES (1, 0) ON CONFLICT (one) DO NOTHING";
    ERASURE_HEAD_NEXT = "UPDATE erasure_head SET seq = seq + 1 WHERE one = 1 RETURNING seq";
    ERASURE_HEAD = "SELECT seq FROM erasure_head WHERE one = 1";
    ERASURE_BEGUN = "SELECT seq FROM erasure WHERE done_at IS NULL AND subject_id = $1";
    ERASURE_BEGIN = "INSERT INTO erasure (seq, subject_id, begun_at, done_at)
        VALUES ($1, $2, $3, NULL)";
    ERASURE_END = "UPDATE erasure SET done_at = $2 WHERE seq = $1 AND done_at IS NULL";
    ERASURE_DROP = "DELETE FROM erasure WHERE seq = $1 AND done_at IS NULL";
    ERASURE_LAST_DONE = "SELECT seq FROM erasure WHERE done_at IS NOT NULL AND seq > $1
        ORDER BY seq DESC LIMIT 1";
    ERASURE_FIRST_OPEN = "SELECT seq FROM erasure WHERE done_at IS NULL AND seq <> $1
        ORDER BY seq LIMIT 1";
    ERASURE_AFTER = "SELECT seq, subject_id, done_at FROM erasure WHERE seq > $1 OR done_at IS NULL
        ORDER BY seq";
}

/// An entry of the journal of erasures.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Erasure {
    /// Its place in the journal.
    pub seq: i64,
    /// Whose end it is.
    pub subject: SubjectId,
    /// Whether it was carried out and read back, in the data of that time.
    pub done: bool,
}

impl KeyStore {
    /// Enters an erasure; it is durable when this is answered. The place of the one under way, if
    /// there is one.
    pub(crate) fn begin_erasure(&self, subject: SubjectId, at: Timestamp) -> Reply<i64> {
        self.engine.write("erasure.begin", move |link| {
            // The head first: it keeps two who begin at once apart.
            link.execute(ERASURE_HEAD_MAKE, &[])?;
            let seq = seq(link.query(ERASURE_HEAD_NEXT, &[])?)?.unwrap_or_default();
            if let Some(begun) = self::seq(link.query(ERASURE_BEGUN, values![subject])?)? {
                return Ok(begun);
            }
            link.execute(ERASURE_BEGIN, values![seq, subject, at])?;
            Ok(seq)
        })
    }

    /// Takes back an erasure that has not been carried out.
    pub(crate) fn drop_erasure(&self, seq: i64) -> Reply<()> {
        self.engine.write("erasure.drop", move |link| {
            link.execute(ERASURE_DROP, values![seq]).map(drop)
        })
    }

    /// Notes that an erasure was carried out and read back.
    pub(crate) fn end_erasure(&self, seq: i64, at: Timestamp) -> Reply<()> {
        self.engine.write("erasure.end", move |link| {
            link.execute(ERASURE_END, values![seq, at]).map(drop)
        })
    }

    /// Up to where all is carried out once `done` is.
    pub(crate) fn carried_out_with(&self, done: i64) -> Reply<i64> {
        self.engine.read("erasure.mark", move |link| {
            let first_open = seq(link.query(ERASURE_FIRST_OPEN, values![done])?)?;
            let head = seq(link.query(ERASURE_HEAD, &[])?)?.unwrap_or_default();
            Ok(first_open.map_or(head, |open| open.saturating_sub(1)))
        })
    }

    /// Whether an erasure after the place `mark` was carried out.
    pub(crate) fn is_ahead_of(&self, mark: i64) -> Reply<bool> {
        self.engine.read("erasure.ahead", move |link| {
            Ok(seq(link.query(ERASURE_LAST_DONE, values![mark])?)?.is_some())
        })
    }

    /// What data that has followed the journal up to `mark` has still to carry out.
    pub(crate) fn erasures_after(&self, mark: i64) -> Reply<Vec<Erasure>> {
        self.engine.read("erasure.list", move |link| {
            let rows = link.query(ERASURE_AFTER, values![mark])?;
            let read = |row: Row| {
                let mut columns = row.columns("erasure", "the journal");
                Ok(Erasure {
                    seq: columns.take("seq")?,
                    subject: columns.take("subject_id")?,
                    done: columns.take::<Option<Timestamp>>("done_at")?.is_some(),
                })
            };
            rows.into_iter().map(read).collect()
        })
    }
}

fn seq(rows: Vec<Row>) -> Result<Option<i64>, StoreError> {
    let read = |row: Row| row.columns("erasure", "the journal").take("seq");
    rows.into_iter().next().map(read).transpose()
}
