//! A world of its own for each test: statement, store, API and a clock that the test sets.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use jiff::Timestamp;
use ombud::clock::Clock;
use ombud::flow::Ombud;
use ombud::flow::subject::SubjectRef;
use ombud::flow::sweep::Swept;
use ombud::web::api::Api;
use ombud::web::live::Live;
use ombud::web::{App, Filling, Metrics, Site};
use ombud_core::access::{Access, EVERY_ACTIVITY, Reach};
use ombud_core::statement::{Folder, load};
use ombud_store::{Bucket, Config, Database, Store, StoreError, SubjectId, Tx};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Notify;

/// Declares tests that run on both engines: `NAME::sqlite` and `NAME::postgres`.
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($world:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "what one body needs, another may not")]
            use super::*;

            fn test($world: &$crate::harness::World) $body

            #[test]
            fn sqlite() {
                test(&$crate::harness::World::sqlite());
            }

            #[test]
            fn postgres() {
                if let Some(world) = $crate::harness::World::postgres() {
                    test(&world);
                }
            }
        }
    )+};
}

/// The morning on which every world begins.
pub(crate) const MORNING: &str = "2026-04-01T08:00:00Z";

/// What an API call answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) kind: String,
    pub(crate) body: Value,
}

/// The bundled statement over a fresh database.
pub(crate) struct World {
    pub(crate) ombud: Ombud,
    pub(crate) directory: TempDir,
    runtime: tokio::runtime::Runtime,
    time: Arc<AtomicI64>,
    pub(crate) site: Site,
    /// Told when the sweep should look at once.
    wake: Arc<Notify>,
    /// A key for everything.
    bearer: String,
    schema: Option<Schema>,
}

/// A world whose process has ended: only what it stored is left.
pub(crate) struct Closed {
    directory: TempDir,
    time: Arc<AtomicI64>,
    bearer: Option<String>,
    schema: Option<Schema>,
}

impl World {
    pub(crate) fn sqlite() -> Self {
        Closed::new(None).open()
    }

    /// None where there is no server and none is asked for.
    pub(crate) fn postgres() -> Option<Self> {
        Schema::create().map(|schema| Closed::new(Some(schema)).open())
    }

    /// Ends the process.
    pub(crate) fn close(self) -> Closed {
        let Self {
            ombud,
            directory,
            time,
            site,
            wake: _,
            bearer,
            schema,
            runtime,
        } = self;
        drop((site, ombud, runtime));
        Closed {
            directory,
            time,
            bearer: Some(bearer),
            schema,
        }
    }

    /// What another process has over the same data.
    pub(crate) fn elsewhere(&self) -> Ombud {
        let store = store(&self.directory, self.schema.as_ref());
        let statement = load(ombud::bundled::folder()).unwrap();
        self.wait(Ombud::open(store, statement, self.now()))
            .unwrap()
    }

    /// Another process that serves the same data.
    pub(crate) fn twin(&self) -> Site {
        let ombud = self.elsewhere();
        self.wait(async { site(&ombud, self.clock()) })
    }

    /// What operators read of a process that has these figures.
    pub(crate) fn figures(&self, metrics: Arc<Metrics>) -> String {
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let bytes = self.wait(async {
            let site = site_with(&self.ombud, self.clock(), metrics, Arc::default());
            let response = site.answer(request).await;
            to_bytes(response.into_body(), 1 << 20).await.unwrap()
        });
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// Waits for a flow.
    pub(crate) fn wait<T>(&self, flow: impl Future<Output = T>) -> T {
        self.runtime.block_on(flow)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock().now()
    }

    pub(crate) fn clock(&self) -> Clock {
        told(&self.time)
    }

    /// From now on it is this instant.
    pub(crate) fn go(&self, instant: &str) {
        self.time
            .store(at(instant).as_millisecond(), Ordering::Relaxed);
    }

    /// From now on it is the instant that lies so many milliseconds from this one.
    pub(crate) fn go_near(&self, instant: Timestamp, millis: i64) {
        self.time
            .store(instant.as_millisecond() + millis, Ordering::Relaxed);
    }

    /// The person behind `kind:value`.
    pub(crate) fn find(&self, who: &str) -> Option<SubjectId> {
        let who = SubjectRef::parse(who).unwrap();
        self.wait(self.ombud.find_subject(&who)).unwrap()
    }

    /// Writes in a bucket, past the flows.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        bucket: Bucket,
        body: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        let store = &self.ombud.store;
        store.write("test.write", bucket, body).wait().unwrap()
    }

