//! Durations in the text: `three years`, `12 months`, `ett år`.

use std::ops::Range;

use super::super::part::Sentence;
use super::basis::literal;
use super::{Contradiction, Scope};
use crate::language::Language;
use crate::retention::{Keep, Length, Moment, Period, Unit, durations_in};
use crate::statement::model::{Activity, Collection, Leaves, OneOrMany};

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

/// Durations that are not those of any rule of the part's activities. Where a part is about no
/// activity, only the time to answer is held against what is promised.
pub(super) fn check(scope: &Scope<'_>) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let rule = kept(scope);
    for sentence in &scope.part.sentences {
        for (span, period) in durations_in(&sentence.words, scope.language) {
            if is_elsewhere(sentence, &span, scope.language) {
                continue;
            }
            let contradicted = if sentence.has(answer_words(scope.language)) {
                answer(scope, period)
            } else {
                rule.as_ref().filter(|rule| !rule.allows(period)).cloned()
            };
            if let Some(rule) = contradicted {
                found.push(Contradiction {
                    says: format!("`{}`", literal(scope, sentence, &span)),
                    span: sentence.place(&span),
                    rule: scope.statement.rule_place(&rule.path),
                    rule_says: rule.says,
                    template: rule.template,
                });
            }
        }
    }
    found
}

/// A rule with a period, and all periods that agree with it.
#[derive(Clone)]
struct Rule {
    path: String,
    says: String,
    template: Option<String>,
    periods: Vec<Period>,
}

impl Rule {
    fn allows(&self, period: Period) -> bool {
        self.periods.iter().any(|known| known.same_length(period))
    }
}

/// The time to answer, where the rules promise one and the text says another.
fn answer(scope: &Scope<'_>, period: Period) -> Option<Rule> {
    let rights = &scope.statement.published.header.rights;
    let within = rights.answer_within?;
    let rule = Rule {
        path: "statement.rights.answer_within".to_owned(),
        says: within.text(scope.language),
        template: None,
        periods: rights.extension.into_iter().chain([within]).collect(),
    };
    (!rule.allows(period)).then_some(rule)
}

/// The retention rule that a part speaks of: that of the first collection it renders, else that of
/// the first collection of its activities. All periods of its activities agree with it.
fn kept(scope: &Scope<'_>) -> Option<Rule> {
    let reading = &scope.statement.published;
    let mut names = scope.part.kept.clone();
    for id in &scope.part.activities {
        let collections = &reading.activities.get(*id)?.collections;
        names.extend(collections.keys().map(|key| format!("{id}.{key}")));
    }
    let keep_of = |name: &String| {
        let (_, collection) = reading.collection(name)?;
        Some((name.clone(), collection.keep.as_ref()?))
    };
    let (name, keep) = names.iter().find_map(keep_of)?;
    let (id, key) = name.split_once('.')?;
    let phrases: Vec<String> = keep.as_slice().iter().map(Keep::to_string).collect();
    let activities = scope.part.activities.iter();
    let activities = activities.filter_map(|id| reading.activities.get(*id));
    let mut periods: Vec<Period> = activities.flat_map(of_activity).collect();
    periods.extend(of_header(scope));
    Some(Rule {
        path: format!("activities.{id}.collections.{key}.keep"),
        says: format!("`{}`", phrases.join("; ")),
        template: Some(format!("keep {name}")),
        periods,
    })
}

fn of_header(scope: &Scope<'_>) -> Vec<Period> {
    let reading = &scope.statement.published;
    let header = &reading.header;
    let mut periods: Vec<Period> = Vec::new();
    periods.extend(header.rights.answer_within);
    periods.extend(header.rights.extension);
    periods.extend(header.changes.as_ref().and_then(|changes| changes.notice));
    periods.extend(
        reading
            .cookies
            .cookies
            .values()
            .filter_map(|cookie| cookie.stored_for),
    );
    let recipients = header.recipients.values();
    periods.extend(recipients.filter_map(|r| r.keep.as_ref()).flat_map(of_keep));
    periods
}

fn of_activity(activity: &Activity) -> Vec<Period> {
    let mut periods: Vec<Period> = activity.takes_effect_within.into_iter().collect();
    let age = activity.minimum_age.map(u16::from);
    periods.extend(age.and_then(|age| Period::of(age, Unit::Year)));
    periods.extend(activity.collections.values().flat_map(of_collection));
    periods
}

fn of_collection(collection: &Collection) -> Vec<Period> {
    let mut keeps: Vec<&Keep> = Vec::new();
    keeps.extend(collection.keep.iter().flat_map(OneOrMany::as_slice));
    keeps.extend(collection.also_said.iter().map(|said| &said.keep));
    keeps.extend(
        collection
            .hold
            .iter()
            .flat_map(OneOrMany::as_slice)
            .map(|hold| &hold.keep),
    );
    keeps.extend(collection.copies.values());
    keeps.extend(
        collection
            .fields
            .values()
            .filter_map(|field| field.keep.as_ref()),
    );
    let leaves = collection.leaves.iter().flat_map(OneOrMany::as_slice);
    keeps.extend(leaves.filter_map(|leaves| match leaves {
        Leaves::ConsentProof(keep) | Leaves::Hash(keep) => Some(keep),
        Leaves::Suppression => None,
    }));
    let mut periods: Vec<Period> = keeps.into_iter().flat_map(of_keep).collect();
    if let Some(then) = &collection.then {
        periods.extend(then.warn);
        periods.extend(then.waits.iter().map(|wait| wait.period));
    }
    periods
}

fn of_keep(keep: &Keep) -> Vec<Period> {
    let mut periods: Vec<Period> = keep.moments().into_iter().flat_map(of_moment).collect();
    periods.extend(keep.cases().filter_map(|case| case.clauses.extendable_by));
    periods
}

fn of_moment(moment: &Moment) -> Vec<Period> {
    match moment {
        Moment::After(length, _) | Moment::For(length) => match length {
            Length::Exactly(period) | Length::UpTo(period) => vec![*period],
            Length::Between(least, most) => vec![*least, *most],
        },
        Moment::Birthday(age) => Period::of(*age, Unit::Year).into_iter().collect(),
        Moment::Event(_)
        | Moment::StateEnd(_)
        | Moment::RecordEnd(_)
        | Moment::EndOf(..)
        | Moment::Date(_)
        | Moment::Earlier(_)
        | Moment::Later(_)
        | Moment::Last(_)
        | Moment::Open(_)
        | Moment::Document(_)
        | Moment::Hedged(..) => Vec::new(),
    }
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
