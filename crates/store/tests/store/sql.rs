//! Every SQL text is read by a parser and held to the rules that let it run anywhere (R12 of R1, R4
//! and R5).

use std::collections::BTreeSet;

use ombud_store::{BY_NUMBER, Sql, key_statements, statements};

use crate::lint::findings;

#[test]
fn r12_every_statement_keeps_the_rules() {
    for Sql { name, text } in [statements(), key_statements()].concat() {
        assert_eq!(findings(text), BTreeSet::new(), "{name}: {text}");
    }
}

/// SQLite counts values in the order in which they are first named.
#[test]
fn long_lists_of_values_are_named_in_order() {
    let mut lists = 0;
    for Sql { name, text } in [statements(), key_statements()].concat() {
        let numbers = text.split('$').skip(1).filter_map(|rest| {
            let mut parts = rest.split(|c: char| !c.is_ascii_digit());
            parts.next()?.parse::<usize>().ok()
        });
        let mut named = Vec::new();
        for number in numbers {
            if !named.contains(&number) {
                named.push(number);
            }
        }
        if named.len() > BY_NUMBER {
            lists += 1;
            assert!(named.is_sorted(), "{name}: {text}");
        }
    }
    assert!(lists > 3);
}

#[test]
fn every_statement_has_a_name_of_its_own() {
    let names = |statements: Vec<Sql>| {
        let names: BTreeSet<&str> = statements.iter().map(|sql| sql.name).collect();
        assert_eq!(names.len(), statements.len());
    };
    names(statements());
    names(key_statements());
}

/// A statement that is not in the list is not checked: no file may keep one to itself.
#[test]
fn every_file_with_statements_is_in_the_list() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let listed = std::fs::read_to_string(root.join("lib.rs")).unwrap();
    for entry in std::fs::read_dir(&root).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if text.contains("\nsql! {") {
            assert!(
                listed.contains(&format!("{stem}::STATEMENTS")),
                "{stem}.rs is not listed"
            );
        }
        assert!(
            !text.contains("Sql {\n        name") || stem == "sql",
            "{stem}.rs makes its own"
        );
    }
}

