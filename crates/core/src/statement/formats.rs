//! Texts with a grammar of their own: what each `format` of the schema accepts.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::diagnostic::did_you_mean;
use crate::retention::{self, Period, Then};
use crate::statement::promise::Proof;

/// Something wrong inside a text, with bytes relative to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) span: Option<Range<usize>>,
    pub(super) message: String,
    pub(super) label: Option<String>,
    pub(super) hint: Option<String>,
}

impl Problem {
    fn whole(message: String, hint: &str) -> Self {
        Self {
            span: None,
            message,
            label: None,
            hint: Some(hint.to_owned()),
        }
    }
}

/// The format of texts for people, a table with a text in each language.
pub(super) const WORDS: &str = "ombud-words";

/// What people call a text of this format.
pub(super) fn title(format: &str) -> &'static str {
    match format {
        "date" => "a date such as 2026-03-18",
        "ombud-keep" => "a retention phrase such as \"1 year after last activity\"",
        "ombud-then" => "what happens then, such as \"erase\"",
        "ombud-period" => "a period such as \"3 months\"",
        "ombud-proof" => "a proof such as \"cap newsletters.subscription\"",
        "ombud-zone" => "a time zone such as \"Europe/Oslo\"",
        "ombud-country" => "a country code such as \"NO\"",
        WORDS => "a text in each language such as { en = \"…\" }",
        _ => "a text",
    }
}

/// The least text of this format that reads.
pub(super) fn least(format: &str) -> &'static str {
    match format {
        "date" => "2000-01-01",
        "ombud-keep" => "indefinitely",
        "ombud-then" => "erase",
        "ombud-period" => "1 day",
        "ombud-proof" => "published",
        "ombud-zone" => "UTC",
        "ombud-country" => "NO",
        _ => "",
    }
}

/// Everything wrong in a text of this format.
pub(super) fn problems(format: &str, text: &str) -> Vec<Problem> {
    match format {
        "date" => wrong(text.parse::<Date>().is_err(), || {
            Problem::whole(format!("`{text}` is not a date"), "write it as 2026-03-18")
        }),
        "ombud-keep" => phrase(retention::parse(text).err()),
        "ombud-then" => phrase(text.parse::<Then>().err()),
        "ombud-period" => phrase(text.parse::<Period>().err()),
        "ombud-proof" => text.parse::<Proof>().err().map_or(Vec::new(), |error| {
            let near = error.hint.map(|near| format!("did you mean `{near}`?"));
            vec![Problem {
                span: None,
                message: format!("`{text}` is not a proof that the board can measure"),
                label: Some(format!("expected {}", title(format))),
                hint: near.or_else(|| Some("`needs …` names what is not built yet".to_owned())),
            }]
        }),
        "ombud-zone" => wrong(TimeZone::get(text).is_err(), || {
            let known: Vec<_> = jiff::tz::db().available().collect();
            let near = did_you_mean(text, known.iter().map(jiff::tz::TimeZoneName::as_str));
            let hint = near.map(|near| format!("did you mean `{near}`?"));
            let hint = hint.unwrap_or_else(|| "use an IANA name such as `Europe/Oslo`".to_owned());
            Problem::whole(format!("`{text}` is not a time zone"), &hint)
        }),
        "ombud-country" => {
            let letters = text.len() == 2 && text.chars().all(|c| c.is_ascii_uppercase());
            wrong(!letters, || {
                Problem::whole(
                    format!("`{text}` is not a country code"),
                    "use two capital letters of ISO 3166-1, such as `NO`",
                )
            })
        }
        _ => Vec::new(),
    }
}

fn wrong(is_wrong: bool, problem: impl FnOnce() -> Problem) -> Vec<Problem> {
    if is_wrong {
        vec![problem()]
    } else {
        Vec::new()
    }
}

fn phrase(problems: Option<Vec<retention::Problem>>) -> Vec<Problem> {
    let problems = problems.unwrap_or_default();
    problems
        .into_iter()
        .map(|problem| Problem {
            span: Some(problem.span),
            message: problem.message,
            label: problem
                .expected
                .map(|expected| format!("expected {expected}")),
            hint: problem.hint,
        })
        .collect()
}
