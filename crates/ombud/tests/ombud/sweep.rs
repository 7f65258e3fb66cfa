//! Sweeps that are interrupted, repeated, or overtaken.

use axum::http::StatusCode;
use ombud::flow::sweep::Swept;
use ombud_store::{Digest, Plan, PlanId, PlanItem, StoreError, Tx};
use serde_json::json;

use crate::harness::{World, email};

/// Leaves what a crash leaves: clocks claimed and a plan stored, nothing carried out.
fn crash(world: &World) {
    let now = world.now();
    let version = world.ombud.book.version.clone();
    let plan = move |tx: &mut Tx<'_>| -> Result<usize, StoreError> {
        if !tx.has_due(now)? {
            return Ok(0);
        }
        let id = PlanId::from_bytes([7; 16]);
        let items = tx.claim_due(id, now)?.into_iter();
        let items = items.map(|clock| PlanItem {
            due_at: clock.due_at.unwrap(),
            key: clock.key,
            action: json!({ "verb": "erase" }).to_string(),
            outcome: None,
            records: 0,
        });
        let items: Vec<PlanItem> = items.collect();
        let digest = Digest::from_bytes([0; 32]);
        let plan = Plan {
            id,
            statement: version.clone(),
            swept_at: now,
            digest,
        };
        tx.save_plan(&plan, &items)?;
        Ok(items.len())
    };
    let subject = world.find("email:anna@example.com").unwrap();
    assert_eq!(world.write(world.ombud.store.bucket_of(subject), plan), 1);
}

on_both! {
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
