//! What anonymised records leave: counts in which everyone is hidden, and nothing else.

use jiff::SignedDuration;
use ombud::flow::Ombud;
use ombud_store::StoreError;
use serde_json::{Value, json};

use crate::harness::{World, at, email};

const WORDS: &str = "payroll-for-one";

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;

fn answers(world: &World, who: &str, product: &str, times: usize) {
    let fields = json!({ "score": 9, "email": format!("{who}@example.com"), "product": product });
    for _ in 0..times {
        world.add("feedback.response", &email(who), &fields, &json!({}));
    }
}

/// The cells that are shown, with their people and records.
fn cells(world: &World) -> Vec<(Vec<String>, u64, u64)> {
    cells_of(world, &world.ombud)
}

/// The same, under other rules.
fn cells_of(world: &World, ombud: &Ombud) -> Vec<(Vec<String>, u64, u64)> {
    let cells = world.wait(ombud.statistics()).unwrap();
    let cells = cells
        .into_iter()
        .filter(|one| one.statistic == "feedback.response.survey_scores");
    cells
        .map(|one| (one.cell, one.people, one.records))
        .collect()
}

/// All that the tables of statistics hold, as text.
fn kept(world: &World) -> String {
    let survey = world
        .ombud
        .store
        .survey::<_, StoreError, _>("test.kept", |tx| Ok((tx.counters()?, tx.counter_parts()?)));
    format!("{:?}", survey.wait().unwrap())
}

/// How long the pseudonym has waited that has waited for longest.
fn waits(world: &World) -> SignedDuration {
    let store = &world.ombud.store;
    let survey = store.survey::<_, StoreError, _>("test.waits", |tx| {
        Ok(tx.counter_parts()?.into_iter().map(|part| part.first).min())
    });
    let first = survey.wait().unwrap().into_iter().flatten().min();
    first.map_or(SignedDuration::ZERO, |first| {
        world.now().duration_since(first)
    })
}

fn sweep(world: &World) -> Value {
    serde_json::to_value(world.sweep()).unwrap()
}

