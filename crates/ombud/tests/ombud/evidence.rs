//! Evidence cannot be altered, cut or reordered unnoticed (I7), and receipts need nobody's word.

use std::process::ExitCode;

use axum::http::StatusCode;
use ombud_core::evidence::{
    Checkpoint, Done, Edge, Fact, Hash, PublicKey, Receipt, Resource, leaf, merkle,
};
use ombud_store::{Place, Sql, StoreError, Tx, Value as Cell};
use serde_json::{Value, json};

use crate::harness::{World, email};

/// Two people who choose, and a record that comes and goes; all of it in the log.
fn live(world: &World) -> Vec<Receipt> {
    let mut receipts = Vec::new();
    for name in ["anna", "ben"] {
        let told = world.tell(&email(name), "newsletters", "consent");
        receipts.push(serde_json::from_value(told["receipt"].clone()).unwrap());
    }
    let fields = json!({ "email": "anna@example.com" });
    world.add(
        "newsletters.subscription",
        &email("anna"),
        &fields,
        &json!({}),
    );
    integrate(world);
    receipts
}

fn integrate(world: &World) -> u64 {
    world.wait(world.ombud.integrate(None)).unwrap()
}

/// What verification finds to be wrong.
fn problem(world: &World) -> Option<String> {
    let check = world.wait(world.ombud.verify_evidence(world.now()));
    check.unwrap().problem
}

fn key(world: &World) -> PublicKey {
    world.ombud.store.log_key().public().clone()
}

/// Runs SQL that the store itself would never send.
fn tamper(world: &World, text: &'static str, values: Vec<Cell>) -> u64 {
    let sql = Sql { name: text, text };
    let write = move |tx: &mut Tx<'_>| tx.execute(&sql, &values);
    let store = &world.ombud.store;
    store.write("tamper", Place::Home, write).wait().unwrap()
}

fn rows(world: &World, text: &'static str) -> Vec<Vec<Cell>> {
    let sql = Sql { name: text, text };
    let read = move |tx: &mut Tx<'_>| {
        let rows = tx.query(&sql, &[])?;
        Ok::<_, StoreError>(rows.iter().map(|row| row.values().to_vec()).collect())
    };
    let store = &world.ombud.store;
    store.read("look", Place::Home, read).wait().unwrap()
}

/// The same value with one byte changed.
fn flipped(value: &Cell, at: usize) -> Cell {
    match value {
        Cell::Null => Cell::I64(1),
        Cell::I64(number) => Cell::I64(number ^ 1),
        Cell::Text(text) => {
            let mut bytes = text.clone().into_bytes();
            let at = (0..bytes.len()).map(|more| (at + more) % bytes.len());
            let at = at.into_iter().find(|at| bytes[*at].is_ascii()).unwrap();
            bytes[at] ^= 1;
            Cell::Text(String::from_utf8(bytes).unwrap())
        }
        Cell::Blob(bytes) => {
            let mut bytes = bytes.clone();
            let at = at % bytes.len();
            bytes[at] ^= 1;
            Cell::Blob(bytes)
        }
    }
}

/// Where evidence lies: all its columns, and for each the way to change it. `$1` is the new value,
/// `$2` the old one.
#[rustfmt::skip]
const COLUMNS: [(&str, &str); 12] = [
    ("SELECT bucket FROM evidence WHERE bucket < 4096", "UPDATE evidence SET bucket = $1 WHERE bucket = $2"),
    ("SELECT seq FROM evidence WHERE seq > 1", "UPDATE evidence SET seq = $1 WHERE seq = $2"),
    ("SELECT happened_at FROM evidence", "UPDATE evidence SET happened_at = $1 WHERE happened_at = $2"),
    ("SELECT fact FROM evidence", "UPDATE evidence SET fact = $1 WHERE fact = $2"),
    ("SELECT prev_hash FROM evidence", "UPDATE evidence SET prev_hash = $1 WHERE prev_hash = $2"),
    ("SELECT hash FROM evidence", "UPDATE evidence SET hash = $1 WHERE hash = $2"),
    ("SELECT size FROM log_head", "UPDATE log_head SET size = $1 WHERE size = $2"),
    ("SELECT checkpoint FROM log_head", "UPDATE log_head SET checkpoint = $1 WHERE checkpoint = $2"),
    ("SELECT hash FROM log_leaf", "UPDATE log_leaf SET hash = $1 WHERE hash = $2"),
    ("SELECT hashes FROM log_tile", "UPDATE log_tile SET hashes = $1 WHERE hashes = $2"),
    ("SELECT place FROM log_cursor", "UPDATE log_cursor SET place = $1 WHERE place = $2"),
    ("SELECT chain FROM log_leaf WHERE chain < 4096", "UPDATE log_leaf SET chain = $1 WHERE chain = $2"),
];

