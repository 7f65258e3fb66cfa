//! Sweeps that are interrupted, repeated, or overtaken.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::StatusCode;
use ombud::flow::sweep::Swept;
use ombud::job::sweep_once;
use ombud::web::Metrics;
use ombud_store::{Plan, PlanId, PlanItem, StoreError, Tx};
use serde_json::json;

use crate::harness::{World, email};

/// Leaves what a crash leaves: a plan stored, nothing carried out.
fn crash(world: &World) {
    leave(world, "erase", false);
}

/// Leaves a plan to do this with what is due; perhaps one that says it was carried out, and lies.
fn leave(world: &World, verb: &'static str, done: bool) {
    let now = world.now();
    let version = world.ombud.book.version.clone();
    let plan = move |tx: &mut Tx<'_>| -> Result<usize, StoreError> {
        let clocks = tx.due_clocks(now, 1_000)?.into_iter();
        let items: Vec<PlanItem> = clocks
            .map(|clock| PlanItem {
                due_at: clock.due_at.unwrap(),
                key: clock.key,
                action: json!({ "verb": verb }).to_string(),
            })
            .collect();
        let count = items.len();
        let mut plan = Plan {
            id: PlanId::from_bytes([7; 16]),
            statement: version.clone(),
            swept_at: now,
            items,
            reached: 0,
            overtaken: BTreeSet::new(),
        };
        tx.save_plan(&plan)?;
        if done {
            plan.reached = count;
            tx.save_reached(&plan)?;
        }
        Ok(count)
    };
    let subject = world.find("email:anna@example.com").unwrap();
    assert_eq!(world.write(world.ombud.store.bucket_of(subject), plan), 1);
}

on_both! {
    fn i8_what_comes_due_by_a_call_wakes_the_sweep(world) {
        let anna = email("anna");
        let fields = json!({ "name": "Anna", "email": "anna@example.com", "course": "c-1" });
        let (record, _) = world.add("webinars.registration", &anna, &fields, &json!({}));
        let ended = |at: &str| {
            let told = json!({ "subject": anna, "collection": "webinars.registration", "anchor": "course_end", "at": at });
            let answer = world.post("/anchors", &told);
            assert_eq!(answer.body["clocks"], 1, "{}", answer.body);
        };
        ended("2020-01-01T08:00:00Z");
        assert!(world.woken(), "its time has passed");
        world.tell(&anna, "webinars", "restrict");
        assert!(!world.woken());
        ended("2020-01-02T08:00:00Z");
        assert!(!world.woken(), "what is held waits");
        world.tell(&anna, "webinars", "lift");
        assert!(world.woken(), "what came due meanwhile");
        ended("2026-03-01T08:00:00Z");
        assert!(!world.woken(), "it is kept for longer now");
        assert!(world.holds(&record));
    }

    fn i5_a_plan_that_a_crash_left_is_finished_by_the_next_sweep(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        world.go("2030-01-01T00:00:00Z");
        crash(world);
        assert!(world.holds(&record));
        let swept = world.sweep();
        assert_eq!((swept.erased, swept.remaining), (1, 0));
        assert!(!world.holds(&record));
        assert_eq!(world.sweep(), Swept::default());
    }

    fn p5_4_a_restriction_takes_a_record_out_of_a_plan_that_a_crash_left(world) {
        let anna = email("anna");
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &anna, &fields, &json!({}));
        world.go("2030-01-01T00:00:00Z");
        crash(world);
        world.tell(&anna, "support", "restrict");
        assert_eq!(world.sweep().erased, 0);
        assert!(world.holds(&record));
        world.tell(&anna, "newsletters", "consent");
        assert_eq!(world.sweep().erased, 0);
        world.go("2030-01-02T00:00:00Z");
        world.tell(&anna, "support", "lift");
        assert_eq!(world.sweep().erased, 1);
        assert!(!world.holds(&record));
    }

    fn i2_activity_takes_a_record_out_of_a_plan_that_a_crash_left(world) {
        let anna = email("anna");
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &anna, &fields, &json!({}));
        world.go("2030-01-01T00:00:00Z");
        crash(world);
        let told = json!({ "record": record, "anchor": "last_correspondence", "at": world.now() });
        assert_eq!(world.post("/anchors", &told).status, StatusCode::OK);
        assert_eq!(world.sweep().erased, 0);
        assert!(world.holds(&record));
    }

    /// What was planned is decided once more when it is done: a plan of other rules is not carried out.
    fn i2_a_plan_that_the_rules_do_not_make_any_more_is_made_anew(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        world.go("2030-01-01T00:00:00Z");
        leave(world, "wait", false);
        let swept = world.sweep();
        assert_eq!((swept.due, swept.erased, swept.remaining), (1, 1, 0));
        assert!(!world.holds(&record));
    }

    /// A plan that claims to be done is read back all the same; that something was left is told, and
    /// stops nothing else.
    fn i3_what_says_that_it_was_erased_is_read_back(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        world.go("2030-01-01T00:00:00Z");
        leave(world, "erase", true);
        let swept = world.sweep();
        assert_eq!((swept.due, swept.erased, swept.remaining), (1, 1, 1));
        assert!(!world.holds(&record));
        assert_eq!(world.sweep(), Swept::default());
    }

    fn i2_a_dry_run_touches_nothing(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        world.go("2030-01-01T00:00:00Z");
        let dry = world.wait(world.ombud.sweep_dry(world.now())).unwrap();
        assert_eq!(dry.erased, 1);
        assert!(world.holds(&record));
        assert_eq!(world.sweep().erased, dry.erased);
    }
}

#[test]
fn a_sweep_is_counted_whoever_asks_for_it() {
    let world = World::sqlite();
    let fields = json!({ "email": "anna@example.com", "message": "hello" });
    let (_, due) = world.add("support.inquiry", &email("anna"), &fields, &json!({}));
    world.go_near(due.unwrap(), 0);
    let metrics = Arc::new(Metrics::new());
    let swept = world.wait(sweep_once(&world.ombud, world.now(), &metrics));
    assert_eq!(swept.unwrap().erased, 1);
    let figures = world.figures(metrics);
    for line in [
        "ombud_sweep_ended_total{action=\"erased\"} 1",
        "ombud_sweep_lag_seconds 0.0",
        "ombud_sweep_failures_total 0",
    ] {
        assert!(figures.contains(line), "{line}: {figures}");
    }
}
