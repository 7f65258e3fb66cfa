//! PostgreSQL: a few threads, each with a connection of its own, share one queue.
//!
//! A closure is a transaction at READ COMMITTED, run again when the server says that it may succeed
//! on another try (rule R8). Reads see one snapshot.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use ::postgres::config::SslMode;
use ::postgres::{Client, Config, IsolationLevel, NoTls};

use super::link::{CONNECTION_LOST, Prepared, Wire, postgres_error};
use super::{BeforeCommit, Job, Link};
use crate::error::StoreError;

/// How often a transaction is tried before its caller is told.
const TRIES: u32 = 8;

/// The pause before the second try; it doubles, up to half a second, and up to as much again is
/// added at random.
const PAUSE: Duration = Duration::from_millis(5);
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// Serialization failure, deadlock, lock not available, connection lost, server shutting down.
const TRY_AGAIN: [&str; 5] = ["40001", "40P01", "55P03", CONNECTION_LOST, "57P01"];

/// After these the connection is of no use.
const LOST: [&str; 2] = [CONNECTION_LOST, "57P01"];

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Mode {
    Read,
    Write,
}

struct Task {
    job: Box<dyn Job>,
    mode: Mode,
}

pub(crate) struct PostgresEngine {
    queue: Option<Sender<Task>>,
    workers: Vec<JoinHandle<()>>,
}

impl PostgresEngine {
    pub(super) fn open(
        dsn: &str,
        schema: Option<&str>,
        workers: u8,
        before: &BeforeCommit,
    ) -> Result<Self, StoreError> {
        let mut config: Config = dsn
            .parse()
            .map_err(|error| postgres_error("open", &error))?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(StoreError::Driver {
                name: "open",
                code: "tls".to_owned(),
                message: "this build has no TLS to PostgreSQL; use a local socket or a tunnel"
                    .to_owned(),
            });
        }
        // An acknowledged write is on disk, whatever the server's default; and nobody waits for
        // ever.
        let mut options = config.get_options().unwrap_or_default().to_owned();
        options.push_str(" -csynchronous_commit=on -clock_timeout=10s");
        if let Some(schema) = schema {
            options.push_str(" -csearch_path=");
            options.push_str(schema);
        }
        config
            .options(options.trim_start())
            .application_name("ombud")
            .connect_timeout(Duration::from_secs(10));
        // One connection now, so that a wrong address is told at once and not by the first
        // transaction.
        let first = config
            .connect(NoTls)
            .map_err(|error| postgres_error("open", &error))?;
        let (queue, tasks) = channel();
        let tasks = Arc::new(Mutex::new(tasks));
        let mut first = Some(first);
        let spawn = |_| {
            let worker = Worker {
                config: config.clone(),
                before: Arc::clone(before),
                client: first.take(),
                prepared: Prepared::new(),
            };
            let tasks = Arc::clone(&tasks);
            std::thread::Builder::new()
                .name("ombud-postgres".to_owned())
                .spawn(move || worker.serve(&tasks))
                .map_err(|_| StoreError::Closed)
        };
        let workers = (0..workers.max(1)).map(spawn).collect::<Result<_, _>>()?;
        Ok(Self {
            queue: Some(queue),
            workers,
        })
    }

    pub(super) fn send(&self, job: Box<dyn Job>, mode: Mode) -> Result<(), StoreError> {
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue
            .send(Task { job, mode })
            .map_err(|_| StoreError::Closed)
    }
}

impl Drop for PostgresEngine {
    /// Lets the workers finish what is queued, and waits for them.
    fn drop(&mut self) {
        drop(self.queue.take());
        let here = std::thread::current().id();
        for worker in self
            .workers
            .drain(..)
            .filter(|worker| worker.thread().id() != here)
        {
            let _ = worker.join().is_ok();
        }
    }
}

struct Worker {
    config: Config,
    before: BeforeCommit,
    client: Option<Client>,
    prepared: Prepared,
}

/// How one try ended.
enum Try {
    /// Committed, or rolled back as the closure wished.
    Done,
    /// Not committed, and another try may succeed.
    Again(StoreError),
    /// Not committed, or not known to be.
    Failed(StoreError),
}

