//! The end of a person, and that no copy of the data that is put back brings anyone back (I4).

use std::pin::pin;
use std::task::Poll;

use axum::http::StatusCode;
use ombud::flow::sweep::Swept;
use serde_json::json;

use crate::harness::{Closed, World, at, email};

/// Whether a person is nowhere: no name, no key.
fn is_gone(world: &World, who: &str, subject: ombud_store::SubjectId) -> bool {
    let store = &world.ombud.store;
    let bucket = store.bucket_of(subject);
    let absent = world.write(bucket, move |tx| tx.is_absent(subject));
    let had_key = store.destroy_key(subject).wait().unwrap();
    world.find(who).is_none() && absent && !had_key
}

on_both! {
    fn i11_of_whom_nothing_must_be_kept_nothing_is_kept(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        let subject = world.find("email:anna@example.com").unwrap();
        world.go("2026-05-01T00:00:00Z");
        assert_eq!(world.sweep(), Swept::default());
        world.go("2030-01-01T00:00:00Z");
        let swept = world.sweep();
        assert_eq!((swept.erased, swept.people, swept.remaining), (1, 1, 0));
        assert!(is_gone(world, "email:anna@example.com", subject));
        assert_eq!(world.sweep(), Swept::default());
    }

    fn i11_a_choice_is_kept_while_it_counts_and_three_years_longer(world) {
        let anna = email("anna");
        world.tell(&anna, "newsletters", "consent");
        let subject = world.find("email:anna@example.com").unwrap();
        world.go("2036-04-01T08:00:00Z");
        assert_eq!(world.sweep(), Swept::default());
        assert_eq!(world.may(&anna, "newsletters"), "yes");
        world.tell(&anna, "newsletters", "withdraw");
        // To the end of the day in Oslo on which three years have passed.
        let end = at("2039-04-01T22:00:00Z");
        world.go_near(end, -1);
        assert_eq!(world.sweep(), Swept::default());
        assert!(world.find("email:anna@example.com").is_some());
        world.go_near(end, 0);
        assert_eq!(world.sweep().people, 1);
        assert!(is_gone(world, "email:anna@example.com", subject));
        assert_eq!(world.may(&anna, "newsletters"), "consent_withdrawn", "the opt-out stays");
    }

    fn i1_an_upheld_objection_outlives_the_person(world) {
        let anna = email("anna");
        for act in ["object", "uphold"] {
            world.go_near(world.now(), 1);
            world.tell(&anna, "support", act);
        }
        world.go("2030-01-01T00:00:00Z");
        assert_eq!(world.sweep().people, 1);
        assert_eq!(world.find("email:anna@example.com"), None);
        assert_eq!(world.may(&anna, "support"), "objection_pending");
    }

    fn i2_what_is_restricted_or_weighed_keeps_the_person(world) {
        world.tell(&email("anna"), "support", "restrict");
        world.tell(&email("bo"), "support", "object");
        world.go("2046-01-01T00:00:00Z");
        assert_eq!(world.sweep(), Swept::default());
        assert_eq!(world.may(&email("anna"), "support"), "restricted");
        assert_eq!(world.may(&email("bo"), "support"), "objection_pending");
        world.tell(&email("anna"), "support", "lift");
        world.go("2049-01-02T00:00:00Z");
        assert_eq!(world.sweep().people, 1);
        assert_eq!(world.find("email:anna@example.com"), None);
    }

    fn i11_finished_plans_are_forgotten(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        let subject = world.find("email:anna@example.com").unwrap();
        let bucket = world.ombud.store.bucket_of(subject);
        let far = Some(at("2099-01-01T00:00:00Z"));
        let plans = || world.write(bucket, move |tx| tx.has_forgettable(far, None));
        world.go("2030-01-01T00:00:00Z");
        world.sweep();
        world.go("2030-03-31T00:00:00Z");
        world.sweep();
        assert!(plans());
        world.go("2030-04-02T00:00:00Z");
        world.sweep();
        assert!(!plans());
    }

    fn i5_who_comes_while_their_end_is_carried_out_is_new(world) {
        let anna = email("anna");
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        world.add("support.inquiry", &anna, &fields, &json!({}));
        let before = world.find("email:anna@example.com").unwrap();
        let bucket = world.ombud.store.bucket_of(before);
        world.write(bucket, move |tx| tx.erase_person(before));
        let (record, _) = world.add("support.inquiry", &anna, &fields, &json!({}));
        assert!(world.holds(&record));
        assert_ne!(world.find("email:anna@example.com"), Some(before));
    }
}

