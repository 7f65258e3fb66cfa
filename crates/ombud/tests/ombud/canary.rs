//! What is told of a person is in clear in nothing but the answers to whoever may ask: not in logs,
//! metrics, evidence, files or tables (I6). Unmistakable values are planted and searched for.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use ombud_core::rulebook::Rulebook;
use ombud_core::statement::load;
use ombud_core::statement::model::{Field, FieldKind, Normalise};
use ombud_store::{Config, Database};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::child::{Server, bearer, inside, send};
use crate::harness::Schema;

/// No text but a planted one has this in it.
const MARK: &str = "zq7vkanari";

/// The values of a person, and the pieces of them to search for.
struct Plant {
    book: Rulebook,
    pieces: BTreeSet<String>,
}

impl Plant {
    fn new() -> Self {
        let statement = load(ombud::bundled::folder()).unwrap();
        Self {
            book: Rulebook::new(&statement),
            pieces: BTreeSet::from([MARK.to_owned()]),
        }
    }

    /// Plants a value, of which `piece` is what nothing else holds.
    fn note(&mut self, value: &str, piece: &str) -> Value {
        self.pieces.insert(piece.to_owned());
        json!(value)
    }

    fn identity(&mut self, kind: &str) -> Value {
        match self.book.identities[kind].normalise {
            Normalise::Email => json!(format!("{MARK}@example.com")),
            Normalise::Phone => self.note("+47 00 77 31 90", "4700773190"),
            Normalise::Ip => self.note("2001:db8:7731:90::cafe", "7731:90::cafe"),
            Normalise::Exact | Normalise::Lowercase => json!(format!("{MARK}-{kind}")),
        }
    }

    fn value(&mut self, field: &Field) -> Value {
        if let Some(kind) = &field.identity {
            return self.identity(kind);
        }
        match field.kind {
            FieldKind::Text | FieldKind::FreeText | FieldKind::File => json!(MARK),
            FieldKind::Integer | FieldKind::Number => {
                self.pieces.insert("77319042317".to_owned());
                json!(77_319_042_317_i64)
            }
            FieldKind::Boolean => json!(true),
            FieldKind::Date => self.note("1907-03-19", "1907-03-19"),
            FieldKind::Instant => self.note("1907-03-19T04:05:06Z", "1907-03-19"),
            FieldKind::List => json!([MARK]),
        }
    }

    /// The fields of a record of every collection.
    fn records(&mut self) -> Vec<(String, Map<String, Value>)> {
        let collections = self.book.collections.clone();
        let records = collections.into_iter().map(|(name, rule)| {
            let fields = rule.declared.fields.iter();
            let fields = fields.map(|(name, field)| (name.clone(), self.value(field)));
            (name, fields.collect())
        });
        records.collect()
    }

    fn who(&mut self) -> Value {
        let kinds: Vec<String> = self.book.identities.keys().cloned().collect();
        let who = kinds.into_iter().map(|kind| {
            let value = self.identity(&kind);
            (kind, value)
        });
        Value::Object(who.collect())
    }

    /// Fails if a piece is in these bytes, in clear or as a database shows bytes.
    fn is_not_in(&self, place: &str, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for piece in &self.pieces {
            for spelled in [piece.clone(), hex::encode(piece)] {
                assert!(!text.contains(&spelled), "`{piece}` is in {place}");
            }
        }
    }

    fn is_in_no_file(&self, directory: &Path) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.is_in_no_file(&path);
            } else {
                self.is_not_in(&path.display().to_string(), &std::fs::read(&path).unwrap());
            }
        }
    }
}

/// Tells the server everything, rightly and wrongly; returns how many records it took.
fn tell(plant: &mut Plant, address: &str, bearer: &str) -> usize {
    let who = plant.who();
    let call = |method: &str, path: &str, body: &Value| {
        send(address, (method, &format!("/api/v1{path}")), bearer, body).unwrap()
    };
    let activities: Vec<String> = plant.book.activities.keys().cloned().collect();
    let act = |activity: &str, act: &str| {
        let act = json!({ "subject": who, "activity": activity, "act": act, "language": "nb", "channel": "form", "notice": "n-1" });
        call("POST", "/ledger", &act);
    };
    for activity in &activities {
        act(activity, "consent");
        call(
            "POST",
            "/may",
            &json!({ "subject": who, "activity": activity }),
        );
    }
    let mut taken = 0;
    for (collection, fields) in plant.records() {
        let body = json!({ "collection": collection, "subject": who, "fields": fields });
        let (status, answer) = call("POST", "/records", &body);
        if status == 201 {
            taken += 1;
            let path = format!("/records/{}", answer["record"].as_str().unwrap());
            call("GET", &path, &Value::Null);
            call("PATCH", &path, &Value::Object(fields));
        } else {
            plant.is_not_in(
                &format!("the refusal of {collection}"),
                answer.to_string().as_bytes(),
            );
        }
        let told = json!({
            "subject": who, "collection": collection, "anchor": "last_activity",
            "at": "2026-04-01T08:00:00Z",
        });
        call("POST", "/anchors", &told);
    }
    for activity in &activities {
        for chosen in ["object", "reject", "withdraw"] {
            act(activity, chosen);
        }
    }
    call("POST", "/standing", &json!({ "subject": who }));
    tell_wrongly(&who, call);
    taken
}

