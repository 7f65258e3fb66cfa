//! The promise board says what the data says.

use axum::http::{Method, StatusCode};
use ombud_store::{Place, StoreError};
use serde_json::json;

use crate::harness::email;

on_both! {
    fn p3_2_5_the_board_breaks_after_the_lag_and_mends_with_the_sweep(world) {
        let anna = email("anna");
        // Without an objection nothing proves the right to one.
        world.tell(&email("bo"), "profiling", "object");
        world.tell(&anna, "profiling", "consent");
        let fields = json!({ "interests": ["chairs"], "interest_profile": "office" });
        world.add("profiling.profile", &anna, &fields, &json!({}));
        world.go("2027-04-01T23:00:00Z");
        assert_eq!(world.promise("P3.2.5").0, "kept", "the sweep has an hour");
        world.go("2027-04-01T23:00:01Z");
        let (verdict, figures) = world.promise("P3.2.5");
        assert_eq!(verdict, "broken");
        assert_eq!(figures["overdue"], 1);
        world.sweep();
        assert_eq!(world.promise("P3.2.5").0, "unproven", "nothing is left to measure");
    }

    fn p3_1_3_a_withdrawal_breaks_nothing_before_the_sweep_had_its_time(world) {
        let anna = email("anna");
        world.tell(&anna, "newsletters", "consent");
        let fields = json!({ "email": "anna@example.com" });
        world.add("newsletters.subscription", &anna, &fields, &json!({}));
        world.go("2026-04-02T08:00:00Z");
        world.tell(&anna, "newsletters", "withdraw");
        assert_eq!(world.promise("P3.1.3").0, "kept");
        world.go("2026-04-02T09:00:01Z");
        let (verdict, figures) = world.promise("P3.1.3");
        assert_eq!((verdict.as_str(), &figures["after_opt_out"]), ("broken", &json!(1)));
        assert_eq!(world.promise("P3.1.1").0, "kept");
        world.sweep();
        assert_eq!(world.promise("P3.1.3").0, "kept");
    }

    fn p3_2_5_activity_keeps_an_old_record_young(world) {
        let anna = email("anna");
        // Without an objection nothing proves the right to one.
        world.tell(&email("bo"), "profiling", "object");
        world.tell(&anna, "profiling", "consent");
        let fields = json!({ "interests": ["chairs"], "interest_profile": "office" });
        world.add("profiling.profile", &anna, &fields, &json!({}));
        for year in [2027, 2028] {
            world.go(&format!("{year}-03-15T08:00:00Z"));
            world.anchor(&anna, "profiling.profile", "last_activity");
        }
        let (verdict, figures) = world.promise("P3.2.5");
        assert_eq!(verdict, "kept");
        assert_eq!(figures["oldest"], "2028-03-14T23:00:00Z", "midnight in Oslo");
    }

    fn i2_what_is_restricted_is_exempt_and_shown(world) {
        let anna = email("anna");
        let fields = json!({ "traffic": "sign-in", "ip": "192.0.2.1" });
        world.add("security.log", &anna, &fields, &json!({}));
        world.tell(&anna, "security", "restrict");
        world.go("2035-01-01T00:00:00Z");
        let (verdict, figures) = world.promise("P3.4.2");
        assert_eq!((verdict.as_str(), &figures["exempt"]), ("kept", &json!(1)));
    }

    fn i8_a_field_that_the_statement_no_longer_declares_breaks_its_promise(world) {
        let anna = email("anna");
        let fields = json!({ "email": "anna@example.com", "message": "hello", "phone": "+4700000001" });
        world.add("support.inquiry", &anna, &fields, &json!({}));
        assert_eq!(world.promise("P3.8.1").0, "kept");
        let phone = "phone   = {";
        let narrower = world.under(&[("activities/support.toml", phone, "mobile  = {")]);
        let board = world.wait(narrower.board(world.now())).unwrap();
        let row = board.promises.iter().find(|row| row.id == "P3.8.1").unwrap();
        assert_eq!(row.verdict, ombud_core::board::Verdict::Broken);
    }

    /// Half of its people would break promises, and be told so for a minute after all are there.
    fn a_demonstration_is_not_measured_before_it_is_whole(world) {
        for (whole, status) in [(false, StatusCode::SERVICE_UNAVAILABLE), (true, StatusCode::OK)] {
            let mark = world.ombud.store.write::<_, StoreError, _>("mark", Place::Home, move |tx| {
                tx.save_demonstration(whole)
            });
            mark.wait().unwrap();
            for path in ["/board", "/forecast"] {
                assert_eq!(world.call(Method::GET, path, None).status, status, "{path}");
            }
        }
    }
}
