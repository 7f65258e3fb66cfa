//! The store: opens the databases and the keys, and runs transactions for the flows.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError};

use jiff::Timestamp;
use ombud_core::evidence::{Chain, Checkpoint, SigningKey};

use crate::engine::{BeforeCommit, Engine, Link, Reply, Seen};
use crate::error::{KeyProblem, StoreError};
use crate::evidence::{Appended, signed};
use crate::id::{Bucket, IdentityHash, KeyedHash, Place, SubjectId};
use crate::key::{KeyRing, KeyStore, Random, SecretFile, SystemRandom};
use crate::migration;
use crate::sql::{sql, values};
use crate::tx::Tx;

sql! {
    INSTALL_SAVE = "INSERT INTO install (one, key_check, log_key) VALUES (1, $1, $2)
        ON CONFLICT (one) DO NOTHING";
    INSTALL_LOAD = "SELECT key_check, log_key FROM install WHERE one = 1";
}

/// A database to keep things in.
#[derive(Clone)]
pub enum Database {
    /// SQLite, in a file of the data directory.
    Sqlite,
    /// A PostgreSQL server.
    Postgres {
        /// Its address, as `postgres://…` or `key=value …`.
        dsn: String,
        /// The schema to work in; none for the one that the address or the role names.
        schema: Option<String>,
        /// How many connections, at least one.
        workers: u8,
    },
}

impl std::fmt::Debug for Database {
    /// Without the address: it may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite => f.write_str("Sqlite"),
            Self::Postgres {
                schema, workers, ..
            } => {
                write!(f, "Postgres({schema:?}, {workers} workers)")
            }
        }
    }
}

/// Where a store keeps its data and its keys.
#[derive(Clone, Debug)]
pub struct Config {
    /// The data directory, with [`DATA_FILE`]: what a backup copies.
    pub data_dir: PathBuf,
    /// The directory of the keys, the key store and the journal of erasures. Never among the
    /// data's backups: only so do erasures reach those, and only so is a copy that was put back
    /// recognised.
    pub keys_dir: PathBuf,
    /// Where the data lies.
    pub database: Database,
    /// Where the subjects' wrapped keys and the journal of erasures lie. On a server only when the data
    /// is on one too.
    pub keys: Database,
    /// Where random bytes come from.
    pub random: Arc<dyn Random>,
}

impl Config {
    /// The data in `data_dir` and the keys in `keys_dir`, on SQLite.
    pub fn sqlite(data_dir: impl Into<PathBuf>, keys_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            keys_dir: keys_dir.into(),
            database: Database::Sqlite,
            keys: Database::Sqlite,
            random: Arc::new(SystemRandom),
        }
    }

    /// The data on a PostgreSQL server, the keys in `keys_dir`.
    pub fn postgres(
        data_dir: impl Into<PathBuf>,
        keys_dir: impl Into<PathBuf>,
        dsn: impl Into<String>,
    ) -> Self {
        let database = Database::Postgres {
            dsn: dsn.into(),
            schema: None,
            workers: 8,
        };
        Self {
            database,
            ..Self::sqlite(data_dir, keys_dir)
        }
    }
}

/// What became of the bytes of deleted rows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scrubbed {
    /// They have been overwritten, in the database and in its log.
    Overwritten,
    /// The database no longer returns them, but may keep the bytes for a time; the destroyed key is
    /// what makes them unreadable.
    OnlyUnreturned,
}

/// Ombud's own database and its keys. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
    /// Whether the gate does not stop this handle.
    pub(crate) past_gate: bool,
}

pub(crate) struct Inner {
    /// How many writes wait, or are under way.
    writing: Arc<AtomicU64>,
    // Dropped in this order: the data first, for its last commits may still save keys.
    pub(crate) data: Engine,
    pub(crate) keys: Arc<KeyStore>,
    ring: Arc<KeyRing>,
    /// Whether the data is older than the journal of erasures.
    pub(crate) behind: AtomicBool,
    log_key: Arc<SigningKey>,
    appended: Arc<Appended>,
}

