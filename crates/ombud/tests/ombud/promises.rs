//! Every promise that data can break is broken in the data, past the flows, and the board says so.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use ombud_core::board::Verdict;
use ombud_core::standing::{Act, Standing};
use ombud_core::statement::model::{Field, FieldKind};
use ombud_store::{Clock, Place, Sql, StoreError, SubjectId, Value as Sealed};
use serde_json::{Map, Value, json};

use crate::harness::World;

/// The people of this world: one an activity, with one record in each of its collections.
fn settle(world: &World) -> BTreeMap<String, SubjectId> {
    let book = world.ombud.book.clone();
    for (id, rule) in &book.activities {
        let who = who(id);
        if rule.rule.bases.iter().any(|(basis, _)| basis.is_consent()) || id == "profiling" {
            world.tell(&who, id, "consent");
        }
        for name in &rule.collections {
            let declared = &book.collections[name].declared;
            let fields = declared.fields.iter().filter(|(_, field)| !field.optional);
            let fields: Map<String, Value> = fields
                .map(|(name, field)| (name.clone(), value(field, id)))
                .collect();
            let events = declared.events.keys().map(String::as_str);
            let events = events.filter(|event| *event != "process_end");
            let state = (id == "customers").then_some("contact_person");
            let anchors = events.chain(state);
            let anchors: Map<String, Value> = anchors
                .map(|name| (name.to_owned(), json!(world.now())))
                .collect();
            world.add(name, &who, &fields.into(), &anchors.into());
        }
    }
    let ids = book.activities.keys();
    ids.map(|id| {
        (
            id.clone(),
            world.find(&format!("email:{id}@example.com")).unwrap(),
        )
    })
    .collect()
}

fn who(id: &str) -> Value {
    json!({ "email": format!("{id}@example.com") })
}

fn value(field: &Field, id: &str) -> Value {
    match field.kind {
        FieldKind::Integer | FieldKind::Number => json!(7),
        FieldKind::Boolean => json!(true),
        FieldKind::Date => json!("2026-03-14"),
        FieldKind::Instant => json!("2026-03-14T08:00:00Z"),
        FieldKind::List => json!(["one"]),
        FieldKind::Text | FieldKind::FreeText | FieldKind::File => {
            match field.identity.as_deref() {
                Some("email") => json!(format!("{id}@example.com")),
                Some("ip") => json!("192.0.2.1"),
                // Everyone's own: the letters of the name, as digits.
                Some("phone") => {
                    let digits: String =
                        id.bytes().map(|letter| (letter % 10).to_string()).collect();
                    json!(format!("+47{digits:0<9.9}"))
                }
                Some(kind) => json!(format!("{kind}-{id}")),
                None => json!("words"),
            }
        }
    }
}

/// The verdicts of the board now.
fn verdicts(world: &World) -> BTreeMap<String, Verdict> {
    let board = world.wait(world.ombud.board(world.now())).unwrap();
    let rows = board.promises.into_iter();
    rows.map(|row| (row.id, row.verdict)).collect()
}

/// Exactly these promises turn from whole to broken.
fn breaks(world: &World, ids: &[&str], sabotage: impl FnOnce()) {
    let broken = |found: &BTreeMap<String, Verdict>| -> Vec<String> {
        let broken = found
            .iter()
            .filter(|(_, verdict)| **verdict == Verdict::Broken);
        broken.map(|(id, _)| id.clone()).collect()
    };
    assert_eq!(broken(&verdicts(world)), [""; 0], "whole before");
    sabotage();
    let mut want: Vec<&str> = ids.to_vec();
    want.sort_unstable();
    assert_eq!(broken(&verdicts(world)), want);
}

fn forge(world: &World, subject: SubjectId, activity: &str, standing: Standing) {
    let activity = activity.to_owned();
    let bucket = world.ombud.store.bucket_of(subject);
    world.write(bucket, move |tx| {
        tx.save_standing(subject, &activity, &standing, 9)
    });
}

