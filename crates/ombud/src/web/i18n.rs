//! The words of the frame around the statement, in the reader's language.
//!
//! [`Text`] answers with the text of a key, with dates and with numbers. It knows nothing of the
//! statement, whose words come from its own folder. Both languages have the same keys with the same
//! arguments; a test holds them to it.

use std::sync::LazyLock;
use std::time::Duration;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::ZonedDateTime;
use jiff::civil::Date;

use super::language::Language;

type Bundle = FluentBundle<FluentResource>;

const EN: &str = include_str!("../../i18n/en.ftl");
const NB: &str = include_str!("../../i18n/nb.ftl");

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::En));
static BOKMAL: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::Nb));

fn bundle(language: Language) -> Bundle {
    let (tag, source) = match language {
        Language::En => ("en", EN),
        Language::Nb => ("nb", NB),
    };
    let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().unwrap_or_default()]);
    // The pages are in left-to-right scripts only; isolation marks would end up in copied text.
    bundle.set_use_isolating(false);
    match language {
        Language::En => bundle.set_formatter(Some(|value, _| whole(value, Language::En))),
        Language::Nb => bundle.set_formatter(Some(|value, _| whole(value, Language::Nb))),
    }
    // What does not parse is left out, and its key is shown instead; a test keeps both files whole.
    let resource = match FluentResource::try_new(source.to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    bundle.add_resource_overriding(resource);
    bundle
}

/// A number in a text, with its thousands set apart.
fn whole(value: &FluentValue<'_>, language: Language) -> Option<String> {
    if let FluentValue::Number(number) = value {
        return Some(grouped(&number.as_string(), language));
    }
    None
}

