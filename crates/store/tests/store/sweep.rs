//! Sweeps that claim, store, act and read back; and what the board counts.

use std::collections::BTreeSet;

use ombud_store::{
    Anchors, Clock, ClockId, ClockKey, ClockState, CollectionProbe, Plan, PlanId, PlanItem,
    RecordId, RecordState, SWEEP_STEP, StoreError, SubjectId, Tx, WINDOWS,
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
        anchors: Anchors::from("{}"),
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

/// A record of `a.b` on a clock of its own.
fn own(db: &Fresh, subject: SubjectId, due: Option<i64>, state: ClockState) -> Clock {
    let mut record = db.record(subject, "a.b");
    record.clock = ClockId::of_record(record.id);
    let mut one = clock(key(subject, "a.b"), due, state);
    one.key.clock = record.clock;
    let saved = one.clone();
    db.write(subject, move |tx| {
        tx.add_record(&record)?;
        tx.save_clock(&saved)
    });
    one
}

fn item(clock: &Clock) -> PlanItem {
    PlanItem {
        key: clock.key.clone(),
        due_at: clock.due_at.unwrap(),
        action: r#"{"verb":"erase"}"#.to_owned(),
    }
}

fn plan(id: u8, items: Vec<PlanItem>) -> Plan {
    Plan {
        id: PlanId::from_bytes([id; 16]),
        statement: version(1),
        swept_at: at(DUE),
        items,
        reached: 0,
        overtaken: BTreeSet::new(),
    }
}

/// Stores a plan to erase all that is due in the bucket of a subject. None while another is open.
fn make_plan(db: &Fresh, subject: SubjectId, id: u8) -> Option<Plan> {
    db.write(subject, move |tx| {
        let items = tx
            .due_clocks(at(DUE), SWEEP_STEP)?
            .iter()
            .map(item)
            .collect();
        let plan = plan(id, items);
        Ok(tx.save_plan(&plan)?.then_some(plan))
    })
}

/// One step of a plan: up to [`SWEEP_STEP`] records of its next item. False when none is left.
fn step(tx: &mut Tx<'_>, id: PlanId) -> Result<bool, StoreError> {
    let mut plan = tx.lock_plan(id)?.unwrap();
    let Some(item) = plan.items.get(plan.reached) else {
        return Ok(false);
    };
    if tx.lock_clock(item)?.is_none() {
        plan.overtaken.insert(plan.reached);
        plan.reached += 1;
    } else if tx.erase_records_on(&item.key)?.len() < usize::try_from(SWEEP_STEP).unwrap() {
        tx.remove_clock(&item.key)?;
        plan.reached += 1;
    }
    tx.save_reached(&plan)?;
    Ok(true)
}

on_both! {
    /// R6: bounded steps, each a transaction of its own, taken up again by another process.
    fn r6_a_sweep_is_bounded_and_can_be_taken_up_again(db) {
        let due = held(db, "security.log", SWEEP_STEP + 200, Some(DUE));
        let subject = due.subject;
        let first = make_plan(db, subject, 1).unwrap();
        let id = first.id;
        assert_eq!(make_plan(db, subject, 2), None, "one at a time");
        assert!(db.write(subject, move |tx| step(tx, id)));
        let counted = due.clone();
        assert_eq!(db.read(subject, move |tx| tx.count_records(&counted)), 200);

        // As after a crash: another process finds the plan where it was left.
        let other = db.again().unwrap();
        let place = other.bucket_of(subject);
        let open = other.read("open", place, |tx| tx.open_plan()).wait().unwrap();
        assert_eq!(open, Some(first));
        while other.write("step", place, move |tx| step(tx, id)).wait().unwrap() {}
        let done = db.read(subject, |tx| tx.open_plan()).unwrap();
        assert_eq!((done.items.len(), done.reached, done.overtaken.len()), (1, 1, 0));
        let gone = due.clone();
        let remaining = db.read(subject, move |tx| tx.remaining(&[&gone], at(DUE)));
        assert_eq!(remaining, 0);
        let gone = due.clone();
        assert_eq!(db.read(subject, move |tx| tx.clock(&gone)), None);

        assert!(db.write(subject, move |tx| tx.finish_plan(id, at(DUE + 1))));
        assert!(!db.write(subject, move |tx| tx.finish_plan(id, at(DUE + 2))));
        assert_eq!(db.read(subject, |tx| tx.open_plan()), None);
        assert_eq!(db.write(subject, move |tx| tx.lock_plan(id)), None);
        assert_eq!(db.write(subject, |tx| tx.forget_plans(at(DUE + 1))), 0);
        assert_eq!(db.write(subject, |tx| tx.forget_plans(at(DUE + 2))), 1);
    }

    fn a_plan_is_bounded_and_takes_the_most_overdue_first(db) {
        let subject = db.subject();
        db.write(subject, move |tx| {
            for number in 0..=SWEEP_STEP {
                let mut one = clock(key(subject, "a.b"), Some(i64::from(number)), ClockState::Live);
                one.key.clock = ClockId::from_bytes(u128::from(number).to_be_bytes());
                tx.save_clock(&one)?;
            }
            Ok(())
        });
        let clocks = db.read(subject, |tx| tx.due_clocks(at(DUE), SWEEP_STEP));
        let due: Vec<_> = clocks.iter().map(|clock| clock.due_at.unwrap()).collect();
        assert_eq!(due, (0..1_000).map(at).collect::<Vec<_>>());
    }

    /// At its instant a clock is due; a moment before, or held, or without an instant, it is not.
    fn only_live_clocks_that_are_due_are_found(db) {
        let rows = [
            (Some(DUE - 1), ClockState::Live, true),
            (Some(DUE), ClockState::Live, true),
            (Some(DUE + 1), ClockState::Live, false),
            (None, ClockState::Live, false),
            (Some(DUE), ClockState::Held, false),
        ];
        for (due, state, want) in rows {
            let one = own(db, db.subject(), due, state).key;
            let subject = one.subject;
            assert_eq!(db.read(subject, |tx| tx.has_due(at(DUE))), want, "{due:?} {state:?}");
            let found = db.read(subject, |tx| tx.due_clocks(at(DUE), SWEEP_STEP));
            assert_eq!(found.len(), usize::from(want), "{due:?} {state:?}");
            let taken = db.write(subject, move |tx| tx.take_clocks("a.b", &[one.clock], at(DUE)));
            assert_eq!(taken, found, "{due:?} {state:?}");
        }
    }

    /// A subject that was active, or restricted, between the plan and the act: nothing is erased.
    fn what_changes_after_the_plan_leaves_it(db) {
        for (due, state) in [(DUE + 9, ClockState::Live), (DUE - 9, ClockState::Live), (DUE, ClockState::Held)] {
            let kept = held(db, "security.log", 3, Some(DUE));
            let subject = kept.subject;
            let id = make_plan(db, subject, 1).unwrap().id;
            let moved = clock(kept.clone(), Some(due), state);
            db.write(subject, move |tx| tx.save_clock(&moved));
            while db.write(subject, move |tx| step(tx, id)) {}
            let done = db.read(subject, |tx| tx.open_plan()).unwrap();
            assert_eq!((done.reached, done.overtaken), (1, BTreeSet::from([0])));
            let counted = kept.clone();
            assert_eq!(db.read(subject, move |tx| tx.count_records(&counted)), 3);
            assert!(db.read(subject, move |tx| tx.clock(&kept)).is_some());
        }
    }

    /// Many at a time, whatever their number: all that are named and no other.
    fn records_are_erased_together(db) {
        for number in [1, 63, 64, 65, 150] {
            let subject = db.subject();
            let mut made = Vec::new();
            for _ in 0..=number {
                made.push(own(db, subject, Some(DUE), ClockState::Live).key);
            }
            let kept = made.pop().unwrap();
            let clocks: Vec<ClockId> = made.iter().map(|key| key.clock).collect();
            let records: Vec<RecordId> = clocks.iter().filter_map(|clock| clock.record()).collect();
            let (taken, erased) = db.write(subject, move |tx| {
                let taken = tx.take_clocks("a.b", &clocks, at(DUE))?;
                let erased = tx.erase_records(&records)?;
                tx.look_at_ended(&[subject])?;
                Ok((taken, erased))
            });
            assert_eq!((taken.len(), erased.len()), (number, number));
            let all: Vec<_> = made.iter().chain([&kept]).cloned().collect();
            let remaining = db.read(subject, move |tx| {
                tx.remaining(&all.iter().collect::<Vec<_>>(), at(DUE))
            });
            assert_eq!(remaining, 1, "the one that was not named");
            let looked = db.read(subject, |tx| tx.subjects_to_look_at(at(DUE), 9));
            assert!(!looked.contains(&subject), "a clock is left");
            db.write(subject, move |tx| {
                tx.take_clocks("a.b", &[kept.clock], at(DUE))?;
                tx.look_at_ended(&[subject])
            });
            let looked = db.read(subject, |tx| tx.subjects_to_look_at(at(DUE), 9));
            assert!(looked.contains(&subject), "none is left");
        }
    }

    /// I3: what says that it was erased is looked up again, also when that was not all the first time.
    fn i3_a_plan_is_read_back(db) {
        let due = held(db, "security.log", 2, Some(DUE));
        let subject = due.subject;
        let plan = make_plan(db, subject, 1).unwrap();
        let looked = due.clone();
        assert_eq!(db.read(subject, move |tx| tx.remaining(&[&looked], at(DUE))), 2);
        let id = plan.id;
        db.write(subject, move |tx| tx.leave_plan(id));
        assert!(db.read(subject, |tx| tx.has_unfinished_plan()));
        assert_eq!(db.read(subject, |tx| tx.plans_with_rest()), [id]);
        assert!(make_plan(db, subject, 2).is_some(), "it stops no other");
        // What came after the plan is another matter.
        let erase = due.clone();
        let erased = db.write(subject, move |tx| tx.erase_records_on(&erase));
        assert_eq!(erased.len(), 2);
        let mut later = db.record(subject, "security.log");
        later.created_at = at(DUE + 1);
        db.write(subject, move |tx| tx.add_record(&later));
        assert_eq!(db.read(subject, move |tx| tx.remaining(&[&due], at(DUE))), 0);
        assert!(db.write(subject, move |tx| tx.finish_plan(id, at(DUE))));
        assert_eq!(db.read(subject, |tx| tx.plans_with_rest()), []);
    }

    /// A plan that is not the one that was stored is not carried out.
    fn a_plan_that_was_altered_is_refused(db) {
        let due = held(db, "security.log", 1, Some(DUE));
        let subject = due.subject;
        let id = make_plan(db, subject, 1).unwrap().id;
        db.tamper("UPDATE sweep_plan SET digest = todo");
        let place = db.store.bucket_of(subject);
        let locked = db.store.write("lock", place, move |tx| tx.lock_plan(id)).wait();
        assert!(matches!(locked, Err(StoreError::Corrupt { table: "sweep_plan", .. })));
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
