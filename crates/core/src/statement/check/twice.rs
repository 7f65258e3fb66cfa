//! The same data in two activities.

use super::{Record, Subject};
use crate::statement::model::{Collection, Field};

/// Categories that say who someone is and not what is known about them. Nearly every collection has
/// some of them, so they alone do not make two collections the same.
const WHO: [&str; 13] = [
    "pd:Contact",
    "pd:DeviceBased",
    "pd:EmailAddress",
    "pd:EmailAddressPersonal",
    "pd:EmailAddressWork",
    "pd:IPAddress",
    "pd:Identifier",
    "pd:Name",
    "pd:OfficialID",
    "pd:PhysicalAddress",
    "pd:TelephoneNumber",
    "pd:UID",
    "pd:Username",
];

/// Every two collections of different activities that hold the same data, in order.
///
/// They do when one says so with `same_as`. Without it they are taken to when they are about the same
/// kind of persons and every field of one, with its name and category, is a field of the other, at
/// least one of them telling more than who the person is.
pub(super) fn pairs<'a>(subject: &Subject<'a>) -> Vec<(Record<'a>, Record<'a>)> {
    let records: Vec<Record<'a>> = subject.records().collect();
    let firsts = records.iter().enumerate();
    firsts
        .flat_map(|(at, one)| {
            let later = records.iter().skip(at.saturating_add(1));
            later
                .filter(|other| same(one, other))
                .map(|other| (*one, *other))
        })
        .collect()
}

fn same(one: &Record<'_>, other: &Record<'_>) -> bool {
    if one.id == other.id {
        return false;
    }
    let names = |record: &Record<'_>, other: &Record<'_>| {
        record.collection.same_as.as_deref() == Some(other.full_name().as_str())
    };
    let both_name_a_third =
        one.collection.same_as.is_some() && one.collection.same_as == other.collection.same_as;
    names(one, other)
        || names(other, one)
        || both_name_a_third
        || (about_the_same(one, other)
            && (holds(one.collection, other.collection) || holds(other.collection, one.collection)))
}

fn about_the_same(one: &Record<'_>, other: &Record<'_>) -> bool {
    let theirs = other.activity.subjects.as_slice();
    let ours = one.activity.subjects.as_slice();
    ours.iter().any(|subject| theirs.contains(subject))
}

/// Whether everything in `small` is in `large` too.
fn holds(large: &Collection, small: &Collection) -> bool {
    let tells_more =
        |field: &Field| field.identity.is_none() && !WHO.contains(&field.category.as_str());
    let in_large = |(name, field): (&String, &Field)| {
        let there = large.fields.get(name);
        there.is_some_and(|there| there.category == field.category)
    };
    small.fields.len() > 1
        && small.fields.values().any(tells_more)
        && small.fields.iter().all(in_large)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::check::testing::{Fixture, TODAY};

    fn found(fixture: &Fixture) -> Vec<(String, String)> {
        let statement = fixture.load().unwrap();
        let pairs = pairs(&Subject::new(&statement, TODAY));
        pairs
            .into_iter()
            .map(|(one, other)| (one.full_name(), other.full_name()))
            .collect()
    }

    const CHAT: &str = "subjects = 'dpv:Visitor'
        [collections.talk]
        title = { en = 'talk' }
        [collections.talk.fields]
        email = { category = 'pd:EmailAddress', identity = 'email' }
        words = { category = 'pd:Communication', type = 'free_text' }";

    #[test]
    fn contact_data_alone_is_not_the_same_data() {
        let fixture = Fixture::new().activity("other", "");
        assert_eq!(found(&fixture), []);
    }

    #[test]
    fn all_fields_of_the_smaller_must_be_in_the_larger_about_the_same_persons() {
        let pair = [("chat.talk".to_owned(), "help.talk".to_owned())];
        let chat = Fixture::new().activity("chat", CHAT);
        let more = "collections.talk.fields.name = { category = 'pd:Name' }";
        let larger = chat.clone().activity("help", CHAT).activity("help", more);
        assert_eq!(found(&larger), pair);
        let another_category = "collections.talk.fields.words.category = 'pd:Opinion'";
        let different = larger.clone().activity("help", another_category);
        assert_eq!(found(&different), []);
        let other_persons = larger.activity("help", "subjects = 'dpv:Employee'");
        assert_eq!(found(&other_persons), []);
    }

    #[test]
    fn same_as_is_believed() {
        let linked = "collections.subscription.same_as = 'news.subscription'";
        let one = Fixture::new().activity("other", linked);
        let pair = (
            "news.subscription".to_owned(),
            "other.subscription".to_owned(),
        );
        assert_eq!(found(&one), std::slice::from_ref(&pair));
        let both = one.activity("third", linked);
        assert_eq!(found(&both).len(), 3);
    }
}