on_both! {
    fn i7_a_changed_byte_in_any_column_of_the_evidence_is_found(world) {
        live(world);
        assert_eq!(problem(world), None);
        for (list, update) in COLUMNS {
            for (number, row) in rows(world, list).into_iter().enumerate().take(3) {
                let old = row[0].clone();
                let new = flipped(&old, 7 + 13 * number);
                assert!(tamper(world, update, vec![new.clone(), old.clone()]) > 0, "{update}");
                assert!(problem(world).is_some(), "{update} at {number}");
                tamper(world, update, vec![old, new]);
            }
        }
        assert_eq!(problem(world), None);
    }

    fn i7_what_is_cut_put_in_or_swapped_is_found(world) {
        live(world);
        let hash = Cell::Blob(vec![7; 32]);
        let wrongs: [(&'static str, Vec<Cell>, &'static str); 6] = [
            ("INSERT INTO evidence (bucket, seq, happened_at, fact, prev_hash, hash)
                VALUES (9, 1, 1, '{}', $1, $1)", vec![hash.clone()], "DELETE FROM evidence WHERE bucket = 9"),
            ("INSERT INTO evidence (bucket, seq, happened_at, fact, prev_hash, hash)
                VALUES (9, -1, 1, '{}', $1, $1)", vec![hash.clone()], "DELETE FROM evidence WHERE bucket = 9"),
            ("INSERT INTO log_leaf (leaf, chain, place, hash) VALUES (-1, 9, 9, $1)", vec![hash.clone()],
                "DELETE FROM log_leaf WHERE leaf = -1"),
            ("INSERT INTO log_leaf (leaf, chain, place, hash) VALUES (99, 9, 9, $1)", vec![hash.clone()],
                "DELETE FROM log_leaf WHERE leaf = 99"),
            ("INSERT INTO log_tile (level, tile, hashes) VALUES (3, 0, $1)", vec![hash],
                "DELETE FROM log_tile WHERE level = 3"),
            ("UPDATE log_leaf SET leaf = 2 - leaf WHERE leaf = 99", vec![], "DELETE FROM log_leaf WHERE leaf = 99"),
        ];
        for (wrong, values, mend) in wrongs {
            let touched = tamper(world, wrong, values);
            assert_eq!(problem(world).is_some(), touched > 0, "{wrong}");
            tamper(world, mend, vec![]);
        }
        for swap in [
            "UPDATE log_leaf SET leaf = -1 WHERE leaf = 1",
            "UPDATE log_leaf SET leaf = 1 WHERE leaf = 2",
            "UPDATE log_leaf SET leaf = 2 WHERE leaf = -1",
        ] {
            assert_eq!(tamper(world, swap, vec![]), 1);
        }
        assert!(problem(world).is_some(), "swapped");
    }

    /// Everything put back as it was before: only what is kept apart knows better.
    fn i7_a_tail_that_was_cut_everywhere_is_found_and_not_built_upon(world) {
        live(world);
        world.tell(&email("ben"), "newsletters", "withdraw");
        assert_eq!(integrate(world), 1);
        assert_eq!(problem(world), None);
        for cut in [
            "DELETE FROM evidence", "DELETE FROM log_leaf", "DELETE FROM log_tile",
            "DELETE FROM log_cursor", "DELETE FROM log_head",
        ] {
            tamper(world, cut, vec![]);
        }
        assert!(problem(world).unwrap().contains("was signed before"));
        world.tell(&email("ben"), "newsletters", "consent");
        let refused = world.wait(world.ombud.integrate(None));
        assert!(refused.unwrap_err().to_string().contains("was signed before"));
        assert_eq!(rows(world, "SELECT leaf FROM log_leaf").len(), 0);
    }

    fn i7_erasing_a_person_keeps_every_proof_valid(world) {
        let receipts = live(world);
        world.go_near(world.now(), 1);
        world.tell(&email("anna"), "newsletters", "withdraw");
        let early: Vec<Receipt> = receipts.iter()
            .map(|receipt| world.wait(world.ombud.prove(receipt.clone())).unwrap()).collect();
        world.go("2036-01-01T00:00:00Z");
        assert!(world.sweep().people > 0);
        assert_eq!(world.find("email:anna@example.com"), None);
        assert!(integrate(world) > 0);
        assert_eq!(problem(world), None);
        for receipt in receipts.into_iter().chain(early) {
            assert!(receipt.verify(&key(world)).is_ok());
            let late = world.wait(world.ombud.prove(receipt)).unwrap();
            assert!(late.verify(&key(world)).unwrap().logged.is_some());
        }
        let ended = rows(world, "SELECT fact FROM evidence").into_iter().filter(|row| {
            let Cell::Text(fact) = &row[0] else { return false };
            matches!(Fact::parse(fact), Some(Fact::KeyDestroyed { .. }))
        });
        assert_eq!(ended.count(), 1, "told once");
    }

    fn i7_each_entry_comes_into_the_log_once_whoever_brings_it(world) {
        live(world);
        world.tell(&email("anna"), "newsletters", "withdraw");
        world.tell(&email("ben"), "newsletters", "withdraw");
        let (one, two) = world.wait(async {
            let (one, two) = (world.ombud.clone(), world.ombud.clone());
            let one = tokio::spawn(async move { one.integrate(None).await.unwrap() });
            let two = tokio::spawn(async move { two.integrate(None).await.unwrap() });
            (one.await.unwrap(), two.await.unwrap())
        });
        assert_eq!(one + two, 2);
        assert_eq!(integrate(world), 0);
        assert_eq!(problem(world), None);
        // Only the chains that were named are asked.
        world.ombud.store.take_appended();
        world.tell(&email("ben"), "newsletters", "consent");
        let named = world.ombud.store.take_appended();
        assert_eq!(named.len(), 1);
        assert_eq!(world.wait(world.ombud.integrate(Some(&named))).unwrap(), 1);
    }

    fn i7_a_receipt_is_genuine_at_once_and_proved_once_it_is_in_the_log(world) {
        let told = world.tell(&email("anna"), "newsletters", "consent");
        let receipt: Receipt = serde_json::from_value(told["receipt"].clone()).unwrap();
        let (status, public) = world.bytes("/evidence/key");
        assert_eq!(status, StatusCode::OK);
        let public: PublicKey = String::from_utf8(public).unwrap().trim().parse().unwrap();
        let verified = receipt.verify(&public).unwrap();
        assert_eq!(verified.logged, None);
        let Fact::Act { activity, acted_at, .. } = &verified.entry.fact else { panic!() };
        assert_eq!((activity.as_str(), *acted_at), ("newsletters", world.now()));
        assert_eq!(world.bytes("/evidence/checkpoint").0, StatusCode::NOT_FOUND);
        let answer = world.post("/evidence/prove", &told["receipt"]);
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "not yet in the log");

        integrate(world);
        let proved = world.post("/evidence/prove", &told["receipt"]).body;
        let proved: Receipt = serde_json::from_value(proved).unwrap();
        assert!(proved.verify(&public).unwrap().logged.is_some());
        let mut forged = told["receipt"].clone();
        forged["note"] = json!(forged["note"].as_str().unwrap().replace("newsletters", "profiling"));
        let answer = world.post("/evidence/prove", &forged);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    }

    /// Someone who has only the public addresses rebuilds the tree, and learns nothing about anyone.
    fn i7_and_i6_the_public_log_can_be_rebuilt_and_tells_nothing(world) {
        for number in 0..90 {
            for act in ["consent", "withdraw", "consent"] {
                world.tell(&email(&format!("person{number}")), "newsletters", act);
            }
        }
        integrate(world);
        let (_, note) = world.bytes("/evidence/checkpoint");
        let note = String::from_utf8(note).unwrap();
        let checkpoint = Checkpoint::open(&note, &key(world)).unwrap();
        assert!(checkpoint.size > 256);
        let rest = u16::try_from(checkpoint.size - 256).unwrap();
        let mut edge = Edge::default();
        let mut tiles = Vec::new();
        for bundle in [Resource::Entries(0, 256), Resource::Entries(1, rest)] {
            let (status, bytes) = world.bytes(&format!("/evidence/tile/{}", bundle.path()));
            assert_eq!(status, StatusCode::OK);
            for entry in bytes.chunks(34) {
                assert_eq!(entry[..2], [0, 32]);
                let hash = Hash(entry[2..].try_into().unwrap());
                assert_eq!(leaf(hash), merkle::leaf(&entry[2..]));
                edge.push(leaf(hash), &mut |id, hashes| tiles.push((id, hashes)));
            }
        }
        assert_eq!((edge.size(), edge.root()), (checkpoint.size, checkpoint.root));
        for (id, hashes) in tiles.into_iter().chain(edge.unfilled()) {
            let width = u16::try_from(hashes.len()).unwrap();
            let path = format!("/evidence/tile/{}", Resource::Tile(id, width).path());
            let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
            assert_eq!(world.bytes(&path), (StatusCode::OK, bytes), "{path}");
        }
        for absent in ["0/002", "1/000", "0/000.p/256", "entries/001", "0/0", "x", "0/001.p/255"] {
            assert_eq!(world.bytes(&format!("/evidence/tile/{absent}")).0, StatusCode::NOT_FOUND, "{absent}");
        }
    }

    fn an_erasure_is_proved_by_a_receipt(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        let path = format!("/records/{record}");
        let erased = world.call(axum::http::Method::DELETE, &path, None);
        assert_eq!(erased.status, StatusCode::OK, "{}", erased.body);
        assert_eq!(erased.body["record"], json!(record));
        let receipt: Receipt = serde_json::from_value(erased.body["receipt"].clone()).unwrap();
        let fact = receipt.verify(&key(world)).unwrap().entry.fact;
        assert!(matches!(fact, Fact::Record { done: Done::Erased, .. }), "{fact:?}");
        integrate(world);
        let proven = world.wait(world.ombud.prove(receipt)).unwrap();
        assert!(proven.verify(&key(world)).unwrap().logged.is_some());
    }

    /// Whoever has no receipt of a person's end can have one of its entry.
    fn the_end_of_a_person_can_be_proved(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        world.go("2030-01-01T00:00:00Z");
        assert_eq!(world.sweep().people, 1);
        integrate(world);
        let shown = world.wait(world.ombud.evidence(0, 1_000)).unwrap();
        let end = shown.iter().find(|shown| matches!(shown.entry.fact, Fact::KeyDestroyed { .. }));
        let place = end.unwrap().leaf.unwrap();
        let receipt = world.wait(world.ombud.prove_place(place)).unwrap();
        let verified = receipt.verify(&key(world)).unwrap();
        assert!(matches!(verified.entry.fact, Fact::KeyDestroyed { .. }));
        assert_eq!(verified.logged.unwrap().index, place);
    }

    fn i6_evidence_holds_no_personal_data(world) {
        let anna = email("anna");
        let fields = json!({ "email": "anna@example.com", "message": "canary-message" });
        let (record, _) = world.add("support.inquiry", &anna, &fields, &json!({}));
        world.anchor(&anna, "support.inquiry", "last_correspondence");
        world.call(axum::http::Method::PATCH, &format!("/records/{record}"), Some(&json!({ "message": "canary-2" })));
        let body = json!({
            "subject": anna, "activity": "support", "act": "object",
            "channel": "canary-channel", "notice": "canary-notice",
        });
        world.post("/ledger", &body);
        let path = format!("/records/{record}");
        assert_eq!(world.get(&path).status, StatusCode::FORBIDDEN, "the objection is weighed");
        let asked = format!("{path}?use=own_request&only_for=canary-purpose");
        assert_eq!(world.get(&asked).status, StatusCode::OK);
        let subject = world.find("email:anna@example.com").unwrap();
        let facts: Vec<String> = rows(world, "SELECT fact FROM evidence").into_iter().map(|row| match &row[0] {
            Cell::Text(fact) => fact.clone(),
            other @ (Cell::Null | Cell::I64(_) | Cell::Blob(_)) => panic!("{other:?}"),
        }).collect();
        for kind in ["stored", "anchor_set", "object", "changed", "shown", "statement_stored"] {
            assert!(facts.iter().any(|fact| fact.contains(&format!("\"{kind}\""))), "{kind} in {facts:?}");
        }
        let shown_for = r#""shown_for":{"use":"own_request"}"#;
        assert!(facts.iter().any(|fact| fact.contains(shown_for)), "{facts:?}");
        let (subject, plain) = (subject.to_string(), subject.to_string().replace('-', ""));
        for secret in ["anna", "canary", &record, &record.replace('-', ""), &subject, &plain] {
            assert!(!facts.iter().any(|fact| fact.contains(secret)), "{secret} in {facts:?}");
        }
    }

    fn p5_7_the_board_says_whether_the_evidence_was_verified_within_a_day(world) {
        live(world);
        let evidence = || {
            let board = world.wait(world.ombud.board(world.now())).unwrap();
            let board = serde_json::to_value(board).unwrap();
            let rows = board["promises"].as_array().unwrap().clone();
            let row = rows.into_iter().find(|row| row["id"] == "P5.7").unwrap();
            let proofs = row["proofs"].as_array().unwrap().clone();
            let proof = proofs.into_iter().find(|proof| proof["proof"] == "evidence").unwrap();
            let figures: Vec<Value> = proof["figures"].as_array().unwrap().clone();
            (proof["verdict"].as_str().unwrap().to_owned(), figures)
        };
        assert_eq!(evidence(), ("unproven".to_owned(), vec![]));
        assert_eq!(problem(world), None);
        let verified = world.now();
        world.go_near(verified, 86_400_000);
        let (verdict, figures) = evidence();
        assert_eq!((verdict.as_str(), &figures[1]["value"]["is"]), ("kept", &json!(4)));
        world.go_near(verified, 86_401_000);
        assert_eq!(evidence().0, "unproven");
        tamper(world, "UPDATE log_head SET size = size - 1", vec![]);
        assert!(problem(world).is_some());
        assert_eq!(evidence().0, "broken");
    }
}

/// Exit codes cannot be compared, only shown.
fn same(code: ExitCode, want: u8) {
    assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::from(want)));
}

