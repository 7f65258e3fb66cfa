//! How long a sweep takes beside one plain `DELETE` by index of the same rows.
//!
//! The sweep looks for what is due, decides, stores its plan, erases records and clocks, appends the
//! digest to the evidence, reads back and closes. The plain side is a database with a copy of the very
//! same records, in the same table with the same indexes, one column and one index more to find what is
//! due by, no clocks, and the same settings. `--records N` sets how many records there are, of which a
//! fifth is due; `--filled DIR` keeps what was filled in for the next run.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark reports on standard output"
)]

use std::path::Path;
use std::time::Instant;

use ombud::clock::Clock;
use ombud_bench::figure::{figure, forget_peak, megabytes, processor_seconds};
use ombud_bench::people::filled;
use ombud_bench::{Failed, argument};
use rusqlite::{Connection, params};

/// One record in so many is past due.
const DUE_OF: usize = 5;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let count = argument("--records", 5_000_000)?;
    let now = Clock::system().now();
    let began = Instant::now();
    let (directory, ombud) = filled(count, DUE_OF, now).await?;
    let data = directory.path().join("data/ombud.db");
    ombud.store.scrub().await?;
    let floor = copy(&data, &directory.path().join("floor.db"))?;
    println!(
        "{count} records twice in {:.0} s",
        began.elapsed().as_secs_f64()
    );

    let began = Instant::now();
    let deleted = floor.execute(
        "DELETE FROM record WHERE due_at <= ?1",
        params![now.as_millisecond()],
    )?;
    let plain = began.elapsed().as_secs_f64();
    forget_peak()?;
    let before = megabytes("self", "status", "VmRSS");
    let (busy, began) = (processor_seconds("ombud-writer"), Instant::now());
    let swept = ombud.sweep(now).await?;
    let ours = began.elapsed().as_secs_f64();
    let busy = processor_seconds("ombud-writer") - busy;
    let peak = megabytes("self", "status", "VmHWM");
    println!("{swept:?}");
    println!(
        "plain DELETE of {deleted}: {plain:.2} s, {:.0} rows/s",
        figure(deleted) / plain
    );
    println!(
        "sweep of {}: {ours:.2} s, {:.2} times that; the writer was busy for {busy:.2} s",
        swept.erased,
        ours / plain
    );
    println!("memory: {before:.0} MB before the sweep, {peak:.0} MB at its peak");
    Ok(())
}

/// The same records in a table like theirs, with an index on when they are due.
fn copy(data: &Path, path: &Path) -> Result<Connection, Failed> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.execute("ATTACH ?1 AS own", params![data.to_str()])?;
    let schema = |kind: &str| {
        let mut found = connection.prepare(
            "SELECT sql FROM own.sqlite_schema WHERE tbl_name = 'record' AND type = ?1 AND sql <> ''",
        )?;
        let texts = found.query_map(params![kind], |row| row.get(0))?;
        texts.collect::<Result<Vec<String>, _>>()
    };
    for table in schema("table")? {
        let column = "sealed BLOB NOT NULL,";
        connection.execute_batch(&table.replace(column, &format!("{column} due_at BIGINT,")))?;
    }
    connection.execute_batch(
        "INSERT INTO main.record SELECT r.*, c.due_at FROM own.record r JOIN own.clock c
            ON c.bucket = r.bucket AND c.subject_id = r.subject_id
            AND c.collection = r.collection AND c.clock_id = r.clock_id
            ORDER BY r.bucket, r.record_id",
    )?;
    for index in schema("index")? {
        connection.execute_batch(&index)?;
    }
    connection.execute_batch(
        "CREATE INDEX main.record_due ON record (due_at); DETACH own;
        PRAGMA wal_checkpoint(TRUNCATE);",
    )?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 16_384)?;
    connection.pragma_update(None, "cache_size", -32_768)?;
    Ok(connection)
}
