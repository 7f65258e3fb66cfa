//! The closed world: what comes in, and that a refusal leaves nothing behind.

use axum::http::StatusCode;
use serde_json::json;

use crate::harness::email;

on_both! {
    fn i8_what_no_activity_declares_is_refused_and_leaves_nothing(world) {
        let anna = email("anna");
        let record = json!({
            "collection": "support.inquiry", "subject": anna,
            "fields": { "email": "anna@example.com", "message": "hello", "shoe_size": 41, "nane": "A" },
        });
        let refused = world.post("/records", &record);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.kind, "application/problem+json");
        assert_eq!(refused.body["article"], "GDPR Article 5(1)(c)");
        assert_eq!(refused.body["refusals"][0]["reason"], "undeclared_field");
        assert_eq!(refused.body["refusals"][1]["hint"], "did you mean `name`?");
        assert!(!refused.body.to_string().contains("41"), "no value is repeated");
        assert_eq!(world.find("email:anna@example.com"), None);
    }

    fn i8_a_collection_that_is_not_declared_is_named_with_the_nearest(world) {
        let record = json!({ "collection": "support.inquirey", "subject": email("anna"), "fields": {} });
        let refused = world.post("/records", &record);
        assert_eq!(refused.body["refusals"][0]["hint"], "did you mean `support.inquiry`?");
    }

    fn p3_1_1_nothing_is_stored_without_consent(world) {
        let record = json!({
            "collection": "newsletters.subscription", "subject": email("anna"),
            "fields": { "email": "anna@example.com" },
        });
        let refused = world.post("/records", &record);
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!(refused.kind, "application/problem+json");
        assert_eq!(refused.body["article"], "GDPR Article 6(1)(a)");
        assert_eq!(world.find("email:anna@example.com"), None);
    }

    fn i6_a_body_that_does_not_fit_is_answered_without_its_values(world) {
        let refused = world.post("/may", &json!({ "subject": { "email": "anna@example.com" }, "activity": 7, "x": "secret" }));
        assert_eq!(refused.kind, "application/problem+json");
        assert!(refused.status.is_client_error());
        assert!(!refused.body.to_string().contains("secret"));
        assert!(refused.body["hint"].is_string());
    }

    fn i8_an_identity_that_is_not_declared_is_refused(world) {
        let refused = world.post("/may", &json!({ "subject": { "shoe": "41" }, "activity": "support" }));
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body["hint"].is_string());
    }

    fn i8_an_activity_that_is_not_declared_is_answered_no(world) {
        assert_eq!(world.may(&email("anna"), "lottery"), "unknown_activity");
    }

    fn p5_2_a_record_is_rectified_within_the_closed_world(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        let path = format!("/records/{record}");
        let change = |body| world.call(axum::http::Method::PATCH, &path, Some(&body)).status;
        assert_eq!(change(json!({ "message": 7 })), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(change(json!({ "shoe_size": 41 })), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(change(json!({ "message": "goodbye" })), StatusCode::NO_CONTENT);
        assert_eq!(world.get(&path).body["fields"]["message"], "goodbye");
    }

    fn p5_3_a_record_is_erased_on_request(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        let path = format!("/records/{record}");
        assert_eq!(world.call(axum::http::Method::DELETE, &path, None).status, StatusCode::NO_CONTENT);
        assert!(!world.holds(&record));
        assert_eq!(world.call(axum::http::Method::DELETE, &path, None).status, StatusCode::NOT_FOUND);
    }

    fn i2_an_event_that_cannot_have_happened_yet_is_refused(world) {
        let anna = email("anna");
        let fields = json!({ "traffic": "sign-in", "ip": "192.0.2.1" });
        world.add("security.log", &anna, &fields, &json!({}));
        let told = json!({
            "subject": anna, "collection": "security.log", "anchor": "last_activity", "at": "2026-04-01T08:00:00.001Z",
        });
        let refused = world.post("/anchors", &told);
        assert_eq!(refused.body["refusals"][0]["reason"], "future_anchor");
    }
}
