//! A rule as sentences that the people it is about can read.
//!
//! The order of thought is the same in every language and stands here and in [`moment`]; the
//! words of each language stand in its table.

mod en;
mod moment;
mod nb;
mod words;

use std::collections::BTreeMap;

use crate::language::{Language, Localized};

use super::names::State;
use super::period::Period;
use super::phrase::{Case, Condition, Guard, Hedge, Keep, Key, Minimum, Moment, Open};
use super::then::{EndAction, Then, WaitVerb};
use words::{Deed, Words};

/// What the names in phrases are called in running text, by name: events, other collections and
/// documents as nouns with their article ("the application deadline"), states as clauses ("you
/// subscribe"), values and statistics as nouns without ("server logs"), and copies by their place
/// ("on your device"). A name without a title is written as it is, its underscores as spaces.
pub type Titles = BTreeMap<String, Localized>;

/// The whole rule in one language: how long, what happens then, and what may change it.
///
/// The data is "it", the organisation "we", the person "you". Without a `then` it says how long
/// and not what happens.
pub fn sentence(keep: &Keep, then: Option<&Then>, titles: &Titles, language: Language) -> String {
    let speaker = Speaker::speaking(titles, language);
    let cases: Vec<&Case> = keep.cases().collect();
    let mut sentences = match cases.as_slice() {
        [case] => speaker.one(case, then),
        cases => speaker.many(cases, then),
    };
    sentences.extend(
        then.map(|then| speaker.on_the_way(then))
            .unwrap_or_default(),
    );
    let sentences: Vec<String> = sentences.iter().map(|text| full_stop(text)).collect();
    sentences.join(" ")
}

/// How long something is kept, to stand inside a sentence: "for 2 years after we deleted it". Several
/// cases are told one after another.
pub fn how_long(keep: &Keep, titles: &Titles, language: Language) -> String {
    let speaker = Speaker::speaking(titles, language);
    let cases: Vec<String> = keep.cases().map(|case| speaker.case(case)).collect();
    cases.join("; ")
}

#[derive(Clone, Copy)]
struct Speaker<'a> {
    words: &'static Words,
    titles: &'a Titles,
}

/// One thing that is done: what, and when.
struct Step {
    deed: Deed,
    object: String,
    when: String,
    tail: &'static str,
}

impl Step {
    fn new(deed: Deed, when: String) -> Step {
        Step {
            deed,
            object: deed.object.to_owned(),
            when,
            tail: deed.tail,
        }
    }

    /// All but the verb.
    fn rest(&self) -> String {
        spaced(&[&self.object, &self.when, self.tail])
    }
}

impl<'a> Speaker<'a> {
    fn speaking(titles: &'a Titles, language: Language) -> Self {
        let words = match language {
            Language::En => &en::WORDS,
            Language::Nb => &nb::WORDS,
        };
        Speaker { words, titles }
    }

    /// A rule for every record, or for those that one guard takes.
    fn one(self, case: &Case, then: Option<&Then>) -> Vec<String> {
        let words = self.words;
        let (hedge, moment) = case.until.unhedged();
        let (opening, moment) = match hedge {
            _ if !is_always(case) => (Opening::Condition(self.guard(&case.guard)), &case.until),
            Some(hedge) if hedge != Hedge::About => {
                (Opening::Word((words.hedge)(hedge).to_owned()), moment)
            }
            Some(_) | None => (Opening::None, &case.until),
        };
        let for_ever = matches!(moment, Moment::Open(Open::Indefinitely));
        let mut sentences = if let Some(then) = then.filter(|_| !moment.prefers_keeping()) {
            let when = self.when(moment) + &self.qualified(case);
            vec![self.steps(&opening, &self.steps_of(then, when))]
        } else {
            let long = self.lasting(moment) + &self.qualified(case);
            let kept = self.steps(&opening, &[Step::new(words.keep, long)]);
            self.kept_and(kept, then.filter(|_| !for_ever))
        };
        sentences.extend(self.clauses(case));
        sentences
    }

    /// "We keep it ...", and what happens then.
    fn kept_and(self, kept: String, then: Option<&Then>) -> Vec<String> {
        let Some(then) = then else { return vec![kept] };
        let steps = self.steps_of(then, String::new());
        match steps.as_slice() {
            [step] => {
                let end = fill(self.words.and_then_we, &[step.deed.verb, &step.rest()]);
                vec![format!("{kept}, {end}")]
            }
            steps => vec![kept, self.steps(&Opening::Then, steps)],
        }
    }

    /// A list of cases.
    fn many(self, cases: &[&Case], then: Option<&Then>) -> Vec<String> {
        let several = |case: &&Case| match self.case(case) {
            long if is_always(case) => fill(self.words.otherwise, &[&long]),
            long => long,
        };
        let told: Vec<String> = cases.iter().map(several).collect();
        let mut sentences = vec![fill(self.words.as_follows, &[&told.join("; ")])];
        if let Some(then) = then {
            sentences.push(self.steps(&Opening::Then, &self.steps_of(then, String::new())));
        }
        sentences
    }