    /// The same data under other rules: the bundled statement with some text replaced.
    pub(crate) fn under(&self, changes: &[(&str, &str, &str)]) -> Ombud {
        let files = ombud::bundled::folder();
        let files = files.files().map(|(path, text)| {
            let own = changes.iter().filter(|(file, ..)| *file == path);
            let text = own.fold(text.to_owned(), |text, (_, old, new)| {
                assert!(text.contains(old), "`{old}` is not in {path}");
                text.replace(old, new)
            });
            (path.to_owned(), text)
        });
        let statement = load(Folder::new(files.collect::<Vec<_>>())).unwrap();
        let store = self.ombud.store.clone();
        self.wait(Ombud::open(store, statement, self.now()))
            .unwrap()
    }

    /// `Bearer` and a key for everything.
    pub(crate) fn bearer(&self) -> &str {
        &self.bearer
    }

    /// Calls the API with a key for everything.
    pub(crate) fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let text = body.map(Value::to_string).unwrap_or_default();
        self.raw(method, path, &[("authorization", &self.bearer)], &text)
    }

    /// Calls the API with these headers, and holds the answer against its description.
    pub(crate) fn raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let (status, kind, bytes) = self.send(method, path, headers, body);
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, kind, body }
    }

    /// Calls the API of a process with a key for everything and an `Idempotency-Key`. A process whose
    /// turn ends (`turns`, at each of which it waits for something) goes no further: none is answered.
    pub(crate) fn repeat(
        &self,
        site: &Site,
        (method, path): (&Method, &str),
        key: &str,
        body: &Value,
        turns: usize,
    ) -> Option<(StatusCode, Value)> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::AUTHORIZATION, &self.bearer)
            .header("idempotency-key", key)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let answered = async {
            let response = site.answer(request).await;
            let status = response.status();
            let bytes = to_bytes(response.into_body(), 16 << 20).await.unwrap();
            (status, serde_json::from_slice(&bytes).unwrap_or_default())
        };
        self.wait(async {
            let (mut answered, mut turn) = (std::pin::pin!(answered), 0);
            std::future::poll_fn(|context| {
                turn += 1;
                match answered.as_mut().poll(context) {
                    Poll::Ready(answer) => Poll::Ready(Some(answer)),
                    Poll::Pending if turn >= turns => Poll::Ready(None),
                    Poll::Pending => Poll::Pending,
                }
            })
            .await
        })
    }

    /// Posts lines with a key for everything.
    pub(crate) fn lines(&self, path: &str, lines: &str) -> (StatusCode, String) {
        let headers = [("authorization", self.bearer.as_str())];
        let (status, _, bytes) = self.send(Method::POST, path, &headers, lines);
        (status, String::from_utf8(bytes).unwrap())
    }

    /// Gets what is not JSON, without any key.
    pub(crate) fn bytes(&self, path: &str) -> (StatusCode, Vec<u8>) {
        let (status, _, bytes) = self.send(Method::GET, path, &[], "");
        (status, bytes)
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (StatusCode, String, Vec<u8>) {
        let called = method.to_string();
        let address = format!("/api/v1{path}");
        let request = Request::builder().method(method).uri(address);
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let request = request
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_owned()));
        let answer = self.wait(async {
            let response = self.site.answer(request.unwrap()).await;
            let status = response.status();
            let kind = response.headers().get(header::CONTENT_TYPE);
            let kind = kind.map_or("", |kind| kind.to_str().unwrap()).to_owned();
            let bytes = to_bytes(response.into_body(), 16 << 20).await.unwrap();
            (status, kind, bytes.to_vec())
        });
        if path != "/openapi.json" && !path.starts_with("/evidence/tile/") {
            crate::description::hold(&called, path, answer.0, &answer.1, &answer.2);
        }
        answer
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, Some(body))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None)
    }

    /// Stores a record and returns its id and due instant.
    pub(crate) fn add(
        &self,
        collection: &str,
        subject: &Value,
        fields: &Value,
        anchors: &Value,
    ) -> (String, Option<Timestamp>) {
        let body = json!({
            "collection": collection, "subject": subject, "fields": fields, "anchors": anchors,
        });
        let Answer { status, body, .. } = self.post("/records", &body);
        assert_eq!(status, StatusCode::CREATED, "{collection}: {body}");
        let due = body["due"].as_str().map(at);
        (body["record"].as_str().unwrap().to_owned(), due)
    }

    pub(crate) fn tell(&self, subject: &Value, activity: &str, act: &str) -> Value {
        let body = json!({
            "subject": subject, "activity": activity, "act": act,
            "language": "nb", "channel": "form", "notice": "n-1",
        });
        let answer = self.post("/ledger", &body);
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.body
    }

    pub(crate) fn anchor(&self, subject: &Value, collection: &str, anchor: &str) -> u64 {
        let body = json!({
            "subject": subject, "collection": collection, "anchor": anchor, "at": self.now(),
        });
        let answer = self.post("/anchors", &body);
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body["clocks"].as_u64().unwrap()
    }

    /// `yes`, or the reason of the no.
    pub(crate) fn may(&self, subject: &Value, activity: &str) -> String {
        let answer = self.post("/may", &json!({ "subject": subject, "activity": activity }));
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let reason = answer.body["reason"].as_str();
        assert_eq!(answer.body["may"].as_bool(), Some(reason.is_none()));
        reason.unwrap_or("yes").to_owned()
    }

    /// Whether a call has woken the sweep since this was asked last.
    pub(crate) fn woken(&self) -> bool {
        std::pin::pin!(self.wake.notified()).enable()
    }

    pub(crate) fn sweep(&self) -> Swept {
        self.wait(self.ombud.sweep(self.now())).unwrap()
    }

    pub(crate) fn holds(&self, record: &str) -> bool {
        match self.get(&format!("/records/{record}")).status {
            // There, if not always to be seen for ordinary use.
            StatusCode::OK | StatusCode::FORBIDDEN => true,
            StatusCode::NOT_FOUND => false,
            other => panic!("{other}"),
        }
    }

    /// The verdict of a promise, with the figures of its proofs by name.
    pub(crate) fn promise(&self, id: &str) -> (String, Value) {
        let board = self.wait(self.ombud.board(self.now())).unwrap();
        let board = serde_json::to_value(board).unwrap();
        let rows = board["promises"].as_array().unwrap();
        let row = rows.iter().find(|row| row["id"] == id).unwrap();
        let figures = row["proofs"].as_array().unwrap().iter();
        let figures = figures
            .flat_map(|proof| proof["figures"].as_array().unwrap())
            .map(|figure| {
                let name = figure["name"].as_str().unwrap().to_owned();
                (name, figure["value"]["is"].clone())
            });
        let verdict = row["verdict"].as_str().unwrap().to_owned();
        (verdict, Value::Object(figures.collect()))
    }

    /// At the last millisecond that the record may be kept nothing happens; at the next it is gone.
    pub(crate) fn goes_at(&self, record: &str, due: Option<Timestamp>, want: &str) {
        assert_eq!(due, Some(at(want)));
        self.go_near(at(want), -1);
        assert_eq!(self.sweep(), Swept::default());
        assert!(self.holds(record));
        self.go(want);
        let swept = self.sweep();
        assert_eq!((swept.due, swept.remaining), (1, 0), "{swept:?}");
        assert!(!self.holds(record));
        assert_eq!(
            self.sweep(),
            Swept::default(),
            "a second sweep changes nothing"
        );
    }
}

