//! `Idempotency-Key`: a write that is sent again acts once.

use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use ombud_core::access::Sight;
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
            ("/ledger", json!({ "subject": email("anna"), "activity": "newsletters", "act": "consent" })),
        ] {
            let refused = send(world, Method::POST, path, "k-1", &body);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(refused.body["type"], "/problems/key_reused");
        }
        assert_eq!(records(world), 1);
    }

    /// A crash after the record and before the kept answer: the record tells that it is there.
    fn i5_a_record_that_was_stored_without_an_answer_is_found_again(world) {
        let once = world.ombud.once("tests", "k-1", b"the same");
        let add = || {
            let incoming = ombud::flow::record::Incoming {
                collection: "support.inquiry".to_owned(),
                subject: ombud::flow::subject::SubjectRef::parse("email:anna@example.com").unwrap(),
                fields: inquiry("anna", "hello")["fields"].as_object().unwrap().clone(),
                anchors: [].into(),
            };
            world.wait(world.ombud.add_record_once(incoming, Some(once), world.now())).unwrap()
        };
        assert_eq!(add(), add());
        assert_eq!(records(world), 1);
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