/// The rules bite: each of these breaks the one that is named.
#[test]
fn r12_bad_statements_are_found() {
    #[rustfmt::skip]
    let rows = [
        ("R1: no bucket = $n", "SELECT subject_id FROM subject"),
        ("R1: no bucket = $n", "SELECT subject_id FROM subject WHERE subject_id = $1"),
        ("R1: no bucket = $n", "SELECT subject_id FROM subject WHERE bucket = 7"),
        ("R1: no bucket = $n", "SELECT subject_id FROM subject WHERE bucket = subject_id"),
        ("R1: no bucket = $n", "SELECT subject_id FROM subject WHERE bucket >= $1"),
        ("R1: no bucket = $n", "SELECT subject_id FROM subject WHERE bucket = $1 OR created_at = $2"),
        ("R1: no bucket = $n", "SELECT subject_id FROM subject WHERE NOT bucket = $1"),
        ("R1: no bucket = $n", "SELECT subject_id FROM subject WHERE bucket IN ($1, $2)"),
        ("R1: no bucket = $n", "UPDATE record SET state = $1 WHERE record_id = $2"),
        ("R1: no bucket = $n", "DELETE FROM record WHERE record_id = $1"),
        ("R1: no bucket = $n", "SELECT a.seq FROM ledger a JOIN standing b ON a.subject_id = b.subject_id WHERE a.bucket = $1"),
        ("R1: no bucket = $n", "SELECT a.seq FROM ledger a JOIN standing b ON a.bucket = b.bucket WHERE a.seq = $1"),
        ("R1: no bucket = $n", "DELETE FROM record WHERE bucket = $1 AND record_id IN (SELECT record_id FROM record WHERE state = $2)"),
        ("R1: no bucket = $n", "SELECT seq FROM ledger, standing WHERE bucket = $1"),
        ("R1: more than one bucket", "DELETE FROM record WHERE bucket = $1 AND record_id IN (SELECT record_id FROM record WHERE bucket = $2)"),
        ("R1: INSERT without bucket", "INSERT INTO subject (subject_id) VALUES ($1)"),
        ("R1: INSERT without bucket", "INSERT INTO subject (bucket, subject_id) VALUES (3, $1)"),
        ("R1: INSERT without bucket", "INSERT INTO subject VALUES ($1, $2)"),
        ("R2: bucket is updated", "UPDATE subject SET bucket = $2 WHERE bucket = $1"),
        ("R2: bucket is updated", "INSERT INTO subject (bucket) VALUES ($1) ON CONFLICT (bucket) DO UPDATE SET bucket = excluded.bucket"),
        ("R4: function", "SELECT seq FROM ledger WHERE bucket = $1 AND acted_at < now()"),
        ("R4: function", "INSERT INTO subject (bucket, created_at) VALUES ($1, CURRENT_TIMESTAMP)"),
        ("R4: function", "INSERT INTO subject (bucket, subject_id) VALUES ($1, gen_random_uuid())"),
        ("R4: function", "SELECT seq FROM ledger WHERE bucket = $1 ORDER BY random()"),
        ("R4: function", "SELECT pg_advisory_xact_lock($1)"),
        ("R5: kind of statement", "LOCK TABLE subject"),
        ("R5: kind of statement", "CREATE TABLE x (y BIGINT)"),
        ("R5: kind of statement", "TRUNCATE record"),
        ("R5: kind of statement", "MERGE INTO subject USING standing ON subject.bucket = standing.bucket WHEN MATCHED THEN DELETE"),
        ("R5: WITH", "WITH gone AS (DELETE FROM record WHERE bucket = $1 RETURNING record_id) SELECT record_id FROM gone"),
        ("R5: row locks", "SELECT subject_id FROM subject WHERE bucket = $1 FOR UPDATE SKIP LOCKED"),
        ("R5: LIMIT", "DELETE FROM record WHERE bucket = $1 LIMIT 10"),
        ("R5: hidden column", "DELETE FROM record WHERE bucket = $1 AND ctid = $2"),
        ("R5: division", "SELECT seq / 2 FROM ledger WHERE bucket = $1"),
        ("R5: DELETE USING", "DELETE FROM record USING subject WHERE record.bucket = $1 AND subject.bucket = $1"),
        ("R5: UPDATE FROM", "UPDATE record SET state = $2 FROM subject WHERE record.bucket = $1"),
        ("R5: INSERT without VALUES", "INSERT INTO record (bucket) SELECT bucket FROM subject WHERE bucket = $1"),
        ("R5: kind of join", "SELECT a.seq FROM ledger a FULL OUTER JOIN ledger b ON a.bucket = b.bucket WHERE a.bucket = $1"),
        ("R5: kind of query", "SELECT seq FROM ledger WHERE bucket = $1 UNION SELECT seq FROM evidence WHERE bucket = $1"),
        ("R5: kind of table", "SELECT seq FROM (SELECT seq FROM ledger WHERE bucket = $1) x"),
        ("placeholder is not $n", "SELECT seq FROM ledger WHERE bucket = $x"),
        ("placeholders have gaps", "SELECT seq FROM ledger WHERE bucket = $1 AND seq > $3"),
        ("names a schema", "SELECT seq FROM public.ledger WHERE bucket = $1"),
        ("quoted name", "SELECT \"seq\" FROM ledger WHERE bucket = $1"),
        ("not one statement", "DELETE FROM record WHERE bucket = $1; SELECT 1"),
        ("does not parse", "SELECT seq FROM ledger WHERE bucket = ?"),
        ("columns are named, one by one", "SELECT * FROM ledger WHERE bucket = $1"),
        ("R5: kind of expression", "SELECT CAST(seq AS TEXT) FROM ledger WHERE bucket = $1"),
    ];
    for (want, sql) in rows {
        assert!(findings(sql).contains(want), "{sql}: {:?}", findings(sql));
    }
}