/// Tells it what it must refuse.
fn tell_wrongly(who: &Value, call: impl Fn(&str, &str, &Value) -> (u16, Value)) {
    let wrong = [
        (
            "/records",
            json!({ "collection": MARK, "subject": who, "fields": { MARK: MARK } }),
        ),
        (
            "/records",
            json!({ "collection": "support.inquiry", "subject": who, "fields": { "message": 7, "email": MARK } }),
        ),
        (
            "/may",
            json!({ "subject": { "email": MARK }, "activity": "support" }),
        ),
        (
            "/may",
            json!({ "subject": { "phone": MARK }, "activity": "support", "use": MARK }),
        ),
        (
            "/ledger",
            json!({ "subject": who, "activity": "support", "act": MARK }),
        ),
    ];
    for (path, body) in wrong {
        let (status, _) = call("POST", path, &body);
        assert!((400..500).contains(&status), "{status} {path}");
    }
}

/// What commands say when they refuse, and when they do what they were asked without showing data.
fn command(plant: &Plant, data: &Path, more: &[&str]) {
    let address = format!("email:{MARK}@example.com");
    let fields = json!({ "email": format!("{MARK}@example.com"), "message": MARK }).to_string();
    let calls: [&[&str]; 5] = [
        &["record", "add", "support.inquiry", &address, &fields],
        &["record", "add", "support.chat", &address, &fields],
        &["ledger", "add", &address, "support", "object"],
        &["may", &address, "support"],
        &["sweep"],
    ];
    for call in calls {
        let output = Command::new(env!("CARGO_BIN_EXE_ombud"))
            .arg("--data")
            .arg(data)
            .args(more)
            .args(call)
            .env("OMBUD_LOG", "trace")
            .output()
            .unwrap();
        plant.is_not_in(&format!("what `{}` prints", call[0]), &output.stdout);
        plant.is_not_in(&format!("what `{}` complains of", call[0]), &output.stderr);
    }
}

fn plant_and_search(schema: Option<&Schema>) {
    let directory = TempDir::new().unwrap();
    let data = directory.path().join("data");
    let mut config = Config::sqlite(&data, directory.path().join("data-keys"));
    let dsn = schema.map(|schema| {
        let join = if schema.dsn.contains('?') { '&' } else { '?' };
        format!(
            "{}{join}options=-csearch_path%3D{}",
            schema.dsn, schema.name
        )
    });
    let more: Vec<&str> = match &dsn {
        Some(dsn) => {
            config.database = Database::Postgres {
                dsn: dsn.clone(),
                schema: None,
                workers: 2,
            };
            vec!["--database", dsn]
        }
        None => Vec::new(),
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ombud = inside(&runtime, &config);
    let bearer = bearer(&runtime, &ombud);
    drop(ombud);
    let mut plant = Plant::new();
    let found = || plant.is_not_in("itself", format!("a {MARK} b").as_bytes());
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(found)).is_err());
    let mut server = Server::start(&data, &more, "trace");
    let mut log = server.log();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        log.read_to_end(&mut text).map(|_| text)
    });
    let taken = tell(&mut plant, &server.address, &bearer);
    assert!(taken > 10, "only {taken} collections took a record");
    for path in [
        "/metrics",
        "/readyz",
        "/board",
        "/api/v1/board",
        "/api/v1/forecast",
        "/api/v1/evidence/checkpoint",
        "/api/v1/evidence/tile/entries/000",
        "/api/v1/evidence/tile/entries/000.p/1",
    ] {
        let address = &server.address;
        let answer = send(address, ("GET", path), &bearer, &Value::Null).unwrap();
        plant.is_not_in(path, answer.1.to_string().as_bytes());
    }
    // With its write-ahead log: nobody has tidied up.
    server.kill();
    plant.is_not_in("the log", &reader.join().unwrap().unwrap());
    plant.is_in_no_file(directory.path());
    command(&plant, &data, &more);
    plant.is_in_no_file(directory.path());
    if let Some(schema) = schema {
        let mut client = postgres::Client::connect(&schema.dsn, postgres::NoTls).unwrap();
        for table in schema.tables() {
            let sql = format!("SELECT t::text FROM {}.{table} t", schema.name);
            for row in client.query(&sql, &[]).unwrap() {
                plant.is_not_in(&table, row.get::<_, String>(0).as_bytes());
            }
        }
    }
}

#[test]
fn i6_planted_values_are_nowhere_in_clear_sqlite() {
    plant_and_search(None);
}

#[test]
fn i6_planted_values_are_nowhere_in_clear_postgres() {
    if let Some(schema) = Schema::create() {
        plant_and_search(Some(&schema));
    }
}
