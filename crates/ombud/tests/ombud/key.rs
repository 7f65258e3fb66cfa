//! Keys of applications: bound to activities and rights, refused alike, revoked for good.

use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use ombud_core::access::{Access, Reach};
use serde_json::json;

use crate::harness::{Answer, World, email};

/// A key that may read and write these activities.
fn key(world: &World, name: &str, read: &str, write: &str) -> String {
    let access = Access {
        read: Reach::parse(read),
        write: Reach::parse(write),
    };
    let token = world.wait(world.ombud.add_key(name, &access, world.now()));
    token.unwrap().unwrap().secret().to_owned()
}

fn ask(world: &World, key: &str, method: Method, path: &str, body: &serde_json::Value) -> Answer {
    let bearer = format!("Bearer {key}");
    world.raw(
        method,
        path,
        &[("authorization", &bearer)],
        &body.to_string(),
    )
}

on_both! {
    fn i6_a_key_for_newsletters_cannot_read_applications(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        let newsletters = key(world, "mailer", "newsletters", "newsletters");
        let path = format!("/records/{record}");
        for (method, body) in [(Method::GET, json!({})), (Method::PATCH, json!({ "message": "x" })), (Method::DELETE, json!({}))] {
            let refused = ask(world, &newsletters, method, &path, &body);
            assert_eq!(refused.status, StatusCode::NOT_FOUND);
            let absent = ask(world, &newsletters, Method::GET, "/records/00000000-0000-7000-8000-000000000000", &body);
            assert_eq!(refused.body, absent.body, "what is there stays unsaid");
        }
        assert!(world.holds(&record));

        let question = json!({ "subject": email("anna"), "activity": "support" });
        let refused = ask(world, &newsletters, Method::POST, "/may", &question);
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let unknown = json!({ "subject": email("nobody"), "activity": "no such" });
        let unknown = ask(world, &newsletters, Method::POST, "/may", &unknown);
        assert_eq!(refused.body, unknown.body, "declared or not, known or not");
        let question = json!({ "subject": email("anna"), "activity": "newsletters" });
        assert_eq!(ask(world, &newsletters, Method::POST, "/may", &question).status, StatusCode::OK);
    }

    fn i6_standings_of_other_activities_are_left_out(world) {
        world.tell(&email("anna"), "newsletters", "consent");
        world.tell(&email("anna"), "profiling", "consent");
        let mailer = key(world, "mailer", "newsletters", "");
        let who = json!({ "subject": email("anna") });
        let shown = ask(world, &mailer, Method::POST, "/standing", &who).body;
        let shown = shown["standings"].as_array().unwrap();
        assert!(shown.iter().all(|one| one["activity"] != "profiling"), "{shown:?}");
        assert!(shown.iter().any(|one| one["activity"] == "newsletters"));
    }

    fn i6_a_key_that_writes_need_not_read(world) {
        let form = key(world, "form", "", "support");
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let record = json!({ "collection": "support.inquiry", "subject": email("anna"), "fields": fields });
        let stored = ask(world, &form, Method::POST, "/records", &record);
        assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.body);
        let path = format!("/records/{}", stored.body["record"].as_str().unwrap());
        assert_eq!(ask(world, &form, Method::GET, &path, &json!({})).status, StatusCode::NOT_FOUND);
        let act = json!({ "subject": email("anna"), "activity": "newsletters", "act": "consent", "language": "nb", "channel": "form" });
        assert_eq!(ask(world, &form, Method::POST, "/ledger", &act).status, StatusCode::FORBIDDEN);
    }

    fn i6_a_revoked_or_renewed_key_works_no_more(world) {
        let question = json!({ "subject": email("anna"), "activity": "newsletters" });
        let may = |key: &str| ask(world, key, Method::POST, "/may", &question).status;
        let old = key(world, "mailer", "newsletters", "");
        assert_eq!(may(&old), StatusCode::OK);
        let renewed = world.wait(world.ombud.renew_key("mailer", world.now())).unwrap().unwrap();
        world.go_near(world.now() + SignedDuration::from_secs(1), 0);
        assert_eq!(may(&old), StatusCode::UNAUTHORIZED);
        assert_eq!(may(renewed.secret()), StatusCode::OK);
        assert!(world.wait(world.ombud.revoke_key("mailer", world.now())).unwrap());
        world.go_near(world.now() + SignedDuration::from_secs(1), 0);
        assert_eq!(may(renewed.secret()), StatusCode::UNAUTHORIZED);
        assert!(world.wait(world.ombud.renew_key("mailer", world.now())).unwrap().is_none());
        let again = world.wait(world.ombud.add_key("mailer", &Access::default(), world.now()));
        assert!(again.unwrap().is_none(), "a name tells one application for good");
    }

    fn i6_no_key_is_stored_in_clear(world) {
        let secret = key(world, "mailer", "*", "*");
        let keys = world.wait(world.ombud.keys()).unwrap();
        assert!(!format!("{keys:?}").contains(secret.strip_prefix("ombud_").unwrap()));
    }
}
