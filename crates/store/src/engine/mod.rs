//! Runs transactions, on SQLite or on PostgreSQL, for whoever asks: async or blocking.
//!
//! A transaction is a closure that can be run again. It is answered only once what it wrote is
//! durable.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use crate::error::StoreError;

mod link;
mod postgres;
mod sqlite;

pub use link::BY_NUMBER;
pub(crate) use link::{Link, StagedKey};

use self::postgres::PostgresEngine;
use self::sqlite::SqliteEngine;

/// Makes staged keys durable; called before the transaction that needs them commits.
pub(crate) type BeforeCommit =
    Arc<dyn Fn(&mut Vec<StagedKey>) -> Result<(), StoreError> + Send + Sync>;

/// A state of the data: equal to another of the same store only if nothing was committed between.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Seen([u8; Self::BYTES]);

impl Seen {
    /// The head of the index of SQLite's write-ahead log.
    const BYTES: usize = 48;
}

/// One database, its connections and its threads.
pub(crate) enum Engine {
    /// SQLite in a file.
    Sqlite(SqliteEngine),
    /// A PostgreSQL server.
    Postgres(PostgresEngine),
}

impl Engine {
    /// Opens, or makes, the SQLite database in `path`.
    pub(crate) fn sqlite(path: &std::path::Path, before: BeforeCommit) -> Result<Self, StoreError> {
        SqliteEngine::open(path, before).map(Self::Sqlite)
    }

    /// Connects `workers` threads to the PostgreSQL server of `dsn`.
    pub(crate) fn postgres(
        dsn: &str,
        schema: Option<&str>,
        workers: u8,
        before: &BeforeCommit,
    ) -> Result<Self, StoreError> {
        PostgresEngine::open(dsn, schema, workers, before).map(Self::Postgres)
    }

    /// Runs `body` in a transaction that may write.
    pub(crate) fn write<T, E, F>(&self, name: &'static str, body: F) -> Reply<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Link<'_>) -> Result<T, E> + Send + 'static,
    {
        let (call, reply) = Call::new(name, body);
        let sent = match self {
            Self::Sqlite(engine) => engine.write(Box::new(call)),
            Self::Postgres(engine) => engine.send(Box::new(call), postgres::Mode::Write),
        };
        sent.map_or_else(Reply::failed, |()| reply)
    }

    /// Whether all places lie in one file, which commits them together at no more than the price of one.
    pub(crate) fn is_embedded(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Runs `body` in a transaction that only reads: on SQLite at once on this thread, on
    /// PostgreSQL by a worker.
    pub(crate) fn read<T, E, F>(&self, name: &'static str, body: F) -> Reply<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Link<'_>) -> Result<T, E> + Send + 'static,
    {
        match self {
            Self::Sqlite(engine) => Reply::ready(engine.read(name, body)),
            Self::Postgres(engine) => {
                let (call, reply) = Call::new(name, body);
                let sent = engine.send(Box::new(call), postgres::Mode::Read);
                sent.map_or_else(Reply::failed, |()| reply)
            }
        }
    }

    /// The state of the data now; none where a commit can go unnoticed.
    pub(crate) fn seen(&self) -> Result<Option<Seen>, StoreError> {
        match self {
            Self::Sqlite(engine) => engine.seen(),
            Self::Postgres(_) => Ok(None),
        }
    }

    /// Overwrites what deletions left behind, where the database can; see [`crate::Scrubbed`].
    pub(crate) fn scrub(&self) -> Reply<crate::Scrubbed, StoreError> {
        match self {
            Self::Sqlite(engine) => engine.scrub(),
            Self::Postgres(_) => Reply::ready(Ok(crate::Scrubbed::OnlyUnreturned)),
        }
    }
}

/// A transaction on its way through a queue: run once or more, then finished once.
trait Job: Send {
    /// Its name, for errors.
    fn name(&self) -> &'static str;
    /// Runs it; true if what it wrote shall stay.
    fn run(&mut self, link: &mut Link<'_>) -> bool;
    /// Answers the caller: with the closure's result, or with why the commit failed.
    fn finish(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Call<F, T, E> {
    name: &'static str,
    body: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Call<F, T, E> {
    fn new(name: &'static str, body: F) -> (Self, Reply<T, E>) {
        let (sender, receiver) = oneshot::channel();
        (
            Self {
                name,
                body,
                result: None,
                reply: sender,
            },
            Reply(State::Waiting(receiver)),
        )
    }
}

impl<T, E, F> Job for Call<F, T, E>
where
    T: Send,
    E: From<StoreError> + Send,
    F: FnMut(&mut Link<'_>) -> Result<T, E> + Send,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, link: &mut Link<'_>) -> bool {
        let result = guarded(self.name, &mut self.body, link);
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn finish(self: Box<Self>, committed: Result<(), StoreError>) {
        let answer = match (self.result, committed) {
            (Some(Ok(_)) | None, Err(error)) => Err(error.into()),
            (Some(result), _) => result,
            (None, Ok(())) => Err(StoreError::Closed.into()),
        };
        // The caller may have stopped waiting; what was committed stays.
        let _ = self.reply.send(answer).is_ok();
    }
}

/// Runs a closure so that neither a panic nor a failed statement that it ignored can be committed.
fn guarded<T, E, F>(name: &'static str, body: &mut F, link: &mut Link<'_>) -> Result<T, E>
where
    E: From<StoreError>,
    F: FnMut(&mut Link<'_>) -> Result<T, E>,
{
    link.failure = None;
    let result = catch_unwind(AssertUnwindSafe(|| body(link)))
        .unwrap_or_else(|_| Err(StoreError::Panicked { name }.into()));
    match (&result, &link.failure) {
        (Ok(_), Some(failure)) => Err(failure.clone().into()),
        _ => result,
    }
}

/// The answer to a transaction: `.await` it, or [`wait`](Reply::wait) for it outside of async code.
///
/// Dropping it does not stop the transaction.
#[must_use = "a transaction can fail: await it, or wait for it"]
pub struct Reply<T, E = StoreError>(State<T, E>);

enum State<T, E> {
    Ready(Option<Result<T, E>>),
    Waiting(oneshot::Receiver<Result<T, E>>),
}

impl<T, E> std::fmt::Debug for Reply<T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            State::Ready(_) => "Reply(ready)",
            State::Waiting(_) => "Reply(waiting)",
        })
    }
}

// Nothing inside is ever pinned: the receiver is itself `Unpin`.
impl<T, E> Unpin for Reply<T, E> {}

impl<T, E: From<StoreError>> Reply<T, E> {
    fn ready(result: Result<T, E>) -> Self {
        Self(State::Ready(Some(result)))
    }

    pub(crate) fn failed(error: StoreError) -> Self {
        Self::ready(Err(error.into()))
    }

    /// Waits for the answer on this thread. Not for async code: there, `.await` the reply.
    ///
    /// # Errors
    ///
    /// What the closure returned, or why it could not be carried out.
    pub fn wait(self) -> Result<T, E> {
        let answer = match self.0 {
            State::Ready(result) => result,
            State::Waiting(receiver) => receiver.blocking_recv().ok(),
        };
        answer.unwrap_or_else(|| Err(StoreError::Closed.into()))
    }
}

impl<T, E: From<StoreError>> Future for Reply<T, E> {
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let closed = || Err(StoreError::Closed.into());
        match &mut self.0 {
            State::Ready(result) => Poll::Ready(result.take().unwrap_or_else(closed)),
            State::Waiting(receiver) => Pin::new(receiver)
                .poll(context)
                .map(|sent| sent.unwrap_or_else(|_| closed())),
        }
    }
}