/// Sets the thousands of a whole number apart: `1,204` in English, `1 204` in Bokmål, where numbers
/// of four digits stay together in running text but not in columns, so they are set apart as well.
fn grouped(digits: &str, language: Language) -> String {
    let mark = match language {
        Language::En => ',',
        Language::Nb => '\u{a0}',
    };
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// The frame's words in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text(pub Language);

impl Text {
    fn bundle(self) -> &'static Bundle {
        match self.0 {
            Language::En => &ENGLISH,
            Language::Nb => &BOKMAL,
        }
    }

    /// The text of `key` without arguments.
    pub fn get(self, key: &str) -> String {
        self.format(key, None)
    }

    /// The text of `key` with one number.
    pub fn number_in(self, key: &str, name: &str, number: impl TryInto<u64>) -> String {
        let mut args = FluentArgs::new();
        args.set(
            name.to_owned(),
            FluentValue::from(number.try_into().unwrap_or(u64::MAX)),
        );
        self.format(key, Some(&args))
    }

    /// The text of `key` with words as arguments.
    pub fn with(self, key: &str, words: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::new();
        for (name, word) in words {
            args.set((*name).to_owned(), FluentValue::from((*word).to_owned()));
        }
        self.format(key, Some(&args))
    }

    fn format(self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut errors = vec![];
        bundle
            .format_pattern(pattern, args, &mut errors)
            .into_owned()
    }

    /// The `title` or the `text` of a kind of problem.
    pub fn problem(self, name: &str, part: &str) -> String {
        self.get(&format!("problem-{}-{part}", name.replace('_', "-")))
    }

    /// The words for a measured figure, or its name where there are none.
    pub fn figure(self, name: &str) -> String {
        let key = format!("figure-{}", name.replace('_', "-"));
        if self.bundle().has_message(&key) {
            self.get(&key)
        } else {
            name.replace('_', " ")
        }
    }

    /// The language as a tag for the `lang` attribute.
    pub fn tag(self) -> &'static str {
        self.0.tag()
    }

    /// A whole number.
    pub fn number(self, number: impl TryInto<u64>) -> String {
        grouped(&number.try_into().unwrap_or(u64::MAX).to_string(), self.0)
    }

    /// A day: `18 March 2026`, `18. mars 2026`.
    pub fn day(self, date: &Date) -> String {
        self.with(
            "date",
            &[
                ("day", &date.day().to_string()),
                ("month", &self.month(date)),
                ("year", &date.year().to_string()),
            ],
        )
    }

    /// The name of the month that `date` lies in.
    pub fn month(self, date: &Date) -> String {
        self.get(&format!("month-{}", date.month()))
    }

    /// The short name of the month that `date` lies in, for axes and columns.
    pub fn short_month(self, date: &Date) -> String {
        self.month(date).chars().take(3).collect()
    }

    /// An instant to the minute, with its day.
    pub fn moment(self, at: &ZonedDateTime) -> String {
        let clock = format!("{:02}:{:02}", at.hour(), at.minute());
        let clock = match self.0 {
            Language::En => clock,
            Language::Nb => clock.replace(':', "."),
        };
        self.with(
            "moment",
            &[("day", &self.day(&at.date())), ("clock", &clock)],
        )
    }

    /// A span of time in its two greatest units: `3 days 4 hours`.
    pub fn span(self, span: Duration) -> String {
        let seconds = span.as_secs();
        let units = [
            ("span-days", seconds / 86_400),
            ("span-hours", seconds / 3_600 % 24),
            ("span-minutes", seconds / 60 % 60),
            ("span-seconds", seconds % 60),
        ];
        let shown: Vec<String> = units
            .into_iter()
            .skip_while(|(_, count)| *count == 0)
            .take(2)
            .filter(|(_, count)| *count > 0)
            .map(|(key, count)| self.number_in(key, "count", count))
            .collect();
        if shown.is_empty() {
            self.get("span-none")
        } else {
            shown.join(" ")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::web::api::Kind;

    /// The keys of a source with the arguments that each uses.
    fn keys(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        FluentResource::try_new(source.to_owned()).expect("the file parses");
        let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut key = String::new();
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with(' ')) {
                key = name.to_owned();
                assert!(
                    keys.insert(key.clone(), BTreeSet::new()).is_none(),
                    "`{key}` twice"
                );
            }
            for used in line.split('$').skip(1) {
                let name = used
                    .split(|sign: char| !sign.is_ascii_alphanumeric())
                    .next();
                keys.get_mut(&key).unwrap().insert(name.unwrap().to_owned());
            }
        }
        keys
    }

    #[test]
    fn both_languages_have_the_same_keys_and_arguments() {
        let (en, nb) = (keys(EN), keys(NB));
        assert!(en.len() > 50);
        for (key, arguments) in &en {
            assert_eq!(nb.get(key), Some(arguments), "`{key}`");
        }
        assert_eq!(en.len(), nb.len(), "nb has keys that en has not");
    }

    /// Every kind of problem has its words, and no others have.
    #[test]
    fn every_kind_of_problem_has_a_title_and_a_text() {
        let mut known = keys(EN);
        known.retain(|key, _| key.starts_with("problem-") && key != "problem-type");
        for name in Kind::names() {
            for part in ["title", "text"] {
                let key = format!("problem-{}-{part}", name.replace('_', "-"));
                assert!(known.remove(&key).is_some(), "no text for `{key}`");
            }
        }
        assert_eq!(known.into_keys().collect::<Vec<_>>(), [] as [String; 0]);
    }

    /// Every key that code or templates name exists, and every key is named somewhere.
    #[test]
    fn every_key_is_used_and_every_used_key_exists() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut used = String::new();
        for folder in ["templates", "src/web"] {
            for file in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = file.unwrap().path();
                if path.is_file() {
                    used.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        let known = keys(EN);
        for call in [
            "t.get(\"",
            "text.get(\"",
            "self.get(\"",
            "number_in(\"",
            "self.with(\"",
        ] {
            for part in used.split(call).skip(1) {
                let key = part.split('"').next().unwrap();
                let test = key == "no-such-key" || key.is_empty();
                assert!(test || known.contains_key(key), "no text for `{key}`");
            }
        }
        // Families are put together from a stem and a name.
        let stems = [
            "month-", "effect-", "verdict-", "error-", "figure-", "show-", "problem-",
        ];
        for key in known.keys() {
            let family = stems.iter().any(|stem| key.starts_with(stem));
            assert!(
                family || used.contains(&format!("\"{key}\"")),
                "`{key}` is never used"
            );
        }
    }

    #[test]
    fn dates_numbers_and_spans_table() {
        let (en, nb) = (Text(Language::En), Text(Language::Nb));
        let day: Date = "2026-03-18".parse().unwrap();
        assert_eq!(en.day(&day), "18 March 2026");
        assert_eq!(nb.day(&day), "18. mars 2026");
        let at: ZonedDateTime = "2026-11-23T20:05:00+01:00[Europe/Oslo]".parse().unwrap();
        assert_eq!(en.moment(&at), "23 November 2026 at 20:05");
        assert_eq!(nb.moment(&at), "23. november 2026 kl. 20.05");
        #[rustfmt::skip]
        let rows = [
            (0,          "0",          "0"),
            (999,        "999",        "999"),
            (1_000,      "1,000",      "1\u{a0}000"),
            (1_234_567,  "1,234,567",  "1\u{a0}234\u{a0}567"),
        ];
        for (number, english, bokmal) in rows {
            assert_eq!(en.number(number), english);
            assert_eq!(nb.number(number), bokmal);
        }
        #[rustfmt::skip]
        let rows = [
            (0,                    "none",           "ingen"),
            (59,                   "59 seconds",     "59 sekunder"),
            (60,                   "1 minute",       "1 minutt"),
            (86_400,               "1 day",          "1 døgn"),
            (3 * 86_400 + 14_400,  "3 days 4 hours", "3 døgn 4 timer"),
        ];
        for (seconds, english, bokmal) in rows {
            assert_eq!(en.span(Duration::from_secs(seconds)), english);
            assert_eq!(nb.span(Duration::from_secs(seconds)), bokmal);
        }
    }

    #[test]
    fn an_unknown_key_shows_itself() {
        assert_eq!(Text(Language::En).get("no-such-key"), "no-such-key");
    }
}