/// A write that is counted for as long as it lives.
struct Writing(Arc<AtomicU64>);

impl Writing {
    fn begin(count: &Arc<AtomicU64>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store(..)")
    }
}

impl Store {
    /// Opens the store, and makes whatever is missing: directories, master key, databases, schema.
    /// Blocks.
    ///
    /// # Errors
    ///
    /// [`StoreError::Config`] for keys on a server beside embedded data; [`StoreError::Key`] if keys are
    /// missing although there is data, can be read by others, belong to other data or are older than
    /// it; [`StoreError::BeforeJournal`] if the data is older than the journal reaches back;
    /// [`StoreError::Migration`] if the data was written by another version of Ombud.
    pub fn open(config: &Config) -> Result<Self, StoreError> {
        if let (Database::Sqlite, Database::Postgres { .. }) = (&config.database, &config.keys) {
            // Reads of SQLite run on the caller's thread, which must never wait for a server.
            let why = "keys on a server need the data on one too, for embedded data is read without waiting";
            return Err(StoreError::Config(why));
        }
        let keys_dir = &config.keys_dir;
        let keys_file = keys_dir.join("keys.db");
        crate::key::private_directory(&config.data_dir)?;
        // The data first: nothing is made where the keys should be unless the data is new.
        let cell: Arc<OnceLock<Arc<KeyStore>>> = Arc::default();
        let saving = Arc::clone(&cell);
        let before: BeforeCommit = Arc::new(move |staged| {
            let keys = saving.get().ok_or(StoreError::Closed)?;
            keys.save(std::mem::take(staged))
        });
        let data = engine(&config.database, &config.data_dir.join(DATA_FILE), before)?;
        migration::migrate(&data, migration::DATA)?;
        let installed = data.read("install.load", install).wait()?;
        if installed.is_none() {
            crate::key::private_directory(keys_dir)?;
        }
        let (ring, log_key) = own_keys(installed.as_ref(), keys_dir, &config.random)?;
        let embedded = matches!(config.keys, Database::Sqlite);
        if installed.is_some() && embedded && !keys_file.exists() {
            return Err(StoreError::Key(KeyProblem::NoStore));
        }
        let unused: BeforeCommit = Arc::new(|_| Ok(()));
        let keys = Arc::new(KeyStore {
            engine: engine(&config.keys, &keys_file, unused)?,
        });
        migration::migrate(&keys.engine, migration::KEYS)?;
        join(&data, installed.is_none(), (&keys, &ring), &log_key)?;
        cell.get_or_init(|| Arc::clone(&keys));
        publish(&keys_dir.join(LOG_PUBLIC_KEY), &log_key)?;
        let store = Self {
            inner: Arc::new(Inner {
                writing: Arc::default(),
                data,
                keys,
                ring: Arc::new(ring),
                // Until it has been looked.
                behind: AtomicBool::new(true),
                log_key: Arc::new(log_key),
                appended: Arc::default(),
            }),
            past_gate: false,
        };
        store.look_behind()?;
        Ok(store)
    }

