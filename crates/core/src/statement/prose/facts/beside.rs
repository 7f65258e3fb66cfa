//! What stands beside a literal period that a rule gives: what it counts from, whether it is a least
//! time, and what happens at its end.

use std::ops::Range;

use super::super::part::{Sentence, find};
use super::basis::literal;
use super::denial::denied;
use super::rule::{self, Rule};
use super::{Contradiction, Scope};
use crate::language::Language;
use crate::retention::{EndAction, Event, Keep, Length, Moment, Period, Then};
use crate::statement::model::{Collection, OneOrMany};

/// Words right behind a period that tell from when it counts; without an event where nothing that
/// is built in is meant.
type Beginning = (&'static [&'static str], Option<Event>);

const ENGLISH: [Beginning; 4] = [
    (
        &[
            "after we collected",
            "after it was collected",
            "after they were collected",
            "after collection",
            "from collection",
            "from the day we collected",
        ],
        Some(Event::COLLECTION),
    ),
    (
        &[
            "after your last activity",
            "after last activity",
            "after you last",
        ],
        Some(Event::LAST_ACTIVITY),
    ),
    (
        &[
            "after you withdraw",
            "after you withdrew",
            "after withdrawal",
        ],
        Some(Event::WITHDRAWAL),
    ),
    (
        &[
            "after you became",
            "after you become",
            "after you registered",
        ],
        None,
    ),
];

const BOKMAL: [Beginning; 4] = [
    (
        &[
            "etter innsamling*",
            "etter at vi samlet",
            "etter at det ble samlet",
            "etter at de ble samlet",
            "fra innsamling*",
        ],
        Some(Event::COLLECTION),
    ),
    (
        &[
            "etter din siste aktivitet",
            "etter siste aktivitet",
            "etter at du sist",
        ],
        Some(Event::LAST_ACTIVITY),
    ),
    (
        &[
            "etter at du trekker",
            "etter at du trakk",
            "etter tilbaketrekking*",
        ],
        Some(Event::WITHDRAWAL),
    ),
    (
        &[
            "etter at du ble",
            "etter at du blir",
            "etter at du registrerte",
        ],
        None,
    ),
];

const fn beginnings(language: Language) -> [Beginning; 4] {
    match language {
        Language::En => ENGLISH,
        Language::Nb => BOKMAL,
    }
}

/// Words right before a period that make it a least one.
const fn least_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &["at least", "no less than", "not less than", "a minimum of"],
        Language::Nb => &["minst", "ikke mindre enn", "minimum"],
    }
}

const fn anonymising_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &["anonymis*", "anonymiz*"],
        Language::Nb => &["anonymiser*"],
    }
}

const fn erasing_words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &["delet*", "eras*", "destroy*"],
        Language::Nb => &["slett*", "makuler*"],
    }
}

/// What stands beside a period of a rule and contradicts that rule.
pub(super) fn check(
    scope: &Scope<'_>,
    sentence: &Sentence,
    (span, period): (&Range<usize>, Period),
    rule: &Rule,
) -> Option<Contradiction> {
    let keeps = rule::all(scope);
    let words = beginning(&keeps, sentence, (span, period), scope.language)
        .or_else(|| least(scope, &keeps, sentence, (span, period)));
    if let Some(words) = words {
        return Some(Contradiction {
            says: format!("`{}`", literal(scope, sentence, &words)),
            span: sentence.place(&words),
            rule: scope.statement.rule_place(&rule.path),
            rule_says: rule.says.clone(),
            template: rule.template.clone(),
        });
    }
    end(scope, sentence, span, rule)
}

/// A beginning that no rule with this period has. A rule that leaves its beginning open has any.
fn beginning(
    keeps: &[&Keep],
    sentence: &Sentence,
    (span, period): (&Range<usize>, Period),
    language: Language,
) -> Option<Range<usize>> {
    let behind = sentence.words.get(span.end..)?;
    let skipped = behind.len().saturating_sub(behind.trim_start().len());
    let start = span.end.saturating_add(skipped);
    let mut told = beginnings(language).into_iter().flat_map(|(words, event)| {
        let places = words
            .iter()
            .filter_map(|words| find(&sentence.words, words, start));
        let here = places.filter(|place| place.start == start);
        here.map(|place| (place, event.clone())).collect::<Vec<_>>()
    });
    let (place, event) = told.next()?;
    let moments = keeps.iter().flat_map(|keep| keep.moments());
    let mut alike = moments.filter(|moment| lasts(moment, period)).peekable();
    alike.peek()?;
    let fits = |moment: &Moment| {
        let Moment::After(_, from) = moment else {
            return true;
        };
        match &event {
            Some(event) => events(from).contains(&event),
            None => events(from).into_iter().any(|event| !event.is_built_in()),
        }
    };
    (!alike.any(fits)).then_some(span.start..place.end)
}

/// Whether a moment is this long after something, or after what is unsaid.
fn lasts(moment: &Moment, period: Period) -> bool {
    let (Moment::After(length, _) | Moment::For(length)) = moment else {
        return false;
    };
    match length {
        Length::Exactly(own) | Length::UpTo(own) => own.same_length(period),
        Length::Between(least, most) => least.same_length(period) || most.same_length(period),
    }
}

/// The events that a moment names.
fn events(moment: &Moment) -> Vec<&Event> {
    if let Moment::Event(event) = moment {
        return vec![event];
    }
    moment.members().iter().flat_map(events).collect()
}