impl Closed {
    fn new(schema: Option<Schema>) -> Self {
        Self {
            directory: TempDir::new().unwrap(),
            time: Arc::new(AtomicI64::new(at(MORNING).as_millisecond())),
            bearer: None,
            schema,
        }
    }

    /// Starts a process over what is stored.
    pub(crate) fn open(self) -> World {
        let Self {
            directory,
            time,
            bearer,
            schema,
        } = self;
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let store = store(&directory, schema.as_ref());
        let statement = load(ombud::bundled::folder()).unwrap();
        let opened = Ombud::open(store, statement, told(&time).now());
        let ombud = runtime.block_on(opened).unwrap();
        let everywhere = Access {
            read: Reach::parse(EVERY_ACTIVITY),
            write: Reach::parse(EVERY_ACTIVITY),
        };
        let bearer = bearer.unwrap_or_else(|| {
            let add = ombud.add_key("tests", &everywhere, told(&time).now());
            let key = runtime.block_on(add).unwrap().unwrap();
            format!("Bearer {}", key.secret())
        });
        let wake = Arc::default();
        let serve = async { site_with(&ombud, told(&time), Arc::default(), Arc::clone(&wake)) };
        let site = runtime.block_on(serve);
        World {
            ombud,
            directory,
            runtime,
            time,
            site,
            wake,
            bearer,
            schema,
        }
    }

