//! The bundled statement reads without errors and declares every promise of the published text.

use std::path::{Path, PathBuf};

use jiff::civil::date;
use ombud_core::diagnostic::{Diagnostic, line_column};
use ombud_core::language::Language;
use ombud_core::statement::{Folder, Statement, check, load, prose};
use proptest::prelude::*;

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

pub(crate) fn statement() -> Statement {
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

/// What a later change makes wrong is another finding than the one that was decided.
#[test]
fn p1_1_a_decision_settles_no_finding_of_another_kind() {
    let rows = [
        (
            "statement.toml",
            "transfer       = \"standard_clauses\"",
            "countries      = [\"RU\"]",
            ("L08", "no_ground", "recipient cloud-vendors"),
        ),
        (
            "activities/customers.toml",
            "hold      = ",
            "# hold      = ",
            ("L14", "no_law", "customers.invoice"),
        ),
        (
            "activities/newsletters.toml",
            "{ consent = { en = \"marketing by email\", nb = \"markedsføring på e-post\" }, doubt = { en = \"where consent is required\", nb = \"der det kreves samtykke\" } }",
            "{ legitimate_interest = { en = \"to sell more\", nb = \"å selge mer\" } }",
            ("L25", "no_ground", "newsletters"),
        ),
    ];
    for (file, old, new, (rule, kind, at)) in rows {
        let folder = folder(&root());
        let files = folder.files().map(|(name, text)| {
            assert!(name != file || text.contains(old), "{file} has no {old}");
            let changed = if name == file {
                text.replacen(old, new, 1)
            } else {
                text.to_owned()
            };
            (name.to_owned(), changed)
        });
        let statement = load(Folder::new(files.collect::<Vec<_>>())).unwrap();
        let judged = check::check(&statement, statement.published.header.effective);
        let found = judged.iter().find(|judged| {
            let finding = &judged.finding;
            (finding.rule.id, finding.kind, finding.at.as_str()) == (rule, Some(kind), at)
        });
        assert!(found.unwrap().state.is_open(), "{found:?}");
    }
}

/// What a hand on the keyboard may do to a text.
#[derive(Debug, Clone)]
enum Slip {
    Remove(usize),
    Insert(&'static str),
    Repeat(usize),
    Byte(u8),
}

fn any_slip() -> impl Strategy<Value = Slip> {
    const SCRAPS: &[&str] = &[
        "{{",
        "}}",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        "\n",
        "=",
        ".",
        "#",
        "0",
        "-",
        "æ",
        "\u{0}",
        "\u{1}",
        "earlier of (",
        "{{ keep newsletters.subscription }}",
        "99999999999999999999",
        "tre år",
        "9999 years",
        "while",
        "[[decisions]]\n",
        "# 3.1 {#",
        "GDPR Article 6(1)",
    ];
    prop_oneof![
        (1_usize..40).prop_map(Slip::Remove),
        prop::sample::select(SCRAPS).prop_map(Slip::Insert),
        (1_usize..200).prop_map(Slip::Repeat),
        any::<u8>().prop_map(Slip::Byte),
    ]
}

/// The text with a slip at a byte; what is no text any more is read as far as it is one.
fn slipped(text: &str, at: usize, slip: &Slip) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = at % (bytes.len() + 1);
    let end = |length: usize| bytes.len().min(at + length);
    match slip {
        Slip::Remove(length) => drop(bytes.drain(at..end(*length))),
        Slip::Insert(scrap) => drop(bytes.splice(at..at, scrap.bytes())),
        Slip::Repeat(length) => {
            let again = bytes.get(at..end(*length)).unwrap_or_default().to_vec();
            drop(bytes.splice(at..at, again));
        }
        Slip::Byte(byte) => drop(bytes.splice(at..end(1), [*byte])),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn no_slip_of_the_keyboard_makes_a_check_fail(
        slips in prop::collection::vec((any::<prop::sample::Index>(), any::<usize>(), any_slip()), 1..4),
    ) {
        let files = folder(&root());
        let mut files: Vec<(String, String)> =
            files.files().map(|(file, text)| (file.to_owned(), text.to_owned())).collect();
        for (file, at, slip) in &slips {
            let file = file.index(files.len());
            files[file].1 = slipped(&files[file].1, *at, slip);
        }
        let folder = Folder::new(files);
        match load(folder.clone()) {
            Ok(statement) => {
                check::check(&statement, date(2026, 6, 15));
                for language in Language::ALL {
                    prose::render(&statement, language);
                }
            }
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                for error in errors {
                    let places = std::iter::once(&error.place).chain(error.related.iter().map(|(place, _)| place));
                    for place in places {
                        let text = folder.text(&place.file).unwrap_or_default();
                        prop_assert!(text.get(place.span.clone()).is_some(), "{:?}", error);
                    }
                }
            }
        }
    }
}
