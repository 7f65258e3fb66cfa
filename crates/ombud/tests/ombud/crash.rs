//! What was acknowledged survives a kill at any instant, and nothing is half done (I5).

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use ombud::clock::Clock;
use ombud::flow::record::fields;
use ombud::flow::rectify::OldIdentity;
use ombud::flow::subject::SubjectRef;
use ombud::flow::{FlowError, Ombud};
use ombud_core::decision::Use;
use ombud_core::standing::{Act, Objection, Scope, Standing};
use ombud_store::{ClockState, Config, Record, Tx};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::child::{Server, bearer, inside, send};

/// What the server said that it had done. People are known by how they sign in.
#[derive(Default)]
struct Acknowledged {
    choices: Vec<(String, Act)>,
    records: Vec<Added>,
    events: Vec<String>,
    deletions: Vec<String>,
}

/// A record of a person, and the address that it is changed to.
struct Added {
    id: String,
    login: String,
    email: String,
    moved: Option<(String, OldIdentity)>,
}

impl Acknowledged {
    fn add(&mut self, new: Self) {
        self.choices.extend(new.choices);
        self.records.extend(new.records);
        self.events.extend(new.events);
        self.deletions.extend(new.deletions);
    }
}

/// What calls a server until it dies.
struct Caller<'a> {
    address: &'a str,
    bearer: &'a str,
    answered: &'a AtomicU32,
    all: &'a Mutex<Acknowledged>,
}

impl Caller<'_> {
    fn call(&self, method: &str, path: &str, body: &Value) -> Option<Value> {
        let path = format!("/api/v1{path}");
        let (status, body) = send(self.address, (method, &path), self.bearer, body)?;
        assert!((200..=204).contains(&status), "{path}: {body}");
        self.answered.fetch_add(1, Ordering::Relaxed);
        Some(body)
    }

    fn all(&self) -> MutexGuard<'_, Acknowledged> {
        self.all.lock().unwrap()
    }

    fn act(&self, who: &Value, activity: &str, act: Act) -> Option<()> {
        let mut told = json!({ "subject": who, "activity": activity, "act": act });
        match act {
            Act::Consent => {
                told["language"] = "nb".into();
                told["channel"] = "form".into();
            }
            Act::Lift => told["notice"] = "n-1".into(),
            Act::Withdraw | Act::Object | Act::Uphold | Act::Reject | Act::Restrict => {}
        }
        self.call("POST", "/ledger", &told)?;
        let login = who["login"].as_str().unwrap().to_owned();
        self.all().choices.push((login, act));
        Some(())
    }

    fn record(&self, who: &Value, collection: &str, fields: &Value) -> Option<String> {
        let record = json!({ "collection": collection, "subject": who, "fields": fields });
        let stored = self.call("POST", "/records", &record)?;
        Some(stored["record"].as_str().unwrap().to_owned())
    }

    /// A person consents and subscribes. Every third withdraws, every second gets another address, half of
    /// them because the one before was never theirs, and of every fifth the record is deleted.
    fn subscribe(&self, number: u32) -> Option<()> {
        let [login, email] = [format!("p{number}"), format!("person{number}@example.com")];
        let (device, known) = (format!("d-{}", number % 7), json!({ "login": login }));
        let who = json!({ "login": login, "email": email, "device": device });
        self.act(&who, "newsletters", Act::Consent)?;
        let id = self.record(&who, "newsletters.subscription", &json!({ "email": email }))?;
        let path = format!("/records/{id}");
        if number.is_multiple_of(5) {
            self.call("DELETE", &path, &Value::Null)?;
            self.all().deletions.push(id);
            return Some(());
        }
        let old = if number.is_multiple_of(4) {
            OldIdentity::Wrong
        } else {
            OldIdentity::Stays
        };
        let moved = format!("moved{number}@example.com");
        let moved = number.is_multiple_of(2).then_some((moved, old));
        self.all().records.push(Added {
            id,
            login,
            email,
            moved: moved.clone(),
        });
        if let Some((moved, old)) = moved {
            let path = format!("{path}?old_identity={}", old.name());
            self.call("PATCH", &path, &json!({ "email": moved }))?;
        }
        if number.is_multiple_of(3) {
            self.act(&known, "newsletters", Act::Withdraw)?;
        }
        Some(())
    }

    /// A person attends a course, whose end is told, and then restricts the processing, has that lifted, or
    /// objects.
    fn attend(&self, number: u32) -> Option<()> {
        let login = format!("p{number}");
        let known = json!({ "login": login });
        let fields =
            json!({ "name": "A", "email": format!("course{number}@example.com"), "course": "c" });
        let collection = "webinars.registration";
        self.record(&known, collection, &fields)?;
        let event = json!({ "subject": known, "collection": collection, "anchor": "course_end" });
        self.call("POST", "/anchors", &event)?;
        self.all().events.push(login);
        let acts: &[Act] = match number % 3 {
            0 => &[Act::Restrict],
            1 => &[Act::Restrict, Act::Lift],
            _ => &[Act::Object],
        };
        acts.iter()
            .try_for_each(|act| self.act(&known, "webinars", *act))
    }

    fn go_on(&self, next: &AtomicU32) {
        let one = || {
            let number = next.fetch_add(1, Ordering::Relaxed);
            self.subscribe(number)?;
            self.attend(number)
        };
        while one().is_some() {}
    }
}

