//! `Idempotency-Key`: a write that is sent again acts once.

use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use ombud::flow::once::Command;
use ombud::web::Site;
use ombud_core::access::Sight;
use ombud_store::{StoreError, Tx};
use serde_json::{Value, json};

use crate::harness::{Answer, World, email};

fn inquiry(name: &str, message: &str) -> Value {
    let fields = json!({ "email": format!("{name}@example.com"), "message": message });
    json!({ "collection": "support.inquiry", "subject": email(name), "fields": fields })
}

fn send(world: &World, method: Method, path: &str, key: &str, body: &Value) -> Answer {
    let bearer = world.bearer();
    let headers = [("authorization", bearer), ("idempotency-key", key)];
    world.raw(method, path, &headers, &body.to_string())
}

fn records(world: &World) -> usize {
    let who = ombud::flow::subject::SubjectRef::parse("email:anna@example.com").unwrap();
    let shown = world
        .ombud
        .show_records(&who, Sight::default(), None, world.now());
    world.wait(shown).unwrap().len()
}

/// One of each kind that writes, about what is there.
fn commands(world: &World) -> Vec<(Method, String, Value)> {
    let anna = email("anna");
    let add = || {
        let stored = world.post("/records", &inquiry("anna", "hello"));
        stored.body["record"].as_str().unwrap().to_owned()
    };
    world.tell(&anna, "newsletters", "consent");
    let at = world.now();
    let answered = json!({ "subject": anna, "collection": "support.inquiry", "anchor": "last_correspondence", "at": at });
    let withdraw = json!({ "subject": anna, "activity": "newsletters", "act": "withdraw" });
    let record = || format!("/records/{}", add());
    vec![
        (
            Method::POST,
            "/records".to_owned(),
            inquiry("anna", "hello"),
        ),
        (Method::PATCH, record(), json!({ "message": "changed" })),
        (Method::DELETE, record(), json!({})),
        (Method::POST, "/anchors".to_owned(), answered),
        (Method::POST, "/ledger".to_owned(), withdraw),
    ]
}

/// How many entries the evidence has.
fn entries(world: &World) -> u64 {
    let head =
        |tx: &mut Tx<'_>| Ok::<_, StoreError>(tx.chain_head()?.map_or(0, |(places, _)| places));
    let heads = world.ombud.store.survey("test.heads", head).wait().unwrap();
    heads.into_iter().sum()
}

