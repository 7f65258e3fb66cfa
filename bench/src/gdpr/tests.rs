use super::engine::{Engine, Response};
use super::mix::{By, Kind, LOADED_AT, MIXES, Op, Random, Scrambled, fnv, operations};
use super::oracle::{Oracle, digest, is_right};
use super::ours::Ours;
use super::record::{Field, Meta, data, java_hash, written};
use super::sql::Baseline;
use super::sqlite::Sqlite;

#[test]
fn records_are_those_of_the_benchmark() {
    assert_eq!(java_hash(""), 0);
    assert_eq!(java_hash("hello"), 99_162_322);
    assert_eq!(java_hash("polygenelubricants"), i32::MIN);
    // The hash of "0" is 48, and that of "0480" is 1481724.
    assert!(data(0).starts_with("04801481724"));
    assert_eq!(java_hash("0480"), 1_481_724);
    assert_eq!(data(12_345).len(), 100);
    let text = String::from_utf8(written(&Meta::of(10_123))).unwrap();
    assert_eq!(
        text,
        "\tpurpose23\t14000\tuser123\tobj23\tdec1\tacl3\tshr3\tsrc3\tcat3"
    );
    let due = (0..1_000).filter(|key| Meta::of(*key).ends(0) <= 30_000);
    assert_eq!(due.count(), 100);
}

#[test]
fn the_choice_is_that_of_ycsb() {
    // FNV-1a of eight zero bytes.
    assert_eq!(fnv(0).cast_unsigned(), 0xa8c7_f832_281a_39c5);
    assert_eq!(Scrambled::rank(0.0), 0);
    assert_eq!(Scrambled::rank(0.037), 0);
    assert_eq!(Scrambled::rank(0.039), 1);
    assert!(Scrambled::rank(0.999_999_9) < 10_000_000_000);
    let scrambled = Scrambled { items: 100_000 };
    let mut random = Random(7);
    let mut drawn = vec![0_u32; 100_000];
    for _ in 0..200_000 {
        drawn[scrambled.draw(&mut random)] += 1;
    }
    let most = f64::from(*drawn.iter().max().unwrap()) / 200_000.0;
    assert!((0.036..0.040).contains(&most), "{most}");
    let mut random = Random(0);
    assert_eq!(random.bits(), 0xe220_a839_7b1d_cdaf);
}

#[test]
fn shares_are_those_of_the_mix() {
    for mix in MIXES {
        let ops = operations(&mix, 10_000, 20_000, 3);
        let whole: u32 = mix.parts.iter().map(|(_, share)| share).sum();
        for (kind, share) in mix.parts {
            let count = ops
                .iter()
                .rev()
                .take(20_000)
                .filter(|op| op.kind == *kind)
                .count();
            let wanted = 20_000 * *share as usize / whole as usize;
            assert!(count.abs_diff(wanted) < 500, "{} {kind:?}", mix.name);
        }
        assert!(ops.iter().all(|op| op.target != Field::Purpose));
    }
}

/// Runs queries on a store and on the model.
fn check(engine: &mut dyn Engine, oracle: &mut Oracle, ops: &[Op]) {
    for (number, op) in ops.iter().enumerate() {
        let expected = oracle.apply(op);
        let response = engine.run(op).unwrap();
        assert!(
            is_right(&response, expected, engine.logs_everything()),
            "{}, query {number}: {op:?} must be {expected:?}",
            engine.name()
        );
    }
    assert_eq!(digest(&engine.dump().unwrap()), oracle.whole());
}

/// Every kind of query by everything that it can be found by, in a mixed order.
fn everything(records: usize, count: usize, seed: u64) -> Vec<Op> {
    let mut kinds = vec![
        Kind::Create,
        Kind::UpdateData,
        Kind::UpdateAll,
        Kind::Logs,
        Kind::Features,
        Kind::VerifyDeletion,
        Kind::Delete(By::Key),
        Kind::Delete(By::Field(Field::User)),
        Kind::Delete(By::Field(Field::Ttl)),
    ];
    for by in [By::Key].into_iter().chain(Field::ALL.map(By::Field)) {
        kinds.extend([Kind::ReadMeta(by), Kind::ReadData(by)]);
    }
    let often = [
        By::Key,
        By::Field(Field::Purpose),
        By::Field(Field::User),
        By::Field(Field::Sharing),
    ];
    kinds.extend(often.map(Kind::UpdateMeta));
    kinds.extend(often.map(Kind::UpdateMeta));
    let mut random = Random(seed);
    let mut next = records;
    let op = |number: usize| {
        let mut kind = kinds[random.below(kinds.len())];
        if number + 3 == count {
            kind = Kind::Delete(By::Field(Field::Purpose));
        }
        let key = if kind == Kind::Create {
            next += 1;
            next - 1
        } else {
            // Few, so that what was given to one meets what was given to another.
            random.below(records) / 7 * 7
        };
        Op {
            kind,
            key,
            target: Field::ALL[1 + random.below(8)],
            at: LOADED_AT + 1_000 + i64::try_from(number).unwrap() * 200,
        }
    };
    (0..count).map(op).collect()
}

#[test]
fn every_query_is_answered_rightly_by_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let mut sqlite = Baseline::new(Sqlite::create(directory.path()).unwrap()).unwrap();
    sqlite.load(400).unwrap();
    check(&mut sqlite, &mut Oracle::new(400), &everything(400, 400, 1));
}

#[test]
fn every_query_is_answered_rightly_by_ours_and_after_a_restart() {
    // Where nothing is kept, every look goes through all buckets.
    for (keeps, count) in [(true, 300), (false, 30)] {
        let directory = tempfile::tempdir().unwrap();
        let mut oracle = Oracle::new(400);
        let ops = everything(400, count, 2);
        let (before, after) = ops.split_at(count * 2 / 3);
        let mut ours = Ours::open(directory.path(), keeps).unwrap();
        ours.load(400).unwrap();
        check(&mut ours, &mut oracle, before);
        drop(ours);
        let mut ours = Ours::open(directory.path(), keeps).unwrap();
        check(&mut ours, &mut oracle, after);
    }
}

#[test]
fn a_wrong_answer_is_found() {
    let mut oracle = Oracle::new(50);
    let op = Op {
        kind: Kind::ReadMeta(By::Key),
        key: 7,
        target: Field::Ttl,
        at: LOADED_AT,
    };
    let expected = oracle.apply(&op);
    let mut row = b"key7".to_vec();
    row.extend(written(&Meta::of(7)));
    row.push(b'\n');
    assert!(is_right(&Response::Rows(row.clone()), expected, false));
    assert!(!is_right(&Response::Rows(row.repeat(2)), expected, false));
    row[5] ^= 1;
    assert!(!is_right(&Response::Rows(row), expected, false));
    assert!(!is_right(&Response::Done(Some(2)), expected, false));
}

#[test]
fn what_another_process_does_is_seen() {
    let directory = tempfile::tempdir().unwrap();
    let mut ours = Ours::open(directory.path(), true).unwrap();
    ours.load(400).unwrap();
    let mut other = Ours::open(directory.path(), true).unwrap();
    let mut oracle = Oracle::new(400);
    let op = |kind, key| Op {
        kind,
        key,
        target: Field::Source,
        at: LOADED_AT + 1_000,
    };
    let look = op(Kind::ReadMeta(By::Field(Field::Purpose)), 3);
    check(&mut ours, &mut oracle, &[look]);
    check(&mut other, &mut oracle, &[op(Kind::Delete(By::Key), 28)]);
    check(&mut ours, &mut oracle, &[look]);
}
