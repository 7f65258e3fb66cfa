//! What is measured apart from the mixes: by-subject reads beside a scan, reads that are logged, the end
//! of a period, and space.

use std::time::Instant;

use ombud_bench::Failed;
use ombud_bench::figure::{figure, median};
use ombud_bench::gdpr::engine::{Engine, Response};
use ombud_bench::gdpr::mix::{By, Kind, LOADED_AT, Op};
use ombud_bench::gdpr::oracle::{Oracle, digest};
use ombud_bench::gdpr::ours::Ours;
use ombud_bench::gdpr::postgres::Postgres;
use ombud_bench::gdpr::record::Field;
use ombud_bench::gdpr::sql::{Baseline, Database};
use ombud_bench::gdpr::sqlite::Sqlite;

use crate::Settings;

const ROUNDS: usize = 300;
const SCANS: usize = 15;

pub(crate) fn run(settings: &Settings) -> Result<(), Failed> {
    println!("\nfigures");
    let directory = tempfile::tempdir()?;
    let mut ours = Ours::open(directory.path(), true)?;
    ours.load(settings.records)?;
    space(&mut ours, settings)?;
    let mut sqlite = Baseline::new(Sqlite::create(directory.path())?)?;
    sqlite.load(settings.records)?;
    space(&mut sqlite, settings)?;

    let by_user = Kind::ReadMeta(By::Field(Field::User));
    let one = times(&mut ours, by_user, settings, ROUNDS)?;
    let indexed = times(&mut sqlite, by_user, settings, ROUNDS)?;
    let scanned = scans(&mut sqlite)?;
    println!(
        "  metadata by subject: Ombud {:.0} us, SQLite by index {:.0} us, SQLite by scan {:.0} us: {:.0} times ours",
        one * 1e6,
        indexed * 1e6,
        scanned * 1e6,
        scanned / one
    );
    let plain = times(&mut ours, Kind::ReadData(By::Key), settings, ROUNDS)?;
    let shown = shown(&ours, settings)?;
    println!(
        "  read by key: {:.0} us; told to the evidence, on disk, before it is shown: {:.0} us: {:.3} of the rate",
        plain * 1e6,
        shown * 1e6,
        plain / shown
    );
    let proved = proofs(settings)?;
    println!(
        "  verify a deletion, with the proof from the signed log: {:.0} us",
        proved * 1e6
    );
    let ours_took = purge(&mut ours, settings)?;
    let sqlite_took = purge(&mut sqlite, settings)?;
    println!(
        "  purge of the tenth that is due: Ombud {:.0} ms, SQLite {:.0} ms: {:.2} of ours",
        ours_took * 1e3,
        sqlite_took * 1e3,
        sqlite_took / ours_took
    );
    if let Some(address) = &settings.postgres {
        let mut postgres = Baseline::new(Postgres::create(address)?)?;
        postgres.load(settings.records)?;
        space(&mut postgres, settings)?;
        let indexed = times(&mut postgres, by_user, settings, ROUNDS)?;
        let scanned = scans(&mut postgres)?;
        println!(
            "  metadata by subject: PostgreSQL by index {:.0} us, by scan {:.0} us: {:.0} times ours",
            indexed * 1e6,
            scanned * 1e6,
            scanned / one
        );
        let took = purge(&mut postgres, settings)?;
        println!(
            "  purge: PostgreSQL {:.0} ms: {:.2} of ours",
            took * 1e3,
            took / ours_took
        );
    }
    Ok(())
}

fn space(engine: &mut dyn Engine, settings: &Settings) -> Result<(), Failed> {
    let bytes = usize::try_from(engine.bytes()?)?;
    println!(
        "  space, {}: {:.1} MB, {:.1} times the data",
        engine.name(),
        figure(bytes) / 1e6,
        figure(bytes) / figure(settings.records * 100)
    );
    Ok(())
}

/// The median of a query that only reads, over records all over the table.
fn times(
    engine: &mut dyn Engine,
    kind: Kind,
    settings: &Settings,
    rounds: usize,
) -> Result<f64, Failed> {
    let mut took = Vec::new();
    for round in 0..rounds {
        let op = op(kind, round * 7_919 % settings.records, LOADED_AT + 1);
        let began = Instant::now();
        let response = engine.run(&op)?;
        took.push(began.elapsed().as_secs_f64());
        if let Response::Rows(rows) = response
            && digest(&rows).rows == 0
        {
            return Err("nothing was found".into());
        }
    }
    Ok(median(took))
}

fn op(kind: Kind, key: usize, at: i64) -> Op {
    Op {
        kind,
        key,
        target: Field::Ttl,
        at,
    }
}

fn scans<D: Database>(baseline: &mut Baseline<D>) -> Result<f64, Failed> {
    let mut took = Vec::new();
    for round in 0..SCANS {
        let began = Instant::now();
        drop(baseline.scan(u16::try_from(round)?)?);
        took.push(began.elapsed().as_secs_f64());
    }
    Ok(median(took))
}

fn shown(ours: &Ours, settings: &Settings) -> Result<f64, Failed> {
    let mut took = Vec::new();
    for round in 0..ROUNDS {
        let began = Instant::now();
        ours.show(round * 7_919 % settings.records, LOADED_AT + 1)?;
        took.push(began.elapsed().as_secs_f64());
    }
    Ok(median(took))
}

/// The median of verifying what was deleted.
fn proofs(settings: &Settings) -> Result<f64, Failed> {
    let directory = tempfile::tempdir()?;
    let mut ours = Ours::open(directory.path(), true)?;
    let records = settings.records.min(1_000);
    ours.load(records)?;
    let keys = (0..records).step_by(5);
    for key in keys.clone() {
        ours.run(&op(Kind::Delete(By::Key), key, LOADED_AT + 1))?;
    }
    // The first one waits until the log holds what was just done, which the program does every second.
    ours.run(&op(Kind::VerifyDeletion, 0, LOADED_AT + 2))?;
    let mut took = Vec::new();
    for key in keys {
        let began = Instant::now();
        let response = ours.run(&op(Kind::VerifyDeletion, key, LOADED_AT + 2))?;
        took.push(began.elapsed().as_secs_f64());
        if response != Response::Gone(true) {
            return Err("a deleted record is still there".into());
        }
    }
    Ok(median(took))
}

/// Deletes what is past its time half a minute after it came in.
fn purge(engine: &mut dyn Engine, settings: &Settings) -> Result<f64, Failed> {
    let due = op(Kind::Delete(By::Field(Field::Ttl)), 0, LOADED_AT + 31_000);
    let mut oracle = Oracle::new(settings.records);
    let expected = oracle.apply(&due);
    let began = Instant::now();
    let response = engine.run(&due)?;
    let took = began.elapsed().as_secs_f64();
    if response != Response::Done(Some(expected.rows)) || digest(&engine.dump()?) != oracle.whole()
    {
        return Err("not what was due was erased".into());
    }
    Ok(took)
}
