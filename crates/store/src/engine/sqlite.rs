//! SQLite: one thread writes, any thread reads.
//!
//! The writer drains its queue into one durable transaction (group commit), and answers only after the
//! commit. So every caller has full durability, and many share the price of it. Only if one of them
//! fails with something written is the group run again, each closure in a savepoint of its own: a
//! savepoint copies every page that is changed.

use std::fs::File;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{JoinHandle, ThreadId};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tokio::sync::oneshot;

use super::link::{Wire, sqlite_error};
use super::{BeforeCommit, Job, Link, Reply, Seen, State, guarded};
use crate::Scrubbed;
use crate::error::StoreError;

/// A group commit takes in at most this many transactions, and at most for this long.
const GROUP_MAX: usize = 512;
const GROUP_FOR: Duration = Duration::from_millis(50);

/// The write-ahead log is moved into the database when it has so many pages (64 MB). The fewer times, the
/// more often a page that many changed is written once for all of them.
const LOG_PAGES: i64 = 16_384;

/// How much of the database the writer keeps in memory, in KiB. Every write changes pages all over it.
const WRITER_CACHE: i64 = 32_768;

/// How long a connection waits for another process that holds the database.
const BUSY_FOR: Duration = Duration::from_secs(5);

/// The first version without the fault that could corrupt a database on a reset of its write-ahead
/// log.
const OLDEST_SQLITE: i32 = 3_051_003;

/// Readers that stay open when idle.
const IDLE_READERS: usize = 16;

pub(crate) struct SqliteEngine {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    index: ManuallyDrop<File>,
    queue: Option<Sender<Task>>,
    writer: Option<JoinHandle<()>>,
    writer_id: ThreadId,
}

enum Task {
    Job(Box<dyn Job>),
    Scrub(oneshot::Sender<Result<Scrubbed, StoreError>>),
}

impl SqliteEngine {
    pub(super) fn open(path: &Path, before: BeforeCommit) -> Result<Self, StoreError> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(StoreError::Driver {
                name: "open",
                code: "version".to_owned(),
                message: format!(
                    "sqlite {} is too old; 3.51.3 is needed",
                    rusqlite::version()
                ),
            });
        }
        let connection = connect(path).map_err(|error| sqlite_error("open", &error))?;
        connection
            .pragma_update(None, "cache_size", -WRITER_CACHE)
            .map_err(|error| sqlite_error("open", &error))?;
        let index = index(path, &connection)?;
        let (queue, tasks) = channel();
        let writer = std::thread::Builder::new()
            .name("ombud-writer".to_owned())
            .spawn(move || Writer { connection, before }.serve(&tasks))
            .map_err(|_| StoreError::Closed)?;
        Ok(Self {
            path: path.to_owned(),
            idle: Mutex::new(Vec::new()),
            index,
            queue: Some(queue),
            writer_id: writer.thread().id(),
            writer: Some(writer),
        })
    }

    pub(super) fn write(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        self.send(Task::Job(job))
    }

    pub(super) fn scrub(&self) -> Reply<Scrubbed, StoreError> {
        let (sender, receiver) = oneshot::channel();
        self.send(Task::Scrub(sender))
            .map_or_else(Reply::failed, |()| Reply(State::Waiting(receiver)))
    }

    fn send(&self, task: Task) -> Result<(), StoreError> {
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(task).map_err(|_| StoreError::Closed)
    }

    /// Reads on this thread, from one snapshot. A point read takes microseconds, so async code may
    /// call it inline.
    pub(super) fn read<T, E, F>(&self, name: &'static str, mut body: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: FnMut(&mut Link<'_>) -> Result<T, E>,
    {
        let connection = self.reader().map_err(|error| sqlite_error(name, &error))?;
        step(&connection, name, "BEGIN")?;
        let result = guarded(name, &mut body, &mut Link::new(Wire::Sqlite(&connection)));
        step(&connection, name, "COMMIT")?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        result
    }

    fn reader(&self) -> Result<Connection, rusqlite::Error> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        idle.map_or_else(|| read_only(&self.path), Ok)
    }

    /// A state that changes with every commit, of this process or another.
    #[cfg(unix)]
    pub(super) fn seen(&self) -> Result<Option<Seen>, StoreError> {
        let mut head = [0; Seen::BYTES];
        std::os::unix::fs::FileExt::read_exact_at(&*self.index, &mut head, 0)
            .map_err(|error| StoreError::file(&self.path, &error))?;
        Ok(Some(Seen(head)))
    }

    /// None: whether the index can be read while it is mapped is not known here.
    #[cfg(not(unix))]
    pub(super) fn seen(&self) -> Result<Option<Seen>, StoreError> {
        Ok(None)
    }
}

/// The index of the write-ahead log, which SQLite keeps beside the database. Its head changes with
/// every commit: it is what SQLite itself compares to find out whether what it holds in memory is
/// still true. Reading it is one system call, and takes no lock.
///
/// Never closed, because with the first file that a process closes it loses all its locks on it, those
/// of SQLite too.
fn index(path: &Path, connection: &Connection) -> Result<ManuallyDrop<File>, StoreError> {
    let look = connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()));
    look.map_err(|error| sqlite_error("open", &error))?;
    let mut beside = path.as_os_str().to_owned();
    beside.push("-shm");
    let file = File::open(&beside).map_err(|error| StoreError::file(path, &error))?;
    Ok(ManuallyDrop::new(file))
}