on_both! {
    fn i5_a_record_sent_twice_is_stored_once_and_answered_alike(world) {
        let first = send(world, Method::POST, "/records", "k-1", &inquiry("anna", "hello"));
        assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
        world.go_near(world.now() + SignedDuration::from_hours(1), 0);
        let second = send(world, Method::POST, "/records", "k-1", &inquiry("anna", "hello"));
        assert_eq!((second.status, &second.body), (first.status, &first.body));
        assert_eq!(records(world), 1);
        let third = send(world, Method::POST, "/records", "k-2", &inquiry("anna", "hello"));
        assert_ne!(third.body["record"], first.body["record"]);
        assert_eq!(records(world), 2);
    }

    fn i5_a_key_used_for_another_call_is_refused(world) {
        send(world, Method::POST, "/records", "k-1", &inquiry("anna", "hello"));
        for (path, body) in [
            ("/records", inquiry("anna", "goodbye")),
            ("/records", inquiry("bo", "hello")),
            ("/ledger", json!({ "subject": email("anna"), "activity": "newsletters", "act": "consent", "language": "nb", "channel": "form" })),
        ] {
            let refused = send(world, Method::POST, path, "k-1", &body);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(refused.body["type"], "/problems/key_reused");
        }
        assert_eq!(records(world), 1);
    }

    /// A crash after the record and before the kept answer: the record tells that it is there.
    fn i5_a_record_that_was_stored_without_an_answer_is_found_again(world) {
        let once = Some(world.ombud.once("tests", "k-1", b"the same"));
        let command = Command { at: world.now(), once };
        let add = || {
            let incoming = ombud::flow::record::Incoming {
                collection: "support.inquiry".to_owned(),
                subject: ombud::flow::subject::SubjectRef::parse("email:anna@example.com").unwrap(),
                fields: inquiry("anna", "hello")["fields"].as_object().unwrap().clone(),
                anchors: [].into(),
            };
            world.wait(world.ombud.add_record(incoming, command)).unwrap()
        };
        assert_eq!(add(), add());
        assert_eq!(records(world), 1);
    }

    /// A crash after the record is gone and before its entry of the journal is closed: who asks again is
    /// told that it is gone, so that no copy that is put back may have it any more.
    fn i4_a_deletion_that_is_told_again_is_closed_in_the_journal(world) {
        let stored = send(world, Method::POST, "/records", "k-1", &inquiry("anna", "hello"));
        let record: ombud_store::RecordId = stored.body["record"].as_str().unwrap().parse().unwrap();
        let subject = world.find("email:anna@example.com").unwrap();
        let what = || ombud_store::Journalled::Record(subject, record);
        let mut once = world.ombud.once("tests", "k-2", b"the same");
        once.begun = Some(record.bucket());
        let command = Command { at: world.now(), once: Some(once) };
        let erase = || world.wait(world.ombud.erase_record(record, command)).unwrap();
        let erased = erase();
        let begin = || world.wait(world.ombud.store.begin_erasure(what(), world.now())).unwrap();
        let left = begin();
        assert_eq!(begin(), left, "it is open");
        assert_eq!(erase(), erased);
        assert_ne!(begin(), left, "it is closed");
    }

    fn i5_a_refusal_is_not_kept(world) {
        let subscription = json!({
            "collection": "newsletters.subscription", "subject": email("anna"),
            "fields": { "email": "anna@example.com" },
        });
        let refused = send(world, Method::POST, "/records", "k-1", &subscription);
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        world.tell(&email("anna"), "newsletters", "consent");
        let stored = send(world, Method::POST, "/records", "k-1", &subscription);
        assert_eq!(stored.status, StatusCode::CREATED);
    }

    fn i5_every_write_can_be_repeated(world) {
        let stored = send(world, Method::POST, "/records", "k-1", &inquiry("anna", "hello"));
        let path = format!("/records/{}", stored.body["record"].as_str().unwrap());
        let withdraw = json!({ "subject": email("anna"), "activity": "newsletters", "act": "withdraw" });
        let writes = [
            (Method::PATCH, path.as_str(), "k-2", json!({ "message": "changed" })),
            (Method::POST, "/ledger", "k-3", withdraw),
            (Method::DELETE, path.as_str(), "k-4", json!({})),
        ];
        for (method, path, key, body) in writes {
            let first = send(world, method.clone(), path, key, &body);
            assert!(first.status.is_success(), "{method} {path}: {}", first.body);
            let second = send(world, method.clone(), path, key, &body);
            assert_eq!((first.status, first.body), (second.status, second.body), "{method} {path}");
        }
    }

    /// Two processes get the same command at the same time, again and again: it is carried out once,
    /// and whoever is answered is answered alike.
    fn i5_two_processes_that_get_a_command_at_once_act_once(world) {
        let twin = world.twin();
        for round in 0..8 {
            for (number, (method, path, body)) in commands(world).into_iter().enumerate() {
                let (key, before) = (format!("k-{round}-{number}"), entries(world));
                let call = |site| world.repeat(site, (&method, &path), &key, &body, usize::MAX);
                let answers = std::thread::scope(|scope| {
                    let other = scope.spawn(|| call(&twin));
                    [call(&world.site), other.join().unwrap()].map(Option::unwrap)
                });
                let about = format!("{method} {path}: {answers:?}");
                let done = answers.iter().filter(|(status, _)| status.is_success());
                assert!(done.clone().count() > 0, "{about}");
                for (status, body) in &answers {
                    let late = *status == StatusCode::CONFLICT && body["type"] == "/problems/under_way";
                    assert!(late || status.is_success(), "{about}");
                }
                let again = call(&twin).unwrap();
                assert!(done.clone().all(|answer| *answer == again), "{about}, then {again:?}");
                assert_eq!(entries(world), before + 1, "{about}");
            }
        }
    }

    /// The same, with a key that two processes get for two commands: one of them is carried out.
    fn i5_two_processes_that_get_a_key_for_two_commands_carry_out_one(world) {
        let twin = world.twin();
        for round in 0..8 {
            let (key, before) = (format!("k-{round}"), entries(world));
            let call = |site, name: &str| {
                let body = inquiry(name, "hello");
                world.repeat(site, (&Method::POST, "/records"), &key, &body, usize::MAX).unwrap()
            };
            let mut answers = std::thread::scope(|scope| {
                let other = scope.spawn(|| call(&twin, "bo"));
                [call(&world.site, "anna"), other.join().unwrap()]
            });
            answers.sort_by_key(|(status, _)| *status);
            let [(stored, _), (refused, problem)] = answers;
            assert_eq!((stored, refused), (StatusCode::CREATED, StatusCode::UNPROCESSABLE_ENTITY));
            assert_eq!(problem["type"], "/problems/key_reused");
            assert_eq!(entries(world), before + 1);
        }
    }

    /// A process ends at the first instant at which it waits, at the second, and so on, and the command
    /// is sent to another: it is carried out once, and answered as if nothing had happened.
    fn i5_a_command_whose_process_ends_is_carried_out_once(world) {
        for number in 0..5 {
            let mut turns = 0;
            loop {
                turns += 1;
                let (twin, (method, path, body)) = (world.twin(), commands(world).remove(number));
                let (key, before) = (format!("k-{number}-{turns}"), entries(world));
                let call = |site: &Site, turns| world.repeat(site, (&method, &path), &key, &body, turns);
                let first = call(&twin, turns);
                // It ends once what it has begun to write is written.
                drop(twin);
                let about = format!("{method} {path}, ended at {turns}");
                let (status, answer) = call(&world.site, usize::MAX).unwrap();
                assert!(status.is_success(), "{about}: {answer}");
                assert_eq!(call(&world.site, usize::MAX), Some((status, answer.clone())), "{about}");
                assert_eq!(entries(world), before + 1, "{about}");
                if method == Method::POST && path == "/ledger" {
                    assert_eq!(world.may(&body["subject"], "newsletters"), "consent_withdrawn");
                }
                if first.is_some() {
                    assert_eq!(first, Some((status, answer)), "{about}");
                    break;
                }
            }
            assert!(turns > 2, "it waits for its writes");
        }
    }

    fn i11_answers_are_forgotten_when_the_statement_says(world) {
        send(world, Method::POST, "/records", "k-1", &inquiry("anna", "hello"));
        world.go_near(world.now() + SignedDuration::from_hours(7 * 24), 0);
        world.sweep();
        send(world, Method::POST, "/records", "k-1", &inquiry("anna", "hello"));
        assert_eq!(records(world), 1);
        world.go_near(world.now(), 1);
        world.sweep();
        send(world, Method::POST, "/records", "k-1", &inquiry("anna", "hello"));
        assert_eq!(records(world), 2);
    }
}

#[test]
fn i6_a_key_of_another_application_is_another_key() {
    let world = World::sqlite();
    let mine = world.ombud.once("mine", "k-1", b"x");
    let theirs = world.ombud.once("theirs", "k-1", b"x");
    assert_ne!(mine.name, theirs.name);
    assert_ne!(mine.fact, mine.name);
}

#[test]
fn a_key_that_is_none_is_refused() {
    let world = World::sqlite();
    for key in ["", "a b", &"x".repeat(256)] {
        let refused = send(
            &world,
            Method::POST,
            "/records",
            key,
            &inquiry("anna", "hello"),
        );
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{key}");
    }
}
