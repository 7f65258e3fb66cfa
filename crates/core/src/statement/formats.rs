//! Texts with a grammar of their own: what each `format` of the schema accepts.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;

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
        _ => "a text",
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
        "ombud-proof" => match text.parse::<Proof>() {
            Ok(_) => Vec::new(),
            Err(error) => vec![Problem {
                span: None,
                message: format!(
                    "`{}` is not a proof that the board can measure",
                    error.given
                ),
                label: None,
                hint: error.hint.map(|near| format!("did you mean `{near}`?")),
            }],
        },
        "ombud-zone" => wrong(TimeZone::get(text).is_err(), || {
            Problem::whole(
                format!("`{text}` is not a time zone"),
                "use an IANA name such as `Europe/Oslo`",
            )
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