    /// A plain copy of the data, and of nothing else.
    pub(crate) fn copy(&self) {
        self.duplicate(
            ("data", "copy"),
            "CREATE TABLE {copy}.{table} AS TABLE {data}.{table};",
        );
    }

    /// The copy takes the place of the data.
    pub(crate) fn put_back(&self) {
        let sql =
            "TRUNCATE {data}.{table}; INSERT INTO {data}.{table} SELECT * FROM {copy}.{table};";
        self.duplicate(("copy", "data"), sql);
    }

    fn duplicate(&self, (from, to): (&str, &str), sql: &str) {
        if let Some(schema) = &self.schema {
            let copy = format!("{}_copy", schema.name);
            schema.run(&format!("CREATE SCHEMA IF NOT EXISTS {copy}"));
            for table in schema.tables() {
                let sql = sql.replace("{copy}", &copy).replace("{data}", &schema.name);
                schema.run(&sql.replace("{table}", &table));
            }
            return;
        }
        let [from, to] = [from, to].map(|name| self.directory.path().join(name));
        let _ = std::fs::remove_dir_all(&to).is_ok();
        std::fs::create_dir(&to).unwrap();
        for file in std::fs::read_dir(from).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}

fn store(directory: &TempDir, schema: Option<&Schema>) -> Store {
    let mut config = Config::sqlite(directory.path().join("data"), directory.path().join("keys"));
    if let Some(Schema { dsn, name }) = schema {
        let (dsn, schema) = (dsn.clone(), Some(name.clone()));
        config.database = Database::Postgres {
            dsn,
            schema,
            workers: 2,
        };
    }
    Store::open(&config).unwrap()
}

/// What `ombud serve` serves.
pub(crate) fn site(ombud: &Ombud, clock: Clock) -> Site {
    site_with(ombud, clock, Arc::default(), Arc::default())
}

fn site_with(ombud: &Ombud, clock: Clock, metrics: Arc<Metrics>, wake: Arc<Notify>) -> Site {
    let pages = Live::new(ombud.clone(), clock.clone(), Arc::new(Filling::whole()));
    let app = App {
        pages: Arc::new(pages),
        metrics,
    };
    Site::new(app, Api::new(ombud.clone(), clock, wake))
}

fn told(time: &Arc<AtomicI64>) -> Clock {
    let time = Arc::clone(time);
    Clock::from_fn(move || Timestamp::from_millisecond(time.load(Ordering::Relaxed)).unwrap())
}

pub(crate) fn at(instant: &str) -> Timestamp {
    instant.parse().unwrap()
}

/// A person known by e-mail.
pub(crate) fn email(name: &str) -> Value {
    json!({ "email": format!("{name}@example.com") })
}

/// A schema of its own on the server of the tests.
pub(crate) struct Schema {
    pub(crate) dsn: String,
    pub(crate) name: String,
}

impl Schema {
    pub(crate) fn create() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let dsn = server()?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ombud_flow_{}_{number}", std::process::id());
        let schema = Self { dsn, name };
        let name = &schema.name;
        schema.run(&format!(
            "DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"
        ));
        Some(schema)
    }

    pub(crate) fn tables(&self) -> Vec<String> {
        let sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = $1 ORDER BY tablename";
        let mut client = postgres::Client::connect(&self.dsn, postgres::NoTls).unwrap();
        let rows = client.query(sql, &[&self.name]).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    fn run(&self, sql: &str) {
        let mut client = postgres::Client::connect(&self.dsn, postgres::NoTls).unwrap();
        client.batch_execute(sql).unwrap();
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        // One at a time: dropping takes many locks at once, and the server has a fixed number.
        static ONE: Mutex<()> = Mutex::new(());
        let _one = ONE.lock();
        let name = &self.name;
        self.run(&format!(
            "DROP SCHEMA {name} CASCADE; DROP SCHEMA IF EXISTS {name}_copy CASCADE"
        ));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "which server tests use is told by the environment"
)]
fn server() -> Option<String> {
    let dsn = std::env::var("OMBUD_TEST_POSTGRES").ok();
    let dsn = dsn.filter(|dsn| !dsn.is_empty());
    let all = std::env::var("CI").or_else(|_| std::env::var("OMBUD_TEST_ALL"));
    assert!(
        dsn.is_some() || all.is_err(),
        "`OMBUD_TEST_POSTGRES` names no server, and `CI` or `OMBUD_TEST_ALL` asks for all tests"
    );
    dsn
}
