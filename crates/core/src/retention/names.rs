//! The names a phrase may use: events, states, other collections and statistics.

use std::borrow::Cow;
use std::fmt;

use super::period::Unit;

/// Words that mean something in a phrase and so cannot name anything.
const RESERVED: [&str; 36] = [
    "after",
    "agreed",
    "and",
    "as",
    "at",
    "before",
    "birthday",
    "by",
    "calendar",
    "earlier",
    "earliest",
    "end",
    "ends",
    "extendable",
    "financial",
    "fiscal",
    "from",
    "held",
    "if",
    "is",
    "last",
    "later",
    "latest",
    "not",
    "of",
    "or",
    "otherwise",
    "paused",
    "quarter",
    "reviewed",
    "since",
    "then",
    "under",
    "unless",
    "until",
    "while",
];

/// Whether a word means something in a phrase and so cannot name anything.
pub(super) fn is_reserved(word: &str) -> bool {
    let own = RESERVED
        .iter()
        .any(|reserved| word.eq_ignore_ascii_case(reserved));
    own || Unit::read(word).is_some()
}

/// Whether a word can name something in a phrase: small letters, digits and underscores,
/// beginning with a letter, and no word with a meaning of its own such as `after`.
pub fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase())
        && word
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !is_reserved(word)
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(String);

        impl $type {
            /// The name, if it is spelled like one.
            pub fn new(name: impl Into<String>) -> Option<Self> {
                let name = name.into();
                let valid: fn(&str) -> bool = $valid;
                valid(&name).then_some(Self(name))
            }

            /// The name as it stands in files and facts.
            pub fn name(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// Something that holds for a while, such as `subscribed`, and is declared by a collection.
    State,
    is_name
);
name!(
    /// A collection whose record's end is counted from: `block`, or `website-chat.conversation` in
    /// another activity. A collection `contract` needs its activity: `end of contract` is an event.
    RecordName,
    |name| {
        // Files are named with hyphens, and so are activities.
        let is_part = |part: &str| is_name(&part.replace('-', "_"));
        let mut parts = name.split('.');
        let first = parts.next().is_some_and(is_part);
        match (parts.next(), parts.next()) {
            (None, _) => first && name != "contract",
            (Some(second), None) => first && is_part(second),
            (Some(_), Some(_)) => false,
        }
    }
);
impl RecordName {
    /// The full name, `activity.collection`, of what a phrase of an activity calls by this name.
    pub fn within(&self, activity: &str) -> String {
        let name = self.name();
        if name.contains('.') {
            name.to_owned()
        } else {
            format!("{activity}.{name}")
        }
    }
}

name!(
    /// A statistic that records are anonymised into.
    Statistic,
    is_name
);

/// Something that happens at an instant and that a clock may count from.
///
/// Some are built in; a collection declares its own, such as `application_deadline`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event(Cow<'static, str>);

macro_rules! events {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, [$($words:literal),+];)*) => {
        impl Event {
            $($(#[$doc])* pub const $constant: Event = Event(Cow::Borrowed($name));)*

            /// The built-in events, each with its spellings in a phrase, the canonical one first.
            pub(super) const BUILT_IN: &'static [(Event, &'static [&'static str])] =
                &[$((Event::$constant, &[$($words),+])),*];
        }
    };
}

events! {
    /// The record was collected.
    COLLECTION = "collection", ["collection"];
    /// The person last did anything on the account or service.
    LAST_ACTIVITY = "last_activity", ["last activity", "last_activity"];
    /// The last message on the matter, from either side.
    LAST_CORRESPONDENCE = "last_correspondence", ["last correspondence", "last_correspondence"];
    /// The contract or customer relation ended.
    END_OF_CONTRACT = "end_of_contract", ["end of contract", "end_of_contract"];
    /// The person consented.
    CONSENT = "consent", ["consent"];
    /// The person withdrew the consent.
    WITHDRAWAL = "withdrawal", ["withdrawal", "withdrawn"];
    /// The person objected, GDPR Art. 21.
    OBJECTION = "objection", ["objection"];
    /// A request was answered.
    ANSWER = "answer", ["answer"];
    /// The person could no longer be reached.
    LOSS_OF_CONTACT = "loss_of_contact", ["loss of contact", "loss_of_contact"];
    /// What was collected was erased: from here on only what it leaves is kept.
    ERASURE = "erasure", ["erasure"];
    /// As many newer records came as `last <number>` keeps.
    OVERTAKEN = "overtaken", ["overtaken"];
}

impl Event {
    /// The built-in events as phrases spell them.
    pub fn spellings() -> impl Iterator<Item = &'static str> {
        let all = Event::BUILT_IN.iter();
        all.filter_map(|(_, words)| words.first().copied())
    }

    /// The event of this name, if it is spelled like one. A built-in event is known by any of
    /// its one-word spellings.
    pub fn new(name: impl Into<String>) -> Option<Self> {
        let name = name.into();
        let built_in = Event::BUILT_IN
            .iter()
            .find(|(_, words)| words.contains(&name.as_str()));
        match built_in {
            Some((event, _)) => Some(event.clone()),
            None => is_name(&name).then_some(Event(Cow::Owned(name))),
        }
    }

    /// The name as it stands in files and facts.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Whether Ombud knows this event by itself, so that no collection need declare it.
    pub fn is_built_in(&self) -> bool {
        Event::BUILT_IN.iter().any(|(event, _)| event == self)
    }

    /// Whether the event belongs to the person and not to one record: what moves it moves the
    /// clocks of all the person's records.
    pub fn is_of_subject(&self) -> bool {
        [
            Event::LAST_ACTIVITY,
            Event::END_OF_CONTRACT,
            Event::CONSENT,
            Event::WITHDRAWAL,
            Event::OBJECTION,
            Event::LOSS_OF_CONTACT,
        ]
        .contains(self)
    }
}

impl fmt::Display for Event {
    /// As a phrase spells it: `last activity`, `application_deadline`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let built_in = Event::BUILT_IN.iter().find(|(event, _)| event == self);
        f.write_str(
            built_in
                .and_then(|(_, words)| words.first())
                .unwrap_or(&self.name()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_word_without_a_meaning_of_its_own() {
        for good in ["application_deadline", "a1", "withdrawn"] {
            assert!(Event::new(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "Deadline",
            "2nd",
            "after",
            "a-b",
            "søknadsfrist",
            "last",
        ] {
            assert!(Event::new(bad).is_none(), "{bad}");
        }
        assert_eq!(Event::new("withdrawn"), Some(Event::WITHDRAWAL));
        for good in ["block", "sales.contract", "website-chat.conversation"] {
            assert_eq!(RecordName::new(good).unwrap().name(), good);
        }
        for bad in ["contract", "a.b.c", "a.", ".b", "month"] {
            assert!(RecordName::new(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn built_in_events_read_back() {
        for (event, _) in Event::BUILT_IN {
            assert_eq!(Event::new(event.name()).as_ref(), Some(event));
            assert!(event.is_built_in());
        }
    }
}
