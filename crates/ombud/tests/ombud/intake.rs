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

    fn a_body_that_does_not_fit_is_told_what_would(world) {
        let told = |path: &str, body| world.post(path, &body).body["detail"].as_str().unwrap().to_owned();
        let anna = email("anna");
        let act = told("/ledger", json!({ "subject": anna, "activity": "newsletters", "act": "consnt" }));
        assert!(act.starts_with("the value of `act` does not fit; expected one of `consent`,"), "{act}");
        let used = told("/may", json!({ "subject": anna, "activity": "newsletters", "use": "x" }));
        assert!(used.contains("`use`") && used.contains("`legal_claims`"), "{used}");
        let key = told("/may", json!({ "subject": anna, "activity": "newsletters", "anna@example.com": 1 }));
        assert!(key.starts_with("a key is not expected here; expected one of `subject`,"), "{key}");
        let absent = told("/may", json!({ "subject": anna }));
        assert!(absent.starts_with("the key `activity` is missing"), "{absent}");
        for said in [act, used, key, absent] {
            assert!(!said.contains("anna") && !said.contains("consnt"), "{said}");
        }
        let (_, line) = world.lines("/may/batch", "{\"subject\":{\"email\":\"anna@example.com\"},\"use\":\"x\"}\n");
        assert!(line.contains("the value of `use` does not fit") && !line.contains("anna"), "{line}");
    }

    fn i6_what_is_stored_on_a_choice_names_the_person_whose_choice_it_is(world) {
        let anna = email("anna");
        world.tell(&anna, "newsletters", "consent");
        let add = |fields| {
            let record = json!({
                "collection": "newsletters.subscription", "subject": anna, "fields": fields,
            });
            world.post("/records", &record)
        };
        let bo = add(json!({ "email": "bo@example.com" }));
        assert_eq!(bo.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(bo.body["refusals"][0]["reason"], "another_identity");
        assert!(!bo.body.to_string().contains("@example.com"));
        let wrong = add(json!({ "email": "not-an-email" }));
        assert_eq!(wrong.body["refusals"][0]["reason"], "not_an_identity");
        assert!(!wrong.body.to_string().contains("not-an-email"));
        assert_eq!(add(json!({ "email": "anna@EXAMPLE.com" })).status, StatusCode::CREATED);
    }

    fn i6_an_identity_in_a_record_is_one_more_of_its_person(world) {
        let login = json!({ "login": "anna" });
        let inquiry = |who: &serde_json::Value, address: &str| {
            let record = json!({
                "collection": "support.inquiry", "subject": who,
                "fields": { "email": address, "message": "hello" },
            });
            world.post("/records", &record)
        };
        assert_eq!(inquiry(&login, "anna@example.com").status, StatusCode::CREATED);
        let subject = world.find("login:anna");
        assert!(subject.is_some());
        assert_eq!(world.find("email:anna@example.com"), subject);
        // What is told by one of them counts for the other.
        world.tell(&email("anna"), "profiling", "object");
        assert_eq!(world.may(&login, "profiling"), "objected_to_marketing");
        // And what is another person's already is refused.
        inquiry(&email("bo"), "bo@example.com");
        let refused = inquiry(&login, "bo@example.com");
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(world.find("email:bo@example.com").is_some_and(|bo| Some(bo) != subject));
    }

    fn i6_a_hint_in_a_record_tells_nothing_of_whoever_shares_it(world) {
        let log = |who: &serde_json::Value| {
            let fields = json!({ "traffic": "sign-in", "ip": "192.0.2.1" });
            world.add("security.log", who, &fields, &json!({}));
        };
        log(&email("anna"));
        log(&email("bo"));
        assert_ne!(world.find("email:anna@example.com"), world.find("email:bo@example.com"));
        assert_eq!(world.find("ip:192.0.2.1"), None);
        let record = json!({
            "collection": "security.log", "subject": email("anna"),
            "fields": { "traffic": "sign-in", "ip": "banana" },
        });
        assert_eq!(world.post("/records", &record).body["refusals"][0]["reason"], "not_an_identity");
    }

    fn p5_2_a_new_address_is_one_more_of_the_person_and_never_anothers(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        let fields = json!({ "email": "bo@example.com", "message": "hello" });
        world.add("support.inquiry", &email("bo"), &fields, &json!({}));
        let path = format!("/records/{record}");
        let change = |address: &str| {
            let body = json!({ "email": address });
            world.call(axum::http::Method::PATCH, &path, Some(&body)).status
        };
        assert_eq!(change("anna"), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(change("bo@example.com"), StatusCode::CONFLICT);
        assert_eq!(world.get(&path).body["fields"]["email"], "anna@example.com");
        assert_eq!(change("anna.berg@example.com"), StatusCode::NO_CONTENT);
        let anna = world.find("email:anna@example.com");
        assert_eq!(world.find("email:anna.berg@example.com"), anna);
        assert!(anna.is_some());
    }

    fn i8_what_is_past_its_time_is_not_taken_in(world) {
        let inquiry = |who: &serde_json::Value, collected: &str| {
            let record = json!({
                "collection": "support.inquiry", "subject": who,
                "fields": { "email": "anna@example.com", "message": "hello" }, "anchors": { "collection": collected },
            });
            world.post("/records", &record)
        };
        let anna = json!({ "login": "anna" });
        let refused = inquiry(&anna, "2020-01-01T08:00:00Z");
        assert_eq!((refused.status, &refused.body["type"]), (StatusCode::FORBIDDEN, &json!("/problems/retention_passed")));
        assert_eq!(world.find("login:anna"), None, "nothing is left behind");
        assert_eq!(inquiry(&anna, "2026-04-01T08:00:00Z").status, StatusCode::CREATED);
        assert_eq!(inquiry(&anna, "2020-01-01T08:00:00Z").status, StatusCode::FORBIDDEN);
        let too = json!({ "login": "anna", "username": "anna.b", "device": "d-1" });
        assert_eq!(inquiry(&too, "2020-01-01T08:00:00Z").status, StatusCode::FORBIDDEN);
        let linked = [world.find("username:anna.b"), world.find("device:d-1")];
        assert_eq!(linked, [None, None], "nothing is linked to who is known either");
        // A sign-in that is told late hangs on the clock of those since.
        let fields = json!({ "traffic": "sign-in", "ip": "192.0.2.1" });
        let old = json!({ "last_activity": "2020-01-01T08:00:00Z" });
        let bo = email("bo");
        let record = json!({ "collection": "security.log", "subject": bo, "fields": fields, "anchors": old });
        assert_eq!(world.post("/records", &record).status, StatusCode::FORBIDDEN);
        world.add("security.log", &bo, &fields, &json!({}));
        assert_eq!(world.post("/records", &record).status, StatusCode::CREATED);
    }

    fn p5_2_a_wrong_address_is_taken_from_the_person_where_no_record_names_it(world) {
        let message = |address: &str| json!({ "email": address, "message": "hello" });
        let anna = json!({ "login": "anna" });
        let (record, _) = world.add("support.inquiry", &anna, &message("wrong@example.com"), &json!({}));
        let (other, _) = world.add("support.inquiry", &anna, &message("wrong@example.com"), &json!({}));
        world.tell(&anna, "newsletters", "consent");
        let subject = world.find("login:anna");
        let wrong = json!({ "email": "wrong@example.com" });
        let right = |record: &str, query: &str, address: &str| {
            let path = format!("/records/{record}{query}");
            world.call(axum::http::Method::PATCH, &path, Some(&json!({ "email": address }))).status
        };
        assert_eq!(right(&record, "?old_identity=banana", "right@example.com"), StatusCode::BAD_REQUEST);
        let query = "?old_identity=wrong";
        assert_eq!(right(&record, query, "right@example.com"), StatusCode::NO_CONTENT);
        // The other record still names it.
        assert_eq!(world.find("email:wrong@example.com"), subject);
        assert_eq!(right(&other, query, "right@example.com"), StatusCode::NO_CONTENT);
        assert_eq!(world.find("email:wrong@example.com"), None);
        assert_eq!(world.may(&wrong, "newsletters"), "no_consent");
        assert_eq!(world.find("email:right@example.com"), subject);
        assert_eq!(world.may(&json!({ "email": "right@example.com" }), "newsletters"), "yes");
        // Taken out, it is nobody's either.
        let phone = json!({ "email": "right@example.com", "message": "hello", "phone": "+4790000001" });
        let (called, _) = world.add("support.inquiry", &anna, &phone, &json!({}));
        assert_eq!(world.find("phone:+4790000001"), subject);
        let path = format!("/records/{called}?old_identity=wrong");
        let out = world.call(axum::http::Method::PATCH, &path, Some(&json!({ "phone": null })));
        assert_eq!(out.status, StatusCode::NO_CONTENT);
        assert_eq!(world.find("phone:+4790000001"), None);
        let path = format!("/records/{called}");
        world.call(axum::http::Method::DELETE, &path, None);
        // Whoever really owns it is another person.
        world.tell(&wrong, "newsletters", "consent");
        assert_ne!(world.find("email:wrong@example.com"), subject);
        // A wrong address that opted out stays opted out.
        let query = "?old_identity=wrong";
        world.tell(&anna, "profiling", "object");
        assert_eq!(right(&record, query, "third@example.com"), StatusCode::NO_CONTENT);
        assert_eq!(right(&other, query, "third@example.com"), StatusCode::NO_CONTENT);
        assert_eq!(world.find("email:right@example.com"), None);
        assert_ne!(world.may(&json!({ "email": "right@example.com" }), "profiling"), "yes");
        assert_ne!(world.may(&json!({ "email": "third@example.com" }), "profiling"), "yes");
    }

    fn i1_a_wrong_address_keeps_what_its_person_said_no_to(world) {
        let rows = [
            ("support", vec!["object"]),
            ("profiling", vec!["object"]),
            ("support", vec!["object", "uphold"]),
            ("support", vec!["restrict"]),
            ("newsletters", vec!["consent", "withdraw"]),
        ];
        for (number, (activity, acts)) in rows.into_iter().enumerate() {
            let address = format!("z{number}@example.com");
            let (wrong, anna) = (json!({ "email": address }), json!({ "login": format!("anna{number}") }));
            let course = json!({ "name": "Test Person", "email": address, "course": "Payroll" });
            let (record, _) = world.add("webinars.registration", &anna, &course, &json!({}));
            assert_eq!(world.may(&wrong, "support"), "yes");
            for act in &acts {
                world.tell(&anna, activity, act);
            }
            assert_ne!(world.may(&wrong, activity), "yes", "{acts:?}");
            let path = format!("/records/{record}?old_identity=wrong");
            let right = json!({ "email": format!("right{number}@example.com") });
            let done = world.call(axum::http::Method::PATCH, &path, Some(&right));
            assert_eq!(done.status, StatusCode::NO_CONTENT, "{done:?}");
            assert_eq!(world.find(&format!("email:{address}")), None);
            assert_ne!(world.may(&wrong, activity), "yes", "{acts:?}");
        }
    }

    fn p5_2_a_new_address_is_the_persons_before_the_record_says_so(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        let path = format!("/records/{record}");
        // Refused by the closed world: then the address is nobody's.
        let refused = json!({ "email": "new@example.com", "message": 7 });
        let refused = world.call(axum::http::Method::PATCH, &path, Some(&refused));
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(world.find("email:new@example.com"), None);
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
        let erased = world.call(axum::http::Method::DELETE, &path, None);
        assert_eq!((erased.status, &erased.body["done"]), (StatusCode::OK, &json!("erased")));
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
