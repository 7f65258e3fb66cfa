//! Chains, replays, jobs, suppressions and counters.

use ombud_store::{Counter, Digest, JobId, NewEvidence, NewJob, Replay, StoreError, Tx};

use crate::harness::{at, bucket};

/// A stand-in for the rules' hash: what it is given, and the text.
fn hash(seq: i64, prev: Digest, body: &str) -> Digest {
    let mut bytes = *prev.bytes();
    for (byte, next) in bytes
        .iter_mut()
        .zip(seq.to_be_bytes().into_iter().chain(body.bytes()))
    {
        *byte = byte.wrapping_mul(31).wrapping_add(next);
    }
    Digest::from_bytes(bytes)
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
            let body = format!("entry {number}");
            let entry = NewEvidence { happened_at: at(number), kind: "erased".to_owned(), body };
            tx.append_evidence(&entry, |seq, prev| hash(seq, prev, &entry.body))?;
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
        let mut prev = Digest::from_bytes([0; 32]);
        for (seq, entry) in (1..).zip(&entries) {
            assert_eq!((entry.seq, entry.prev_hash), (seq, prev));
            assert_eq!(entry.hash, hash(seq, prev, &entry.entry.body));
            prev = entry.hash;
        }
        assert_eq!(head, Some((20, prev)));
        let other = db.store.read("read", bucket(6), |tx| tx.evidence_after(0, 1)).wait();
        assert_eq!(other.unwrap(), []);
    }

    fn a_command_sent_twice_is_answered_twice_and_carried_out_once(db) {
        let subject = db.subject();
        let key = db.store.keyed_hash("idempotency", b"caller 1, key 7");
        let request = db.store.keyed_hash("request", b"the command");
        let other = db.store.keyed_hash("request", b"another command");
        let carry_out = move |request| move |tx: &mut Tx<'_>| {
            tx.lock_subject(subject)?;
            let replay = tx.replay(key, request)?;
            if replay == Replay::New {
                tx.count("carried out", "", 1)?;
                tx.save_answer(key, request, "done", at(1))?;
            }
            Ok::<_, StoreError>((replay, tx.counters()?.iter().map(|one| one.count).sum()))
        };
        let place = db.store.bucket_of(subject);
        let replies: Vec<_> =
            (0..4).map(|_| db.store.write("twice", place, carry_out(request))).collect();
        let answers: Vec<(Replay, u64)> =
            replies.into_iter().map(|reply| reply.wait().unwrap()).collect();
        assert_eq!(answers.iter().filter(|(replay, _)| *replay == Replay::New).count(), 1);
        let same = Replay::Answered("done".to_owned());
        assert_eq!(answers.iter().filter(|(replay, _)| *replay == same).count(), 3);
        assert!(answers.iter().all(|(_, carried_out)| *carried_out == 1));
        assert_eq!(db.write(subject, carry_out(other)).0, Replay::Reused);

        // Answered by another in the meantime, and so rolled back.
        let late = move |tx: &mut Tx<'_>| tx.save_answer(key, request, "late", at(2));
        let late = db.store.write("late", place, late).wait();
        assert_eq!(late, Err(StoreError::Busy { name: "late" }));

        assert_eq!(db.write(subject, |tx| tx.forget_answers(at(1))), 0);
        assert_eq!(db.write(subject, |tx| tx.forget_answers(at(2))), 1);
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
        let lift = || {
            let write = move |tx: &mut Tx<'_>| tx.lift_suppression(hash, "newsletters");
            db.store.write("lift", hash.bucket(), write).wait().unwrap()
        };
        assert!(suppress("newsletters", 1));
        assert!(!suppress("newsletters", 2));
        assert!(suppress("profiling", 3));
        let read = move |tx: &mut Tx<'_>| tx.suppressions_of(hash);
        let listed = db.store.read("list", hash.bucket(), read).wait().unwrap();
        let want = [("newsletters".to_owned(), at(1)), ("profiling".to_owned(), at(3))];
        assert_eq!(listed, want);
        assert!(lift());
        assert!(!lift());
    }

    fn counters_add_up_in_each_bucket(db) {
        for (place, cell, by) in [(1, "2026, web", 2), (1, "2026, web", 3), (1, "2026, app", 1), (2, "2026, web", 4)] {
            let count = move |tx: &mut Tx<'_>| tx.count("usage", cell, by);
            db.store.write("count", bucket(place), count).wait().unwrap();
        }
        let all: Vec<Counter> = db.store
            .survey("sum", |tx| tx.counters()).wait().unwrap().into_iter().flatten().collect();
        let counts: Vec<(&str, u64)> =
            all.iter().map(|counter| (counter.cell.as_str(), counter.count)).collect();
        assert_eq!(counts, [("2026, app", 1), ("2026, web", 5), ("2026, web", 4)]);
    }
}