/// A copy is made of data with two people in it; then one of them ends, and the copy is put back.
/// Returns the world of the copy, the one who ended, and a record of the one who stays.
fn put_back(world: World) -> (Closed, ombud_store::SubjectId, String) {
    let subscribe = |name: &str| {
        world.tell(&email(name), "newsletters", "consent");
        let fields = json!({ "email": format!("{name}@example.com") });
        world
            .add(
                "newsletters.subscription",
                &email(name),
                &fields,
                &json!({}),
            )
            .0
    };
    subscribe("anna");
    let stays = subscribe("bo");
    let anna = world.find("email:anna@example.com").unwrap();
    world.go_near(world.now(), 1);
    world.tell(&email("anna"), "newsletters", "withdraw");
    world.sweep();
    // The copy is younger than the journal reaches back.
    world.go("2029-03-01T00:00:00Z");
    world.sweep();
    let closed = world.close();
    closed.copy();
    let world = closed.open();
    world.go("2029-04-02T00:00:00Z");
    assert_eq!(world.sweep().people, 1);
    assert!(is_gone(&world, "email:anna@example.com", anna));
    let closed = world.close();
    closed.put_back();
    (closed, anna, stays)
}

fn i4_older_data_stays_closed_until_the_journal_was_replayed(world: World) {
    let (closed, anna, stays) = put_back(world);
    let world = closed.open();
    assert!(world.ombud.store.is_behind());
    let question = json!({ "subject": email("bo"), "activity": "newsletters" });
    let act = json!({ "subject": email("bo"), "activity": "newsletters", "act": "withdraw" });
    let calls = [
        world.post("/may", &question),
        world.post("/ledger", &act),
        world.post("/standing", &json!({ "subject": email("anna") })),
        world.get(&format!("/records/{stays}")),
        world.get("/board"),
    ];
    for refused in calls {
        assert_eq!(
            refused.status,
            StatusCode::SERVICE_UNAVAILABLE,
            "{}",
            refused.body
        );
        assert_eq!(refused.body["type"], "/problems/behind");
        assert!(
            refused.body["hint"]
                .as_str()
                .unwrap()
                .contains("ombud sweep")
        );
    }
    assert_eq!(
        world.get("/statement").status,
        StatusCode::OK,
        "what is public stays so"
    );
    let swept = world.sweep();
    assert_eq!((swept.people, swept.remaining), (1, 0));
    assert!(!world.ombud.store.is_behind());
    assert!(is_gone(&world, "email:anna@example.com", anna));
    assert!(world.holds(&stays));
    let world = world.close().open();
    assert!(!world.ombud.store.is_behind());
    assert_eq!(world.sweep(), Swept::default());
}