#[test]
fn i7_a_receipt_is_verified_by_command_without_any_data() {
    let world = World::sqlite();
    let data = crate::command::begun(&world);
    let file = world.directory.path().join("receipt.json");
    let file = file.to_str().unwrap();
    let run = |arguments: &[&str]| crate::command::run(&world, &data, arguments);
    let add = [
        "ledger",
        "add",
        "email:anna@example.com",
        "newsletters",
        "consent",
        "--language",
        "nb",
        "--channel",
        "form",
        "--receipt",
        file,
    ];
    same(run(&add).0, 0);
    let (code, out, _) = run(&["evidence", "verify"]);
    same(code, 0);
    assert_eq!(out, "intact: 2 entries\n");
    let (code, out, _) = run(&["evidence", "verify", file]);
    same(code, 0);
    assert!(out.contains("no proof yet"), "{out}");
    let (code, proved, _) = run(&["evidence", "prove", file]);
    same(code, 0);
    std::fs::write(file, proved).unwrap();
    let (_, shown, _) = run(&["evidence", "show"]);
    assert!(shown.contains("consent newsletters by "), "{shown}");
    let (_, mine, _) = run(&["evidence", "show", "--subject", "email:anna@example.com"]);
    assert_eq!(mine.lines().count(), 1, "{mine}");

    // Elsewhere, where there is nothing but the receipt and the key.
    let keys = world.directory.path().join("commands-keys/evidence.pub");
    let public = std::fs::read_to_string(&keys).unwrap();
    let elsewhere = world.directory.path().join("elsewhere");
    let check = |arguments: &[&str]| crate::command::run(&world, &elsewhere, arguments);
    for key in [public.trim(), keys.to_str().unwrap()] {
        let (code, out, _) = check(&["evidence", "verify", file, "--key", key]);
        same(code, 0);
        assert!(out.starts_with("genuine: signed by ombud-"), "{out}");
    }
    let (code, _, err) = check(&["evidence", "verify", file]);
    same(code, 2);
    assert!(err.contains("--key"), "{err}");
    let forged = std::fs::read_to_string(file)
        .unwrap()
        .replace("consent", "withdraw");
    std::fs::write(file, forged).unwrap();
    let (code, out, _) = check(&["evidence", "verify", file, "--key", public.trim()]);
    same(code, 1);
    assert!(out.starts_with("not genuine: "), "{out}");
    same(
        check(&["evidence", "verify", "nowhere.json", "--key", public.trim()]).0,
        2,
    );
    assert!(!elsewhere.exists(), "nothing was made");
}
