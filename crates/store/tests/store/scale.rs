//! How long things take with many records. Run by hand: `cargo test -p ombud-store -- --ignored
//! scale`.

use std::time::{Duration, Instant};

use ombud_store::{Anchors, Clock, ClockId, ClockKey, ClockState, StoreError, SubjectId, WINDOWS};

use crate::harness::{Fresh, at};

const SUBJECTS: i64 = 20_000;
const COLLECTIONS: [&str; 5] = [
    "newsletters.subscription",
    "profiling.interests",
    "security.log",
    "support.case",
    "chat.log",
];

fn fill(db: &Fresh) {
    let mut replies = Vec::new();
    for number in 0..SUBJECTS {
        let subject = SubjectId::new(db.bytes());
        let place = db.store.bucket_of(subject);
        let records: Vec<_> = COLLECTIONS
            .iter()
            .map(|collection| db.record(subject, collection))
            .collect();
        replies.push(db.store.write("fill", place, move |tx| {
            tx.add_subject(subject, at(number))?;
            for record in &records {
                tx.add_record(record)?;
                tx.save_clock(&Clock {
                    key: ClockKey {
                        subject,
                        collection: record.collection.clone(),
                        clock: ClockId::SHARED,
                    },
                    anchors: Anchors::from("{}"),
                    due_at: Some(at(number)),
                    stage: 0,
                    state: ClockState::Live,
                })?;
            }
            Ok::<_, StoreError>(())
        }));
    }
    for reply in replies {
        reply.wait().unwrap();
    }
}

fn measure(name: &str, mut body: impl FnMut()) {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let began = Instant::now();
        body();
        best = best.min(began.elapsed());
    }
    println!("{name}: {best:?}");
}

fn scale(db: &Fresh) {
    let began = Instant::now();
    fill(db);
    println!("fill: {:?}", began.elapsed());
    let now = at(200);
    measure("empty survey", || {
        db.store
            .survey("none", |_| Ok::<_, StoreError>(()))
            .wait()
            .unwrap();
    });
    measure("has_due", || {
        let due = db
            .store
            .survey("due", move |tx| tx.has_due(now))
            .wait()
            .unwrap();
        assert!(due.contains(&true));
    });
    measure("probe_collections", || {
        let found = db
            .store
            .survey("probe", move |tx| tx.probe_collections(now))
            .wait()
            .unwrap();
        let records: u64 = found.iter().flatten().map(|one| one.records).sum();
        assert_eq!(records, 100_000);
    });
    measure("probe_standings", || {
        drop(
            db.store
                .survey("all", |tx| tx.probe_standings())
                .wait()
                .unwrap(),
        );
    });
    measure("opted_out", || {
        drop(db.store.survey("out", |tx| tx.opted_out()).wait().unwrap());
    });
    measure("probe_due", || {
        let mut edges = [at(400); WINDOWS + 1];
        edges[0] = now;
        drop(
            db.store
                .survey("due", move |tx| tx.probe_due(&edges))
                .wait()
                .unwrap(),
        );
    });
}

#[test]
#[ignore = "measures"]
fn scale_sqlite() {
    scale(&Fresh::sqlite());
}

#[test]
#[ignore = "measures"]
fn scale_postgres() {
    if let Some(db) = Fresh::postgres() {
        scale(&db);
    }
}
