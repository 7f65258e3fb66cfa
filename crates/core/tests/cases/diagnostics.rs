//! `cases/diagnostics/*.toml`: what is wrong in a statement folder, and what its author is told.
//!
//! The format is described in `cases/README.md`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use ombud_core::diagnostic::{Diagnostic, line_column};
use ombud_core::statement::{Folder, load};
use serde::Deserialize;

/// The statement that each case spoils.
const FILES: [(&str, &str); 5] = [
    (
        "statement.toml",
        include_str!("../../src/statement/testing/statement.toml"),
    ),
    (
        "activities/news.toml",
        include_str!("../../src/statement/testing/news.toml"),
    ),
    (
        "activities/jobs.toml",
        include_str!("../../src/statement/testing/jobs.toml"),
    ),
    (
        "text/en.md",
        include_str!("../../src/statement/testing/en.md"),
    ),
    (
        "text/nb.md",
        include_str!("../../src/statement/testing/nb.md"),
    ),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What its author did.
    says: String,
    changes: Vec<Change>,
    #[serde(default)]
    errors: Vec<Told>,
}

/// Words put in the place of others; a text without old words is added at the end of the file, and
/// a file without any text is taken away.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    file: String,
    old: Option<String>,
    new: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    /// File, line and column, as an editor counts them.
    place: String,
    /// What is underlined.
    at: String,
    code: String,
    message: String,
    expected: Option<String>,
    hint: Option<String>,
    /// A second place, with what is said of it.
    related: Option<String>,
}

fn spoilt(case: &Case) -> Result<Folder, String> {
    let files = FILES.map(|(file, text)| (file.to_owned(), text.to_owned()));
    let mut files = BTreeMap::from(files);
    for Change { file, old, new } in &case.changes {
        let text = files.entry(file.clone()).or_default();
        match (old, new) {
            (Some(old), Some(new)) if text.contains(old) => *text = text.replacen(old, new, 1),
            (Some(old), _) => return Err(format!("`{old}` does not stand in {file}")),
            (None, Some(new)) => text.push_str(new),
            (None, None) => {
                files.remove(file);
            }
        }
    }
    Ok(Folder::new(files))
}

fn told(folder: &Folder, error: &Diagnostic) -> Told {
    let place = |place: &ombud_core::diagnostic::Place| {
        let text = folder.text(&place.file).unwrap_or_default();
        let (line, column) = line_column(text, place.span.start);
        let at = text.get(place.span.clone()).unwrap().to_owned();
        (format!("{}:{line}:{column}", place.file), at)
    };
    let (where_, at) = place(&error.place);
    let related = error.related.first();
    Told {
        place: where_,
        at,
        code: error.code.to_owned(),
        message: error.message.clone(),
        expected: error.label.clone(),
        hint: error.hint.clone(),
        related: related.map(|(other, label)| format!("{}: {label}", place(other).0)),
    }
}

/// As a case file has it.
fn written(told: &Told) -> String {
    let mut text = "\n[[errors]]\n".to_owned();
    let mut line = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            let value = toml::Value::from(value);
            writeln!(text, "{key:<8} = {value}").unwrap();
        }
    };
    line("place", Some(&told.place));
    line("at", Some(&told.at));
    line("code", Some(&told.code));
    line("message", Some(&told.message));
    line("expected", told.expected.as_deref());
    line("hint", told.hint.as_deref());
    line("related", told.related.as_deref());
    text
}

#[test]
fn every_error_is_told_as_its_author_needs_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases/diagnostics");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut wrong = Vec::new();
    for path in files {
        let file = path.file_name().unwrap().to_string_lossy();
        let case: Case = match toml::from_str(&fs::read_to_string(&path).unwrap()) {
            Ok(case) => case,
            Err(error) => {
                wrong.push(format!("{file}: {error}"));
                continue;
            }
        };
        let folder = match spoilt(&case) {
            Ok(folder) => folder,
            Err(error) => {
                wrong.push(format!("{file}: {error}"));
                continue;
            }
        };
        let errors = load(folder.clone()).err().unwrap_or_default();
        let found: Vec<Told> = errors.iter().map(|error| told(&folder, error)).collect();
        if found != case.errors || case.says.is_empty() {
            let found: String = found.iter().map(written).collect();
            wrong.push(format!("{file} ({}): found{found}", case.says));
        }
        for error in &errors {
            if error.hint.is_none() && error.label.is_none() && error.code != "syntax" {
                wrong.push(format!("{file}: no next step: {}", error.message));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases differ\n\n{}\n",
        wrong.len(),
        wrong.join("\n")
    );
}
