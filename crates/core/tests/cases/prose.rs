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

/// The errors when words stand in the text where a rule was rendered.
fn instead(language: &str, template: &str, words: &str) -> Vec<String> {
    let file = format!("text/{language}.md");
    let files = statement();
    let files = files.folder.files().map(|(name, text)| {
        let mut text = text.to_owned();
        if name == file {
            assert!(text.contains(template), "{template} in {file}");
            text = text.replacen(template, words, 1);
        }
        (name.to_owned(), text)
    });
    let errors = load(Folder::new(files)).err().unwrap_or_default();
    errors.into_iter().map(|error| error.message).collect()
}

/// Cookies are stored for a year and less, and section 4 says how authorities are answered: none of that
/// is a rule of section 3.4 or 3.10, which keep for three years. What section 4 shares with the group is.
#[test]
fn what_holds_elsewhere_holds_in_no_other_section() {
    let log = "{{ keep security.log }}";
    let answers = "{{ keep feedback.response }}";
    for (language, template, words) in [
        ("en", log, "We delete them after 12 months."),
        ("nb", log, "Vi sletter dem etter ett år."),
        ("nb", log, "Vi sletter dem etter tre måneder."),
        (
            "en",
            log,
            "We share this with the police and other public authorities.",
        ),
        (
            "en",
            log,
            "The legal basis is Article 6(1)(a), and we do not sell data.",
        ),
        ("en", answers, "We delete your responses after ten years."),
        ("nb", answers, "Vi sletter svarene etter ti år."),
        ("nb", answers, "Vi sletter tilbakemeldingene etter fem år."),
    ] {
        let found = instead(language, template, words);
        assert_eq!(found.len(), 1, "{words}: {found:?}");
    }
    for (language, template, words) in [
        ("en", log, "We delete them after three years."),
        ("nb", log, "Vi sletter dem etter 36 måneder."),
        (
            "en",
            log,
            "We pass it on to other companies in the Visma Group.",
        ),
        (
            "nb",
            log,
            "Vi deler det med andre selskaper i Visma-konsernet.",
        ),
        (
            "en",
            log,
            "We never share them with the police and other public authorities.",
        ),
        (
            "en",
            log,
            "A cookie tells your choices apart for 12 months.",
        ),
        ("nb", answers, "Vi sletter svarene etter tre år."),
        (
            "en",
            "{{ recipient authorities }}",
            "the police and other public authorities",
        ),
        (
            "en",
            "{{ recipient social-platforms }}",
            "social media platforms",
        ),
    ] {
        let found = instead(language, template, words);
        assert!(found.is_empty(), "{words}: {found:?}");
    }
}

/// Who gets data, and what stands beside a period, in ordinary words.
#[test]
fn ordinary_words_are_held_against_the_rule() {
    let log = "{{ keep security.log }}";
    // On behalf of a customer nothing is shared with the group and partners.
    let held = "{{ keep handover.conversation }}";
    for (language, template, words) in [
        ("en", log, "It goes to social media platforms."),
        ("nb", log, "Loggene går til sosiale medier."),
        ("en", log, "The police get your logs."),
        ("nb", held, "Forretningspartnere får samtalen din."),
        ("nb", log, "Vi gir det til Mailchimp."),
        ("nb", log, "Vi sletter dem tre år etter innsamlingen."),
        ("en", log, "We anonymise the log after three years."),
        ("en", log, "We keep logs for at least three years."),
        ("en", log, "They are purged annually."),
        (
            "en",
            held,
            "Companies in the Visma Group get your conversation.",
        ),
    ] {
        let found = instead(language, template, words);
        assert_eq!(found.len(), 1, "{words}: {found:?}");
    }
    for (language, template, words) in [
        ("en", log, "Companies in the Visma Group get your logs."),
        ("nb", log, "Forretningspartnere får adressen din."),
    ] {
        let found = instead(language, template, words);
        assert!(found.is_empty(), "{words}: {found:?}");
    }
}