/// Stops the replay after every `stride`-th of its steps, and begins again.
fn i4_a_replay_can_be_stopped_at_any_step(world: World, stride: usize) {
    let (mut closed, anna, stays) = put_back(world);
    for steps in (0..).step_by(stride) {
        closed.put_back();
        let world = closed.open();
        assert!(world.ombud.store.is_behind());
        let finished = world.wait(async {
            let mut sweep = pin!(world.ombud.sweep(world.now()));
            let mut left = steps;
            std::future::poll_fn(|context| match sweep.as_mut().poll(context) {
                Poll::Ready(swept) => Poll::Ready(swept.is_ok()),
                Poll::Pending if left == 0 => Poll::Ready(false),
                Poll::Pending => {
                    left -= 1;
                    Poll::Pending
                }
            })
            .await
        });
        let world = world.close().open();
        let open = !world.ombud.store.is_behind();
        assert!(open || !finished);
        if !open {
            assert_eq!(world.get("/board").status, StatusCode::SERVICE_UNAVAILABLE);
        }
        world.sweep();
        assert!(
            is_gone(&world, "email:anna@example.com", anna),
            "after {steps} steps"
        );
        assert!(world.holds(&stays));
        closed = world.close();
        if finished {
            return;
        }
    }
}

/// Whoever deletes is stopped after every step in turn, and the person restricts the processing of what a
/// law keeps of the record. A copy from before must not have the whole of it again.
#[test]
fn i4_what_was_reduced_before_it_was_restricted_stays_so() {
    const STEPS: usize = 40;
    let world = World::sqlite();
    let add = |number: usize| {
        let fields = json!({
            "number": "1001", "issued_on": "2026-03-14", "amount": 1200, "buyer": "A",
            "bought": ["licence"], "email": format!("p{number}@example.com"),
        });
        let anchors = json!({ "party": "2026-03-01T10:00:00Z", "issued": "2026-03-14T11:00:00Z" });
        let who = email(&format!("p{number}"));
        world.add("customers.invoice", &who, &fields, &anchors).0
    };
    let records: Vec<String> = (0..STEPS).map(add).collect();
    let closed = world.close();
    closed.copy();
    let world = closed.open();
    let is_whole = |world: &World, record: &str| {
        let id = record.parse().unwrap();
        let left = world.wait(world.ombud.record(id)).unwrap().unwrap();
        left.state == ombud_store::RecordState::Live
    };
    world.go_near(world.now(), 1);
    let mut unfinished = Vec::new();
    for (steps, record) in records.iter().enumerate() {
        let id: ombud_store::RecordId = record.parse().unwrap();
        let finished = world.wait(async {
            let mut erase = pin!(world.ombud.erase_record(id, world.now()));
            let mut left = steps;
            std::future::poll_fn(|context| match erase.as_mut().poll(context) {
                Poll::Ready(erased) => Poll::Ready(erased.is_ok()),
                Poll::Pending if left == 0 => Poll::Ready(false),
                Poll::Pending => {
                    left -= 1;
                    Poll::Pending
                }
            })
            .await
        });
        if !finished {
            world.ombud.store.scrub().wait().unwrap();
            unfinished.extend((!is_whole(&world, record)).then(|| record.clone()));
        }
        world.tell(&email(&format!("p{steps}")), "customers", "restrict");
    }
    assert!(
        !unfinished.is_empty(),
        "a deletion was stopped between its record and its journal"
    );
    world.go_near(world.now(), 120_000);
    world.sweep();
    let closed = world.close();
    closed.put_back();
    let world = closed.open();
    world.sweep();
    for record in unfinished {
        assert!(!is_whole(&world, &record), "{record}");
    }
}

#[test]
fn i4_older_data_stays_closed_until_the_journal_was_replayed_sqlite() {
    i4_older_data_stays_closed_until_the_journal_was_replayed(World::sqlite());
}

#[test]
fn i4_older_data_stays_closed_until_the_journal_was_replayed_postgres() {
    if let Some(world) = World::postgres() {
        i4_older_data_stays_closed_until_the_journal_was_replayed(world);
    }
}

#[test]
fn i4_a_replay_can_be_stopped_at_any_step_sqlite() {
    i4_a_replay_can_be_stopped_at_any_step(World::sqlite(), 1);
}

#[test]
fn i4_a_replay_can_be_stopped_at_any_step_postgres() {
    if let Some(world) = World::postgres() {
        i4_a_replay_can_be_stopped_at_any_step(world, 5);
    }
}
