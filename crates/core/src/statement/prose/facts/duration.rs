//! Durations in the text: `three years`, `12 months`, `ett år`.

use std::ops::Range;

use super::super::part::{Sentence, find, tokens};
use super::basis::literal;
use super::rule::{Rule, kept};
use super::{Contradiction, Scope, beside, keeping_words};
use crate::language::Language;
use crate::retention::{Period, Unit, durations_in};

/// Words right before a duration, or right after it, that make it no limit of keeping: `the last
/// 6 months`, `3 years ago`. Ages and rates are not read as durations at all.
struct Elsewhere {
    before: &'static [&'static str],
    after: &'static [&'static str],
}

const fn elsewhere(language: Language) -> Elsewhere {
    match language {
        Language::En => Elsewhere {
            before: &["last", "past", "previous", "every"],
            after: &["ago", "each", "notice"],
        },
        Language::Nb => Elsewhere {
            before: &["siste", "forrige", "hver", "hvert"],
            after: &["siden", "varsel"],
        },
    }
}

/// Words of sentences about how soon people are answered.
const fn answer_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            "answer*",
            "reply",
            "replies",
            "respond*",
            "response*",
            "get back",
        ],
        Language::Nb => &["svar*", "besvar*", "tilbakemelding*"],
    }
}

/// Those of them that can only be about answering, and not about an answer that is kept.
const fn answering_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            "we answer",
            "we will answer",
            "we reply",
            "we will reply",
            "we respond",
            "we will respond",
            "get back",
        ],
        Language::Nb => &[
            "vi svarer",
            "svarer vi",
            "vi vil svare",
            "besvarer",
            "besvares",
        ],
    }
}

/// Words of sentences about cookies, whose periods stand in the cookie policy.
const fn cookie_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &["cookie*"],
        Language::Nb => &["informasjonskaps*", "cookie*"],
    }
}

/// Words of sentences about changes of the statement.
const fn change_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &["change*", "notice", "notify", "notified"],
        Language::Nb => &["endring*", "endrer", "endres", "varsle*"],
    }
}

/// Durations that are not those of any rule of the part's activities. Where a part is about no
/// activity, only the time to answer is held against what is promised.
pub(super) fn check(scope: &Scope<'_>) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let (rule, answer) = (kept(scope), answer(scope));
    for sentence in &scope.part.sentences {
        let durations = durations_in(&sentence.words, scope.language);
        for (span, period) in durations.into_iter().chain(rates(sentence, scope.language)) {
            if is_elsewhere(sentence, &span, scope.language) {
                continue;
            }
            let of_answers = is_about_answers(sentence, &span, scope.language);
            let rule = if of_answers {
                answer.as_ref()
            } else if others(scope, sentence).any(|known| known.same_length(period)) {
                continue;
            } else {
                rule.as_ref()
            };
            let Some(rule) = rule else { continue };
            if rule.allows(period) && of_answers {
                continue;
            }
            if rule.allows(period) {
                found.extend(beside::check(scope, sentence, (&span, period), rule));
            } else {
                found.push(Contradiction {
                    says: format!("`{}`", literal(scope, sentence, &span)),
                    span: sentence.place(&span),
                    rule: scope.statement.rule_place(&rule.path),
                    rule_says: rule.says.clone(),
                    template: rule.template.clone(),
                });
            }
        }
    }
    found
}

/// How often something is deleted, which is how long it is kept: "purged annually".
fn rates(sentence: &Sentence, language: Language) -> Vec<(Range<usize>, Period)> {
    let (verbs, rates): (&[&str], [(&str, Unit); 4]) = match language {
        Language::En => (
            &["purge", "delete", "erase", "remove"],
            [
                ("annually", Unit::Year),
                ("yearly", Unit::Year),
                ("every year", Unit::Year),
                ("monthly", Unit::Month),
            ],
        ),
        Language::Nb => (
            &["slett", "fjern", "makuler"],
            [
                ("årlig", Unit::Year),
                ("hvert år", Unit::Year),
                ("månedlig", Unit::Month),
                ("hver måned", Unit::Month),
            ],
        ),
    };
    let found = rates.into_iter().filter_map(|(rate, unit)| {
        let span = find(&sentence.words, rate, 0)?;
        let before = tokens(sentence.words.get(..span.start)?);
        let (_, verb) = before.last()?;
        let deletes = verbs.iter().any(|stem| verb.starts_with(stem));
        Some((span, Period::of(1, unit)?)).filter(|_| deletes)
    });
    found.collect()
}

/// Whether a duration is a time to answer. Keeping and deleting an answer is something else: where
/// the clause speaks of both, it is about keeping, unless it says first that someone is answered.
fn is_about_answers(sentence: &Sentence, span: &Range<usize>, language: Language) -> bool {
    let clause = sentence.words.get(sentence.clause(span));
    let clause = clause.unwrap_or_default();
    let first = |text: &str, phrases: &[&str]| {
        let places = phrases.iter().filter_map(|phrase| find(text, phrase, 0));
        places.map(|place| place.start).min()
    };
    let answering = first(clause, answering_words(language));
    match first(clause, keeping_words(language)) {
        Some(keeping) => answering.is_some_and(|answering| answering < keeping),
        None if first(clause, answer_words(language)).is_some() => true,
        None => sentence.has(answer_words(language)) && !sentence.has(keeping_words(language)),
    }
}

/// The periods of what a sentence in a part may speak of besides the activity: cookies, changes.
fn others(scope: &Scope<'_>, sentence: &Sentence) -> impl Iterator<Item = Period> {
    let reading = &scope.statement.published;
    let cookies = sentence.has(cookie_words(scope.language));
    let cookies = reading.cookies.cookies.values().filter(move |_| cookies);
    let changes = sentence.has(change_words(scope.language));
    let changes = reading.header.changes.iter().filter(move |_| changes);
    cookies
        .filter_map(|cookie| cookie.stored_for)
        .chain(changes.filter_map(|changes| changes.notice))
}

/// The time to answer, where the rules promise one.
fn answer(scope: &Scope<'_>) -> Option<Rule> {
    let rights = &scope.statement.published.header.rights;
    let within = rights.answer_within?;
    Some(Rule {
        path: "statement.rights.answer_within".to_owned(),
        says: within.text(scope.language),
        template: None,
        periods: rights.extension.into_iter().chain([within]).collect(),
        days: Vec::new(),
    })
}

fn is_elsewhere(sentence: &Sentence, span: &Range<usize>, language: Language) -> bool {
    let words = elsewhere(language);
    let before = sentence
        .words
        .get(..span.start)
        .unwrap_or_default()
        .trim_end();
    let after = sentence
        .words
        .get(span.end..)
        .unwrap_or_default()
        .trim_start();
    words.before.iter().any(|word| before.ends_with(word))
        || words.after.iter().any(|word| after.starts_with(word))
}