fn standing(world: &World, activity: &str, acts: &[Act]) -> Standing {
    let scope = world.ombud.book.activities[activity].scope;
    let mut at = world.now();
    acts.iter().fold(Standing::default(), |standing, act| {
        at += SignedDuration::from_secs(1);
        standing.after(*act, at, scope)
    })
}

fn clocks(world: &World, subject: SubjectId, due: fn(Timestamp) -> Option<Timestamp>) {
    let now = world.now();
    world.write(world.ombud.store.bucket_of(subject), move |tx| {
        tx.clocks_of(subject)?.into_iter().try_for_each(|clock| {
            tx.save_clock(&Clock {
                due_at: due(now),
                ..clock
            })
        })
    });
}

fn everywhere(world: &World, place: Place, text: &'static str, values: &'static [Sealed]) {
    let sql = Sql {
        name: "TEST_TAMPER",
        text,
    };
    let write = world
        .ombud
        .store
        .write::<_, StoreError, _>("test.tamper", place, move |tx| tx.execute(&sql, values));
    assert!(write.wait().unwrap() > 0);
}

on_both! {
    fn p3_a_record_past_its_time_breaks_its_cap(world) {
        let people = settle(world);
        let ids = [
            "P3.2.5", "P3.3.3", "P3.4.2", "P3.5.2", "P3.6.2", "P3.7.2", "P3.7.4", "P3.7.6", "P3.8.2",
            "P3.8.5", "P3.9.2", "P3.10.3",
        ];
        breaks(world, &ids, || {
            for subject in people.values() {
                clocks(world, *subject, |now| Some(now - SignedDuration::from_hours(2)));
            }
        });
        // The sweep works the instants out again from the facts, and erases nothing.
        assert_eq!(world.sweep().erased, 0);
        breaks(world, &[], || {});
    }

    fn p3_an_instant_that_its_clock_does_not_come_to_breaks_the_cap(world) {
        let people = settle(world);
        let ids = [
            "P3.2.5", "P3.3.3", "P3.4.2", "P3.5.2", "P3.6.2", "P3.7.2", "P3.7.4", "P3.7.6", "P3.8.2",
            "P3.8.5", "P3.9.2", "P3.10.3",
        ];
        breaks(world, &ids, || {
            for subject in people.values() {
                clocks(world, *subject, |_| Some("2100-01-01T00:00:00Z".parse().unwrap()));
            }
            world.go("2031-04-01T08:00:00Z");
        });
    }

    fn p3_a_field_that_is_not_declared_breaks_the_closed_world(world) {
        let people = settle(world);
        let ids = [
            "P3.1.1", "P3.2.1", "P3.2.3", "P3.3.1", "P3.4.1", "P3.5.1", "P3.6.1", "P3.7.1", "P3.7.3",
            "P3.8.1", "P3.9.1", "P3.10.2",
        ];
        let now = world.now();
        breaks(world, &ids, || {
            for subject in people.values().copied() {
                world.write(world.ombud.store.bucket_of(subject), move |tx| {
                    for record in tx.records_of(subject, None, None, 10)? {
                        tx.rewrite_record(&record, br#"{"shoe_size":41}"#, now)?;
                    }
                    Ok(())
                });
            }
        });
    }

    fn p3_a_record_without_a_basis_breaks_its_promise(world) {
        let people = settle(world);
        let ids = [
            "P3.1.1", "P3.2.1", "P3.3.2", "P3.4.1", "P3.5.1", "P3.6.1", "P3.7.1", "P3.7.3", "P3.7.5",
            "P3.8.1", "P3.8.3", "P3.9.1", "P3.10.2",
        ];
        breaks(world, &ids, || {
            for (id, subject) in &people {
                forge(world, *subject, id, standing(world, id, &[Act::Object, Act::Uphold]));
            }
        });
    }

    fn i1_a_yes_after_a_withdrawal_breaks_every_promise_of_consent(world) {
        let people = settle(world);
        world.go("2026-04-01T09:00:00Z");
        let ids = ["P3.1.1", "P3.1.2", "P3.7.5", "P3.9.1", "P5.7"];
        breaks(world, &ids, || {
            for id in ["newsletters", "assistant", "user-tests"] {
                world.tell(&who(id), id, "withdraw");
                forge(world, people[id], id, standing(world, id, &[Act::Consent]));
                // As a defect would: nothing ends by the withdrawal either.
                clocks(world, people[id], |now| Some(now + SignedDuration::from_hours(1)));
            }
        });
    }

    fn i1_a_yes_after_an_objection_breaks_the_right_to_object(world) {
        let people = settle(world);
        let ids = ["P3.2.4", "P3.2.5", "P3.3.3", "P5.6"];
        breaks(world, &ids, || {
            for id in ["profiling", "recruitment"] {
                let consented = standing(world, id, &[Act::Consent]);
                world.tell(&who(id), id, "object");
                forge(world, people[id], id, consented);
                forge(world, people[id], "*", Standing::default());
            }
            let restored = |_: Timestamp| None;
            clocks(world, people["profiling"], restored);
        });
    }

    fn p3_1_3_what_is_left_after_an_opt_out_breaks_the_promise_to_delete(world) {
        let people = settle(world);
        let ids = [
            "P3.1.1", "P3.1.3", "P3.2.1", "P3.2.5", "P3.7.5", "P3.7.6", "P3.8.5", "P3.9.1", "P3.9.2",
        ];
        breaks(world, &ids, || {
            for id in ["newsletters", "assistant", "user-tests"] {
                world.tell(&who(id), id, "withdraw");
            }
            world.tell(&who("profiling"), "profiling", "object");
            for id in ["newsletters", "assistant", "user-tests", "profiling"] {
                clocks(world, people[id], |_| None);
            }
            world.go("2026-04-01T10:00:00Z");
        });
    }

    fn i10_a_version_that_was_altered_breaks_what_rests_on_it(world) {
        settle(world);
        breaks(world, &["P5.7", "P6.1"], || {
            everywhere(world, Place::Home, "UPDATE statement_version SET archive = hash", &[]);
        });
    }

    fn p4_2_5_a_record_that_no_key_opens_breaks_the_promise_of_encryption(world) {
        let people = settle(world);
        breaks(world, &["P4.2.5"], || {
            world.wait(world.ombud.store.destroy_key(people["security"])).unwrap();
        });
    }

    fn i8_an_orphan_without_a_clock_is_not_called_kept(world) {
        let people = settle(world);
        assert_eq!(verdicts(world)["P3.4.2"], Verdict::Kept);
        let subject = people["security"];
        world.write(world.ombud.store.bucket_of(subject), move |tx| {
            let clocks = tx.clocks_of(subject)?;
            clocks.iter().try_for_each(|clock| tx.remove_clock(&clock.key).map(drop))
        });
        assert_eq!(verdicts(world)["P3.4.2"], Verdict::Unproven);
    }

    fn p4_2_an_agreement_that_has_run_out_breaks_the_promise_of_duties(world) {
        let until = |day| {
            let agreement = format!("kind = \"processor\"\nagreement = {{ reference = \"DPA 1\", until = {day} }}");
            let ombud = world.under(&[("statement.toml", "kind  = \"processor\"", &agreement)]);
            let board = world.wait(ombud.board(world.now())).unwrap();
            let rows = board.promises.into_iter().map(|row| (row.id, row.verdict));
            rows.collect::<BTreeMap<_, _>>()
        };
        world.go("2026-04-01T21:59:59Z"); // The last second of that day in Oslo.
        for id in ["P4.2.1", "P4.2.5"] {
            assert_eq!(until("2026-04-01")[id], Verdict::Unproven, "{id}: another has none on file");
            assert_eq!(until("2026-03-31")[id], Verdict::Broken, "{id}");
        }
    }

    fn p5_2_every_promise_has_a_verdict_and_says_why(world) {
        settle(world);
        let board = world.wait(world.ombud.board(world.now())).unwrap();
        assert_eq!(board.promises.len(), 54);
        assert_eq!(board.broken, 0);
        for row in &board.promises {
            assert!(!row.proofs.is_empty(), "{}", row.id);
            for proven in &row.proofs {
                let why = proven.judgement.because.get(ombud_core::language::Language::En);
                assert!(!why.is_empty(), "{}", row.id);
            }
        }
    }
}
