//! Many questions at once: a line in, a line out, each on its own.

use std::fmt::Write as _;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{World, email};

fn batch(world: &World, lines: &str) -> Vec<Value> {
    let (status, answers) = world.lines("/may/batch", lines);
    assert_eq!(status, StatusCode::OK);
    answers
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

on_both! {
    fn p3_1_1_each_line_is_answered_in_order(world) {
        world.tell(&email("anna"), "newsletters", "consent");
        let question = |name: &str| json!({ "subject": email(name), "activity": "newsletters" }).to_string();
        let lines = [question("anna"), question("bo"), "not json".to_owned(), String::new(), question("anna")];
        let answers = batch(world, &lines.join("\n"));
        let may: Vec<&Value> = answers.iter().map(|answer| &answer["may"]).collect();
        assert_eq!(may, [&json!(true), &json!(false), &Value::Null, &json!(true)]);
        assert_eq!(answers[2]["status"], 422);
    }
}

on_both! {
    /// Whoever they are and however they are named, before and after a change, in memory or not.
    fn i1_many_are_answered_like_one(world) {
        world.tell(&email("anna"), "newsletters", "consent");
        world.tell(&email("bo"), "newsletters", "consent");
        world.tell(&email("bo"), "newsletters", "withdraw");
        world.tell(&email("carl"), "recruitment", "restrict");
        world.tell(&email("dina"), "newsletters", "object");
        let alone = ["anna", "bo", "carl", "dina", "nobody"].map(email);
        let others = [
            json!({ "email": "ANNA@EXAMPLE.COM" }),
            json!({ "email": "o\"x@example.com" }),
            json!({ "ip": "192.0.2.7" }),
            json!({ "email": "anna@example.com", "ip": "192.0.2.7" }),
        ];
        let people: Vec<Value> = alone.into_iter().chain(others).collect();
        let activities = ["newsletters", "recruitment", "support", "unheard-of"];
        let questions: Vec<Value> = people
            .iter()
            .flat_map(|who| activities.map(|activity| json!({ "subject": who, "activity": activity })))
            .collect();
        let lines: Vec<String> = questions.iter().map(Value::to_string).collect();
        for act in ["consent", "withdraw"] {
            world.tell(&email("anna"), "newsletters", act);
            for answers in [batch(world, &lines.join("\n")), batch(world, &lines.join("\r\n"))] {
                for (question, answer) in questions.iter().zip(&answers) {
                    assert_eq!(*answer, world.post("/may", question).body, "{question}");
                }
                assert_eq!(answers.len(), questions.len());
            }
        }
    }
}

#[test]
fn i6_a_line_that_does_not_fit_is_answered_without_its_values() {
    let world = World::sqlite();
    let lines = "{\"subject\": {\"email\": \"secret@example.com\"}, \"activity\": 7}\n{\"x\": \"secret\"}\n";
    let answers = batch(&world, lines);
    assert_eq!(answers.len(), 2);
    assert!(!format!("{answers:?}").contains("secret"));
}

#[test]
fn a_line_that_is_too_long_stops_no_other() {
    let world = World::sqlite();
    let good = json!({ "subject": email("anna"), "activity": "newsletters" }).to_string();
    let long = "x".repeat(100_000);
    let answers = batch(&world, &format!("{good}\n{long}\n{good}"));
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[1]["status"], 413);
    assert_eq!(answers[2]["may"], false);
    assert_eq!(batch(&world, &long)[0]["status"], 413);
}

#[test]
fn more_lines_than_fit_in_memory_at_once_are_all_answered() {
    let world = World::sqlite();
    let mut lines = String::new();
    for number in 0..5_000 {
        let question = json!({ "subject": email(&number.to_string()), "activity": "support" });
        writeln!(lines, "{question}\r").unwrap();
    }
    assert_eq!(batch(&world, &lines).len(), 5_000);
    assert!(batch(&world, "\n \n").is_empty());
}
