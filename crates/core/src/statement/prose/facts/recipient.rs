//! Recipients that the activity does not give data to, named as if they received it.

use std::ops::Range;

use super::super::part::{Sentence, find, lower, tokens};
use super::basis::literal;
use super::denial::denied;
use super::{Contradiction, Scope};
use crate::language::Language;
use crate::statement::model::{Recipient, RecipientKind};

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
        found.extend(strangers(scope, sentence).map(|span| gets(scope, id, sentence, &span)));
        let shares = sentence.has(sharing_words(scope.language));
        let place = |recipient: &Recipient| named(recipient, &sentence.words, scope.language);
        let own: Vec<_> = own.iter().filter_map(|(_, one)| place(one)).collect();
        for span in others.iter().filter_map(|(_, other)| place(other)) {
            // Two recipients may share a word: then it is the one that receives something.
            let is_own = own
                .iter()
                .any(|own| own.start < span.end && span.start < own.end);
            let receives = shares || takes(sentence, &span, scope.language);
            if !receives || is_own || denied(sentence, &span, scope.language) {
                continue;
            }
            found.push(gets(scope, id, sentence, &span));
        }
    }
    found
}

/// That someone gets data of an activity that does not give it.
fn gets(scope: &Scope<'_>, id: &str, sentence: &Sentence, span: &Range<usize>) -> Contradiction {
    Contradiction {
        says: format!("`{}` receives this data", literal(scope, sentence, span)),
        span: sentence.place(span),
        rule: scope
            .statement
            .rule_place(&format!("activities.{id}.recipients")),
        rule_says: format!("`{id}` gives it to {}", titles(scope, id)),
        template: Some(format!("recipients {id}")),
    }
}

/// Whether the words right beside a recipient tell that data comes to it: "it goes to the police",
/// "business partners get your logs". Where people themselves go is something else.
fn takes(sentence: &Sentence, span: &Range<usize>, language: Language) -> bool {
    const ARTICLES: [&str; 4] = ["the", "other", "our", "andre"];
    let (gets, goes, you): (&[&str], &[&str], &str) = match language {
        Language::En => (
            &["get", "gets", "obtain", "obtains"],
            &["goes to", "go to"],
            "you",
        ),
        Language::Nb => (&["får"], &["går til"], "du"),
    };
    let behind = sentence
        .words
        .get(span.end..)
        .unwrap_or_default()
        .trim_start();
    let mut gets = gets.iter().filter_map(|word| find(behind, word, 0));
    let clause = sentence.clause(span).start;
    let before = sentence.words.get(clause..span.start).unwrap_or_default();
    let article = ARTICLES
        .iter()
        .find_map(|word| before.trim_end().strip_suffix(word));
    let to = article.unwrap_or(before).trim_end();
    let comes = goes.iter().any(|words| to.ends_with(words)) && find(to, you, 0).is_none();
    gets.any(|word| word.start == 0) || comes
}

/// Proper names that data is given to, and that the statement does not know: "we give it to Mailchimp".
fn strangers<'a>(
    scope: &'a Scope<'_>,
    sentence: &'a Sentence,
) -> impl Iterator<Item = Range<usize>> + use<'a> {
    let span = 0..sentence.words.len();
    let written = literal(scope, sentence, &span);
    let words = tokens(written);
    let starts = 0..words.len();
    let spans = starts.filter_map(move |at| {
        let (to, name) = (words.get(at)?, words.get(at.checked_add(1)?)?);
        let gives = is_given(words.get(..at)?, to.1, scope.language);
        let rest = words.get(at.saturating_add(1)..)?;
        let long = rest
            .iter()
            .take_while(|(_, word)| word.starts_with(char::is_uppercase));
        let last = long.last()?;
        let span = name.0.start..last.0.end;
        let adjacent = written.get(to.0.end..name.0.start)? == " ";
        let lower_case = name.1.contains(char::is_lowercase);
        let behind = written.get(last.0.end..)?.trim_start();
        let whole = !behind.starts_with(char::is_alphanumeric) || {
            let next = tokens(behind);
            next.first()
                .is_some_and(|(_, word)| ["and", "or", "og", "eller"].contains(word))
        };
        (gives && adjacent && lower_case && whole).then_some(span)
    });
    let unknown = spans.filter(move |span| !is_known(scope, literal(scope, sentence, span)));
    unknown.filter(move |span| !denied(sentence, span, scope.language))
}