fn who(kind: &str, value: &str) -> SubjectRef {
    SubjectRef::parse(&format!("{kind}:{value}")).unwrap()
}

/// Everything that was acknowledged is there.
async fn is_kept(ombud: &Ombud, all: &Acknowledged) {
    let now = Clock::system().now();
    for (login, act) in &all.choices {
        let ledger = ombud.ledger(&who("login", login)).await.unwrap();
        assert!(
            ledger.iter().any(|e| e.entry.act == *act),
            "{login}: {act:?}"
        );
        if *act == Act::Withdraw {
            let who = who("login", login);
            let decision = ombud.may(&who, "newsletters", Use::Ordinary, now).await;
            assert!(!decision.unwrap().answer.is_yes(), "{login}");
        }
    }
    for login in &all.events {
        let subject = ombud
            .find_subject(&who("login", login))
            .await
            .unwrap()
            .unwrap();
        let read = move |tx: &mut Tx<'_>| Ok::<_, FlowError>(tx.clocks_of(subject)?);
        let clocks = ombud
            .store
            .read("crash.clocks", ombud.store.bucket_of(subject), read);
        let clocks = clocks.await.unwrap();
        let told = clocks
            .iter()
            .any(|clock| clock.anchors.json.contains("course_end"));
        assert!(told, "{login}");
    }
    for id in &all.deletions {
        let record = ombud.record(id.parse().unwrap()).await.unwrap();
        assert!(record.is_none(), "what was deleted stays so");
    }
    for added in &all.records {
        let ledger = ombud.ledger(&who("login", &added.login)).await.unwrap();
        let withdrew = ledger.iter().any(|e| e.entry.act == Act::Withdraw);
        match ombud.record(added.id.parse().unwrap()).await.unwrap() {
            Some(record) => is_found(ombud, added, record, now).await,
            None => assert!(withdrew, "{}", added.login),
        }
    }
}

/// Whatever the record names its person by finds them, once a call that was not answered is repeated if
/// it takes away an address that was never theirs: that is found no more before the record says so.
async fn is_found(ombud: &Ombud, added: &Added, record: Record, now: Timestamp) {
    let named = fields(&record)["email"].as_str().unwrap().to_owned();
    let find = async |email: &str| ombud.find_subject(&who("email", email)).await.unwrap();
    match &added.moved {
        Some((moved, OldIdentity::Wrong)) => {
            if named == added.email {
                let changes = json!({ "email": moved }).as_object().unwrap().clone();
                let repeat = ombud.rectify(record.id, changes, OldIdentity::Wrong, now);
                repeat.await.unwrap();
            }
            assert_eq!(find(&added.email).await, None, "{}", added.email);
            assert_eq!(find(moved).await, Some(record.subject), "{moved}");
        }
        Some((_, OldIdentity::Stays)) | None => {
            assert_eq!(find(&named).await, Some(record.subject), "{named}");
        }
    }
}

