//! A store in the run, and how long it took for each query.

use std::time::{Duration, Instant};

use ombud_bench::Failed;
use ombud_bench::gdpr::engine::Engine;
use ombud_bench::gdpr::mix::{Kind, Op};
use ombud_bench::gdpr::oracle::{Expected, is_right};
use ombud_bench::gdpr::ours::Ours;
use ombud_bench::gdpr::postgres::Postgres;
use ombud_bench::gdpr::sql::Baseline;
use ombud_bench::gdpr::sqlite::Sqlite;
use tempfile::TempDir;

use crate::Settings;

const TURN: Duration = Duration::from_secs(1);

/// A store in the run.
pub(crate) struct Side {
    pub(crate) engine: Box<dyn Engine>,
    /// How many queries it has answered.
    pub(crate) done: usize,
    /// What each query took, in seconds, but for those before the clock starts.
    pub(crate) times: Vec<(Kind, f64)>,
    /// Bytes on disk, and bytes of personal data, in the end.
    pub(crate) space: Option<(u64, u64)>,
    pub(crate) loaded: f64,
    _directory: TempDir,
}

/// All stores, empty.
pub(crate) fn sides(settings: &Settings) -> Result<Vec<Side>, Failed> {
    let mut sides = Vec::new();
    let directory = tempfile::tempdir()?;
    let ours = Ours::open(directory.path(), true)?;
    sides.push(Side::new(Box::new(ours), directory));
    if settings.nothing_kept {
        let directory = tempfile::tempdir()?;
        let ours = Ours::open(directory.path(), false)?;
        sides.push(Side::new(Box::new(ours), directory));
    }
    let directory = tempfile::tempdir()?;
    let sqlite = Baseline::new(Sqlite::create(directory.path())?)?;
    sides.push(Side::new(Box::new(sqlite), directory));
    if let Some(address) = &settings.postgres {
        let postgres = Baseline::new(Postgres::create(address)?)?;
        sides.push(Side::new(Box::new(postgres), tempfile::tempdir()?));
    }
    Ok(sides)
}

impl Side {
    fn new(engine: Box<dyn Engine>, directory: TempDir) -> Self {
        Self {
            engine,
            done: 0,
            times: Vec::new(),
            space: None,
            loaded: 0.0,
            _directory: directory,
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.engine.name()
    }

    pub(crate) fn load(&mut self, records: usize) -> Result<(), Failed> {
        let began = Instant::now();
        self.engine.load(records)?;
        self.loaded = began.elapsed().as_secs_f64();
        Ok(())
    }

    pub(crate) fn spent(&self) -> f64 {
        self.times.iter().map(|(_, took)| took).sum()
    }

    /// Answers queries for a second; false once all are answered, or the time is over. A wrong answer
    /// ends the run.
    pub(crate) fn turn(
        &mut self,
        ops: &[Op],
        expected: &[Expected],
        before: usize,
        seconds: usize,
    ) -> Result<bool, Failed> {
        let limit = Duration::from_secs(u64::try_from(seconds)?).as_secs_f64();
        let mut left = TURN.as_secs_f64().min(limit - self.spent());
        let logs_everything = self.engine.logs_everything();
        let rest = ops.iter().zip(expected).enumerate().skip(self.done);
        for (number, (op, expected)) in rest {
            if left <= 0.0 {
                return Ok(self.spent() < limit);
            }
            let began = Instant::now();
            let response = self.engine.run(op)?;
            let took = began.elapsed().as_secs_f64();
            if !is_right(&response, *expected, logs_everything) {
                let (name, kind) = (self.engine.name(), op.kind.name());
                return Err(
                    format!("{name} answers query {number} wrongly: {kind}, {op:?}").into(),
                );
            }
            self.done = number + 1;
            if number >= before {
                self.times.push((op.kind, took));
                left -= took;
            }
        }
        Ok(false)
    }
}