    /// Runs a transaction in one place. It is answered once it is durable.
    ///
    /// The closure may be run more than once, so it must do nothing but read and write through
    /// `tx`. If it returns an error or panics, all that it wrote is undone, and nothing that others
    /// wrote. Await the reply, or [`wait`](Reply::wait) for it where blocking is allowed; many that
    /// are asked for before the first is awaited share one commit.
    pub fn write<T, E, F>(
        &self,
        name: &'static str,
        place: impl Into<Place>,
        mut body: F,
    ) -> Reply<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let place = place.into();
        if self.refuses(place) {
            return Reply::failed(StoreError::Behind);
        }
        let handles = self.handles();
        let writing = Writing::begin(&self.inner.writing);
        self.inner.data.write(name, move |link| {
            let _counted = &writing;
            body(&mut handles.tx(name, place, link))
        })
    }

    /// Writes in each of many places, in turn, and returns the answers in the same order. Whatever goes
    /// wrong, and at whatever instant, what was written is a beginning of the list: so put first what
    /// may stand alone.
    ///
    /// On SQLite it is one transaction. Elsewhere each place has its own, which is durable before the
    /// next begins: no transaction ever spans two buckets there (rule R1).
    ///
    /// # Errors
    ///
    /// What the closure returned, or why it could not be carried out; places before the one that
    /// failed may have been written.
    pub async fn write_each<A, T, E, F>(
        &self,
        name: &'static str,
        asked: Vec<(Place, A)>,
        mut body: F,
    ) -> Result<Vec<T>, E>
    where
        A: Clone + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>, &A) -> Result<T, E> + Clone + Send + 'static,
    {
        if asked.iter().any(|(place, _)| self.refuses(*place)) {
            return Err(StoreError::Behind.into());
        }
        if self.inner.data.is_embedded() {
            let handles = self.handles();
            let writing = Writing::begin(&self.inner.writing);
            let together = self.inner.data.write(name, move |link| {
                let _counted = &writing;
                let one =
                    |(place, one): &(Place, A)| body(&mut handles.tx(name, *place, link), one);
                asked.iter().map(one).collect()
            });
            return together.await;
        }
        let mut answers = Vec::with_capacity(asked.len());
        for (place, one) in asked {
            let mut body = body.clone();
            let write = self.write(name, place, move |tx| body(tx, &one));
            answers.push(write.await?);
        }
        Ok(answers)
    }

    /// How many writes wait to be carried out, or are under way.
    pub fn writing(&self) -> u64 {
        self.inner.writing.load(Ordering::Relaxed)
    }

    /// Runs a transaction that only reads, in one place, from one snapshot.
    ///
    /// On SQLite the closure runs at once on the calling thread: right for point reads, which take
    /// microseconds, in async code too; long ones belong on a thread where blocking is allowed.
    pub fn read<T, E, F>(
        &self,
        name: &'static str,
        place: impl Into<Place>,
        mut body: F,
    ) -> Reply<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let place = place.into();
        if self.refuses(place) {
            return Reply::failed(StoreError::Behind);
        }
        let handles = self.handles();
        self.inner
            .data
            .read(name, move |link| body(&mut handles.tx(name, place, link)))
    }

    /// Asks every bucket in turn, and returns the answers in the order of the buckets.
    ///
    /// Over many databases this is no snapshot. Takes tens of milliseconds at least: not for async
    /// code on SQLite.
    pub fn survey<T, E, F>(&self, name: &'static str, mut body: F) -> Reply<Vec<T>, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        if !self.past_gate && self.is_behind() {
            return Reply::failed(StoreError::Behind);
        }
        let handles = self.handles();
        self.inner.data.read(name, move |link| {
            let ask = |bucket| body(&mut handles.tx(name, Place::Bucket(bucket), link));
            Bucket::all().map(ask).collect()
        })
    }

    /// Reads for each of many, in its own bucket, and returns the answers in the same order.
    ///
    /// On SQLite it is one snapshot, read at once on the calling thread as by [`read`](Self::read);
    /// over many databases it is none.
    pub fn read_each<A, T, E, F>(
        &self,
        name: &'static str,
        asked: Vec<(Bucket, A)>,
        mut body: F,
    ) -> Reply<Vec<T>, E>
    where
        A: Copy + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnMut(&mut Tx<'_>, A) -> Result<T, E> + Send + 'static,
    {
        if !self.past_gate && self.is_behind() {
            return Reply::failed(StoreError::Behind);
        }
        let handles = self.handles();
        self.inner.data.read(name, move |link| {
            let ask = |(bucket, one): &(Bucket, A)| {
                body(&mut handles.tx(name, Place::Bucket(*bucket), link), *one)
            };
            asked.iter().map(ask).collect()
        })
    }

    /// The state of the data now, for whoever keeps something that was read from it: it still holds
    /// while this is the same. Every commit that was answered before the call changes it, whichever
    /// process made it. None on PostgreSQL, where another node's commit would go unnoticed.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the database cannot answer.
    pub fn seen(&self) -> Result<Option<Seen>, StoreError> {
        self.inner.data.seen()
    }

    /// The bucket that a subject lies in.
    pub fn bucket_of(&self, subject: SubjectId) -> Bucket {
        self.inner.ring.bucket_of(subject)
    }

    /// The keyed hash that an identity is found by. The value must be normalised already.
    pub fn identity_hash(&self, kind: &str, normalised: &str) -> IdentityHash {
        self.inner.ring.identity_hash(kind, normalised)
    }

    /// A keyed hash of something that a caller sent and that may be personal, such as an
    /// idempotency key or the request behind it. `label` says what it is for.
    pub fn keyed_hash(&self, label: &str, text: &[u8]) -> KeyedHash {
        self.inner.ring.keyed_hash(label, text)
    }

    /// Fills `bytes` with random ones, for the ids that flows make.
    ///
    /// # Errors
    ///
    /// [`StoreError::Key`] if there are none to be had.
    pub fn random(&self, bytes: &mut [u8]) -> Result<(), StoreError> {
        self.inner.ring.random().fill(bytes)
    }

    /// Destroys a subject's key: what it sealed can never be read again, wherever a copy lies. True
    /// if there was one.
    ///
    /// Follow it with [`scrub_keys`](Self::scrub_keys), which overwrites the bytes of the key
    /// itself.
    pub fn destroy_key(&self, subject: SubjectId) -> Reply<bool> {
        self.inner.keys.destroy(self.bucket_of(subject), subject)
    }

    /// The key that signs the log and the receipts of this data.
    pub fn log_key(&self) -> Arc<SigningKey> {
        Arc::clone(&self.inner.log_key)
    }

    /// Keeps a checkpoint apart from the data, unless a later one is kept there already: it shows
    /// when the data's own was cut.
    pub fn keep_checkpoint(&self, checkpoint: Checkpoint, note: String) -> Reply<()> {
        self.inner
            .keys
            .keep_checkpoint(signed(checkpoint.size), note)
    }

    /// The last checkpoint that was kept apart from the data, as it was signed.
    pub fn kept_checkpoint(&self) -> Reply<Option<String>> {
        self.inner.keys.kept_checkpoint()
    }

    /// Puts the kept checkpoint among those that were replaced: the next one that is kept may be of a
    /// shorter log.
    pub fn replace_checkpoint(&self, at: Timestamp) -> Reply<()> {
        self.inner.keys.replace_checkpoint(at)
    }

    /// The checkpoints that were replaced, as they were signed, and when; the oldest first.
    pub fn replaced_checkpoints(&self) -> Reply<Vec<(String, Timestamp)>> {
        self.inner.keys.replaced_checkpoints()
    }

    /// Overwrites what deletions left in the data's files, where the database can.
    pub fn scrub(&self) -> Reply<Scrubbed> {
        self.inner.data.scrub()
    }

    /// Overwrites what deletions left in the key store's files, where the database can.
    pub fn scrub_keys(&self) -> Reply<Scrubbed> {
        self.inner.keys.engine.scrub()
    }

    /// Whether the gate is closed and this handle would pass it.
    fn refuses(&self, place: Place) -> bool {
        match place {
            Place::Home => false,
            Place::Bucket(_) => !self.past_gate && self.is_behind(),
        }
    }

    /// The chains that got an entry through this store since this was last asked. An entry may
    /// still wait for its commit then: ask its chain again a little later.
    pub fn take_appended(&self) -> BTreeSet<Chain> {
        let mut appended = self
            .inner
            .appended
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *appended)
    }

    fn handles(&self) -> Handles {
        Handles {
            ring: Arc::clone(&self.inner.ring),
            keys: Arc::clone(&self.inner.keys),
            appended: Arc::clone(&self.inner.appended),
        }
    }
}

