//! Who is meant: one person's data never reaches another, whatever names are given together (I6).

use axum::http::StatusCode;
use ombud_core::access::Sight;
use serde_json::{Value, json};

use crate::harness::{World, email};

fn ask(world: &World, email: &str, message: &str) -> String {
    let fields = json!({ "email": email, "message": message });
    let who = json!({ "email": email });
    world.add("support.inquiry", &who, &fields, &json!({})).0
}

/// The messages of the inquiries that a reference shows.
fn shown(world: &World, who: &Value) -> usize {
    let who = ombud::flow::subject::SubjectRef(serde_json::from_value(who.clone()).unwrap());
    let shown = world
        .ombud
        .show_records(&who, Sight::default(), None, world.now());
    world.wait(shown).unwrap().len()
}

on_both! {
    fn i6_identities_of_different_people_in_one_call_are_refused(world) {
        world.tell(&email("anna"), "newsletters", "consent");
        world.tell(&json!({ "login": "bo" }), "newsletters", "consent");
        let both = json!({ "email": "anna@example.com", "login": "bo" });
        let record = json!({
            "collection": "support.inquiry", "subject": both,
            "fields": { "email": "anna@example.com", "message": "hello" },
        });
        let act = json!({ "subject": both, "activity": "newsletters", "act": "withdraw" });
        let question = json!({ "subject": both, "activity": "newsletters" });
        for (path, body) in [("/records", record), ("/ledger", act), ("/may", question)] {
            let refused = world.post(path, &body);
            assert_eq!(refused.status, StatusCode::CONFLICT, "{path}: {}", refused.body);
            assert_eq!(refused.kind, "application/problem+json");
            let title = refused.body["title"].as_str().unwrap();
            assert!(title.contains("`email`") && title.contains("`login`"), "{title}");
            assert!(!refused.body.to_string().contains("anna"), "no value is repeated");
        }
        assert_eq!(world.may(&email("anna"), "newsletters"), "yes");
    }

    fn i6_a_hint_never_links_a_new_person_to_one_who_is_known(world) {
        ask(world, "anna@example.com", "hello");
        let anna = json!({ "email": "anna@example.com", "device": "d-1", "ip": "192.0.2.1" });
        world.tell(&anna, "newsletters", "consent");
        let bo = json!({ "email": "bo@example.com", "device": "d-1", "ip": "192.0.2.1" });
        assert_eq!(world.may(&bo, "newsletters"), "no_consent");
        assert_eq!(shown(world, &bo), 0);
        world.tell(&bo, "newsletters", "withdraw");
        assert_ne!(world.find("email:anna@example.com"), world.find("email:bo@example.com"));
        assert_eq!(world.may(&email("anna"), "newsletters"), "yes");
    }

    fn i6_a_hint_that_several_people_share_shows_the_data_of_none(world) {
        for (name, device) in [("anna", "d-1"), ("bo", "d-2"), ("bo", "d-1")] {
            assert_eq!(world.find(&format!("device:{device}")).is_some(), device == "d-1" && name == "bo");
            let who = json!({ "email": format!("{name}@example.com"), "device": device });
            world.tell(&who, "newsletters", "consent");
            let found = world.find(&format!("device:{device}"));
            assert_eq!(found.is_some(), (name, device) != ("bo", "d-1"), "{name} {device}");
        }
        ask(world, "anna@example.com", "hello");
        assert_eq!(shown(world, &json!({ "device": "d-1" })), 0);
        assert_eq!(world.find("device:d-2"), world.find("email:bo@example.com"));
        assert_eq!(world.may(&json!({ "device": "d-1" }), "newsletters"), "no_consent");
    }

    fn i6_what_is_known_by_hints_alone_stays_apart_from_who_is_named_later(world) {
        let device = json!({ "device": "d-1" });
        let log = |who: &Value| {
            let ip = who["ip"].as_str().unwrap_or("198.51.100.1");
            let fields = json!({ "traffic": "sign-in", "ip": ip, "device": who["device"] });
            world.add("security.log", who, &fields, &json!({}))
        };
        log(&device);
        log(&device);
        assert_eq!(shown(world, &device), 2);
        let anna = json!({ "email": "anna@example.com", "device": "d-1" });
        log(&anna);
        assert_eq!(shown(world, &anna), 1);
        assert_eq!(shown(world, &device), 0, "the device is not one person's alone");
        // What comes by the device alone still goes where it went before.
        log(&device);
        assert_eq!(shown(world, &anna), 1);
        let network = json!({ "device": "d-2", "ip": "192.0.2.1" });
        log(&network);
        log(&network);
        assert_eq!(shown(world, &network), 2);
        log(&json!({ "device": "d-3", "ip": "192.0.2.1" }));
        assert_eq!(shown(world, &json!({ "device": "d-3" })), 1);
        assert_eq!(shown(world, &json!({ "ip": "192.0.2.1" })), 0);
    }

    fn i1_whoever_opted_out_stays_opted_out_under_a_new_address(world) {
        let old = email("anna");
        world.tell(&old, "profiling", "object");
        let both = json!({ "email": "anna@example.com", "login": "anna" });
        world.tell(&both, "support", "restrict");
        // The person is erased: the choice outlives them under both names.
        let subject = world.find("login:anna").unwrap();
        let bucket = world.ombud.store.bucket_of(subject);
        for hash in world.write(bucket, move |tx| tx.erase_subject(subject)) {
            world.write(hash.bucket(), move |tx| tx.forget_identity(hash, subject));
        }
        let login = json!({ "login": "anna" });
        assert_eq!(world.find("login:anna"), None);
        assert_eq!(world.may(&login, "profiling"), "objected_to_marketing");
        // And under a third, given together with one of them by someone who seems new.
        let third = json!({ "login": "anna", "phone": "+47 22 00 00 00" });
        world.tell(&third, "support", "restrict");
        let phone = json!({ "phone": "+47 22 00 00 00" });
        assert_eq!(world.may(&phone, "profiling"), "objected_to_marketing");
    }
}
