//! Phrases as strings in files: serde and JSON Schema.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::period::Period;
use super::phrase::Keep;
use super::then::Then;

macro_rules! phrase_text {
    ($type:ident, $format:literal, $description:literal, [$($example:literal),+ $(,)?]) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            /// Reads a phrase; the error is the first problem of it.
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let phrase = Cow::<'de, str>::deserialize(deserializer)?;
                phrase.parse().map_err(|problems: Vec<_>| match problems.first() {
                    Some(problem) => D::Error::custom(problem),
                    None => D::Error::custom("not a phrase"),
                })
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "format": $format,
                    "description": $description,
                    "examples": [$($example),+],
                })
            }
        }
    };
}

phrase_text!(
    Period,
    "ombud-period",
    "A length of time: amounts of years, months, weeks, days, hours and minutes, joined with `and`.",
    ["3 years", "18 months and 7 days", "72 hours"]
);

phrase_text!(
    Keep,
    "ombud-keep",
    "How long a record is kept. A moment, with clauses: `<period> after <event>`, `until <event>`, \
     `while <state>`, `earlier of (..., ...)`, `later of (..., ...)`, `last <number>`, \
     `as long as necessary`, `according to \"<document>\"`. Cases are separated by `;`, each with \
     `if <guard>`, the last one with `otherwise`.",
    [
        "1 year after last activity",
        "until withdrawal",
        "earlier of (process_end, 12 months after application_deadline), unless agreed",
        "5 years after end of financial year of issued",
        "6 months after collection if incident; otherwise 90 days after collection",
        "3 years after last activity, paused while subscribed",
    ]
);

phrase_text!(
    Then,
    "ombud-then",
    "What happens when the time is up: `erase`, `anonymise into <statistic>`, or first `warn \
     <period> before`, or `hide`, `suspend`, `archive`, `restrict`, `pseudonymise` or `ask` `for \
     <period>`, each followed by `, then`.",
    [
        "erase",
        "anonymise into usage_statistics",
        "hide for 30 days with undo, then erase",
        "warn 30 days before, then erase",
    ]
);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[derive(Debug, PartialEq, serde::Deserialize, serde::Serialize)]
    struct Rule {
        keep: Keep,
        then: Then,
        notice: Period,
    }

    #[test]
    fn phrases_are_strings_in_files_and_leave_in_their_canonical_spelling() {
        let written = "keep = '1 YEAR after last_activity'\nthen = 'delete'\nnotice = '30 days'";
        let rule: Rule = toml::from_str(written).unwrap();
        assert_eq!(
            serde_json::to_value(&rule).unwrap(),
            json!({"keep": "1 year after last activity", "then": "erase", "notice": "30 days"})
        );
    }

    #[test]
    fn an_error_is_the_first_problem() {
        let error = serde_json::from_value::<Keep>(json!("3 yers after collection")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "unexpected `yers`, expected a unit from `years` to `minutes` (hint: did you mean \
             `years`?)"
        );
    }

    #[test]
    fn every_example_in_a_schema_reads() {
        let examples = |schema: schemars::Schema, format: &str| -> Vec<String> {
            assert_eq!(schema.get("format"), Some(&Value::from(format)));
            serde_json::from_value(schema.get("examples").unwrap().clone()).unwrap()
        };
        for example in examples(schemars::schema_for!(Keep), "ombud-keep") {
            assert_eq!(example.parse::<Keep>().unwrap().to_string(), example);
        }
        for example in examples(schemars::schema_for!(Then), "ombud-then") {
            assert_eq!(example.parse::<Then>().unwrap().to_string(), example);
        }
        for example in examples(schemars::schema_for!(Period), "ombud-period") {
            assert_eq!(example.parse::<Period>().unwrap().to_string(), example);
        }
    }
}