/// What every transaction needs of its store.
struct Handles {
    ring: Arc<KeyRing>,
    keys: Arc<KeyStore>,
    appended: Arc<Appended>,
}

impl Handles {
    fn tx<'t>(&'t self, name: &'static str, place: Place, link: &'t mut Link<'_>) -> Tx<'t> {
        Tx {
            name,
            place,
            connection: link,
            ring: &self.ring,
            keys: &self.keys,
            appended: &self.appended,
            opened: Vec::new(),
            here: Cell::default(),
        }
    }
}

fn engine(database: &Database, path: &Path, before: BeforeCommit) -> Result<Engine, StoreError> {
    match database {
        Database::Sqlite => Engine::sqlite(path, before),
        Database::Postgres {
            dsn,
            schema,
            workers,
        } => Engine::postgres(dsn, schema.as_deref(), *workers, &before),
    }
}

/// The file of the data directory that holds the data, where they lie in SQLite.
pub const DATA_FILE: &str = "ombud.db";

/// The file in `keys/` that holds what others verify this data's log and receipts with.
pub const LOG_PUBLIC_KEY: &str = "evidence.pub";

/// What the data keeps to recognise its keys by: the master key's check, and the log's public key.
type Installed = (Vec<u8>, Vec<u8>);

fn install(link: &mut Link<'_>) -> Result<Option<Installed>, StoreError> {
    let rows = link.query(INSTALL_LOAD, &[])?;
    let read = |row: crate::sql::Row| {
        let mut columns = row.columns("install", "its row");
        Ok((columns.take("key_check")?, columns.take("log_key")?))
    };
    rows.into_iter().next().map(read).transpose()
}

