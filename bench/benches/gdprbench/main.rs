//! `GDPRbench`: Ombud beside SQLite and PostgreSQL with an index on every field, in turns in one run,
//! every answer held against a model.
//!
//! `--workload NAME` runs one mix, or `figures` for what is measured apart; `--records N`,
//! `--operations N` and `--seconds N` say how many and how long a side may take: what is not done by then
//! is counted by the medians of what was. `--quick` is a short run of everything. `--postgres ADDRESS`, or
//! `OMBUD_TEST_POSTGRES`, names a server; without one PostgreSQL is left out. `--nothing-kept` adds Ombud
//! without terms in memory.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark reports on standard output"
)]

mod figures;
mod report;
mod side;

use ombud_bench::gdpr::mix::{MIXES, Mix, operations};
use ombud_bench::gdpr::oracle::{Oracle, digest};
use ombud_bench::{Failed, argument, flag, word};

use crate::side::{Side, sides};

/// How much is asked, and of whom.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    records: usize,
    operations: usize,
    seconds: usize,
    seed: usize,
    postgres: Option<String>,
    nothing_kept: bool,
}

fn main() -> Result<(), Failed> {
    let quick = flag("--quick");
    let or = |long, short| if quick { short } else { long };
    let server = std::env::var_os("OMBUD_TEST_POSTGRES").and_then(|it| it.into_string().ok());
    let settings = Settings {
        records: argument("--records", or(100_000, 2_000))?,
        operations: argument("--operations", or(10_000, 500))?,
        seconds: argument("--seconds", 60)?,
        seed: argument("--seed", 1)?,
        postgres: word("--postgres").or(server).filter(|it| !it.is_empty()),
        nothing_kept: flag("--nothing-kept"),
    };
    let only = word("--workload");
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    println!(
        "{} records of 100 bytes with nine fields, {} operations, one client, seed {}",
        settings.records, settings.operations, settings.seed
    );
    if settings.postgres.is_none() {
        println!(
            "PostgreSQL is LEFT OUT: neither `--postgres` nor `OMBUD_TEST_POSTGRES` names a server"
        );
    }
    for mix in MIXES.iter().filter(|mix| wanted(mix.name)) {
        run(mix, &settings)?;
    }
    if wanted("figures") {
        figures::run(&settings)?;
    }
    Ok(())
}

fn run(mix: &Mix, settings: &Settings) -> Result<(), Failed> {
    let seed = u64::try_from(settings.seed)?;
    let ops = operations(mix, settings.records, settings.operations, seed);
    let mut oracle = Oracle::new(settings.records);
    let expected: Vec<_> = ops.iter().map(|op| oracle.apply(op)).collect();
    let before = ops.len() - settings.operations;
    let mut sides = sides(settings)?;
    println!("\n{}", mix.name);
    for side in &mut sides {
        side.load(settings.records)?;
    }
    // They take turns of a second, so that what else the machine does is shared by all.
    let mut open = true;
    while open {
        open = false;
        for side in &mut sides {
            open |= side.turn(&ops, &expected, before, settings.seconds)?;
        }
    }
    for side in &mut sides {
        check_end(side, settings, &ops)?;
    }
    report::print(&ops, before, &sides);
    Ok(())
}

/// Holds everything that is there in the end against what should be.
fn check_end(
    side: &mut Side,
    settings: &Settings,
    ops: &[ombud_bench::gdpr::mix::Op],
) -> Result<(), Failed> {
    let mut oracle = Oracle::new(settings.records);
    for op in ops.iter().take(side.done) {
        oracle.apply(op);
    }
    if digest(&side.engine.dump()?) != oracle.whole() {
        return Err(format!("{} does not hold what it should in the end", side.name()).into());
    }
    side.space = Some((side.engine.bytes()?, oracle.data_bytes()));
    Ok(())
}
