//! A collection's retention rule as sentences, with the names that its phrases use.

use super::words;
use crate::language::{Language, Localized};
use crate::retention::{self, Titles};
use crate::statement::Statement;
use crate::statement::model::{Activity, Collection, OneOrMany};

/// How a document of `[links]` is written in a sentence: its title and its address.
pub(super) type Mention = fn(&str, Option<&str>) -> String;

/// A document as a Markdown link.
pub(super) fn linked(title: &str, url: Option<&str>) -> String {
    match url {
        Some(url) => words::link(title, url),
        None => words::escaped(title),
    }
}

/// The whole retention rule of a collection; `None` where no period is named.
pub(super) fn sentence(
    statement: &Statement,
    (activity, collection): (&Activity, &Collection),
    mention: Mention,
    language: Language,
) -> Option<String> {
    let titles = titles(statement, activity, collection, mention);
    let cases = collection.keep.as_ref().map(OneOrMany::as_slice)?;
    let sentences: Vec<String> = cases
        .iter()
        .map(|keep| retention::sentence(keep, collection.then.as_ref(), &titles, language))
        .collect();
    Some(sentences.join(" "))
}

/// What the names in a collection's phrases are called: events, states, records, statistics and
/// documents.
fn titles(
    statement: &Statement,
    activity: &Activity,
    collection: &Collection,
    mention: Mention,
) -> Titles {
    let reading = &statement.published;
    let mut titles = Titles::new();
    for (name, _, other) in reading.collections() {
        titles.insert(name, other.title.clone());
    }
    let own = activity.collections.iter();
    titles.extend(own.map(|(name, own)| (name.clone(), own.title.clone())));
    for (name, link) in &reading.header.links {
        let written = link.title.0.iter().map(|(language, title)| {
            let title = words::inside_sentence(title);
            (*language, mention(&title, link.url.as_deref()))
        });
        titles.insert(name.replace('_', " "), Localized(written.collect()));
    }
    let statistics = collection.statistics.iter();
    titles.extend(statistics.map(|(name, statistic)| (name.clone(), statistic.title.clone())));
    let named = activity.states.iter().chain(&collection.states);
    titles.extend(
        named
            .chain(&collection.events)
            .map(|(name, title)| (name.clone(), title.clone())),
    );
    titles
}
