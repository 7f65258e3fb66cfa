//! The bundled statement's prose: every sentence that a rule gives agrees with that rule when it is
//! read again as plain words.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail the test"
)]

use std::path::{Path, PathBuf};

use ombud_core::language::Language;
use ombud_core::statement::prose::{expand, render};
use ombud_core::statement::{Folder, Statement, load};

fn files() -> Vec<(String, String)> {
    let root: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../statements/visma-software");
    let mut files = Vec::new();
    let mut waiting = vec![root.clone()];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
            files.push((name.to_owned(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    files
}

fn read(files: Vec<(String, String)>) -> Statement {
    load(Folder::new(files)).unwrap_or_else(|wrong| panic!("{wrong:#?}"))
}

#[test]
fn a_rule_written_out_agrees_with_itself() {
    let mut files = files();
    let statement = read(files.clone());
    for (language, text) in &statement.texts {
        let (_, file) = files
            .iter_mut()
            .find(|(name, _)| *name == text.file)
            .unwrap();
        for section in &text.sections {
            let written = expand(&statement, section, *language).markdown;
            *file = file.replace(&section.markdown, &written);
        }
        assert!(!file.contains("{{"), "{}", text.file);
    }
    read(files);
}

#[test]
fn every_sentence_of_a_rule_shows_where_it_is_written() {
    let statement = read(files());
    for language in Language::ALL {
        for section in render(&statement, language) {
            for expansion in section.body.expansions {
                let written = statement.rule_text(&expansion.place);
                let key = expansion.rule.rsplit('.').next().unwrap();
                assert!(!written.is_empty(), "{expansion:?}");
                assert!(
                    written.contains(key) || written.starts_with('['),
                    "{} leads to `{written}`",
                    expansion.rule
                );
            }
        }
    }
}
