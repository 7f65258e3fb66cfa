//! A collection's retention rule as sentences, with the names that its phrases use.

use super::words;
use crate::language::{Language, Localized};
use crate::retention::{self, Titles};
use crate::statement::Reading;
use crate::statement::model::{Activity, Collection, OneOrMany};

/// How a name is written in a sentence: its title, and the address of a document that has one.
pub(super) type Mention = fn(&str, Option<&str>) -> String;

/// A document as a Markdown link.
pub(super) fn linked(title: &str, url: Option<&str>) -> String {
    match url {
        Some(url) => words::link(title, url),
        None => words::escaped(title),
    }
}

/// The whole retention rule of a collection without markup; `None` where no period is named.
pub(in crate::statement) fn plain(
    reading: &Reading,
    of: (&Activity, &Collection),
    language: Language,
) -> Option<String> {
    sentence(reading, of, |title, _| title.to_owned(), language)
}

/// The whole retention rule of a collection; `None` where no period is named.
pub(super) fn sentence(
    reading: &Reading,
    (activity, collection): (&Activity, &Collection),
    mention: Mention,
    language: Language,
) -> Option<String> {
    let titles = titles(reading, activity, collection, mention);
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
    reading: &Reading,
    activity: &Activity,
    collection: &Collection,
    mention: Mention,
) -> Titles {
    let say = |words: &Localized, url: Option<&str>| {
        let said = words.0.iter();
        Localized(
            said.map(|(language, text)| (*language, mention(text, url)))
                .collect(),
        )
    };
    let mut titles = Titles::new();
    for (name, _, other) in reading.collections() {
        titles.insert(name, say(&other.title, None));
    }
    let own = activity.collections.iter();
    titles.extend(own.map(|(name, own)| (name.clone(), say(&own.title, None))));
    for (name, link) in &reading.header.links {
        let inside = link.title.0.iter();
        let inside = inside.map(|(language, text)| (*language, words::inside_sentence(text)));
        let inside = Localized(inside.collect());
        titles.insert(name.replace('_', " "), say(&inside, link.url.as_deref()));
    }
    let named = activity.states.iter().chain(&collection.states);
    let named = named.chain(&collection.events);
    titles.extend(named.map(|(name, title)| (name.clone(), say(title, None))));
    let statistics = collection.statistics.iter();
    titles.extend(statistics.map(|(name, made)| (name.clone(), say(&made.title, None))));
    titles
}