impl Worker {
    fn serve(mut self, tasks: &Mutex<Receiver<Task>>) {
        loop {
            let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(task) = task else { return };
            self.carry_out(task);
        }
    }

    fn carry_out(&mut self, Task { mut job, mode }: Task) {
        let mut tries = 1;
        let committed = loop {
            match self.attempt(job.as_mut(), mode) {
                Try::Done => break Ok(()),
                Try::Failed(error) => break Err(error),
                Try::Again(error) if tries >= TRIES => break Err(error),
                Try::Again(_) => {
                    std::thread::sleep(pause(tries));
                    tries = tries.saturating_add(1);
                }
            }
        };
        job.finish(committed);
    }

    fn attempt(&mut self, job: &mut dyn Job, mode: Mode) -> Try {
        let name = job.name();
        let tried = match self.connected() {
            Ok((client, prepared, before)) => attempt(client, prepared, before, job, mode),
            Err(error) => judge(name, postgres_error(name, &error)),
        };
        if let Try::Again(error) | Try::Failed(error) = &tried
            && is_any(error, &LOST)
        {
            self.client = None;
        }
        tried
    }

    fn connected(
        &mut self,
    ) -> Result<(&mut Client, &mut Prepared, &BeforeCommit), ::postgres::Error> {
        let open = self.client.take().filter(|client| !client.is_closed());
        let client = if let Some(client) = open {
            client
        } else {
            self.prepared.clear();
            self.config.connect(NoTls)?
        };
        Ok((self.client.insert(client), &mut self.prepared, &self.before))
    }
}

fn attempt(
    client: &mut Client,
    prepared: &mut Prepared,
    before: &BeforeCommit,
    job: &mut dyn Job,
    mode: Mode,
) -> Try {
    let name = job.name();
    let begun = match mode {
        Mode::Write => client
            .build_transaction()
            .isolation_level(IsolationLevel::ReadCommitted)
            .start(),
        Mode::Read => client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start(),
    };
    let transaction = match begun {
        Ok(transaction) => transaction,
        Err(error) => return judge(name, postgres_error(name, &error)),
    };
    let mut link = Link::new(Wire::Postgres(transaction, prepared));
    let keep = job.run(&mut link);
    let Link {
        wire,
        mut staged,
        failure,
    } = link;
    let Wire::Postgres(transaction, _) = wire else {
        return Try::Done;
    };
    if !keep {
        // The closure's own error goes to the caller, unless the server asks for another try.
        let again = failure.map(|error| judge(name, error));
        let _ = transaction.rollback().is_ok();
        return match again {
            Some(again @ Try::Again(_)) => again,
            Some(Try::Done | Try::Failed(_)) | None => Try::Done,
        };
    }
    if !staged.is_empty()
        && let Err(error) = before(&mut staged)
    {
        return Try::Failed(error);
    }
    match transaction.commit() {
        Ok(()) => Try::Done,
        Err(error) => {
            let error = postgres_error(name, &error);
            if is_any(&error, &LOST) {
                Try::Failed(StoreError::OutcomeUnknown { name })
            } else {
                judge(name, error)
            }
        }
    }
}

fn is_any(error: &StoreError, codes: &[&str]) -> bool {
    matches!(error, StoreError::Driver { code, .. } if codes.contains(&code.as_str()))
}

/// Whether another try may help; what still fails after the last one is "busy" unless the
/// connection is gone.
fn judge(name: &'static str, error: StoreError) -> Try {
    if is_any(&error, &LOST) {
        Try::Again(error)
    } else if is_any(&error, &TRY_AGAIN) {
        Try::Again(StoreError::Busy { name })
    } else {
        Try::Failed(error)
    }
}

/// The pause after so many tries, with jitter, so that those who collided do not meet again.
fn pause(tries: u32) -> Duration {
    let base = PAUSE
        .saturating_mul(2_u32.saturating_pow(tries))
        .min(PAUSE_MAX);
    let mut byte = [0_u8];
    let _ = aws_lc_rs::rand::fill(&mut byte).is_ok();
    let [jitter] = byte;
    base.saturating_add(base.saturating_mul(u32::from(jitter)) / 256)
}