/// Whether the words before a preposition tell that something is given, at most four words before.
fn is_given(before: &[(Range<usize>, &str)], to: &str, language: Language) -> bool {
    const NEAR: usize = 4;
    let (with, share, toward, give, other): (&str, &[&str], &str, &[&str], &[&str]) = match language
    {
        Language::En => (
            "with",
            &["share", "shares", "shared", "sharing"],
            "to",
            &[
                "give",
                "gives",
                "given",
                "pass",
                "passes",
                "passed",
                "hand",
                "hands",
                "handed",
                "disclose",
                "discloses",
                "disclosed",
            ],
            &["you", "access"],
        ),
        Language::Nb => (
            "med",
            &["deler", "dele", "deles", "delt"],
            "til",
            &["gir", "gis", "gitt", "utleverer", "utleveres", "utlevert"],
            &["deg", "tilgang"],
        ),
    };
    let verbs = match to {
        _ if to == with => share,
        _ if to == toward => give,
        _ => return false,
    };
    let lower: Vec<String> = before.iter().map(|(_, word)| word.to_lowercase()).collect();
    let near = lower.iter().rev().take(NEAR.saturating_add(1));
    let between = near
        .clone()
        .take_while(|word| !verbs.contains(&word.as_str()));
    let mut between = between;
    let found = near.into_iter().any(|word| verbs.contains(&word.as_str()));
    found && !between.any(|word| other.contains(&word.as_str()))
}

/// Whether a name stands in what the statement says of the company, its authority, its recipients
/// and its links.
fn is_known(scope: &Scope<'_>, name: &str) -> bool {
    let header = &scope.statement.published.header;
    let recipients = header.recipients.values();
    let recipients = recipients.flat_map(|one| one.title.0.values().chain(&one.named));
    let links = header.links.values().flat_map(|link| link.title.0.values());
    let authority = header.authority.iter().map(|authority| &authority.name);
    let mut known = recipients
        .chain(links)
        .chain(authority)
        .chain([&header.controller.name]);
    known.any(|text| find(text, name, 0).is_some())
}

/// Where a recipient is named, by the longest of its names.
fn named(recipient: &Recipient, text: &str, language: Language) -> Option<Range<usize>> {
    let title = lower(recipient.title.get(language));
    let companies = recipient.named.iter().map(|name| lower(name));
    let places = names(&title, recipient.kind)
        .into_iter()
        .map(str::to_owned)
        .chain(companies);
    places
        .filter_map(|name| find(text, &name, 0))
        .max_by_key(ExactSizeIterator::len)
}

/// What people call a recipient: its title, with and without what is said about it, and the kinds
/// of `the police and other authorities`. A single word such as `the supplier` tells no one apart, but
/// that for partners does.
fn names(title: &str, kind: RecipientKind) -> Vec<&str> {
    const ABOUT: [&str; 7] = [",", " that ", " who ", " which ", " som ", " vi ", " we "];
    let cut = ABOUT.iter().filter_map(|word| title.find(word)).min();
    let head = cut.and_then(|at| title.get(..at)).unwrap_or(title);
    let kinds = [" and other ", " og andre "];
    let kinds = kinds.iter().find_map(|and| head.split_once(and));
    let whole = [title, bare(title), bare(head)].into_iter();
    let mut names: Vec<&str> = whole.filter(|name| name.contains(' ')).collect();
    if kind == RecipientKind::Partner {
        names.push(bare(head));
    }
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
