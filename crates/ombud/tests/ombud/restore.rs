//! A copy of the data is put back, or keys are lost: what `ombud` and `ombud serve` do then (I4).

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use ombud::clock::Clock;
use ombud::flow::record::Incoming;
use ombud::flow::subject::SubjectRef;
use ombud_core::evidence::Fact;
use ombud_core::standing::Act;
use ombud_store::{Config, KeyProblem, Store, StoreError};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::child::{Server, bearer, inside, send};
use crate::harness::{World, email};

/// People of whom nothing must be kept any more.
fn add_past_due(world: &World, people: u32) {
    let mut last = None;
    for number in 0..people {
        let name = format!("p{number}");
        let fields = json!({
            "email": format!("{name}@example.com"), "ip": "10.0.0.1", "traffic": "x",
        });
        last = world
            .add("security.log", &email(&name), &fields, &json!({}))
            .1;
    }
    world.go_near(last.unwrap(), 1);
}

on_both! {
    fn i4_a_sweep_never_closes_the_gate_to_its_own_data(world) {
        for _ in 0..3 {
            add_past_due(world, 8);
            assert_eq!(world.sweep().people, 8);
            assert!(!world.ombud.store.is_behind());
            assert!(!world.elsewhere().store.is_behind());
        }
        assert_eq!(world.ombud.store.follow(world.now()).unwrap(), []);
    }
}

