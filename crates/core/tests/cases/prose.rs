//! The bundled statement's prose: every sentence that a rule gives agrees with that rule when it is
//! read again as plain words.
use ombud_core::language::Language;
use ombud_core::statement::prose::{expand, render};
use ombud_core::statement::{Folder, Statement, load};

use crate::bundled::statement;

fn read(files: Vec<(String, String)>) -> Statement {
    load(Folder::new(files)).unwrap_or_else(|wrong| panic!("{wrong:#?}"))
}

#[test]
fn a_rule_written_out_agrees_with_itself() {
    let statement = statement();
    let files = statement.folder.files();
    let mut files: Vec<(String, String)> =
        files.map(|(f, t)| (f.to_owned(), t.to_owned())).collect();
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
    let statement = statement();
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