    /// How long, for the records that its guard takes.
    fn case(self, case: &Case) -> String {
        let mut long = self.lasting(&case.until) + &self.qualified(case);
        let clauses = self.clauses(case);
        if !clauses.is_empty() {
            long = format!("{long} ({})", clauses.join("; "));
        }
        if is_always(case) {
            long
        } else {
            fill(self.words.case, &[&self.guard(&case.guard), &long])
        }
    }

    /// What is done when the time is up, each step with its time.
    fn steps_of(self, then: &Then, when: String) -> Vec<Step> {
        let words = self.words;
        let mut steps: Vec<Step> = Vec::new();
        let mut when = when;
        for (at, wait) in then.waits.iter().enumerate() {
            steps.push(Step::new((words.wait)(wait.verb), when));
            let period = wait.period.text(words.language);
            when = fill(
                if at == 0 {
                    words.later
                } else {
                    words.another_later
                },
                &[&period],
            );
        }
        let mut end = match &then.end {
            EndAction::Erase => Step::new(words.erase, when),
            EndAction::Anonymise(_) => Step::new(words.anonymise, when),
            EndAction::EraseOrAnonymise(_) => Step::new(words.erase_or_anonymise, when),
        };
        if let Some(statistic) = then.statistic() {
            end.object = fill(&end.object, &[&self.title(statistic.name())]);
        }
        if then
            .waits
            .last()
            .is_some_and(|wait| wait.verb == WaitVerb::Ask)
        {
            end.tail = words.unless_yes;
        }
        steps.push(end);
        let whole = then
            .waits
            .iter()
            .try_fold(Period::default(), |sum, wait| sum.plus(wait.period));
        if let (Some(whole), Some(end)) = (whole.filter(|_| then.waits.len() > 1), steps.last_mut())
        {
            let sum = fill(words.in_all, &[&whole.text(words.language)]);
            end.when = format!("{} ({sum})", end.when);
        }
        steps
    }

    /// "We hide it ..., and delete it ...".
    fn steps(self, opening: &Opening, steps: &[Step]) -> String {
        let words = self.words;
        let told: Vec<String> = steps
            .iter()
            .enumerate()
            .map(|(at, step)| {
                let (verb, rest) = (step.deed.verb, step.rest());
                match opening {
                    _ if at > 0 => format!("{verb} {rest}"),
                    Opening::None => fill(words.we, &[verb, &rest]),
                    Opening::Then => fill(words.then_we, &[verb, &rest]),
                    Opening::Word(word) => fill(words.led, &[word, verb, &rest]),
                    Opening::Condition(text) => fill(words.led_by_condition, &[text, verb, &rest]),
                }
            })
            .collect();
        match told.split_last() {
            Some((last, before)) if !before.is_empty() => {
                format!("{}, {} {last}", before.join(", "), words.and)
            }
            Some(_) | None => told.concat(),
        }
    }

    /// What happens besides: warnings, and ways back.
    fn on_the_way(self, then: &Then) -> Vec<String> {
        let warn = then
            .warn
            .map(|period| fill(self.words.warn, &[&period.text(self.words.language)]));
        let undo = then.waits.iter().filter(|wait| wait.undo);
        warn.into_iter()
            .chain(undo.map(|wait| (self.words.undo)(wait.verb).to_owned()))
            .collect()
    }

    /// What qualifies the end in the same breath, each with its comma.
    fn qualified(self, case: &Case) -> String {
        let words = self.words;
        let depends = case
            .clauses
            .decided_by
            .map(|key| fill(words.depending, &[(words.key)(key)]));
        let agreed = case
            .clauses
            .unless_agreed
            .then(|| words.unless_agreed.to_owned());
        let law = case.clauses.unless_law.then(|| words.unless_law.to_owned());
        let qualified: Vec<String> = depends.into_iter().chain(agreed).chain(law).collect();
        qualified
            .iter()
            .flat_map(|text| [", ", text.as_str()])
            .collect()
    }

