//! A rule as a sentence that the people it is about can read.

use std::collections::BTreeMap;

use crate::language::{Language, Localized};

use super::phrase::Keep;
use super::then::Then;

/// What the names in phrases are called in running text, by name: events and records as noun
/// phrases ("the application deadline"), states as clauses about the person ("you subscribe"),
/// values, statistics and documents as nouns.
pub type Titles = BTreeMap<String, Localized>;

/// The whole rule in one language: how long, and what happens then.
pub fn sentence(keep: &Keep, then: Option<&Then>, titles: &Titles, language: Language) -> String {
    let _ = (then, titles, language);
    keep.to_string()
}
