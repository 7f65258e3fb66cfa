//! What happens when the time is up: warn, hide, suspend, archive, ask, and in the end erase or
//! anonymise; and what is left afterwards.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::names::Statistic;
use super::period::Period;
use super::problem::{Problem, nearest};
use super::read::{Kind, Reader};

/// The `then` of a collection: waits in order, and the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Then {
    /// How long before the time is up the person is warned.
    pub warn: Option<Period>,
    /// What happens first when the time is up, each for a while.
    pub waits: Vec<Wait>,
    /// What happens after the last wait.
    pub end: EndAction,
}

/// One wait before the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// What is done at its beginning.
    pub verb: WaitVerb,
    /// How long it lasts.
    pub period: Period,
    /// Whether the person may have everything back while it lasts.
    pub undo: bool,
}

/// What is done with a record that waits for its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitVerb {
    /// No one but the organisation sees it any more.
    Hide,
    /// The account can no longer be used.
    Suspend,
    /// It lies apart, for claims and legal duties only.
    Archive,
    /// It may be used for claims, legal duties and the person's own wishes only, GDPR Art. 18(2).
    Restrict,
    /// What names the person is replaced with a code. It stays personal data, Art. 4(5).
    Pseudonymise,
    /// The person is asked whether to keep it.
    Ask,
}

impl WaitVerb {
    pub(super) const SPELLINGS: [(&'static str, WaitVerb); 6] = [
        ("hide", WaitVerb::Hide),
        ("suspend", WaitVerb::Suspend),
        ("archive", WaitVerb::Archive),
        ("restrict", WaitVerb::Restrict),
        ("pseudonymise", WaitVerb::Pseudonymise),
        ("ask", WaitVerb::Ask),
    ];
}

/// How a record ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndAction {
    /// It is erased.
    Erase,
    /// It becomes part of a statistic in which no one can be found.
    Anonymise(Statistic),
    /// One or the other: undecided, reported by lint L13.
    EraseOrAnonymise(Statistic),
}

impl Then {
    /// Whether people must be told before the end.
    pub fn tells(&self) -> bool {
        self.warn.is_some() || self.waits.iter().any(|wait| wait.verb == WaitVerb::Ask)
    }

    /// Erase at once when the time is up.
    pub const fn erase() -> Then {
        Then {
            warn: None,
            waits: Vec::new(),
            end: EndAction::Erase,
        }
    }
}

impl fmt::Display for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(period) = self.warn {
            write!(f, "warn {period} before, then ")?;
        }
        for Wait { verb, period, undo } in &self.waits {
            let undo = if *undo { " with undo" } else { "" };
            write!(f, "{verb} for {period}{undo}, then ")?;
        }
        match &self.end {
            EndAction::Erase => f.write_str("erase"),
            EndAction::Anonymise(statistic) => write!(f, "anonymise into {statistic}"),
            EndAction::EraseOrAnonymise(statistic) => {
                write!(f, "erase or anonymise into {statistic}")
            }
        }
    }
}

impl fmt::Display for WaitVerb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spelling = WaitVerb::SPELLINGS.iter().find(|(_, verb)| verb == self);
        f.write_str(spelling.map_or("", |(word, _)| word))
    }
}

impl FromStr for Then {
    type Err = Vec<Problem>;

    /// Reads a `then` phrase, such as `hide for 30 days, then erase`.
    fn from_str(phrase: &str) -> Result<Self, Self::Err> {
        let mut reader = Reader::new(phrase);
        let then = reader.then();
        reader.finish(then)
    }
}

