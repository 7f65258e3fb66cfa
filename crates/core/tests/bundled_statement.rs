//! The bundled statement reads without errors, declares every promise of the published text, and
//! says what that text says, gaps and all.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail the test"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use ombud_core::diagnostic::{Diagnostic, line_column};
use ombud_core::statement::check::check;
use ombud_core::statement::model::OneOrMany;
use ombud_core::statement::{Folder, Statement, load};

/// P1.1 to P6.1, in the order of the published text.
const PROMISES: &str = "
    P1.1 P2.1 P2.2 P2.3
    P3.1.1 P3.1.2 P3.1.3 P3.1.4
    P3.2.1 P3.2.2 P3.2.3 P3.2.4 P3.2.5
    P3.3.1 P3.3.2 P3.3.3
    P3.4.1 P3.4.2
    P3.5.1 P3.5.2
    P3.6.1 P3.6.2
    P3.7.1 P3.7.2 P3.7.3 P3.7.4 P3.7.5 P3.7.6
    P3.8.1 P3.8.2 P3.8.3 P3.8.4 P3.8.5
    P3.9.1 P3.9.2
    P3.10.1 P3.10.2 P3.10.3
    P4.1 P4.2.1 P4.2.2 P4.2.3 P4.2.4 P4.2.5
    P5.1 P5.2 P5.3 P5.4 P5.5 P5.6 P5.7 P5.8 P5.9
    P6.1
";

/// A day on which every decision is in force.
const TODAY: Date = date(2026, 11, 23);

/// What the law finds in the published text, by section: the rules that must find something there.
const FOUND: [(&str, &str); 15] = [
    ("2", "L03 L39"),
    ("3.1", "L05 L07 L09 L25 L40"),
    ("3.2", "L07 L08 L10 L12 L22 L23 L25 L26 L29 L30 L39 L41"),
    ("3.3", "L07 L09 L10 L12 L19 L20 L21 L27 L32"),
    ("3.4", "L07 L11 L19"),
    ("3.5", "L07 L10 L11 L14 L19 L21"),
    ("3.6", "L05 L07 L09 L14 L19"),
    ("3.7", "L06 L07 L11 L13 L17 L27 L28 L29 L31 L41"),
    ("3.8", "L07 L12 L19 L22 L27 L29 L41"),
    ("3.9", "L07 L11 L13 L16 L28"),
    ("3.10", "L07 L13 L21 L22 L25"),
    ("4.1", "L07 L08 L34"),
    ("4.2", "L08 L29 L32 L34 L35 L36"),
    ("5", "L15 L18 L23 L32 L33 L37 L43"),
    ("6", "L38"),
];

/// What the law finds nothing wrong with: a rule, and a place or section where it finds nothing.
const PASSES: [(&str, &str); 19] = [
    ("L01", ""),
    ("L02", ""),
    ("L04", ""),
    ("L06", "3.1"),
    ("L06", "3.2"),
    ("L06", "3.3"),
    ("L06", "3.4"),
    ("L06", "3.5"),
    ("L06", "3.6"),
    ("L06", "3.8"),
    ("L06", "3.10"),
    ("L09", "3.10"),
    ("L11", "3.10"),
    ("L16", "3.1"),
    ("L16", "assistant"),
    ("L20", "3.2"),
    ("L24", ""),
    ("L42", ""),
    ("L00", ""),
];

