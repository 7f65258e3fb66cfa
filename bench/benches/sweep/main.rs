//! How long a sweep takes beside one plain `DELETE` by index of as many rows.
//!
//! The sweep claims, stores its plan, erases, appends the digest to the evidence, reads back and closes.
//! Both databases are SQLite with `synchronous=FULL`; `--records N` sets how many records there are, of
//! which a fifth is due, and the peak of memory is told for the whole sweep.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark reports on standard output"
)]

use std::path::Path;
use std::time::Instant;

use ombud::clock::Clock;
use ombud_bench::figure::{figure, megabytes};
use ombud_bench::people::{ombud, records};
use ombud_bench::{Failed, argument};
use rusqlite::{Connection, params};

/// One record in so many is past due.
const DUE_OF: usize = 5;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let count = argument("--records", 5_000_000)?;
    let directory = tempfile::tempdir()?;
    let ombud = ombud(directory.path()).await?;
    let now = Clock::system().now();
    let began = Instant::now();
    records(&ombud, count, DUE_OF, now).await?;
    let floor = fill(&directory.path().join("floor.db"), count)?;
    println!(
        "{count} records twice in {:.0} s",
        began.elapsed().as_secs_f64()
    );

    let began = Instant::now();
    let deleted = floor.execute("DELETE FROM record WHERE due_at <= 1", [])?;
    let plain = began.elapsed().as_secs_f64();
    let before = megabytes("self", "status", "VmHWM");
    let began = Instant::now();
    let swept = ombud.sweep(now).await?;
    let ours = began.elapsed().as_secs_f64();
    let after = megabytes("self", "status", "VmHWM");
    println!("{swept:?}");
    println!(
        "plain DELETE of {deleted}: {plain:.2} s, {:.0} rows/s",
        figure(deleted) / plain
    );
    println!(
        "sweep of {}: {ours:.2} s, {:.2} times that",
        swept.erased,
        ours / plain
    );
    println!("memory: peak {before:.0} MB before the sweep, {after:.0} MB after it");
    Ok(())
}

/// The same records in one table, with an index on when they are due.
fn fill(path: &Path, count: usize) -> Result<Connection, Failed> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE record (bucket BIGINT NOT NULL, record_id BLOB NOT NULL,
            subject_id BLOB NOT NULL, collection TEXT NOT NULL, clock_id BLOB NOT NULL,
            state TEXT NOT NULL, created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL,
            sealed BLOB NOT NULL, due_at BIGINT NOT NULL, PRIMARY KEY (bucket, record_id));
        CREATE INDEX record_due ON record (due_at);",
    )?;
    let rows: Vec<usize> = (0..count).collect();
    for chunk in rows.chunks(100_000) {
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare(
                "INSERT INTO record VALUES (?1, ?2, ?2, 'support.chat', ?2, 'live', 1, 1, zeroblob(232), ?3)",
            )?;
            for number in chunk {
                let mixed = u128::try_from(*number)?
                    .wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
                let due = i64::from(!number.is_multiple_of(DUE_OF)) + 1;
                let bucket = i64::try_from(mixed >> 116)?;
                insert.execute(params![bucket, mixed.to_be_bytes(), due])?;
            }
        }
        transaction.commit()?;
    }
    Ok(connection)
}
