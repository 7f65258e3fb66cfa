//! Sweeps that claim, store, act and read back; and what the board counts.

use ombud_store::{
    Clock, ClockId, ClockKey, ClockState, CollectionProbe, Digest, Outcome, Plan, PlanId, PlanItem,
    RecordState, SWEEP_STEP, StoreError, SubjectId, Tx, WINDOWS,
};

use crate::harness::{Fresh, at, version};

const DUE: i64 = 5_000;

fn key(subject: SubjectId, collection: &str) -> ClockKey {
    ClockKey {
        subject,
        collection: collection.to_owned(),
        clock: ClockId::SHARED,
    }
}

fn clock(key: ClockKey, due: Option<i64>, state: ClockState) -> Clock {
    Clock {
        key,
        anchors: "{}".to_owned(),
        due_at: due.map(at),
        stage: 0,
        state,
    }
}

/// A subject with one clock and so many records on it.
fn held(db: &Fresh, collection: &str, records: u32, due: Option<i64>) -> ClockKey {
    let subject = db.subject();
    let key = key(subject, collection);
    let clock = clock(key.clone(), due, ClockState::Live);
    let records: Vec<_> = (0..records)
        .map(|_| db.record(subject, collection))
        .collect();
    db.write(subject, move |tx| {
        records
            .iter()
            .try_for_each(|record| tx.add_record(record).map(drop))?;
        tx.save_clock(&clock)
    });
    key
}

fn plan(id: u8) -> Plan {
    let digest = Digest::from_bytes([id; 32]);
    Plan {
        id: PlanId::from_bytes([id; 16]),
        statement: version(1),
        swept_at: at(DUE),
        digest,
    }
}

fn item(clock: &Clock) -> PlanItem {
    PlanItem {
        key: clock.key.clone(),
        due_at: clock.due_at.unwrap(),
        action: r#"{"verb":"erase"}"#.to_owned(),
        outcome: None,
        records: 0,
    }
}

/// Claims what is due in the bucket of a subject and stores a plan to erase all of it.
fn make_plan(db: &Fresh, subject: SubjectId, id: u8) -> usize {
    db.write(subject, move |tx| {
        let plan = plan(id);
        let items: Vec<PlanItem> = tx.claim_due(plan.id, at(DUE))?.iter().map(item).collect();
        tx.save_plan(&plan, &items)?;
        Ok(items.len())
    })
}

/// One step of a plan: up to [`SWEEP_STEP`] records of its first open item. False when none is
/// open.
fn step(tx: &mut Tx<'_>, plan: PlanId) -> Result<bool, StoreError> {
    let Some(item) = tx.open_items(plan, 1)?.pop() else {
        return Ok(false);
    };
    if !tx.lock_item(plan, &item)? {
        tx.note_item(plan, &item.key, 0, Some(Outcome::Overtaken))?;
        return Ok(true);
    }
    let erased = u32::try_from(tx.erase_records_on(&item.key)?.len()).unwrap();
    let done = erased < SWEEP_STEP;
    if done {
        tx.remove_clock(&item.key)?;
    }
    tx.note_item(plan, &item.key, erased, done.then_some(Outcome::Erased))?;
    Ok(true)
}