impl Drop for SqliteEngine {
    /// Lets the writer finish what is queued, and waits for it.
    fn drop(&mut self) {
        drop(self.queue.take());
        if std::thread::current().id() != self.writer_id
            && let Some(writer) = self.writer.take()
        {
            let _ = writer.join().is_ok();
        }
    }
}

/// A connection set up to lose nothing and to leave nothing behind. `ANALYZE` is never run: its
/// samples would keep ids and hashes of people beyond their erasure.
fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_FOR)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Else every new value has its statement prepared again, in the hope of a better plan.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

fn read_only(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Runs a statement of the transaction itself.
fn step(connection: &Connection, name: &'static str, text: &str) -> Result<(), StoreError> {
    let run = || connection.prepare_cached(text)?.raw_execute();
    run().map(drop).map_err(|error| sqlite_error(name, &error))
}

struct Writer {
    connection: Connection,
    before: BeforeCommit,
}

impl Writer {
    fn serve(self, tasks: &Receiver<Task>) {
        while let Ok(task) = tasks.recv() {
            let mut scrub = None;
            match task {
                Task::Job(job) => scrub = self.group(job, tasks),
                Task::Scrub(reply) => self.scrub(reply),
            }
            if let Some(reply) = scrub {
                self.scrub(reply);
            }
        }
    }

    /// Commits `first` and whatever waits behind it in one transaction; returns a scrub that was
    /// met on the way.
    fn group(
        &self,
        first: Box<dyn Job>,
        tasks: &Receiver<Task>,
    ) -> Option<oneshot::Sender<Result<Scrubbed, StoreError>>> {
        let name = first.name();
        if let Err(error) = step(&self.connection, name, "BEGIN IMMEDIATE") {
            first.finish(Err(error));
            return None;
        }
        // Bounds how long the first caller waits for the others; no rule depends on it.
        let began = Instant::now();
        let mut link = Link::new(Wire::Sqlite(&self.connection));
        let mut done = Vec::new();
        let mut scrub = None;
        let mut next = Some(first);
        let mut clean = true;
        while let Some(mut job) = next.take() {
            clean = self.run(job.as_mut(), &mut link);
            done.push(job);
            if !clean || done.len() >= GROUP_MAX || began.elapsed() >= GROUP_FOR {
                break;
            }
            match tasks.try_recv() {
                Ok(Task::Job(job)) => next = Some(job),
                Ok(Task::Scrub(reply)) => scrub = Some(reply),
                Err(_) => {}
            }
        }
        let intact = if clean {
            Ok(())
        } else {
            self.again(name, &mut done, &mut link)
        };
        let committed = intact.and_then(|()| self.commit(name, &mut link.staged));
        if !self.connection.is_autocommit() {
            let _ = step(&self.connection, name, "ROLLBACK").is_ok();
        }
        for job in done {
            job.finish(committed.clone());
        }
        scrub
    }

    /// Runs one closure. False if it failed and something that it wrote may be left.
    fn run(&self, job: &mut dyn Job, link: &mut Link<'_>) -> bool {
        let (staged, written) = (link.staged.len(), self.connection.total_changes());
        if job.run(link) {
            return true;
        }
        link.staged.truncate(staged);
        link.failure.is_none() && self.connection.total_changes() == written
    }

    /// Undoes the group and runs it again, so that what one closure wrote can be undone by itself.
    fn again(
        &self,
        name: &'static str,
        jobs: &mut [Box<dyn Job>],
        link: &mut Link<'_>,
    ) -> Result<(), StoreError> {
        link.staged.clear();
        if !self.connection.is_autocommit() {
            step(&self.connection, name, "ROLLBACK")?;
        }
        step(&self.connection, name, "BEGIN IMMEDIATE")?;
        let mut jobs = jobs.iter_mut();
        jobs.try_for_each(|job| self.one(job.as_mut(), link))
    }

    /// Runs one closure in a savepoint. An error means that the whole group is lost, not that the
    /// closure failed.
    fn one(&self, job: &mut dyn Job, link: &mut Link<'_>) -> Result<(), StoreError> {
        let staged = link.staged.len();
        step(&self.connection, job.name(), "SAVEPOINT one")?;
        if !job.run(link) {
            link.staged.truncate(staged);
            step(&self.connection, job.name(), "ROLLBACK TO one")?;
        }
        step(&self.connection, job.name(), "RELEASE one")
    }

    fn commit(
        &self,
        name: &'static str,
        staged: &mut Vec<super::StagedKey>,
    ) -> Result<(), StoreError> {
        if !staged.is_empty() {
            (self.before)(staged)?;
        }
        step(&self.connection, name, "COMMIT")
    }

    /// Moves the write-ahead log into the database and empties it: with it goes what was deleted.
    fn scrub(&self, reply: oneshot::Sender<Result<Scrubbed, StoreError>>) {
        let blocked = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| {
                row.get::<_, i64>(0)
            })
            .map_err(|error| sqlite_error("scrub", &error));
        let answer = match blocked {
            Ok(0) => Ok(Scrubbed::Overwritten),
            Ok(_) => Err(StoreError::Busy { name: "scrub" }),
            Err(error) => Err(error),
        };
        let _ = reply.send(answer).is_ok();
    }
}
