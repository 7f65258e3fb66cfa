//! A collection's retention rule as sentences, with the names that its phrases use.

use super::{field_title, words};
use crate::language::{Language, Localized};
use crate::retention::{self, Condition, Keep, Titles};
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

/// The whole retention rule of a collection: how long, the shorter periods of its fields, those of its
/// copies, and what laws ask to keep; `None` where no period is named.
pub(super) fn sentence(
    reading: &Reading,
    (activity, collection): (&Activity, &Collection),
    mention: Mention,
    language: Language,
) -> Option<String> {
    let titles = titles(reading, activity, collection, mention);
    let keeps = collection.keep.as_ref().map(OneOrMany::as_slice)?;
    let tell = |keep: &Keep| retention::sentence(keep, collection.then.as_ref(), &titles, language);
    // The cases of a list are one rule, told as one; periods side by side are told one by one.
    let cases = keeps.iter().flat_map(Keep::cases).cloned().collect();
    let told = Keep::of_cases(cases).map(|whole| tell(&whole));
    let told = told.unwrap_or_else(|| keeps.iter().map(tell).collect::<Vec<_>>().join(" "));
    let long = |keep: &Keep| retention::how_long(keep, &titles, language);
    let fields = collection.fields.iter().filter_map(|(name, field)| {
        let title = mention(&field_title(name, field, language), None);
        let long = long(field.keep.as_ref()?);
        Some(match language {
            Language::En => format!("We keep {title} only {long}."),
            Language::Nb => format!("Vi oppbevarer {title} bare {long}."),
        })
    });
    let copies = collection.copies.iter().map(|(name, keep)| {
        let (place, long) = (mention(&place(reading, name, language), None), long(keep));
        match language {
            Language::En => format!("We keep the copy {place} {long}."),
            Language::Nb => format!("Vi oppbevarer kopien {place} {long}."),
        }
    });
    let holds = collection.hold.iter().flat_map(OneOrMany::as_slice);
    let holds = holds.map(|hold| {
        let named = hold.fields.iter().map(|name| {
            let title = collection.fields.get(name);
            let title = title.map(|field| field_title(name, field, language));
            mention(&title.unwrap_or_else(|| name.clone()), None)
        });
        let fields = words::and_list(&named.collect::<Vec<_>>(), language);
        let (law, long) = (mention(&hold.law, None), long(&hold.keep));
        match language {
            Language::En => format!(
                "Because {law} asks for it, we keep {fields} {long}, and use it for nothing else."
            ),
            Language::Nb => format!(
                "Fordi {law} krever det, oppbevarer vi {fields} {long}, og bruker det ikke til noe annet."
            ),
        }
    });
    let rest = fields.chain(copies).chain(holds);
    let all: Vec<String> = std::iter::once(told).chain(rest).collect();
    Some(all.join(" "))
}

/// Where a copy lies: with a recipient, in one of the usual places, or what its author calls it.
fn place(reading: &Reading, name: &str, language: Language) -> String {
    if let Some(recipient) = reading.header.recipients.get(name) {
        let at = words::pick(language, "at", "hos");
        return format!("{at} {}", recipient.title.get(language));
    }
    let (en, nb) = match name {
        "device" => ("on your device", "på enheten din"),
        "server" => ("on our server", "på serveren vår"),
        "backup" => ("in our backup", "i sikkerhetskopien vår"),
        _ => return name.replace('_', " "),
    };
    words::pick(language, en, nb).to_owned()
}

/// How long a phrase of a collection keeps something: "for 2 years after we deleted it".
pub(super) fn how_long(
    reading: &Reading,
    (activity, collection): (&Activity, &Collection),
    keep: &Keep,
    language: Language,
) -> String {
    let titles = titles(reading, activity, collection, linked);
    retention::how_long(keep, &titles, language)
}

/// The values that the guards of a phrase ask for.
fn values(keep: &Keep) -> impl Iterator<Item = &str> {
    let conditions = keep.cases().flat_map(|case| &case.guard.conditions);
    conditions.flat_map(|condition| match condition {
        Condition::Value { values, .. } => values.iter().map(String::as_str).collect::<Vec<_>>(),
        Condition::State { .. } => Vec::new(),
    })
}

/// What the names in a collection's phrases are called: values, fields, events, states, records,
/// statistics and documents.
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
    let keeps = collection.keep.iter().flat_map(OneOrMany::as_slice);
    for value in keeps.flat_map(values) {
        if let Some(term) = crate::dpv::term(value) {
            let told = Language::ALL.map(|language| (language, term.title(language)));
            titles.insert(value.to_owned(), say(&Localized::from(told), None));
        }
    }
    for (name, field) in &collection.fields {
        let told = Language::ALL.map(|language| (language, field_title(name, field, language)));
        titles.insert(
            name.clone(),
            say(&Localized(told.into_iter().collect()), None),
        );
    }
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