/// The keys of this data: new ones only for data that never had any.
fn own_keys(
    installed: Option<&Installed>,
    directory: &Path,
    random: &Arc<dyn Random>,
) -> Result<(KeyRing, SigningKey), StoreError> {
    let secret = |name| {
        let path = directory.join(name);
        match (SecretFile::load(&path)?, installed) {
            (Some(secret), _) => Ok(secret),
            (None, Some(_)) => Err(StoreError::Key(KeyProblem::Missing)),
            (None, None) => SecretFile::create(&path, random.as_ref()),
        }
    };
    let ring = KeyRing::new(&secret("master.key")?, Arc::clone(random))?;
    let log_key = SigningKey::of_log(secret("evidence.key")?.bytes())
        .map_err(|_| StoreError::Key(KeyProblem::Malformed))?;
    if installed.is_some_and(|installed| *installed != ours(&ring, &log_key)) {
        return Err(StoreError::Key(KeyProblem::OtherData));
    }
    Ok((ring, log_key))
}

fn ours(ring: &KeyRing, log_key: &SigningKey) -> Installed {
    (ring.check().to_vec(), log_key.public().bytes().to_vec())
}

/// Ties data and key store together when the data is new, and refuses those that do not belong to each
/// other or are of different ages.
fn join(
    data: &Engine,
    fresh: bool,
    (keys, ring): (&KeyStore, &KeyRing),
    log_key: &SigningKey,
) -> Result<(), StoreError> {
    if fresh {
        keys.make_journal(*ring.check()).wait()?;
    }
    let head = keys.journal_head().wait()?;
    let head = head.ok_or(StoreError::Key(KeyProblem::NoStore))?;
    if head.key_check != ring.check() {
        return Err(StoreError::Key(KeyProblem::OtherData));
    }
    if fresh {
        // Nobody is in new data, so what is forgotten is not missing from it.
        crate::erasure::save_mark(data, head.forgotten)?;
        let ours = ours(ring, log_key);
        let (check, public) = ours.clone();
        let save = move |link: &mut Link<'_>| {
            link.execute(INSTALL_SAVE, values![check.as_slice(), public.as_slice()])?;
            install(link)
        };
        if data.write("install.save", save).wait()? != Some(ours) {
            return Err(StoreError::Key(KeyProblem::OtherData));
        }
    }
    crate::erasure::refuse_stray(data, head.seq, head.forgotten)
}

/// Puts the public half of the log's key beside it, to be handed to whoever verifies.
fn publish(path: &Path, key: &SigningKey) -> Result<(), StoreError> {
    let line = format!("{}\n", key.public());
    if std::fs::read(path).is_ok_and(|bytes| bytes == line.as_bytes()) {
        return Ok(());
    }
    std::fs::write(path, line).map_err(|error| StoreError::file(path, &error))
}