/// A least time where no rule has one that is so long. What a law holds is one.
fn least(
    scope: &Scope<'_>,
    keeps: &[&Keep],
    sentence: &Sentence,
    (span, period): (&Range<usize>, Period),
) -> Option<Range<usize>> {
    let before = sentence.words.get(..span.start)?.trim_end();
    let word = least_words(scope.language)
        .iter()
        .find(|word| before.ends_with(**word))?;
    let cases = || keeps.iter().flat_map(|keep| keep.cases());
    let minimum = cases().any(|case| {
        let minimum = case.clauses.at_least.as_ref();
        minimum.is_some_and(|minimum| lasts(&minimum.until, period))
    });
    let moments = keeps.iter().flat_map(|keep| keep.moments());
    let chosen = moments.into_iter().any(|moment| {
        let (Moment::After(length, _) | Moment::For(length)) = moment else {
            return false;
        };
        matches!(length, Length::Between(least, _) if least.same_length(period))
    });
    let start = before.len().saturating_sub(word.len());
    let holds = collections(scope).flat_map(|one| one.hold.iter().flat_map(OneOrMany::as_slice));
    let mut holds = holds.flat_map(|hold| hold.keep.moments());
    let held = holds.any(|moment| lasts(moment, period));
    (!minimum && !chosen && !held).then_some(start..span.end)
}

/// An end that no rule of the part has. A rule that leaves its end open has any.
fn end(
    scope: &Scope<'_>,
    sentence: &Sentence,
    span: &Range<usize>,
    rule: &Rule,
) -> Option<Contradiction> {
    let clause = sentence.clause(span);
    let told = |words: &[&str]| {
        let places = words
            .iter()
            .filter_map(|word| find(&sentence.words, word, clause.start));
        let mut here = places.filter(|place| place.end <= clause.end);
        here.find(|place| !denied(sentence, place, scope.language))
    };
    let anonymising = told(anonymising_words(scope.language));
    let (place, anonymises) = match (anonymising, told(erasing_words(scope.language))) {
        (Some(place), None) => (place, true),
        (None, Some(place)) => (place, false),
        (Some(_), Some(_)) | (None, None) => return None,
    };
    let ends: Option<Vec<&Then>> = collections(scope).map(|one| one.then.as_ref()).collect();
    let does = |then: &&Then| match then.end {
        EndAction::Erase => !anonymises,
        EndAction::Anonymise(_) => anonymises,
        EndAction::EraseOrAnonymise(_) => true,
    };
    let ends = ends?;
    let first = ends.first().filter(|_| !ends.iter().any(does))?;
    Some(Contradiction {
        says: format!("`{}`", literal(scope, sentence, &place)),
        span: sentence.place(&place),
        rule: scope.statement.rule_place(&rule.path),
        rule_says: format!("`{first}`"),
        template: rule.template.clone(),
    })
}

/// The collections of the part's activities.
fn collections<'a>(scope: &Scope<'a>) -> impl Iterator<Item = &'a Collection> {
    let activities = &scope.statement.published.activities;
    let own = scope.part.activities.iter();
    own.filter_map(|id| activities.get(*id))
        .flat_map(|one| one.collections.values())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{JOBS, NEWS, NYTT, assert_found, assert_silent};

    /// Language, words, the literal, and what the rule says.
    const WRONG: &[(&str, &str, &str, &str)] = &[
        (
            "en",
            "It is deleted one year after we collected it.",
            "one year after we collected",
            "1 year after last activity",
        ),
        (
            "nb",
            "Vi sletter det ett år etter innsamlingen.",
            "ett år etter innsamling",
            "1 year after last activity",
        ),
        (
            "en",
            "We delete it one year after you became a customer.",
            "one year after you became",
            "1 year after last activity",
        ),
        ("en", "We anonymise it after one year.", "anonymis", "erase"),
        (
            "nb",
            "Vi anonymiserer det etter ett år.",
            "anonymiser",
            "erase",
        ),
        (
            "en",
            "We keep it for at least one year.",
            "at least one year",
            "1 year after last activity",
        ),
        (
            "nb",
            "Vi oppbevarer det i minst ett år.",
            "minst ett år",
            "1 year after last activity",
        ),
        (
            "en",
            "It disappears once thirteen months have passed.",
            "thirteen months",
            "1 year after last activity",
        ),
        (
            "en",
            "It is purged monthly.",
            "monthly",
            "1 year after last activity",
        ),
    ];

    #[test]
    fn what_stands_beside_a_period_is_held_against_the_rule() {
        for (language, words, literal, rule) in WRONG {
            let old = if *language == "en" { NEWS } else { NYTT };
            let message = format!("the text says `{literal}`, the rule says `{rule}`");
            assert_found(&[(language, old, words, &message)]);
        }
    }

    #[test]
    fn what_agrees_with_the_rule_may_stand_beside_a_period() {
        assert_silent(&[
            (
                "en",
                NEWS,
                "It is deleted one year after your last activity.",
            ),
            (
                "nb",
                NYTT,
                "Vi sletter det ett år etter din siste aktivitet.",
            ),
            ("en", NEWS, "We delete it after one year."),
            ("en", NEWS, "It is purged annually."),
            ("en", NEWS, "We keep it for at most one year."),
            (
                "en",
                NEWS,
                "After one year we erase it, and never anonymise it.",
            ),
            (
                "en",
                JOBS,
                "Applications are deleted 12 months after the application deadline.",
            ),
        ]);
    }
}
