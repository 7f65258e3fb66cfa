//! Facts that stand in the text as words, held against the rules of their section.
//!
//! A literal that agrees with a rule is fine; one that contradicts is an error with both places. A
//! sentence that only mentions a word, or denies it, is left alone: a false alarm stops a statement
//! from being loaded.

mod basis;
mod beside;
mod date;
mod denial;
mod doubt;
mod duration;
mod recipient;
mod rule;

use std::ops::Range;

use super::part::{Part, parts};
use super::within;
use crate::diagnostic::{Diagnostic, Place};
use crate::language::Language;
use crate::statement::Statement;
use crate::statement::mended::Mended;
use crate::statement::text::{Section, Text};
use doubt::Rules;

/// A literal fact and the rule that it contradicts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Contradiction {
    /// The literal, in bytes of the section's Markdown.
    span: Range<usize>,
    /// What the text says.
    says: String,
    /// Where the rule is.
    rule: Place,
    /// What the rule says.
    rule_says: String,
    /// The template that renders the rule.
    template: Option<String>,
}

/// What a literal is held against.
struct Scope<'a> {
    statement: &'a Statement,
    language: Language,
    section: &'a Section,
    part: &'a Part<'a>,
}

/// Words of sentences about how long something is kept, and what ends it.
const fn keeping_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            "keep",
            "keeps",
            "kept",
            "keeping",
            "store",
            "stores",
            "stored",
            "storing",
            "storage",
            "retain*",
            "retention",
            "delet*",
            "eras*",
            "remove*",
            "destroy*",
            "anonymis*",
            "anonymiz*",
        ],
        Language::Nb => &[
            "oppbevar*",
            "lagre*",
            "lagring*",
            "behold*",
            "slett*",
            "fjern*",
            "makuler*",
            "anonymiser*",
        ],
    }
}

/// Reports every literal of a section that contradicts a rule.
pub(super) fn check(
    statement: &Statement,
    (language, text): (Language, &Text),
    section: &Section,
    (mended, diagnostics): (&Mended, &mut Vec<Diagnostic>),
) {
    for part in &parts(&statement.published, section) {
        let scope = Scope {
            statement,
            language,
            section,
            part,
        };
        let reading = &statement.published;
        let rules = Rules {
            part,
            reading,
            mended,
        };
        let mut found = Vec::new();
        if !rules.doubt_durations() {
            found.extend(duration::check(&scope));
        }
        if !rules.doubt_dates() {
            found.extend(date::check(&scope));
        }
        if !rules.doubt_bases() {
            found.extend(basis::check(&scope));
        }
        if !rules.doubt_recipients() {
            found.extend(recipient::check(&scope));
        }
        for contradiction in found {
            diagnostics.push(contradiction.diagnostic(text, section));
        }
    }
}

impl Contradiction {
    fn diagnostic(self, text: &Text, section: &Section) -> Diagnostic {
        let place = within(text, section, self.span);
        let message = format!(
            "the text says {}, the rule says {}",
            self.says, self.rule_says
        );
        let hint = match self.template {
            Some(template) => {
                format!("write `{{{{ {template} }}}}`, which says what the rule says")
            }
            None => "change the text or the rule".to_owned(),
        };
        Diagnostic::error(place, "contradiction", message)
            .label(format!("section {}", section.number))
            .hint(hint)
            .related(self.rule, "the rule")
    }
}

#[cfg(test)]
mod tests;
