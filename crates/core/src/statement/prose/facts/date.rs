//! Dates written out in the text: of the last update, and of the end of keeping.

use std::ops::Range;

use jiff::civil::Date;

use super::super::part::{Sentence, find, tokens};
use super::super::words;
use super::basis::literal;
use super::rule::kept;
use super::{Contradiction, Scope, keeping_words};
use crate::language::Language;

/// Words by which a sentence tells when the statement was updated.
const fn update_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            "updated",
            "changed",
            "revised",
            "effective",
            "in force",
            "applies from",
        ],
        Language::Nb => &["oppdatert", "endret", "revidert", "gjelder fra", "i kraft"],
    }
}

/// Words right before a day that make it the end of something.
const fn end_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            "until",
            "till",
            "up to",
            "through",
            "no later than",
            "at the latest",
        ],
        Language::Nb => &["til", "til og med", "senest", "innen"],
    }
}

/// Words right before the day on which something happens.
const fn on_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &["on", "by", "before"],
        Language::Nb => &["den", "det", "dem", "før", "slettes"],
    }
}

/// Words right before a year that make it the end of something.
const fn year_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &["in", "until", "till", "by", "through", "end of"],
        Language::Nb => &["i", "til", "innen", "utgangen av", "slutten av"],
    }
}

/// Days that contradict the rules: in a part about activities those that keeping ends on, elsewhere
/// the day from which the statement applies.
pub(super) fn check(scope: &Scope<'_>) -> Vec<Contradiction> {
    if scope.part.activities.is_empty() {
        updates(scope)
    } else {
        ends(scope)
    }
}

fn updates(scope: &Scope<'_>) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let effective = scope.statement.published.header.effective;
    for sentence in &scope.part.sentences {
        if !sentence.has(update_words(scope.language)) {
            continue;
        }
        for (span, date) in dates(sentence, scope.language) {
            if date == effective {
                continue;
            }
            found.push(Contradiction {
                span: sentence.place(&span),
                says: words::date(date, scope.language),
                rule: scope.statement.rule_place("statement.effective"),
                rule_says: words::date(effective, scope.language),
                template: Some("updated".to_owned()),
            });
        }
    }
    found
}

/// Days and years until which something is kept, that no rule of the activities names. A day on which
/// something else happened is told by the words before it, or lies before the statement.
fn ends(scope: &Scope<'_>) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let Some(rule) = kept(scope) else {
        return found;
    };
    let effective = scope.statement.published.header.effective;
    for sentence in &scope.part.sentences {
        if !sentence.has(keeping_words(scope.language)) {
            continue;
        }
        let behind = |span: &Range<usize>, words: &[&str]| {
            let before = sentence.words.get(..span.start).unwrap_or_default();
            let mut words = words.iter();
            words.any(|word| before.trim_end().ends_with(&format!(" {word}")))
        };
        // What happens on a day or in a year is an end where its own clause tells of keeping.
        let of_keeping = |span: &Range<usize>| {
            let clause = sentence.words.get(sentence.clause(span));
            let clause = clause.unwrap_or_default();
            let mut words = keeping_words(scope.language).iter();
            words.any(|word| find(clause, word, 0).is_some())
        };
        let days = dates(sentence, scope.language).into_iter();
        let days = days.filter(|(span, day)| {
            let ahead = *day > effective || !rule.days.is_empty();
            let ends = behind(span, end_words(scope.language))
                || ahead && behind(span, on_words(scope.language)) && of_keeping(span);
            ends && !rule.days.contains(day)
        });
        let years = years(sentence).into_iter().filter(|(span, year)| {
            let known = rule.days.iter().any(|day| day.year() == *year);
            let ends = behind(span, year_words(scope.language)) && of_keeping(span);
            *year > effective.year() && !known && ends
        });
        let spans = days
            .map(|(span, _)| span)
            .chain(years.map(|(span, _)| span));
        for span in spans {
            found.push(Contradiction {
                says: format!("`{}`", literal(scope, sentence, &span)),
                span: sentence.place(&span),
                rule: scope.statement.rule_place(&rule.path),
                rule_says: rule.says.clone(),
                template: rule.template.clone(),
            });
        }
    }
    found
}

/// Dates in a sentence: `18 March 2026`, `March 18, 2026`, `18. mars 2026`, `2026-03-18`,
/// `18.03.2026`.
fn dates(sentence: &Sentence, language: Language) -> Vec<(Range<usize>, Date)> {
    let tokens = tokens(&sentence.words);
    let months = words::months(language).map(str::to_lowercase);
    let mut found = Vec::new();
    for window in tokens.windows(3) {
        let [(at, one), (_, two), (end, three)] = window else {
            continue;
        };
        let number = |text: &str| text.parse::<i16>().ok();
        let month = |text: &str| {
            let at = months.iter().position(|month| month == text)?;
            i16::try_from(at).ok()?.checked_add(1)
        };
        let numbers = (number(one), number(two), number(three));
        let date = match (numbers, month(one), month(two)) {
            ((Some(day), None, Some(year)), None, Some(month))
            | ((None, Some(day), Some(year)), Some(month), None) => date(year, month, day),
            ((Some(first), Some(middle), Some(last)), None, None) => {
                let joined = sentence.words.get(at.start..end.end).unwrap_or_default();
                let parts = |mark: char| joined.matches(mark).count() == 2;
                match (parts('-'), parts('.') && !joined.contains(' ')) {
                    (true, _) => date(first, middle, last),
                    (_, true) => date(last, middle, first),
                    (false, false) => None,
                }
            }
            _ => None,
        };
        found.extend(date.map(|date| (at.start..end.end, date)));
    }
    found
}

/// Numbers of four digits, which years may be.
fn years(sentence: &Sentence) -> Vec<(Range<usize>, i16)> {
    let tokens = tokens(&sentence.words).into_iter();
    let numbers = tokens.filter(|(_, word)| word.len() == 4);
    numbers
        .filter_map(|(span, word)| Some((span, word.parse().ok()?)))
        .collect()
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    let four_digits = (1000..=9999).contains(&year);
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(year, month, day).ok().filter(|_| four_digits)
}
