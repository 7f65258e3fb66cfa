//! What was acknowledged survives a kill at any instant, and nothing is half done (I5).

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use ombud::clock::Clock;
use ombud::flow::record::fields;
use ombud::flow::subject::SubjectRef;
use ombud::flow::{FlowError, Ombud};
use ombud_core::decision::Use;
use ombud_core::standing::{Act, Standing};
use ombud_store::{Config, Tx};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::child::{Server, bearer, inside, send};

/// What the server said that it had done.
#[derive(Default)]
struct Acknowledged {
    consents: Vec<String>,
    records: Vec<(String, String)>,
    withdrawals: Vec<String>,
    deletions: Vec<String>,
}

impl Acknowledged {
    fn add(&mut self, new: Self) {
        self.consents.extend(new.consents);
        self.records.extend(new.records);
        self.withdrawals.extend(new.withdrawals);
        self.deletions.extend(new.deletions);
    }
}

/// One person after another consents and subscribes, until the server dies. Every third withdraws, every
/// second gets another address, and of every fifth the record is deleted.
fn write(
    (address, bearer): (&str, &str),
    next: &AtomicU32,
    answered: &AtomicU32,
    all: &Mutex<Acknowledged>,
) {
    let post = |path: &str, body: Value| {
        let (status, body) = send(address, ("POST", &format!("/api/v1{path}")), bearer, &body)?;
        assert_eq!(status, 201, "{body}");
        answered.fetch_add(1, Ordering::Relaxed);
        Some(body)
    };
    let one = || {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let email = format!("person{number}@example.com");
        let who = json!({ "email": email, "device": format!("d-{}", number % 7) });
        let act = |act: &str| json!({ "subject": who, "activity": "newsletters", "act": act, "language": "nb", "channel": "form" });
        post("/ledger", act("consent"))?;
        all.lock().unwrap().consents.push(email.clone());
        let record = post(
            "/records",
            json!({
                "collection": "newsletters.subscription", "subject": who, "fields": { "email": email },
            }),
        )?;
        let id = record["record"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/records/{id}");
        let change = |method: &str, body: Value| {
            let (status, body) = send(address, (method, &path), bearer, &body)?;
            assert!(status == 200 || status == 204, "{body}");
            answered.fetch_add(1, Ordering::Relaxed);
            Some(())
        };
        if number.is_multiple_of(5) {
            change("DELETE", Value::Null)?;
            all.lock().unwrap().deletions.push(id);
        } else {
            all.lock().unwrap().records.push((id, email.clone()));
            if number.is_multiple_of(2) {
                let moved = format!("moved{number}@example.com");
                change("PATCH", json!({ "email": moved }))?;
            }
        }
        if number.is_multiple_of(3) {
            post("/ledger", act("withdraw"))?;
            all.lock().unwrap().withdrawals.push(email);
        }
        Some(())
    };
    while one().is_some() {}
}

/// Everything that was acknowledged is there.
async fn is_kept(ombud: &Ombud, all: &Acknowledged) {
    let now = Clock::system().now();
    let who = |email: &str| SubjectRef::parse(&format!("email:{email}")).unwrap();
    for email in &all.consents {
        let ledger = ombud.ledger(&who(email)).await.unwrap();
        assert!(
            ledger.iter().any(|e| e.entry.act == Act::Consent),
            "{email}"
        );
    }
    for email in &all.withdrawals {
        let who = who(email);
        let decision = ombud.may(&who, "newsletters", Use::Ordinary, now).await;
        assert!(!decision.unwrap().answer.is_yes(), "{email}");
    }
    for id in &all.deletions {
        let record = ombud.record(id.parse().unwrap()).await.unwrap();
        assert!(record.is_none(), "what was deleted stays so");
    }
    for (id, email) in &all.records {
        let ledger = ombud.ledger(&who(email)).await.unwrap();
        let withdrew = ledger.iter().any(|e| e.entry.act == Act::Withdraw);
        let record = ombud.record(id.parse().unwrap()).await.unwrap();
        if let Some(record) = &record {
            // Whatever the record names its person by finds them.
            let named = fields(record);
            let named = named["email"].as_str().unwrap();
            let found = ombud.find_subject(&who(named)).await.unwrap();
            assert_eq!(found, Some(record.subject), "{named}");
        }
        assert!(
            withdrew || record.is_some_and(|r| !r.payload.is_empty()),
            "{email}"
        );
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
    let collection = "newsletters.subscription";
    let clocks = tx.clocks_in(collection, None, 1_000)?;
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
                scope.spawn(|| write((&address, &bearer), &next, &answered, &new));
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
    assert!(!all.records.is_empty() && !all.withdrawals.is_empty());
    let now = Clock::system().now();
    let swept = runtime.block_on(ombud.sweep(now)).unwrap();
    assert_eq!(swept.remaining, 0);
    for (id, email) in &all.records {
        let gone = runtime.block_on(ombud.record(id.parse().unwrap())).unwrap();
        if all.withdrawals.contains(email) {
            assert!(
                gone.is_none(),
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
