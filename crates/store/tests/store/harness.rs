//! A fresh database for each test, on either engine, and the things that tests put into it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use jiff::Timestamp;
use ombud_core::statement::VersionId;
use ombud_store::{
    Bucket, ClockId, Config, Database, NewRecord, Random, RecordId, Store, StoreError, SubjectId,
    Tx,
};
use tempfile::TempDir;

/// Declares tests that run on both engines: `NAME::sqlite` and `NAME::postgres`.
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($db:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "what one body needs, another may not")]
            use super::*;

            fn test($db: &$crate::harness::Fresh) $body

            #[test]
            fn sqlite() {
                test(&$crate::harness::Fresh::sqlite());
            }

            #[test]
            fn postgres() {
                if let Some(db) = $crate::harness::Fresh::postgres() {
                    test(&db);
                }
            }
        }
    )+};
}

/// A database that no other test sees, gone when dropped.
pub(crate) struct Fresh {
    pub(crate) config: Config,
    pub(crate) directory: TempDir,
    schema: Option<Schema>,
    keys: Option<Schema>,
    pub(crate) store: Store,
}

/// The same bytes in every run, never the same twice within one.
#[derive(Debug)]
struct Counting(AtomicU64);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), StoreError> {
        for chunk in bytes.chunks_mut(8) {
            let next = self
                .0
                .fetch_add(1, Ordering::Relaxed)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&next.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

impl Fresh {
    pub(crate) fn sqlite() -> Self {
        Self::open(None, None)
    }

    /// None where there is no server and none is asked for.
    pub(crate) fn postgres() -> Option<Self> {
        Schema::create().map(|schema| Self::open(Some(schema), None))
    }

    /// The keys on a server too, in a schema of their own.
    pub(crate) fn postgres_with_keys() -> Option<Self> {
        let (data, keys) = (Schema::create()?, Schema::create()?);
        Some(Self::open(Some(data), Some(keys)))
    }

    fn open(schema: Option<Schema>, keys: Option<Schema>) -> Self {
        let directory = TempDir::new().unwrap();
        let mut config = Config::sqlite(directory.path(), directory.path().join("keys"));
        config.random = std::sync::Arc::new(Counting(AtomicU64::new(1)));
        let server = |Schema { dsn, name }: &Schema, workers| Database::Postgres {
            dsn: dsn.clone(),
            schema: Some(name.clone()),
            workers,
        };
        if let Some(schema) = &schema {
            config.database = server(schema, 4);
        }
        if let Some(keys) = &keys {
            config.keys = server(keys, 2);
        }
        let store = Store::open(&config).unwrap();
        Self {
            config,
            directory,
            schema,
            keys,
            store,
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.schema.is_some()
    }

    /// A second store over the same data, as another process would open it.
    pub(crate) fn again(&self) -> Result<Store, StoreError> {
        Store::open(&self.config)
    }

    /// Writes in the bucket of a subject, and waits.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        subject: SubjectId,
        body: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store
            .write("test.write", self.store.bucket_of(subject), body)
            .wait()
            .unwrap()
    }

    /// Reads in the bucket of a subject.
    pub(crate) fn read<T: Send + 'static>(
        &self,
        subject: SubjectId,
        body: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store
            .read("test.read", self.store.bucket_of(subject), body)
            .wait()
            .unwrap()
    }

    /// Adds a subject.
    pub(crate) fn subject(&self) -> SubjectId {
        let subject = SubjectId::new(self.bytes());
        assert!(self.write(subject, move |tx| tx.add_subject(subject, at(0))));
        subject
    }

    /// A record of a subject, not stored yet, with a payload that is easy to find.
    pub(crate) fn record(&self, subject: SubjectId, collection: &str) -> NewRecord {
        NewRecord {
            id: RecordId::new(at(1_000), self.store.bucket_of(subject), self.bytes()),
            subject,
            collection: collection.to_owned(),
            clock: ClockId::SHARED,
            created_at: at(1_000),
            payload: b"anna@example.com".to_vec().into(),
        }
    }

    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.store.random(&mut bytes).unwrap();
        bytes
    }