on_both! {
    /// R6: bounded steps, each a transaction of its own, taken up again by another process.
    fn r6_a_sweep_is_bounded_and_can_be_taken_up_again(db) {
        let due = held(db, "security.log", SWEEP_STEP + 200, Some(DUE));
        let subject = due.subject;
        assert_eq!(make_plan(db, subject, 1), 1);
        assert_eq!(make_plan(db, subject, 2), 0, "claimed already");
        let first = plan(1).id;
        assert!(db.write(subject, move |tx| step(tx, first)));
        let counted = due.clone();
        assert_eq!(db.read(subject, move |tx| tx.count_records(&counted)), 200);

        // As after a crash: another process finds the plan where it was left.
        let other = db.again().unwrap();
        let place = other.bucket_of(subject);
        let open = other.read("open", place, |tx| tx.open_plans()).wait().unwrap();
        assert_eq!(open, [plan(1), plan(2)]);
        while other.write("step", place, move |tx| step(tx, first)).wait().unwrap() {}
        let (items, remaining) = db.read(subject, move |tx| {
            Ok((tx.plan_items(first)?, tx.remaining(&plan(1))?))
        });
        assert_eq!(items.len(), 1);
        assert_eq!((items[0].outcome, items[0].records), (Some(Outcome::Erased), 1_200));
        assert_eq!(remaining, 0);
        let gone = due.clone();
        assert_eq!(db.read(subject, move |tx| tx.clock(&gone)), None);

        assert!(db.write(subject, move |tx| tx.finish_plan(first, at(DUE + 1))));
        assert!(!db.write(subject, move |tx| tx.finish_plan(first, at(DUE + 2))));
        assert_eq!(db.read(subject, |tx| tx.open_plans()), [plan(2)]);
        assert_eq!(db.write(subject, |tx| tx.forget_plans(at(DUE + 1))), 0);
        assert_eq!(db.write(subject, |tx| tx.forget_plans(at(DUE + 2))), 1);
        assert_eq!(db.read(subject, move |tx| tx.plan_items(first)), []);
    }

    fn a_step_claims_no_more_than_its_bound_and_the_most_overdue_first(db) {
        let subject = db.subject();
        db.write(subject, move |tx| {
            for number in 0..=SWEEP_STEP {
                let mut one = clock(key(subject, "a.b"), Some(i64::from(number)), ClockState::Live);
                one.key.clock = ClockId::from_bytes(u128::from(number).to_be_bytes());
                tx.save_clock(&one)?;
            }
            Ok(())
        });
        let claimed = db.write(subject, |tx| tx.claim_due(plan(1).id, at(DUE)));
        let due: Vec<_> = claimed.iter().map(|clock| clock.due_at.unwrap()).collect();
        assert_eq!(due, (0..1_000).map(at).collect::<Vec<_>>());
        assert!(claimed.iter().all(|clock| clock.state == ClockState::Planned));
        assert!(db.read(subject, |tx| tx.has_due(at(DUE))));
        assert_eq!(db.write(subject, |tx| tx.claim_due(plan(2).id, at(DUE))).len(), 1);
        assert!(!db.read(subject, |tx| tx.has_due(at(DUE))));
    }

    /// At its instant a clock is due; a moment before, or held, or without an instant, it is not.
    fn only_live_clocks_that_are_due_are_claimed(db) {
        let rows = [
            (Some(DUE - 1), ClockState::Live, true),
            (Some(DUE), ClockState::Live, true),
            (Some(DUE + 1), ClockState::Live, false),
            (None, ClockState::Live, false),
            (Some(DUE), ClockState::Held, false),
        ];
        for (due, state, want) in rows {
            let subject = db.subject();
            let one = clock(key(subject, "a.b"), due, state);
            db.write(subject, move |tx| tx.save_clock(&one));
            assert_eq!(db.read(subject, |tx| tx.has_due(at(DUE))), want, "{due:?} {state:?}");
            assert_eq!(make_plan(db, subject, 1), usize::from(want), "{due:?} {state:?}");
        }
    }

    /// A subject that was active, or restricted, between the plan and the act: nothing is erased.
    fn what_changes_after_the_plan_leaves_it(db) {
        let changes = [(DUE + 9, ClockState::Live), (DUE, ClockState::Held), (DUE, ClockState::Planned)];
        for (due, state) in changes {
            let kept = held(db, "security.log", 3, Some(DUE));
            let subject = kept.subject;
            assert_eq!(make_plan(db, subject, 1), 1);
            let moved = clock(kept.clone(), Some(due), state);
            db.write(subject, move |tx| tx.save_clock(&moved));
            let first = plan(1).id;
            while db.write(subject, move |tx| step(tx, first)) {}
            let items = db.read(subject, move |tx| tx.plan_items(first));
            assert_eq!((items[0].outcome, items[0].records), (Some(Outcome::Overtaken), 0));
            let counted = kept.clone();
            assert_eq!(db.read(subject, move |tx| tx.count_records(&counted)), 3);
            let found = db.read(subject, move |tx| tx.clock(&kept)).unwrap();
            assert_ne!(found.state, ClockState::Planned, "out of the plan");
        }
    }

    /// I3: what says that it was erased is looked up again.
    fn i3_a_plan_is_read_back(db) {
        let due = held(db, "security.log", 2, Some(DUE));
        let subject = due.subject;
        make_plan(db, subject, 1);
        let first = plan(1).id;
        // A step that claims success and did nothing.
        let lie = due.clone();
        db.write(subject, move |tx| tx.note_item(first, &lie, 2, Some(Outcome::Erased)));
        assert_eq!(db.read(subject, move |tx| tx.remaining(&plan(1))), 2);
        // What came after the plan is another matter.
        let erased = db.write(subject, move |tx| tx.erase_records_on(&due));
        assert_eq!(erased.len(), 2);
        let mut later = db.record(subject, "security.log");
        later.created_at = at(DUE + 1);
        db.write(subject, move |tx| tx.add_record(&later));
        assert_eq!(db.read(subject, move |tx| tx.remaining(&plan(1))), 0);
    }

    /// The board's figures, against a handful of records that can be counted by hand.
    fn the_board_counts_what_is_there(db) {
        held(db, "security.log", 3, Some(DUE - 7));
        held(db, "security.log", 2, Some(DUE));
        held(db, "security.log", 4, Some(DUE + 1));
        held(db, "support.case", 5, None);
        let waiting = held(db, "support.case", 1, Some(DUE));
        let hold = clock(waiting.clone(), Some(DUE), ClockState::Held);
        db.write(waiting.subject, move |tx| tx.save_clock(&hold));
        let lost = held(db, "support.case", 1, Some(DUE));
        let (subject, hidden) = (lost.subject, waiting.clone());
        db.write(subject, move |tx| tx.remove_clock(&lost));
        db.write(waiting.subject, move |tx| tx.set_record_state(&hidden, RecordState::Hidden));

        let found = db.store.survey("board", |tx| tx.probe_collections(at(DUE))).wait().unwrap();
        let sum = |collection: &str, figure: fn(&CollectionProbe) -> u64| -> u64 {
            let of = found.iter().flatten().filter(|probe| probe.collection == collection);
            of.map(figure).sum()
        };
        let figures = |collection| [
            sum(collection, |probe| probe.records),
            sum(collection, |probe| probe.endless),
            sum(collection, |probe| probe.overdue),
            sum(collection, |probe| probe.held),
        ];
        assert_eq!(figures("security.log"), [9, 0, 5, 0]);
        assert_eq!(figures("support.case"), [7, 5, 0, 1]);
        let since = found.iter().flatten().filter_map(|probe| probe.overdue_since).min();
        assert_eq!(since, Some(at(DUE - 7)));
        let oldest = found.iter().flatten().filter_map(|probe| probe.oldest_at).min();
        assert_eq!(oldest, Some(at(1_000)));

        let left = db.read(waiting.subject, move |tx| tx.left_of(waiting.subject));
        assert_eq!(left, [], "held");
        let mut edges = [at(DUE + 1); WINDOWS + 1];
        edges[0] = at(0);
        edges[1] = at(DUE);
        let due = move |tx: &mut Tx<'_>| tx.probe_due(&edges);
        let due = db.store.survey("forecast", due).wait().unwrap();
        let window = |of: usize| due.iter().flatten().map(|(_, counts)| counts[of]).sum::<u64>();
        assert_eq!((window(0), window(1), window(2)), (3, 2, 0), "what is held is not due");
    }
}
