//! The languages Ombud speaks, and texts that exist in several of them.
//!
//! Knows nothing about what a text says. A language is added here, in `retention/sentence/` and
//! in the prose of each statement that offers it; the compiler names the places in the code.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language of statements, pages and letters, by its BCP 47 tag.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
pub enum Language {
    /// English, the language every text falls back to.
    #[default]
    #[serde(rename = "en")]
    En,
    /// Norwegian Bokmål.
    #[serde(rename = "nb")]
    Nb,
}

impl Language {
    /// Every language, the fallback first.
    pub const ALL: [Language; 2] = [Language::En, Language::Nb];

    /// The BCP 47 tag: `en` or `nb`.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Nb => "nb",
        }
    }

    /// The best language for a BCP 47 tag such as a browser sends it: `no` and `nn-NO` are
    /// answered in Bokmål, regions are ignored, anything else is `None`.
    pub fn best_for(tag: &str) -> Option<Language> {
        let primary = tag
            .trim()
            .split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        match primary.as_str() {
            "en" => Some(Language::En),
            "nb" | "no" | "nn" => Some(Language::Nb),
            _ => None,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// A tag that names no language of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown language `{0}`, expected `en` or `nb`")]
pub struct UnknownLanguage(pub String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    /// Reads the exact tag, as it stands in statements and file names.
    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        Language::ALL
            .into_iter()
            .find(|language| language.tag() == tag)
            .ok_or_else(|| UnknownLanguage(tag.to_owned()))
    }
}

/// A text in one or more languages, written `{ en = "...", nb = "..." }`.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
#[schemars(extend("format" = "ombud-words"))]
pub struct Localized(pub BTreeMap<Language, String>);

impl Localized {
    /// The text in both languages.
    pub fn new(en: impl Into<String>, nb: impl Into<String>) -> Self {
        Localized(BTreeMap::from([
            (Language::En, en.into()),
            (Language::Nb, nb.into()),
        ]))
    }

    /// The text in this very language.
    pub fn exact(&self, language: Language) -> Option<&str> {
        self.0.get(&language).map(String::as_str)
    }

    /// The text in `language`, else in English, else in any language; empty when there is none.
    pub fn get(&self, language: Language) -> &str {
        self.exact(language)
            .or_else(|| self.exact(Language::En))
            .or_else(|| self.0.values().next().map(String::as_str))
            .unwrap_or_default()
    }

    /// The languages of `wanted` that this text lacks.
    pub fn missing<'a>(&'a self, wanted: &'a [Language]) -> impl Iterator<Item = Language> + 'a {
        wanted
            .iter()
            .copied()
            .filter(|language| !self.0.contains_key(language))
    }
}

impl<const N: usize> From<[(Language, &str); N]> for Localized {
    fn from(texts: [(Language, &str); N]) -> Self {
        Localized(
            texts
                .into_iter()
                .map(|(language, text)| (language, text.to_owned()))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_read_back() {
        for language in Language::ALL {
            assert_eq!(language.to_string().parse(), Ok(language));
        }
        assert_eq!("no".parse::<Language>(), Err(UnknownLanguage("no".into())));
        assert_eq!(Language::best_for("nn-NO"), Some(Language::Nb));
        assert_eq!(Language::best_for("EN_gb"), Some(Language::En));
        assert_eq!(Language::best_for("de"), None);
    }

    #[test]
    fn a_missing_text_falls_back_to_english() {
        let both = Localized::new("news", "nytt");
        assert_eq!(both.get(Language::Nb), "nytt");
        let english = Localized::from([(Language::En, "news")]);
        assert_eq!(english.get(Language::Nb), "news");
        assert_eq!(
            english.missing(&Language::ALL).collect::<Vec<_>>(),
            [Language::Nb]
        );
        let norwegian = Localized::from([(Language::Nb, "nytt")]);
        assert_eq!(norwegian.get(Language::En), "nytt");
        assert_eq!(Localized::default().get(Language::En), "");
    }

    #[test]
    fn it_is_a_table_in_toml() {
        let text: Localized = toml::from_str("en = 'news'\nnb = 'nytt'").unwrap();
        assert_eq!(text, Localized::new("news", "nytt"));
        let error = toml::from_str::<Localized>("de = 'neu'").unwrap_err();
        assert!(error.message().contains("unknown variant `de`"), "{error}");
    }
}