on_both! {
    fn p3_10_3_nine_people_are_not_shown_and_ten_are(world) {
        for number in 0..9 {
            answers(world, &format!("p{number}"), WORDS, 1);
        }
        // One person makes one, however much they say.
        answers(world, "p0", WORDS, 3);
        world.go("2026-04-02T08:00:00Z");
        answers(world, "p9", WORDS, 1);
        world.go("2029-04-01T22:00:00Z");
        let swept = sweep(world);
        assert_eq!((&swept["anonymised"], &swept["gathering"]), (&json!(0), &json!(12)));
        assert_eq!(cells(world), []);
        assert!(!kept(world).contains(WORDS), "what is too small to hide anyone has no words");
        world.go("2029-04-02T22:00:00Z");
        let swept = sweep(world);
        assert_eq!((&swept["anonymised"], &swept["gathering"]), (&json!(1), &json!(0)));
        let cell = vec![WORDS.to_owned(), "9".to_owned(), "2026-04".to_owned()];
        assert_eq!(cells(world), [(cell.clone(), 10, 13)]);
        // Folded in a day later, nobody is counted twice, and who it was is forgotten.
        world.go("2029-04-03T22:00:00Z");
        world.sweep();
        assert_eq!(cells(world), [(cell, 10, 13)]);
        let check = world.wait(world.ombud.verify_evidence(world.now())).unwrap();
        assert_eq!(check.problem, None);
    }

    fn p3_10_3_ten_people_whose_time_ends_together_are_shown(world) {
        for number in 0..10 {
            answers(world, &format!("p{number}"), WORDS, 1);
        }
        // Connects to a server as often as a sweep does, so that the next joins the cell many times at once.
        world.sweep();
        world.go("2029-04-01T22:00:00Z");
        let swept = sweep(world);
        // Whoever came last filled the cell for all.
        assert_eq!((&swept["anonymised"], &swept["gathering"]), (&json!(10), &json!(0)));
        let cell = vec![WORDS.to_owned(), "9".to_owned(), "2026-04".to_owned()];
        assert_eq!(cells(world), [(cell, 10, 10)]);
    }

    fn p3_10_3_a_cell_that_stays_small_is_dropped_after_31_days(world) {
        answers(world, "p0", WORDS, 1);
        world.go("2026-04-02T08:00:00Z");
        answers(world, "p1", WORDS, 1);
        world.go("2029-04-01T22:00:00Z");
        world.sweep();
        world.go("2029-04-02T22:00:00Z");
        world.sweep();
        let parts = kept(world);
        assert!(parts.contains("people: 2"), "{parts}");
        world.go("2029-05-02T21:59:59Z");
        world.sweep();
        let parts = kept(world);
        assert!(parts.contains("people: 2"), "{parts}");
        world.go("2029-05-02T22:00:00Z");
        world.sweep();
        let parts = kept(world);
        assert!(parts.contains("people: 1"), "{parts}");
        world.go("2029-05-03T22:00:00Z");
        world.sweep();
        let parts = kept(world);
        assert!(!parts.contains("people: "), "{parts}");
        assert_eq!(cells(world), []);
        let check = world.wait(world.ombud.verify_evidence(world.now())).unwrap();
        assert_eq!(check.problem, None);
    }

    fn p3_10_3_the_board_counts_who_waits_in_a_cell_and_for_how_long(world) {
        answers(world, "p0", WORDS, 1);
        world.go("2029-04-01T22:00:00Z");
        world.sweep();
        world.go("2029-04-01T23:00:00Z");
        let figures = world.promise("P3.10.3").1;
        assert_eq!((&figures["gathering"], &figures["gathering_for"]), (&json!(1), &json!(3_600)));
        world.go("2029-05-02T23:00:00Z");
        assert_ne!(world.promise("P3.10.3").0, "broken");
        world.go("2029-05-02T23:00:01Z");
        assert_eq!(world.promise("P3.10.3").0, "broken");
        world.sweep();
        assert_ne!(world.promise("P3.10.3").0, "broken");
    }

    fn p3_10_3_nobody_waits_for_longer_in_a_cell_that_is_joined_every_day(world) {
        let per_year = ("activities/feedback.toml", "per = \"month\"", "per = \"year\"");
        let yearly = world.under(&[per_year]);
        for number in 0..10 {
            answers(world, &format!("p{number}"), WORDS, 1);
        }
        let (began, first) = (world.now(), at("2029-04-01T22:00:00Z"));
        for day in 1..=36 {
            world.go_near(began, day * DAY);
            answers(world, "p0", WORDS, 1);
            answers(world, &format!("late{day}"), WORDS, 1);
        }
        for day in [0, 1, 2, 29, 30, 31, 32, 36] {
            world.go_near(first, day * DAY);
            let swept = world.wait(yearly.sweep(world.now())).unwrap();
            assert_eq!((swept.gathering, swept.remaining), (0, 0));
            let waits = waits(world);
            assert!(waits < SignedDuration::from_hours(31 * 24), "a pseudonym waits for {waits:#}");
            let [(_, people, records)] = cells_of(world, &yearly).try_into().unwrap();
            let day = u64::try_from(day).unwrap();
            // Whoever joins after they were folded in and forgotten is counted anew.
            let anew = u64::from(day > 31);
            assert_eq!((people, records), (10 + day + anew, 10 + 2 * day));
        }
        world.go_near(first, 37 * DAY);
        world.wait(yearly.sweep(world.now())).unwrap();
        assert!(!kept(world).contains("CounterParts"), "all are folded in, and forgotten");
        let [(_, people, records)] = cells_of(world, &yearly).try_into().unwrap();
        assert_eq!((people, records), (10 + 36 + 1, 10 + 2 * 36));
        let check = world.wait(world.ombud.verify_evidence(world.now())).unwrap();
        assert_eq!(check.problem, None);
    }
}
