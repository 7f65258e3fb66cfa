//! I6: what a person told us is in no log, no metric, no evidence and no file in clear.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use ombud::log;
use ombud::web::Site;
use serde_json::{Value, json};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::harness::{World, site};

const CANARIES: [&str; 4] = [
    "canary-name",
    "canary-message",
    "canary-query",
    "canary-path",
];

/// Logs kept in memory.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

async fn send(site: &Site, method: &str, path: &str, bearer: &str, body: &Value) -> String {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, bearer)
        .header("idempotency-key", format!("{method}-{}", path.len()))
        .body(Body::from(body.to_string()));
    let response = site.answer(request.unwrap()).await;
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Every file of the data directory.
fn files(world: &World) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![world.directory.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push((path.display().to_string(), std::fs::read(&path).unwrap()));
            }
        }
    }
    files
}

#[test]
fn i6_no_canary_gets_out() {
    let world = World::sqlite();
    let logs = Kept::default();
    let everything = EnvFilter::new("trace");
    let subscriber = log::subscriber(log::Format::Json, everything, (logs.clone(), false));
    let metrics = tracing::subscriber::with_default(subscriber, || {
        world.wait(async {
            let site = site(&world.ombud, world.clock());
            let who = json!({ "email": "canary-name@example.com" });
            let fields = json!({ "email": "canary-name@example.com", "message": "canary-message" });
            let calls = [
                ("POST", "/api/v1/records", json!({ "collection": "support.inquiry", "subject": who, "fields": fields })),
                ("POST", "/api/v1/records?canary-query=1", json!({ "collection": "canary-path", "subject": who, "fields": { "canary-query": "canary-message" } })),
                ("POST", "/api/v1/may", json!({ "subject": who, "activity": "canary-path" })),
                ("POST", "/api/v1/may", json!({ "canary-message": 1 })),
                ("POST", "/api/v1/ledger", json!({ "subject": who, "activity": "newsletters", "act": "consent", "language": "nb", "channel": "form" })),
                ("GET", "/api/v1/records/canary-path", Value::Null),
                ("GET", "/api/v1/canary-path?canary-query=1", Value::Null),
                ("CANARY-PATH", "/canary-path?canary-query=1", Value::Null),
                ("GET", "/board?show=canary-query", Value::Null),
                ("GET", "/forecast?canary-query", Value::Null),
            ];
            for (method, path, body) in calls {
                send(&site, method, path, world.bearer(), &body).await;
                send(&site, method, path, "Bearer canary-name", &body).await;
            }
            send(&site, "GET", "/metrics", "", &Value::Null).await
        })
    });
    assert!(
        metrics.contains("route=\"/api/v1/records/{id}\""),
        "{metrics}"
    );
    assert!(
        metrics.contains("ombud_promises{verdict=\"kept\"}"),
        "{metrics}"
    );
    let logs = logs.0.lock().unwrap().clone();
    assert!(
        logs.windows(8).any(|part| part == b"answered"),
        "something is logged"
    );
    let mut places = files(&world);
    places.push(("metrics".to_owned(), metrics.into_bytes()));
    places.push(("logs".to_owned(), logs));
    assert!(
        places
            .iter()
            .any(|(name, bytes)| name.ends_with("ombud.db") && bytes.len() > 1_000)
    );
    for (place, bytes) in places {
        let bytes = bytes.to_ascii_lowercase();
        for canary in CANARIES {
            let found = bytes
                .windows(canary.len())
                .position(|part| part == canary.as_bytes());
            let around = found.and_then(|at| bytes.get(at.saturating_sub(200)..at + 20));
            let around = around.map(String::from_utf8_lossy);
            assert_eq!(around, None, "{canary} is in {place}");
        }
    }
}