    /// Runs SQL that the store itself would never send.
    pub(crate) fn tamper(&self, sql: &str) {
        match &self.schema {
            None => rusqlite::Connection::open(self.directory.path().join("ombud.db"))
                .unwrap()
                .execute_batch(sql)
                .unwrap(),
            Some(schema) => schema.client().batch_execute(sql).unwrap(),
        }
    }

    /// The same data as another role of the server sees it, and a connection of that role's.
    pub(crate) fn as_role(&self, role: &str) -> (Result<Store, StoreError>, postgres::Client) {
        let schema = self.schema.as_ref().unwrap();
        let dsn = &schema.dsn;
        let dsn = match (dsn.contains("://"), dsn.contains('?')) {
            (true, true) => format!("{dsn}&options=-crole%3D{role}"),
            (true, false) => format!("{dsn}?options=-crole%3D{role}"),
            (false, _) => format!("{dsn} options='-crole={role}'"),
        };
        let mut config = self.config.clone();
        config.database = Database::Postgres {
            dsn: dsn.clone(),
            schema: Some(schema.name.clone()),
            workers: 1,
        };
        let mut client = schema.client();
        client.batch_execute(&format!("SET ROLE {role}")).unwrap();
        (Store::open(&config), client)
    }

    /// The name of its schema on the server, which is one of a kind.
    pub(crate) fn schema(&self) -> &str {
        &self.schema.as_ref().unwrap().name
    }

    /// How many keys there are.
    pub(crate) fn count_keys(&self) -> i64 {
        match &self.keys {
            None => {
                let path = self.directory.path().join("keys/keys.db");
                let rows = sqlite_catalog(&path, "SELECT hex(subject_id) FROM subject_key");
                rows.len().try_into().unwrap()
            }
            Some(keys) => keys
                .client()
                .query_one("SELECT COUNT(*) FROM subject_key", &[])
                .unwrap()
                .get(0),
        }
    }

    /// The answers to a question about the schema, a row each, all columns as text.
    pub(crate) fn catalog(&self, sqlite: &str, postgres: &str) -> Vec<Vec<String>> {
        match &self.schema {
            None => sqlite_catalog(&self.directory.path().join("ombud.db"), sqlite),
            Some(schema) => {
                let rows = schema.client().query(postgres, &[]).unwrap();
                let text = |row: &postgres::Row| (0..row.len()).map(|i| row.get(i)).collect();
                rows.iter().map(text).collect()
            }
        }
    }
}

pub(crate) fn sqlite_catalog(path: &std::path::Path, sql: &str) -> Vec<Vec<String>> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|i| row.get(i)).collect());
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap()
}

pub(crate) fn bucket(number: u16) -> Bucket {
    Bucket::new(number).unwrap()
}

pub(crate) fn version(byte: u8) -> VersionId {
    VersionId::parse(&hex::encode([byte; 32])).unwrap()
}

/// A schema of its own on the server of the tests.
struct Schema {
    dsn: String,
    name: String,
}

impl Schema {
    fn create() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let dsn = server()?;
        let name = format!(
            "ombud_test_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let schema = Self { dsn, name };
        let name = &schema.name;
        let sql = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
        schema.client().batch_execute(&sql).unwrap();
        Some(schema)
    }

    fn client(&self) -> postgres::Client {
        let mut config: postgres::Config = self.dsn.parse().unwrap();
        config.options(&format!(
            "-csearch_path={} -cclient_min_messages=warning",
            self.name
        ));
        config.connect(postgres::NoTls).unwrap()
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // One at a time: dropping takes many locks at once, and the server has a fixed number.
        static ONE: Mutex<()> = Mutex::new(());
        let _one = ONE.lock();
        let _ = self
            .client()
            .batch_execute(&format!("DROP SCHEMA {} CASCADE", self.name))
            .is_ok();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "which server tests use is told by the environment"
)]
fn server() -> Option<String> {
    let dsn = std::env::var("OMBUD_TEST_POSTGRES")
        .ok()
        .filter(|dsn| !dsn.is_empty());
    let all = std::env::var("CI")
        .or_else(|_| std::env::var("OMBUD_TEST_ALL"))
        .is_ok();
    assert!(
        dsn.is_some() || !all,
        "`OMBUD_TEST_POSTGRES` names no server, and `CI` or `OMBUD_TEST_ALL` asks for all tests"
    );
    dsn
}