    /// What else may change the end, as sentences of their own.
    fn clauses(self, case: &Case) -> Vec<String> {
        let words = self.words;
        let clauses = &case.clauses;
        let states = |template: &str, states: &[State]| {
            let told: Vec<String> = states
                .iter()
                .map(|state| self.title(state.name()))
                .collect();
            (!states.is_empty()).then(|| fill(template, &[&self.either(&told)]))
        };
        let reviewed = clauses
            .reviewed_every
            .map(|period| fill(words.reviewed, &[&period.text(words.language)]));
        let extendable = clauses
            .extendable_by
            .map(|period| fill(words.extendable, &[&period.text(words.language)]));
        let least = clauses.at_least.as_ref().map(|Minimum { until, law }| {
            let long = self.at_least(until);
            match law {
                Some(law) => fill(words.least_by_law, &[&self.title_or(law, law), &long]),
                None => fill(words.least, &[&long]),
            }
        });
        [
            states(words.paused, &clauses.paused_while),
            states(words.held, &clauses.held_while),
            extendable,
            least,
            reviewed,
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn guard(self, guard: &Guard) -> String {
        let told: Vec<String> = guard
            .conditions
            .iter()
            .map(|condition| match condition {
                Condition::Value { key, holds, values } => {
                    let (is, is_not) = (self.words.guard)(*key);
                    let values: Vec<String> =
                        values.iter().map(|value| self.value(*key, value)).collect();
                    fill(if *holds { is } else { is_not }, &[&self.either(&values)])
                }
                Condition::State { state, holds } => {
                    // "unless a and b" would leave open what is denied.
                    let template = match (holds, guard.conditions.len()) {
                        (true, _) => self.words.if_,
                        (false, 1) => self.words.unless,
                        (false, _) => self.words.if_not,
                    };
                    fill(template, &[&self.title(state.name())])
                }
            })
            .collect();
        told.join(&format!(" {} ", self.words.and))
    }

    fn value(self, key: Key, value: &str) -> String {
        let basis = (self.words.basis)(value).filter(|_| key == Key::Basis);
        match basis {
            Some(basis) => self.title_or(value, basis),
            None => self.title(value),
        }
    }

    /// The title of a name, or else the name in words.
    fn title(self, name: &str) -> String {
        self.title_or(name, &name.replace('_', " "))
    }

    fn title_or(self, name: &str, otherwise: &str) -> String {
        match self.titles.get(name) {
            Some(title) => title.get(self.words.language).to_owned(),
            None => otherwise.to_owned(),
        }
    }

    /// `a, b or c`.
    fn either(self, items: &[String]) -> String {
        match items.split_last() {
            Some((last, before)) if !before.is_empty() => {
                format!("{} {} {last}", before.join(", "), self.words.or)
            }
            Some(_) | None => items.concat(),
        }
    }
}

/// What stands before "we".
enum Opening {
    None,
    Then,
    Word(String),
    Condition(String),
}

fn is_always(case: &Case) -> bool {
    case.guard.conditions.is_empty()
}

/// A template with `{0}`, `{1}`, `{2}` filled in; what is filled in is not looked at again.
fn fill(template: &str, parts: &[&str]) -> String {
    let mut pieces = template.split('{');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (number, rest) = piece.split_once('}').unwrap_or(("", piece));
        let part = number
            .parse::<usize>()
            .ok()
            .and_then(|number| parts.get(number));
        text.push_str(part.unwrap_or(&""));
        text.push_str(rest);
    }
    text
}

/// The pieces that are not empty, with single spaces between them.
fn spaced(pieces: &[&str]) -> String {
    let pieces: Vec<&str> = pieces
        .iter()
        .copied()
        .filter(|piece| !piece.is_empty())
        .collect();
    pieces.join(" ")
}

/// With a capital letter and a full stop.
fn full_stop(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::sample::{any_keep, any_then};
    use proptest::prelude::*;

    #[test]
    fn what_is_filled_in_is_not_looked_at_again() {
        assert_eq!(
            fill("{0} after {1}", &["{1}", "you object"]),
            "{1} after you object"
        );
        assert_eq!(fill("nothing", &["x"]), "nothing");
    }

    #[test]
    fn a_name_without_a_title_is_told_in_words() {
        let keep = "1 year after course_end".parse().unwrap();
        let told = sentence(&keep, Some(&Then::erase()), &Titles::new(), Language::En);
        assert_eq!(told, "We delete it 1 year after course end.");
    }

    #[test]
    fn a_statistic_and_a_basis_have_titles_of_their_own() {
        let keep = "1 year if basis is consent; otherwise 2 years"
            .parse()
            .unwrap();
        let told = sentence(&keep, None, &Titles::new(), Language::Nb);
        assert_eq!(
            told,
            "Vi oppbevarer det slik: der behandlingsgrunnlaget er samtykket ditt, i 1 år; ellers i 2 \
             år."
        );
    }

    proptest! {
        #[test]
        fn every_rule_is_told_whole(keep in any_keep(), then in proptest::option::of(any_then())) {
            for language in Language::ALL {
                let told = sentence(&keep, then.as_ref(), &Titles::new(), language);
                prop_assert!(told.ends_with('.') && !told.contains("  "), "{}", told);
                prop_assert!(!told.contains(['{', '}', '_']), "{}", told);
                prop_assert!(told.starts_with(char::is_uppercase), "{}", told);
            }
        }
    }
}
