//! Recipients that the activity does not give data to, named as if they received it.

use std::ops::Range;

use super::super::part::{find, lower};
use super::basis::literal;
use super::denial::denied;
use super::{Contradiction, Scope};
use crate::language::Language;
use crate::statement::model::Recipient;

/// Words by which a sentence tells that data is given to someone.
const fn sharing_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            "share*",
            "sharing",
            "give",
            "gives",
            "given",
            "pass",
            "passes",
            "passed",
            "passing",
            "disclos*",
            "transfer*",
            "send",
            "sends",
            "sent",
            "hand",
            "hands",
            "handed",
            "receive*",
            "provide*",
        ],
        Language::Nb => &[
            "dele",
            "deler",
            "deles",
            "delt",
            "gir",
            "gis",
            "gitt",
            "utlever*",
            "overfør*",
            "sender",
            "sendes",
            "sendt",
            "mottar",
            "mottatt",
            "får",
        ],
    }
}

/// Recipients that only activities of other sections give data to, or none.
pub(super) fn check(scope: &Scope<'_>) -> Vec<Contradiction> {
    let rules = &scope.statement.published;
    let mut found = Vec::new();
    let Some(id) = scope.part.activities.first() else {
        return found;
    };
    let here = |name: &str, recipient: &Recipient| {
        let own = scope.part.activities.iter();
        let told = recipient.section.as_ref() == Some(&scope.section.number);
        let mut own = own.filter_map(|id| rules.activities.get(*id));
        told || own.any(|activity| {
            rules
                .recipients_of(activity)
                .any(|(known, _)| known == name)
        })
    };
    let all = rules.header.recipients.iter();
    let (own, others): (Vec<_>, Vec<_>) = all.partition(|(name, recipient)| here(name, recipient));
    for sentence in &scope.part.sentences {
        if !sentence.has(sharing_words(scope.language)) {
            continue;
        }
        let place = |recipient: &Recipient| named(recipient, &sentence.words, scope.language);
        let own: Vec<_> = own.iter().filter_map(|(_, one)| place(one)).collect();
        for span in others.iter().filter_map(|(_, other)| place(other)) {
            // Two recipients may share a word: then it is the one that receives something.
            let is_own = own
                .iter()
                .any(|own| own.start < span.end && span.start < own.end);
            if is_own || denied(sentence, &span, scope.language) {
                continue;
            }
            found.push(Contradiction {
                says: format!("`{}` receives this data", literal(scope, sentence, &span)),
                span: sentence.place(&span),
                rule: scope
                    .statement
                    .rule_place(&format!("activities.{id}.recipients")),
                rule_says: format!("`{id}` gives it to {}", titles(scope, id)),
                template: Some(format!("recipients {id}")),
            });
        }
    }
    found
}

/// Where a recipient is named, by the longest of its names.
fn named(recipient: &Recipient, text: &str, language: Language) -> Option<Range<usize>> {
    let title = lower(recipient.title.get(language));
    let companies = recipient.named.iter().map(|name| lower(name));
    let places = names(&title)
        .into_iter()
        .map(str::to_owned)
        .chain(companies);
    places
        .filter_map(|name| find(text, &name, 0))
        .max_by_key(ExactSizeIterator::len)
}

/// What people call a recipient: its title, with and without what is said about it, and the kinds
/// of `the police and other authorities`. A single word such as `the supplier` tells no one apart.
fn names(title: &str) -> Vec<&str> {
    const ABOUT: [&str; 7] = [",", " that ", " who ", " which ", " som ", " vi ", " we "];
    let cut = ABOUT.iter().filter_map(|word| title.find(word)).min();
    let head = cut.and_then(|at| title.get(..at)).unwrap_or(title);
    let kinds = [" and other ", " og andre "];
    let kinds = kinds.iter().find_map(|and| head.split_once(and));
    let whole = [title, bare(title), bare(head)].into_iter();
    let mut names: Vec<&str> = whole.filter(|name| name.contains(' ')).collect();
    if let Some((kind, others)) = kinds.filter(|(kind, _)| bare(kind).split(' ').count() == 1) {
        names.extend([kind, others].map(bare));
    }
    if names.is_empty() {
        names.push(title);
    }
    names
}

/// Without an article or `other`.
fn bare(name: &str) -> &str {
    const BEFORE: [&str; 5] = ["the ", "other ", "any ", "our ", "andre "];
    let found = BEFORE.iter().find_map(|word| name.strip_prefix(word));
    found.unwrap_or(name)
}

fn titles(scope: &Scope<'_>, id: &str) -> String {
    let rules = &scope.statement.published;
    let activity = rules.activities.get(id).into_iter();
    let received = activity.flat_map(|activity| rules.recipients_of(activity));
    let titles: Vec<String> = received
        .map(|(_, recipient)| recipient.title.get(scope.language).to_owned())
        .collect();
    if titles.is_empty() {
        return "no one".to_owned();
    }
    super::super::words::and_list(&titles, scope.language)
}