/// Someone withdraws, someone objects, a stranger objects, and a record is deleted; then a copy from
/// before is put back.
#[expect(
    clippy::too_many_lines,
    reason = "one story, told from its beginning to its end"
)]
fn i4_older_data_says_no_again_and_gives_no_record_back(world: World) {
    let add = |name: &str, collection: &str, fields: Value| {
        world.add(collection, &email(name), &fields, &json!({})).0
    };
    let address = |name: &str| json!({ "email": format!("{name}@example.com") });
    let inquiry =
        |name: &str| json!({ "email": format!("{name}@example.com"), "message": "hello" });
    for name in ["anna", "bo"] {
        world.tell(&email(name), "newsletters", "consent");
    }
    // Chose long ago, which is told late: nothing need be kept of it, nor of the person.
    let eli = |act: &str, at: &str| {
        let body = json!({
            "subject": email("eli"), "activity": "newsletters", "act": act, "at": at, "language": "nb", "channel": "form",
        });
        assert_eq!(world.post("/ledger", &body).status, StatusCode::CREATED);
    };
    eli("consent", "2021-01-01T00:00:00Z");
    let subscription = add("anna", "newsletters.subscription", address("anna"));
    let deleted = add("bo", "support.inquiry", inquiry("bo"));
    let stays = add("bo", "support.inquiry", inquiry("bo"));
    world.wait(world.ombud.integrate(None)).unwrap();
    let closed = world.close();
    closed.copy();

    let world = closed.open();
    world.go_near(world.now(), 1_000);
    world.tell(&email("anna"), "newsletters", "withdraw");
    let late = json!({
        "subject": email("eli"), "activity": "newsletters", "act": "withdraw",
        "at": "2022-01-01T00:00:00Z",
    });
    assert_eq!(world.post("/ledger", &late).status, StatusCode::CREATED);
    world.tell(&email("bo"), "support", "object");
    world.tell(&email("cai"), "support", "object");
    world.tell(&email("dag"), "security", "restrict");
    world.go_near(world.now(), 1);
    world.tell(&email("bo"), "support", "reject");
    let path = format!("/records/{deleted}");
    assert_eq!(
        world.call(Method::DELETE, &path, None).status,
        StatusCode::OK
    );
    assert_eq!(world.sweep().people, 1);
    assert!(!world.holds(&subscription));
    world.wait(world.ombud.integrate(None)).unwrap();
    let closed = world.close();
    closed.put_back();

    let world = closed.open();
    assert!(world.ombud.store.is_behind());
    let question = json!({ "subject": email("anna"), "activity": "newsletters" });
    assert_eq!(
        world.post("/may", &question).status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    world.go_near(world.now(), 1_000);
    world.sweep();
    assert!(!world.ombud.store.is_behind());
    assert_eq!(world.find("email:eli@example.com"), None);
    assert_eq!(
        world.may(&email("eli"), "newsletters"),
        "consent_withdrawn",
        "the opt-out outlives the person"
    );
    assert_eq!(
        world.may(&email("anna"), "newsletters"),
        "consent_withdrawn"
    );
    assert_eq!(world.may(&email("bo"), "newsletters"), "yes");
    assert_ne!(
        world.may(&email("bo"), "support"),
        "yes",
        "what was lost since says no"
    );
    assert_ne!(
        world.may(&email("cai"), "support"),
        "yes",
        "a stranger to the copy"
    );
    assert_ne!(
        world.may(&email("dag"), "security"),
        "yes",
        "a stranger to the copy"
    );
    assert!(!world.holds(&deleted));
    assert!(world.holds(&stays));
    assert!(
        !world.holds(&subscription),
        "what a sweep erased falls due again by itself"
    );
    // Nothing is done twice, and another process finds the gate open.
    let ledger = |name: &str| {
        let who = SubjectRef::parse(&format!("email:{name}@example.com")).unwrap();
        world.wait(world.ombud.ledger(&who)).unwrap()
    };
    let withdrawals = ledger("anna");
    let withdrawals = withdrawals
        .iter()
        .filter(|entry| entry.entry.act == Act::Withdraw);
    assert_eq!(withdrawals.count(), 1);
    assert!(!world.elsewhere().store.is_behind());
    log_goes_on(&world);
}

/// The log was signed at a greater length: that is said until someone says why, and then for ever.
fn log_goes_on(world: &World) {
    let verify = || {
        world
            .wait(world.ombud.verify_evidence(world.now()))
            .unwrap()
            .problem
    };
    assert!(verify().unwrap().contains("`ombud evidence renew`"));
    assert!(world.wait(world.ombud.integrate(None)).is_err());
    let kept = world.wait(world.ombud.renew_log(world.now())).unwrap();
    assert_eq!(verify(), None);
    let shown = world.wait(world.ombud.evidence(0, 1_000)).unwrap();
    let said = Fact::Restored {
        size: kept.size,
        root: kept.root,
    };
    assert_eq!(
        shown
            .iter()
            .filter(|shown| shown.entry.fact == said)
            .count(),
        1
    );
    let replaced = world.wait(world.ombud.replaced_logs()).unwrap();
    assert_eq!(replaced, [(kept, world.now())]);
    assert!(
        world.wait(world.ombud.renew_log(world.now())).is_err(),
        "there is nothing to renew"
    );
    world.tell(&email("bo"), "newsletters", "withdraw");
    assert_eq!(world.wait(world.ombud.integrate(None)).unwrap(), 1);
    assert_eq!(verify(), None);
}

#[test]
fn i4_older_data_says_no_again_and_gives_no_record_back_sqlite() {
    i4_older_data_says_no_again_and_gives_no_record_back(World::sqlite());
}

#[test]
fn i4_older_data_says_no_again_and_gives_no_record_back_postgres() {
    if let Some(world) = World::postgres() {
        i4_older_data_says_no_again_and_gives_no_record_back(world);
    }
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to).is_ok();
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Data with people past their time, beside its keys, as the program itself lays them out.
struct Place {
    directory: TempDir,
    config: Config,
    runtime: tokio::runtime::Runtime,
}

impl Place {
    fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let data = directory.path().join("data");
        let config = Config::sqlite(&data, directory.path().join("data-keys"));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        Self {
            directory,
            config,
            runtime,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn add(&self, people: u32) {
        let ombud = inside(&self.runtime, &self.config);
        let begun = Clock::system().now() - SignedDuration::from_hours(24 * 365 * 4);
        for number in 0..people {
            let address = format!("p{number}@example.com");
            let fields = json!({ "email": address, "ip": "10.0.0.1", "traffic": "x" });
            let incoming = Incoming {
                collection: "security.log".to_owned(),
                subject: SubjectRef::parse(&format!("email:{address}")).unwrap(),
                fields: fields.as_object().cloned().unwrap_or_else(Map::new),
                anchors: [("collection".to_owned(), begun)].into(),
            };
            self.runtime
                .block_on(ombud.add_record(incoming, begun))
                .unwrap();
        }
    }

    fn sweep(&self) -> u64 {
        let ombud = inside(&self.runtime, &self.config);
        self.runtime
            .block_on(ombud.sweep(Clock::system().now()))
            .unwrap()
            .people
    }

    fn open(&self) -> Option<StoreError> {
        Store::open(&self.config).err()
    }
}

#[test]
fn i4_serve_starts_on_older_data_and_replays_it() {
    let place = Place::new();
    place.add(3);
    let bearer = bearer(&place.runtime, &inside(&place.runtime, &place.config));
    copy(&place.path("data"), &place.path("copy"));
    assert_eq!(place.sweep(), 3);
    copy(&place.path("copy"), &place.path("data"));
    let server = Server::start(&place.path("data"), &[], "error");
    let ready = || send(&server.address, ("GET", "/readyz"), &bearer, &json!(null)).unwrap();
    let mut answer = ready();
    while answer.0 != 200 {
        assert_eq!(answer.0, 503);
        let why = answer.1.as_str().unwrap();
        assert!(why.contains("journal of erasures"), "{why}");
        std::thread::sleep(Duration::from_millis(20));
        answer = ready();
    }
    let who = json!({ "subject": { "email": "p0@example.com" } });
    let (status, body) =
        send(&server.address, ("POST", "/api/v1/standing"), &bearer, &who).unwrap();
    assert_eq!((status, &body["standings"]), (200, &json!([])));
    drop(server);
    let ombud = inside(&place.runtime, &place.config);
    let anna = SubjectRef::parse("email:p0@example.com").unwrap();
    assert_eq!(
        place.runtime.block_on(ombud.find_subject(&anna)).unwrap(),
        None
    );
}

#[test]
fn a_stop_is_no_failure_and_a_file_has_no_colours() {
    let place = Place::new();
    place.add(60);
    for _ in 0..3 {
        let mut server = Server::start(&place.path("data"), &[], "info");
        let mut log = server.log();
        assert!(server.stop().success());
        let mut text = String::new();
        log.read_to_string(&mut text).unwrap();
        assert!(!text.contains("ERROR"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn i4_data_without_its_key_store_is_not_opened() {
    let place = Place::new();
    place.add(1);
    for file in ["keys.db", "keys.db-wal", "keys.db-shm"] {
        let _ = fs::remove_file(place.path("data-keys").join(file)).is_ok();
    }
    assert_eq!(place.open(), Some(StoreError::Key(KeyProblem::NoStore)));
    assert!(!place.path("data-keys/keys.db").exists());
    fs::write(place.path("data-keys/keys.db"), "").unwrap();
    assert_eq!(place.open(), Some(StoreError::Key(KeyProblem::NoStore)));
}

#[test]
fn i4_keys_that_are_older_than_the_data_are_refused() {
    let place = Place::new();
    place.add(1);
    copy(&place.path("data-keys"), &place.path("old-keys"));
    assert_eq!(place.sweep(), 1);
    copy(&place.path("data-keys"), &place.path("new-keys"));
    copy(&place.path("old-keys"), &place.path("data-keys"));
    assert_eq!(place.open(), Some(StoreError::Key(KeyProblem::Older)));
    copy(&place.path("new-keys"), &place.path("data-keys"));
    assert_eq!(place.open(), None);
}

#[test]
fn keys_of_other_data_are_refused_and_nothing_is_left_among_them() {
    let place = Place::new();
    place.add(1);
    let mut config = place.config.clone();
    config.keys_dir = place.path("others");
    let refused = Store::open(&config).err();
    assert_eq!(refused, Some(StoreError::Key(KeyProblem::Missing)));
    assert!(!config.keys_dir.exists());
}

/// A copy from before the journal reaches back: nobody can say who was erased since.
fn opened_after(day: &str) -> Option<StoreError> {
    let world = World::sqlite();
    add_past_due(&world, 1);
    let closed = world.close();
    closed.copy();
    let world = closed.open();
    assert_eq!(world.sweep().people, 1);
    world.go(day);
    world.sweep();
    let path = |name| world.directory.path().join(name);
    let config = Config::sqlite(path("data"), path("keys"));
    let closed = world.close();
    closed.put_back();
    let refused = Store::open(&config).err();
    drop(closed);
    refused
}

#[test]
fn i4_and_i11_the_journal_reaches_back_as_far_as_the_statement_says() {
    assert_eq!(opened_after("2029-06-30T00:00:00Z"), None);
    assert_eq!(
        opened_after("2029-07-03T00:00:00Z"),
        Some(StoreError::BeforeJournal)
    );
}
