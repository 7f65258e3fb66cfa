//! Whether a sentence denies what it names: "we do not rest on your consent".

use std::ops::Range;

use super::super::part::{Sentence, find, tokens};
use crate::language::Language;

const fn denials(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            "not",
            "never",
            "no longer",
            "neither",
            "nor",
            "without",
            "instead of",
        ],
        Language::Nb => &["ikke", "aldri", "verken", "uten", "i stedet for"],
    }
}

/// Words with a denial in them that deny nothing.
const NO_DENIALS: [&str; 2] = ["not only", "ikke bare"];

/// How many words behind something may deny it: "consent does not apply".
const BEHIND: usize = 3;

/// Whether the clause that something stands in denies it: before it, or right behind it. What
/// another clause of the sentence denies is something else.
pub(super) fn denied(sentence: &Sentence, span: &Range<usize>, language: Language) -> bool {
    let clause = sentence.clause(span);
    let text = |range: Range<usize>| sentence.words.get(range).unwrap_or_default();
    let behind = text(span.end..clause.end);
    let mut near = tokens(behind).into_iter().take(BEHIND);
    let end = near.next_back().map_or(0, |(word, _)| word.end);
    has_denial(text(clause.start..span.start), language)
        || has_denial(behind.get(..end).unwrap_or_default(), language)
}

fn has_denial(text: &str, language: Language) -> bool {
    let text = NO_DENIALS
        .iter()
        .fold(text.to_owned(), |text, words| text.replace(words, ""));
    let short = ["n't", "n’t"].iter().any(|short| text.contains(short));
    let denies = |word: &&str| find(&text, word, 0).is_some();
    short || denials(language).iter().any(denies)
}