/// The reading of the published text: collection, bases of its activity, period, and end.
const READING: [(&str, &str, &str, &str); 19] = [
    ("assistant.conversation", "a", "3 months", "erase"),
    (
        "customers.account",
        "b f",
        "in most cases 3 years after last activity",
        "-",
    ),
    (
        "customers.invoice",
        "b f",
        "in most cases 3 years after last activity",
        "-",
    ),
    (
        "feedback.response",
        "f",
        "3 years after collection",
        "erase or anonymise into survey_scores",
    ),
    ("handover.conversation", "a", "3 months", "erase"),
    (
        "improvement.usage",
        "f",
        "3 years",
        "erase or anonymise into usage_statistics",
    ),
    ("newsletters.subscription", "a", "until withdrawal", "erase"),
    (
        "profiling.cookies",
        "f",
        "according to \"cookie policy\"",
        "erase",
    ),
    (
        "profiling.profile",
        "f",
        "in general earlier of (objection, 1 year after last activity)",
        "erase",
    ),
    (
        "recruitment.application",
        "f b",
        "usually earlier of (process_end, 12 months after application_deadline), unless agreed",
        "erase",
    ),
    ("recruitment.offer", "f b", "-", "-"),
    ("security.log", "f", "3 years after last activity", "erase"),
    ("support.chat", "f", "3 months", "erase"),
    (
        "support.inquiry",
        "f",
        "3 years after last correspondence",
        "-",
    ),
    (
        "user-tests.test",
        "a",
        "2 years",
        "erase or anonymise into test_statistics",
    ),
    ("webinars.billing", "f", "as long as necessary", "-"),
    ("webinars.registration", "f", "as long as necessary", "-"),
    ("website-chat.conversation", "f", "3 months", "erase"),
    (
        "rights-requests.request",
        "c",
        "3 years after answer",
        "erase",
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../statements/visma-software")
}

fn folder(root: &Path) -> Folder {
    let mut files = Vec::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    Folder::new(files)
}

fn told(folder: &Folder, diagnostic: &Diagnostic) -> String {
    let file = &diagnostic.place.file;
    let text = folder.text(file).unwrap_or_default();
    let (line, column) = line_column(text, diagnostic.place.span.start);
    let hint = diagnostic.hint.as_deref().unwrap_or("no hint");
    format!("{file}:{line}:{column}: {} ({hint})", diagnostic.message)
}

fn statement() -> Statement {
    let folder = folder(&root());
    load(folder.clone()).unwrap_or_else(|diagnostics| {
        let all: Vec<String> = diagnostics.iter().map(|one| told(&folder, one)).collect();
        panic!("{} errors:\n{}", all.len(), all.join("\n"))
    })
}

#[test]
fn the_bundled_statement_reads_without_errors() {
    let statement = statement();
    assert_eq!(statement.published.header.languages.len(), 2);
}

#[test]
fn every_promise_is_declared_with_a_proof() {
    let promises = statement().promises.promises;
    let mut declared: Vec<&str> = promises.keys().map(String::as_str).collect();
    let mut expected: Vec<&str> = PROMISES.split_whitespace().collect();
    declared.sort_unstable();
    expected.sort_unstable();
    assert_eq!(declared, expected);
    for (id, promise) in &promises {
        assert!(!promise.proof.is_empty(), "{id} has no proof");
    }
}

#[test]
fn a_decision_leaves_the_published_reading_as_it_is() {
    let statement = statement();
    let keep = |reading: &ombud_core::statement::Reading| {
        let (_, collection) = reading.collection("webinars.registration").unwrap();
        collection.keep.clone()
    };
    assert_ne!(keep(&statement.published), keep(&statement.rules));
}

#[test]
fn the_reading_is_that_of_the_published_text() {
    let statement = statement();
    for (name, bases, keep, then) in READING {
        let (activity, collection) = statement.published.collection(name).unwrap();
        let letter = |article: &str| article.trim_end_matches(')').chars().last().unwrap();
        let found: Vec<String> = activity
            .bases()
            .map(|basis| letter(basis.name.article()).to_string())
            .collect();
        assert_eq!(found.join(" "), bases, "the bases of {name}");
        let said = collection.keep.as_ref().map(|keep| match keep {
            OneOrMany::One(keep) => keep.to_string(),
            OneOrMany::Many(_) => panic!("{name} has cases"),
        });
        assert_eq!(said.as_deref().unwrap_or("-"), keep, "the period of {name}");
        let end = collection.then.as_ref().map(ToString::to_string);
        assert_eq!(end.as_deref().unwrap_or("-"), then, "the end of {name}");
    }
}

#[test]
fn the_check_finds_what_the_law_finds() {
    let statement = statement();
    let judged = check(&statement, TODAY);
    let found: BTreeSet<(&str, &str)> = judged
        .iter()
        .map(|judged| (judged.finding.section.as_str(), judged.finding.rule.id))
        .collect();
    for (section, rules) in FOUND {
        for rule in rules.split_whitespace() {
            assert!(
                found.contains(&(section, rule)),
                "{rule} in section {section}"
            );
        }
    }
    for (rule, place) in PASSES {
        let wrong = judged.iter().find(|judged| {
            let finding = &judged.finding;
            let here = place.is_empty() || finding.section == place || finding.at == place;
            finding.rule.id == rule && here
        });
        assert!(wrong.is_none(), "{rule} at `{place}`: {wrong:?}");
    }
}

#[test]
fn every_gap_is_decided_but_two() {
    let statement = statement();
    let open = check(&statement, TODAY);
    let open: Vec<&str> = open
        .iter()
        .filter(|judged| judged.state.is_open())
        .map(|judged| judged.finding.rule.id)
        .collect();
    assert_eq!(open, ["L03", "L33"]);
}
