//! Periods of the statement, each to the millisecond: midnight in Oslo after the last day.

use axum::http::Method;
use serde_json::json;

use crate::harness::{World, at, email};

on_both! {
    fn p3_2_5_a_profile_goes_one_year_after_the_last_activity(world) {
        let anna = email("anna");
        world.tell(&anna, "profiling", "consent");
        let fields = json!({ "interests": ["chairs"], "interest_profile": "office" });
        world.add("profiling.profile", &anna, &fields, &json!({}));
        let (second, _) = world.add("profiling.profile", &anna, &fields, &json!({}));
        world.go("2026-06-15T12:00:00Z");
        assert_eq!(world.anchor(&anna, "profiling.profile", "last_activity"), 1);
        world.go("2027-06-15T21:59:59.999Z");
        assert_eq!(world.sweep().due, 0);
        assert!(world.holds(&second));
        world.go("2027-06-15T22:00:00Z");
        assert_eq!(world.sweep().erased, 2);
        assert!(!world.holds(&second));
    }

    fn p3_2_5_a_record_new_after_the_period_does_not_go_with_the_old_ones(world) {
        let anna = email("anna");
        world.tell(&anna, "profiling", "consent");
        let fields = json!({ "interests": ["chairs"], "interest_profile": "office" });
        let (old, _) = world.add("profiling.profile", &anna, &fields, &json!({}));
        world.go("2028-01-01T12:00:00Z");
        let (new, due) = world.add("profiling.profile", &anna, &fields, &json!({}));
        assert_eq!(due, Some(at("2029-01-01T23:00:00Z")));
        assert_eq!(world.sweep().erased, 1);
        assert!(!world.holds(&old));
        assert!(world.holds(&new));
    }

    fn p3_3_3_an_application_goes_twelve_months_after_the_deadline(world) {
        let fields = json!({ "name": "A", "email": "anna@example.com", "application": "hello" });
        let deadline = json!({ "application_deadline": "2026-05-15T10:00:00Z" });
        let (record, due) = world.add("recruitment.application", &email("anna"), &fields, &deadline);
        world.goes_at(&record, due, "2027-05-15T22:00:00Z");
    }

    fn p3_3_3_an_application_goes_when_the_process_ends(world) {
        let anna = email("anna");
        let fields = json!({ "name": "A", "email": "anna@example.com", "application": "hello" });
        let deadline = json!({ "application_deadline": "2026-05-15T10:00:00Z" });
        let (record, _) = world.add("recruitment.application", &anna, &fields, &deadline);
        world.go("2026-06-20T10:00:00Z");
        world.anchor(&anna, "recruitment.application", "process_end");
        world.go("2026-06-21T10:00:00Z");
        world.sweep();
        assert!(!world.holds(&record));
    }

    fn p3_4_2_a_security_log_goes_three_years_after_the_last_activity(world) {
        let fields = json!({ "traffic": "sign-in", "ip": "192.0.2.1" });
        let (record, due) = world.add("security.log", &email("anna"), &fields, &json!({}));
        world.goes_at(&record, due, "2029-04-01T22:00:00Z");
    }

    fn p3_4_2_an_activity_counts_however_it_is_spelled(world) {
        let fields = json!({ "traffic": "sign-in", "ip": "192.0.2.1" });
        let spelled = [("anna", "last activity"), ("bo", "last_activity")].map(|(person, spelling)| {
            let who = email(person);
            let told = json!({ spelling: "2024-01-01T00:00:00Z" });
            let (record, due) = world.add("security.log", &who, &fields, &told);
            assert_eq!(due, Some(at("2027-01-01T23:00:00Z")), "{spelling}");
            assert_eq!(world.anchor(&who, "security.log", spelling), 1);
            record
        });
        world.go_near(at("2029-04-01T22:00:00Z"), -1);
        world.sweep();
        assert!(spelled.iter().all(|record| world.holds(record)));
        world.go("2029-04-01T22:00:00Z");
        assert_eq!(world.sweep().erased, 2);
    }

    fn p3_5_1_a_contact_person_comes_in_by_legitimate_interest(world) {
        let anna = email("anna");
        let fields = json!({ "name": "A", "email": "anna@example.com" });
        assert_eq!(world.may(&anna, "customers"), "no_basis");
        let state = json!({ "contact_person": "2026-03-01T10:00:00Z" });
        let (record, due) = world.add("customers.account", &anna, &fields, &state);
        assert_eq!(world.may(&anna, "customers"), "yes");
        world.goes_at(&record, due, "2029-04-01T22:00:00Z");
        assert_eq!(world.may(&anna, "customers"), "no_basis");
    }

    fn p3_5_2_an_invoice_is_reduced_and_then_erased(world) {
        let anna = email("anna");
        let fields = json!({
            "number": "1001", "issued_on": "2026-03-14", "amount": 1200, "buyer": "A",
            "bought": ["licence"], "email": "anna@example.com",
        });
        let anchors = json!({ "party": "2026-03-01T10:00:00Z", "issued": "2026-03-14T11:00:00Z" });
        let (record, due) = world.add("customers.invoice", &anna, &fields, &anchors);
        assert_eq!(due, Some(at("2029-04-01T22:00:00Z")));
        world.go("2029-04-01T22:00:00Z");
        assert_eq!(world.may(&anna, "customers"), "retention_passed");
        let swept = world.sweep();
        assert_eq!((swept.reduced, swept.erased), (1, 0));
        let path = format!("/records/{record}");
        let refused = world.get(&path);
        assert_eq!((refused.status.as_u16(), &refused.body["type"]), (403, &json!("/problems/retention_passed")));
        let held = json!({ "number": "1001", "issued_on": "2026-03-14", "amount": 1200, "buyer": "A" });
        let left = |world: &World| world.get(&format!("{path}?only_for=bookkeeping")).body["fields"].clone();
        assert_eq!(left(world), held);
        assert_eq!(world.get(&format!("{path}?only_for=marketing")).status.as_u16(), 403);
        assert_eq!(world.get(&format!("{path}?use=own_request")).status.as_u16(), 200);
        assert_eq!(world.may(&anna, "customers"), "retention_passed", "held for bookkeeping alone");
        let back = world.call(Method::PATCH, &path, Some(&json!({ "bought": ["licence"] })));
        assert_eq!(back.body["refusals"][0]["reason"], "undeclared_field", "what was erased stays so");
        let righted = world.call(Method::PATCH, &path, Some(&json!({ "buyer": "B" })));
        assert_eq!(righted.status.as_u16(), 204, "Article 16 reaches what is held");
        assert_eq!(left(world)["buyer"], "B");
        world.anchor(&anna, "customers.invoice", "last_activity");
        assert_eq!(world.may(&anna, "customers"), "retention_passed", "only the law's copy is left");
        world.go("2031-12-31T22:59:59.999Z");
        assert_eq!(world.sweep().erased, 0);
        world.go("2031-12-31T23:00:00Z");
        assert_eq!(world.sweep().erased, 1);
        assert!(!world.holds(&record));
    }

    fn p3_5_2_a_reduced_invoice_ends_once_its_date_is_told(world) {
        let anna = email("anna");
        let fields = json!({
            "number": "1002", "issued_on": "2026-03-14", "amount": 10, "buyer": "A",
            "email": "anna@example.com",
        });
        let state = json!({ "party": "2026-03-01T10:00:00Z" });
        let (record, _) = world.add("customers.invoice", &anna, &fields, &state);
        world.go("2032-06-01T00:00:00Z");
        assert_eq!(world.sweep().reduced, 1);
        assert!(world.holds(&record));
        let told = json!({ "record": record, "anchor": "issued", "at": "2026-03-14T11:00:00Z" });
        assert_eq!(world.post("/anchors", &told).body["clocks"], 1);
        assert_eq!(world.sweep().erased, 1);
        assert!(!world.holds(&record));
    }

    fn p3_7_2_usage_is_counted_into_statistics_after_three_years(world) {
        let fields = json!({ "software": "payroll", "content": "read" });
        let (record, due) = world.add("improvement.usage", &email("anna"), &fields, &json!({}));
        assert_eq!(due, Some(at("2029-04-01T22:00:00Z")));
        world.go("2029-04-01T22:00:00Z");
        assert_eq!(world.sweep().gathering, 1);
        assert!(!world.holds(&record));
    }

    fn p3_7_4_a_chat_goes_after_three_months(world) {
        let fields = json!({ "ip": "192.0.2.1", "messages": "hello" });
        let visitor = json!({ "ip": "192.0.2.1" });
        let (record, due) = world.add("website-chat.conversation", &visitor, &fields, &json!({}));
        world.goes_at(&record, due, "2026-07-01T22:00:00Z");
    }

    fn p3_8_2_an_inquiry_goes_three_years_after_the_last_correspondence(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, due) = world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        world.goes_at(&record, due, "2029-04-01T22:00:00Z");
    }

    fn p3_9_2_a_user_test_goes_after_two_years(world) {
        let anna = email("anna");
        world.tell(&anna, "user-tests", "consent");
        let fields = json!({ "name": "A", "email": "anna@example.com" });
        let (record, due) = world.add("user-tests.test", &anna, &fields, &json!({}));
        world.goes_at(&record, due, "2028-04-01T22:00:00Z");
    }

    fn p3_10_3_an_answer_to_a_survey_goes_after_three_years(world) {
        let fields = json!({ "score": 9, "email": "anna@example.com", "product": "payroll" });
        let (record, due) = world.add("feedback.response", &email("anna"), &fields, &json!({}));
        world.goes_at(&record, due, "2029-04-01T22:00:00Z");
    }
}
