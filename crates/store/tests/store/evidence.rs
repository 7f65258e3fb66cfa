//! Chains and their log, replays, jobs, suppressions and counters.

use ombud_core::evidence::{Chain, ChainCheck, Checkpoint, Fact, Hash, Pseudonym, Reached, TileId};
use ombud_store::{
    CounterParts, JobId, KeyProblem, LogHead, LogLeaf, NewJob, Place, PlanId, Replay, StoreError,
    Tx,
};

use crate::harness::{at, bucket};

fn fact(number: u8) -> Fact {
    Fact::KeyDestroyed {
        subject: Pseudonym([number; 16]),
    }
}

fn job(id: u8, dedupe: &str, run_at: i64) -> NewJob {
    NewJob {
        id: JobId::from_bytes([id; 16]),
        kind: "tell_recipient".to_owned(),
        dedupe: dedupe.to_owned(),
        payload: "{}".to_owned(),
        run_at: at(run_at),
    }
}

on_both! {
    /// I7, as far as the store goes: places without gaps, each entry tied to the one before,
    /// whoever writes at the same time, and nothing left by those that were rolled back.
    fn i7_a_chain_has_no_gaps_under_concurrent_writers(db) {
        let place = bucket(5);
        let replies: Vec<_> = (0..24).map(|number| db.store.write("append", place, move |tx| {
            tx.append_evidence(at(number.into()), fact(number))?;
            if number % 6 == 5 { Err(StoreError::SubjectGone) } else { Ok(()) }
        })).collect();
        let kept = replies.into_iter().filter_map(|reply| reply.wait().ok()).count();
        assert_eq!(kept, 20);

        let read = |tx: &mut Tx<'_>| {
            let first = tx.evidence_after(0, 7)?;
            let rest = tx.evidence_after(7, 99)?;
            Ok::<_, StoreError>((tx.chain_head()?, [first, rest].concat()))
        };
        let (head, entries) = db.store.read("read", place, read).wait().unwrap();
        let mut check = ChainCheck::new(Chain::new(5).unwrap(), Reached::default());
        for entry in &entries {
            check.next(entry).unwrap();
        }
        check.end().unwrap();
        assert_eq!(check.place(), 20);
        assert_eq!(head, entries.last().map(|last| (20, last.hash)));
        let other = db.store.read("read", bucket(6), |tx| tx.evidence_after(0, 1)).wait();
        assert_eq!(other.unwrap(), []);
    }

    fn the_chain_beside_the_home_tables_is_one_more(db) {
        let append = |tx: &mut Tx<'_>| tx.append_evidence(at(7), fact(1));
        let entry = db.store.write("append", Place::Home, append).wait().unwrap();
        assert_eq!((entry.chain, entry.place, entry.after), (Chain::HOME, 1, Hash::ZERO));
        let read = |tx: &mut Tx<'_>| tx.evidence_after(0, 9);
        let stored = db.store.read("read", Place::Home, read).wait().unwrap();
        assert_eq!(stored[0].hash, entry.hash());
    }

    /// Pseudonyms come from the person's key, and nobody can make them once it is gone.
    fn i7_a_pseudonym_is_the_same_until_the_key_is_destroyed(db) {
        let (anna, ben) = (db.subject(), db.subject());
        let record = db.record(anna, "a.b").id;
        let of = move |tx: &mut Tx<'_>| {
            Ok((tx.pseudonym(anna)?, tx.pseudonym_of_record(anna, record)?))
        };
        let (person, thing) = db.read(anna, of);
        assert_eq!(db.read(anna, of), (person, thing));
        assert_ne!(person, thing);
        assert_ne!(person, db.read(ben, move |tx| tx.pseudonym(ben)));
        assert!(db.store.destroy_key(anna).wait().unwrap());
        let gone = db.store.read("read", db.store.bucket_of(anna), of).wait();
        assert_eq!(gone, Err(StoreError::KeyDestroyed));
    }

    fn a_log_takes_each_entry_once(db) {
        let leaf = |leaf, place| LogLeaf { leaf, chain: Chain::HOME, place, hash: Hash::of(&[7]) };
        let add = move |leaf| move |tx: &mut Tx<'_>| {
            let head = tx.lock_log()?;
            tx.add_leaf(&leaf)?;
            tx.advance_log(&LogHead { size: head.size + 1, checkpoint: "signed".to_owned() })
        };
        let add = |leaf| db.store.write("add", Place::Home, add(leaf)).wait();
        assert_eq!(add(leaf(0, 1)), Ok(()));
        assert!(add(leaf(1, 1)).is_err(), "the same entry at another place");
        assert!(add(leaf(0, 2)).is_err(), "another entry at the same place");
        assert_eq!(add(leaf(1, 2)), Ok(()));
        let tile = TileId { level: 0, index: 3 };
        let save = move |tx: &mut Tx<'_>| {
            tx.save_tile(tile, &[Hash::of(&[1])])?;
            tx.save_tile(tile, &[Hash::of(&[1]), Hash::of(&[2])])
        };
        db.store.write("tile", Place::Home, save).wait().unwrap();
        let read = move |tx: &mut Tx<'_>| Ok::<_, StoreError>((
            tx.log_head()?.size, tx.log_cursors()?, tx.leaf_of(Chain::HOME, 2)?, tx.leaves_from(1, 9)?,
            tx.count_log()?, tx.tile(tile)?,
        ));
        let (size, cursors, found, listed, count, hashes) =
            db.store.read("read", Place::Home, read).wait().unwrap();
        assert_eq!((size, count), (2, (2, 1)));
        assert_eq!(cursors.into_iter().collect::<Vec<_>>(), [(Chain::HOME, 2)]);
        assert_eq!(listed, [leaf(1, 2)]);
        assert_eq!(found, Some(leaf(1, 2)));
        assert_eq!(hashes.unwrap().len(), 2);
    }

    fn only_a_later_checkpoint_takes_the_place_of_the_kept_one(db) {
        let kept = || db.store.kept_checkpoint().wait().unwrap();
        assert_eq!(kept(), None);
        for (size, want) in [(3, "at 3"), (2, "at 3"), (4, "at 4"), (4, "at 4")] {
            let checkpoint = Checkpoint { size, root: Hash::ZERO };
            db.store.keep_checkpoint(checkpoint, format!("at {size}")).wait().unwrap();
            assert_eq!(kept().as_deref(), Some(want));
        }
    }

    /// The key that signs outlives everything else: data that has lost it is not opened with another.
    fn data_is_opened_with_the_key_that_signed_its_log_alone(db) {
        let ours = db.store.log_key().public().to_string();
        let file = |name: &str| db.directory.path().join("keys").join(name);
        assert_eq!(std::fs::read_to_string(file("evidence.pub")).unwrap().trim(), ours);
        assert_eq!(db.again().unwrap().log_key().public().to_string(), ours);
        let secret = std::fs::read(file("evidence.key")).unwrap();
        std::fs::remove_file(file("evidence.key")).unwrap();
        assert_eq!(db.again().err(), Some(StoreError::Key(KeyProblem::Missing)));
        std::fs::copy(file("master.key"), file("evidence.key")).unwrap();
        assert_eq!(db.again().err(), Some(StoreError::Key(KeyProblem::OtherData)));
        std::fs::write(file("evidence.key"), secret).unwrap();
        assert!(db.again().is_ok());
    }

    fn a_command_sent_twice_is_answered_twice_and_carried_out_once(db) {
        let subject = db.subject();
        let key = db.store.keyed_hash("idempotency", b"caller 1, key 7");
        let request = db.store.keyed_hash("request", b"the command");
        let other = db.store.keyed_hash("request", b"another command");
        let place = db.store.bucket_of(subject);
        // Nothing but the name is locked: who is second waits for it.
        let carry_out = move |request| move |tx: &mut Tx<'_>| {
            let replay = tx.claim(key, request, place, at(1))?;
            if replay == Replay::New {
                tx.append_evidence(at(1), fact(0))?;
                tx.save_answer(key, "done")?;
            }
            Ok::<_, StoreError>((replay, tx.chain_head()?.map_or(0, |(place, _)| place)))
        };
        let replies: Vec<_> =
            (0..4).map(|_| db.store.write("twice", place, carry_out(request))).collect();
        let answers: Vec<(Replay, u64)> =
            replies.into_iter().map(|reply| reply.wait().unwrap()).collect();
        assert_eq!(answers.iter().filter(|(replay, _)| *replay == Replay::New).count(), 1);
        let same = Replay::Begun { lies_in: place, answer: Some("done".to_owned()) };
        assert_eq!(answers.iter().filter(|(replay, _)| *replay == same).count(), 3);
        assert!(answers.iter().all(|(_, carried_out)| *carried_out == 1));
        assert_eq!(db.write(subject, carry_out(other)).0, Replay::Reused);

        // Named and not carried out, whether its transaction fails or its process ends.
        let key = db.store.keyed_hash("idempotency", b"caller 1, key 8");
        let failed = db.store.write("late", place, move |tx| {
            tx.claim(key, request, place, at(1))?;
            Err::<(), _>(StoreError::SubjectGone)
        });
        assert_eq!(failed.wait(), Err(StoreError::SubjectGone));
        let claim = move |tx: &mut Tx<'_>| tx.claim(key, request, place, at(1));
        assert_eq!(db.write(subject, claim), Replay::New);
        let begun = Replay::Begun { lies_in: place, answer: None };
        assert_eq!(db.write(subject, claim), begun);
        assert_eq!(db.read(subject, move |tx| tx.replay(key, request)), begun);

        assert_eq!(db.write(subject, |tx| tx.forget_answers(at(1))), 0);
        assert_eq!(db.write(subject, |tx| tx.forget_answers(at(2))), 2);
        assert_eq!(db.write(subject, carry_out(request)).0, Replay::New);
    }

    fn a_job_is_done_by_whoever_holds_its_lease(db) {
        let place = bucket(9);
        let write = |body: fn(&mut Tx<'_>) -> Result<Vec<u8>, StoreError>| {
            db.store.write("job", place, body).wait().unwrap()
        };
        let added = write(|tx| Ok(vec![
            tx.add_job(&job(1, "a", 10))?.into(),
            tx.add_job(&job(2, "b", 20))?.into(),
            tx.add_job(&job(3, "a", 30))?.into(),
        ]));
        assert_eq!(added, [1, 1, 0], "the same job is queued once");

        let claim = |now, lease| {
            let claim = move |tx: &mut Tx<'_>| tx.claim_jobs(at(now), at(lease), 10);
            db.store.write("claim", place, claim).wait().unwrap()
        };
        assert_eq!(claim(9, 100), []);
        let claimed = claim(15, 100);
        assert_eq!((claimed.len(), claimed[0].attempts, &claimed[0].job), (1, 1, &job(1, "a", 10)));
        assert_eq!(claim(15, 200), [], "leased to another");
        assert_eq!(claim(99, 200)[0].job.id, job(2, "b", 20).id);
        let again = claim(100, 300);
        assert_eq!((again.len(), again[0].attempts), (1, 2), "the first lease has ended");

        let first = job(1, "a", 10).id;
        let finish = move |lease| move |tx: &mut Tx<'_>| tx.finish_job(first, at(lease));
        assert!(!db.store.write("late", place, finish(100)).wait().unwrap());
        let retry = move |tx: &mut Tx<'_>| tx.retry_job(first, at(300), at(400), "no answer");
        assert!(db.store.write("retry", place, retry).wait().unwrap());
        assert_eq!(claim(399, 500).len(), 1, "only the other");
        let third = claim(400, 600);
        assert_eq!(third[0].failure.as_deref(), Some("no answer"));
        assert!(db.store.write("done", place, finish(600)).wait().unwrap());
        let left = db.store.read("left", place, |tx| tx.jobs()).wait().unwrap();
        assert_eq!(left.len(), 1);
    }

    fn an_opt_out_is_remembered_by_hash_alone(db) {
        let hash = db.store.identity_hash("email", "anna@example.com");
        let suppress = |activity, millis| {
            let write = move |tx: &mut Tx<'_>| tx.suppress(hash, activity, at(millis));
            db.store.write("suppress", hash.bucket(), write).wait().unwrap()
        };
        let lift = |millis| {
            let write = move |tx: &mut Tx<'_>| tx.lift_suppression(hash, "newsletters", at(millis));
            db.store.write("lift", hash.bucket(), write).wait().unwrap()
        };
        assert!(suppress("newsletters", 1));
        assert!(suppress("newsletters", 5));
        assert!(!suppress("newsletters", 2));
        assert!(suppress("profiling", 3));
        let read = move |tx: &mut Tx<'_>| tx.suppressions_of(hash);
        let listed = db.store.read("list", hash.bucket(), read).wait().unwrap();
        let want = [("newsletters".to_owned(), at(5)), ("profiling".to_owned(), at(3))];
        assert_eq!(listed, want);
        assert!(!lift(4), "told later, of a time before");
        assert!(!lift(5), "at one instant the opt-out counts");
        assert!(lift(6));
        assert!(!lift(7));
    }

    fn people_join_a_cell_once_for_a_plan_and_are_forgotten_when_folded(db) {
        let [anna, berit] = [db.subject(), db.subject()];
        let join = |who, plan: u8, records, when| {
            let plan = PlanId::from_bytes([plan; 16]);
            let joining = db.read(who, move |tx| tx.joining(who, ("a.b.usage", "web"), plan, records));
            let (hash, place) = (joining.cell_hash, joining.cell_hash.bucket());
            let write = move |tx: &mut Tx<'_>| tx.join_cell(&joining, at(when));
            db.store.write("join", place, write).wait().unwrap();
            hash
        };
        let cell = join(anna, 1, 2, 1);
        assert_eq!(join(anna, 1, 2, 2), cell, "the same plan again");
        join(anna, 2, 3, 3);
        join(berit, 3, 1, 4);
        let place = cell.bucket();
        let parts = move || db.store.read("parts", place, |tx| tx.counter_parts()).wait().unwrap();
        let people = move || {
            db.store.read("people", place, move |tx| tx.people_in("a.b.usage", cell)).wait().unwrap()
        };
        let [joined] = <[_; 1]>::try_from(parts()).unwrap();
        assert_eq!((joined.people, joined.records), (2, 6));
        assert_eq!(joined.first, at(1), "joining again begins no new wait");
        assert_eq!(people(), 2);
        let fold = |rested, waited| {
            let fold = move |tx: &mut Tx<'_>| {
                tx.fold_parts(("a.b.usage", cell), (at(rested), at(waited)))
            };
            let folded: Option<CounterParts> = db.store.write("fold", place, fold).wait().unwrap();
            folded.map(|parts| (parts.people, parts.records))
        };
        assert_eq!(fold(9, 9), None, "it has no words");
        assert_eq!(parts().len(), 1);
        let open = move |tx: &mut Tx<'_>| tx.open_cell("a.b.usage", cell, "web");
        db.store.write("open", place, open).wait().unwrap();
        assert_eq!(fold(2, 0), None, "nobody has rested");
        assert_eq!(fold(3, 0), Some((1, 5)), "only who has");
        assert_eq!((fold(3, 0), people()), (None, 2), "folded already: nothing is added");
        join(berit, 4, 2, 5);
        assert_eq!(fold(4, 3), None, "whoever joins again rests anew");
        assert_eq!(fold(4, 4), Some((1, 3)), "and waits since they first did");
        assert_eq!((parts(), people()), (Vec::new(), 2));
        let cells = db.store.read("cells", place, |tx| tx.counters()).wait().unwrap();
        let found: Vec<_> = cells.iter().map(|one| (one.cell.as_str(), one.people, one.records)).collect();
        assert_eq!(found, [("web", 2, 8)]);
        join(anna, 5, 1, 6);
        join(anna, 6, 1, 7);
        let drop = |until| {
            let drop = move |tx: &mut Tx<'_>| tx.drop_parts(("a.b.usage", cell), at(until));
            let dropped: Option<CounterParts> = db.store.write("drop", place, drop).wait().unwrap();
            dropped.map(|parts| (parts.people, parts.records))
        };
        assert_eq!(drop(5), None);
        assert_eq!(drop(6), Some((1, 2)), "joining again begins no new wait");
        assert_eq!(people(), 2, "what was folded stays");
    }
}