/// No record, choice or name without all that belongs to it.
fn is_whole(tx: &mut Tx<'_>) -> Result<(), FlowError> {
    for (subject, activity, standing) in tx.standings()? {
        assert!(tx.subject_since(subject)?.is_some());
        let ledger = tx.ledger_of(subject, Some(&activity))?.into_iter();
        let folded = ledger.fold(Standing::default(), |standing, entry| {
            let from = standing.counts_from(entry.entry.act, entry.entry.acted_at);
            standing.after(entry.entry.act, from, entry.entry.scope)
        });
        assert_eq!(folded, standing, "the standing is what the ledger comes to");
    }
    let mut clocks = tx.clocks_in("webinars.registration", None, 1_000)?;
    for clock in &clocks {
        let standing = tx.standing(clock.key.subject, "webinars")?;
        let position = standing.unwrap_or_default().position(Scope::default());
        let held = position.restricted || position.objection == Objection::Pending;
        assert_eq!(held, clock.state == ClockState::Held, "as the choices say");
    }
    clocks.extend(tx.clocks_in("newsletters.subscription", None, 1_000)?);
    let subjects: BTreeSet<_> = clocks.into_iter().map(|clock| clock.key.subject).collect();
    let mut records = 0;
    for subject in subjects {
        // It opens, so the key is there; and so are the person, the name and the choice.
        records += tx.records_of(subject, None, None, 1_000)?.len();
        assert!(tx.subject_since(subject)?.is_some());
        assert!(!tx.identities_of(subject)?.is_empty());
        assert!(tx.standing(subject, "newsletters")?.is_some());
    }
    let measured = tx.probe_collections(Timestamp::UNIX_EPOCH)?;
    let measured: u64 = measured.iter().map(|probe| probe.records).sum();
    assert_eq!(
        u64::try_from(records).unwrap(),
        measured,
        "no record is without a clock"
    );
    Ok(())
}

fn kill_again_and_again(rounds: u32) {
    let directory = TempDir::new().unwrap();
    let data = directory.path().join("data");
    let config = Config::sqlite(&data, directory.path().join("data-keys"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ombud = inside(&runtime, &config);
    let bearer = bearer(&runtime, &ombud);
    let store = ombud.store.clone();
    drop(ombud);
    let next = AtomicU32::new(0);
    let mut all = Acknowledged::default();
    let mut store = Some(store);
    for round in 0..rounds {
        let mut random = [0; 2];
        store.take().unwrap().random(&mut random).unwrap();
        // After so many answers, and up to 16 ms into what follows.
        let answers = u32::from(random[0] % 24);
        let pause = Duration::from_micros(u64::from(random[1]) * 64);
        let mut server = Server::start(&data, &[], "error");
        let mut log = server.log();
        let address = server.address.clone();
        let (answered, new) = (AtomicU32::new(0), Mutex::default());
        std::thread::scope(|scope| {
            scope.spawn(|| std::io::copy(&mut log, &mut std::io::sink()));
            for _ in 0..4 {
                let caller = Caller {
                    address: &address,
                    bearer: &bearer,
                    answered: &answered,
                    all: &new,
                };
                let next = &next;
                scope.spawn(move || caller.go_on(next));
            }
            // The only pauses in a test: the instant of the kill is what is tried.
            while answered.load(Ordering::Relaxed) < answers {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(pause);
            server.kill();
        });
        let ombud = inside(&runtime, &config);
        let new = new.into_inner().unwrap();
        runtime.block_on(is_kept(&ombud, &new));
        all.add(new);
        let whole = ombud.store.survey("crash.whole", is_whole);
        let whole: Result<Vec<()>, FlowError> = whole.wait();
        assert!(
            whole.is_ok(),
            "round {round}, killed {pause:?} after {answers} answers: {:?}",
            whole.err()
        );
        store = Some(ombud.store.clone());
    }
    let ombud = inside(&runtime, &config);
    runtime.block_on(is_kept(&ombud, &all));
    assert!(!all.records.is_empty() && !all.events.is_empty());
    let now = Clock::system().now();
    let swept = runtime.block_on(ombud.sweep(now)).unwrap();
    assert_eq!(swept.remaining, 0);
    for Added { id, login, .. } in &all.records {
        if all.choices.contains(&(login.clone(), Act::Withdraw)) {
            let left = runtime.block_on(ombud.record(id.parse().unwrap())).unwrap();
            assert!(
                left.is_none(),
                "what was withdrawn is gone after the last sweep"
            );
        }
    }
    let whole: Result<Vec<()>, FlowError> = ombud.store.survey("crash.whole", is_whole).wait();
    assert!(whole.is_ok(), "{:?}", whole.err());
}

#[test]
fn i5_what_was_acknowledged_survives_a_kill() {
    kill_again_and_again(6);
}

#[test]
#[ignore = "takes minutes; `cargo xtask test` runs it"]
fn i5_what_was_acknowledged_survives_hundreds_of_kills() {
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| kill_again_and_again(50));
        }
    });
}