impl Reader<'_> {
    fn then(&mut self) -> Option<Then> {
        let mut warn = None;
        if self.eat("warn") {
            warn = Some(self.period()?);
            self.expect("before")?;
            self.and_then();
        }
        let mut waits = Vec::new();
        while let Some(verb) = self.eat_any(&WaitVerb::SPELLINGS) {
            if !self.eat("for") {
                self.expected("`for` and a period").hint =
                    Some(format!("write `{verb} for 30 days`"));
                return None;
            }
            let period = self.period()?;
            waits.push(Wait {
                verb,
                period,
                undo: self.eat("with undo"),
            });
            self.and_then();
        }
        let waited = warn.is_some() || !waits.is_empty();
        let end = self.end_action(waited)?;
        if self.peek().is_some() {
            self.expected("the end of the phrase").hint =
                Some("erasing or anonymising comes last".to_owned());
        }
        Some(Then { warn, waits, end })
    }

    fn and_then(&mut self) {
        self.take(Kind::Comma);
        self.eat("then");
    }

    /// What ends it; whether something was waited for before.
    fn end_action(&mut self, waited: bool) -> Option<EndAction> {
        let erase = self.eat("erase") || self.eat("delete");
        if erase && !self.eat("or") {
            return Some(EndAction::Erase);
        }
        if !(self.eat("anonymise") || self.eat("anonymize")) {
            let written = self
                .peek()
                .map(|token| token.text.to_owned())
                .unwrap_or_default();
            let problem = self.expected("`erase` or `anonymise into` a statistic");
            let waits = WaitVerb::SPELLINGS.map(|(word, _)| word);
            let verbs = ["erase", "delete", "anonymise", "warn"]
                .into_iter()
                .chain(waits);
            if written.is_empty() && waited {
                problem.hint = Some("say what ends it: add `, then erase`".to_owned());
            }
            problem.meant(nearest(&written, verbs));
            return None;
        }
        if !self.eat("into") {
            let problem = self.expected("`into` and the name of a statistic");
            problem.hint = Some("without a method it is not anonymous: name the statistic".into());
            return None;
        }
        let name = self.peek().and_then(|token| Statistic::new(token.text));
        let Some(statistic) = name else {
            self.expected("the name of a statistic, in small letters and underscores");
            return None;
        };
        self.next();
        Some(if erase {
            EndAction::EraseOrAnonymise(statistic)
        } else {
            EndAction::Anonymise(statistic)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::sample::any_then;
    use proptest::prelude::*;

    #[test]
    fn spellings() {
        let table = [
            ("delete", "erase"),
            (
                "Anonymize into usage_statistics",
                "anonymise into usage_statistics",
            ),
            ("delete or anonymise into a", "erase or anonymise into a"),
            (
                "hide for 30 days then erase",
                "hide for 30 days, then erase",
            ),
            (
                "warn 1 week before, ask for 30 days, archive for 1 year with undo, then erase",
                "warn 1 week before, then ask for 30 days, then archive for 1 year with undo, then \
                 erase",
            ),
        ];
        for (written, canonical) in table {
            assert_eq!(written.parse::<Then>().unwrap().to_string(), canonical);
        }
    }

    #[test]
    fn problems() {
        let table = [
            (
                "earse",
                "unexpected `earse`, expected `erase` or `anonymise into` a statistic (hint: did you \
                 mean `erase`?)",
            ),
            (
                "delte",
                "unexpected `delte`, expected `erase` or `anonymise into` a statistic (hint: did you \
                 mean `delete`?)",
            ),
            (
                "anonymise",
                "the phrase ends too early, expected `into` and the name of a statistic (hint: \
                 without a method it is not anonymous: name the statistic)",
            ),
            (
                "hide for 30 days",
                "the phrase ends too early, expected `erase` or `anonymise into` a statistic (hint: \
                 say what ends it: add `, then erase`)",
            ),
            (
                "hide 30 days, then erase",
                "unexpected `30`, expected `for` and a period (hint: write `hide for 30 days`)",
            ),
            (
                "erase, then hide for 30 days",
                "unexpected `,`, expected the end of the phrase (hint: erasing or anonymising comes \
                 last)",
            ),
        ];
        for (written, expected) in table {
            let problems = written.parse::<Then>().unwrap_err();
            assert_eq!(problems.first().unwrap().to_string(), expected, "{written}");
        }
    }

    proptest! {
        #[test]
        fn the_canonical_spelling_reads_back(then in any_then()) {
            prop_assert_eq!(then.to_string().parse(), Ok(then));
        }
    }
}
