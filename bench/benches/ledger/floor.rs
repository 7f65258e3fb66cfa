//! The floor: a thread, a queue, a table.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};

use ombud_bench::Failed;
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

/// The table of the same name in Ombud's own database.
const TABLE: &str = "CREATE TABLE ledger (
    bucket BIGINT NOT NULL, subject_id BLOB NOT NULL, seq BIGINT NOT NULL, activity TEXT NOT NULL,
    act TEXT NOT NULL, acted_at BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
    statement_hash BLOB NOT NULL, scope BIGINT NOT NULL, language TEXT, channel TEXT, notice TEXT,
    reason TEXT, PRIMARY KEY (bucket, subject_id, seq))";

const INSERT: &str = "INSERT INTO ledger VALUES (?1, ?2, ?3, 'newsletters', 'consent', ?4, ?4,
    x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 1, 'en', 'form', NULL, NULL)";

/// As many rows to a commit as ours.
const GROUP_MAX: usize = 512;

struct Row {
    bucket: i64,
    subject: [u8; 16],
    seq: i64,
    durable: oneshot::Sender<()>,
}

/// A table that rows are put into, many to a commit.
pub(crate) struct Floor(Sender<Row>);

impl Floor {
    pub(crate) fn open(path: &Path) -> Result<Self, Failed> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(TABLE)?;
        let (queue, rows) = channel();
        std::thread::spawn(move || serve(&connection, &rows));
        Ok(Self(queue))
    }

    /// Adds a row; answered once it is on disk.
    pub(crate) async fn add(&self, round: usize, client: usize, turn: usize) -> Result<(), Failed> {
        let mut subject = [0; 16];
        // People lie all over the table, as they do in ours.
        let number = (client + 64 * turn).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        subject[..8].copy_from_slice(&number.to_be_bytes());
        let (durable, answer) = oneshot::channel();
        self.0.send(Row {
            bucket: i64::try_from(number >> 52)?,
            subject,
            seq: i64::try_from(round)?,
            durable,
        })?;
        Ok(answer.await?)
    }
}

fn serve(connection: &Connection, rows: &Receiver<Row>) -> Result<(), Failed> {
    while let Ok(first) = rows.recv() {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        let mut insert = connection.prepare_cached(INSERT)?;
        let mut waiting = Vec::new();
        let mut next = Some(first);
        while let Some(row) = next {
            insert.execute(params![
                row.bucket,
                row.subject,
                row.seq,
                1_795_435_200_000_i64
            ])?;
            waiting.push(row.durable);
            next = rows.try_recv().ok().filter(|_| waiting.len() < GROUP_MAX);
        }
        connection.execute_batch("COMMIT")?;
        for row in waiting {
            _ = row.send(());
        }
    }
    Ok(())
}
