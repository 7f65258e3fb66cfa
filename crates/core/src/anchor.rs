//! What clocks may be told: the facts that the phrases of a collection count from.
//!
//! Closed world: what no phrase of the collection can use is refused, with what it can use. Beside
//! its events and states a phrase may need a value, a date of birth, the end of another record, an
//! agreement, an extension or word of what people were told; each has one name and one shape.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::diagnostic::did_you_mean;
use crate::intake::Refusal;
use crate::retention::{
    Condition, Event, Keep, Key, Length, Moment, Notice, Period, RecordName, Then, WaitVerb,
};
use crate::rulebook::{CollectionRule, Rulebook};

/// The category of a field that holds a date of birth.
pub(crate) const BIRTH_DATE: &str = "pd:BirthDate";

/// What is told of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The name of the event, state or other fact.
    pub anchor: String,
    /// When it happened, or was decided.
    pub at: Timestamp,
    /// Whether it ends, or is taken back, at that instant.
    pub ends: bool,
    /// Until when it holds, exclusive, for what has an end from the beginning.
    pub until: Option<Timestamp>,
    /// What it comes to, for what has a value.
    pub value: Option<String>,
    /// Why it was decided, without personal data: a case number.
    pub reason: Option<String>,
}

impl Told {
    /// An event, or a state that begins.
    pub fn event(anchor: impl Into<String>, at: Timestamp) -> Self {
        Self {
            anchor: anchor.into(),
            at,
            ends: false,
            until: None,
            value: None,
            reason: None,
        }
    }
}

/// A fact as the rules understand it. `None` takes it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An event happened; of several times the latest counts.
    Event(String, Timestamp),
    /// An event is taken back: it did not happen.
    Untold(String),
    /// A state begins.
    Begins(String, Timestamp),
    /// A state ends.
    Ends(String, Timestamp),
    /// The last record of another collection ended; its full name.
    RecordEnded(String, Timestamp),
    /// The person's date of birth.
    Born(Option<Date>),
    /// A value that a guard asks for.
    Value(Key, Option<String>),
    /// The length chosen between limits.
    Length(Option<Period>),
    /// Until when the person agreed to the keeping, exclusive.
    Agreed(Option<Timestamp>),
    /// An extension, and why.
    Extended(Option<(Period, String)>),
    /// A legal hold for this reason, until this instant where that is known, exclusive.
    Held(String, Option<Timestamp>),
    /// The legal hold for this reason is lifted at this instant.
    Lifted(String, Timestamp),
    /// The person wants it kept, in a wait of this kind: the period begins anew.
    Renewed(Renewal, Timestamp),
}

impl Change {
    /// The event that it is, and when.
    pub fn event(&self) -> Option<(&str, Timestamp)> {
        if let Self::Event(name, at) = self {
            Some((name, *at))
        } else {
            None
        }
    }

    /// The name of the event that it tells or takes back, however it was spelled.
    pub fn event_name(&self) -> Option<&str> {
        if let Self::Event(name, _) | Self::Untold(name) = self {
            Some(name)
        } else {
            None
        }
    }

    /// The date of birth that is told.
    pub fn born_on(&self) -> Option<Date> {
        if let Self::Born(born_on) = self {
            *born_on
        } else {
            None
        }
    }

    /// The state that begins.
    pub fn begun(&self) -> Option<&str> {
        if let Self::Begins(name, _) = self {
            Some(name)
        } else {
            None
        }
    }

    /// Whether it may be true of one record and not of the others of the person.
    pub fn is_of_record(&self) -> bool {
        match self {
            Self::Value(..)
            | Self::Length(_)
            | Self::Agreed(_)
            | Self::Extended(_)
            | Self::Held(..)
            | Self::Lifted(..) => true,
            Self::Event(..)
            | Self::Untold(_)
            | Self::Begins(..)
            | Self::Ends(..)
            | Self::RecordEnded(..)
            | Self::Born(_)
            | Self::Renewed(..) => false,
        }
    }
}

/// How a person keeps what would end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// By having it back in a wait `with undo`.
    Undo,
    /// By a yes when asked.
    Keep,
}

/// What the phrases of a collection can use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    events: BTreeSet<Event>,
    /// The values that guards ask for.
    values: BTreeMap<Key, BTreeSet<String>>,
    /// The collections whose records' ends are counted from, by their name in the phrase; the full
    /// name of each.
    pub records: BTreeMap<RecordName, String>,
    birth: bool,
    lengths: Vec<Length>,
    agreed: bool,
    extendable: Option<Period>,
    /// Whether only the last records are kept.
    pub last: bool,
    then: BTreeSet<&'static str>,
}

impl Uses {
    /// What these phrases of a collection of an activity can use.
    pub fn of<'a>(activity: &str, keeps: impl Iterator<Item = &'a Keep>, then: &Then) -> Self {
        let mut uses = Self::default();
        for keep in keeps {
            uses.events.extend(keep.events().into_iter().cloned());
            for moment in keep.moments() {
                uses.moment(activity, moment);
            }
            for case in keep.cases() {
                uses.agreed |= case.clauses.unless_agreed;
                let more = case.clauses.extendable_by;
                uses.extendable = match (uses.extendable, more) {
                    (Some(one), Some(other)) => Some(one.longer(other)),
                    (one, other) => one.or(other),
                };
                for condition in &case.guard.conditions {
                    if let Condition::Value { key, values, .. } = condition {
                        let known = uses.values.entry(*key).or_default();
                        known.extend(values.iter().cloned());
                    }
                }
            }
        }
        if then.warn.is_some() {
            uses.then.insert(Notice::Warned.name());
        }
        for wait in &then.waits {
            if wait.undo {
                uses.then.insert(UNDO);
            }
            if wait.verb == WaitVerb::Ask {
                uses.then.extend([Notice::Asked.name(), KEEP]);
            }
        }
        uses
    }

    fn moment(&mut self, activity: &str, moment: &Moment) {
        match moment {
            Moment::RecordEnd(record) => {
                self.records.insert(record.clone(), record.within(activity));
            }
            Moment::Birthday(_) => self.birth = true,
            Moment::Last(_) => self.last = true,
            Moment::After(length, _) | Moment::For(length) => match length {
                Length::Exactly(_) => {}
                Length::UpTo(_) | Length::Between(..) => self.lengths.push(*length),
            },
            Moment::Event(_)
            | Moment::StateEnd(_)
            | Moment::EndOf(..)
            | Moment::Date(_)
            | Moment::Earlier(_)
            | Moment::Later(_)
            | Moment::Open(_)
            | Moment::Document(_)
            | Moment::Hedged(..) => {}
        }
    }

    /// Whether the phrases give this name a meaning of their own, so that no event or state can have it.
    pub fn takes(&self, name: &str) -> bool {
        self.shape(name).is_some()
    }

    /// The shape of what the phrases themselves name, beside events and states.
    fn shape(&self, name: &str) -> Option<Shape> {
        if let Some(key) = Key::of(name).filter(|key| self.values.contains_key(key)) {
            return Some(Shape::Value(key));
        }
        let record = RecordName::new(name).and_then(|record| self.records.get(&record));
        if let Some(full) = record {
            return Some(Shape::RecordEnded(full.clone()));
        }
        let then = |name: &str| self.then.contains(name);
        match name {
            BIRTH if self.birth => Some(Shape::Birth),
            LENGTH if !self.lengths.is_empty() => Some(Shape::Length),
            AGREED if self.agreed => Some(Shape::Agreed),
            EXTENSION if self.extendable.is_some() => Some(Shape::Extension),
            UNDO if then(UNDO) => Some(Shape::Renewal(Renewal::Undo)),
            KEEP if then(KEEP) => Some(Shape::Renewal(Renewal::Keep)),
            _ if then(name) => Event::new(name).map(Shape::Done),
            _ => None,
        }
    }

    /// Whether the value may differ from record to record of a person.
    pub fn is_of_record(&self) -> bool {
        !self.values.is_empty()
    }

    /// Whether the basis in force when a record comes in decides how long it is kept.
    pub fn basis(&self) -> bool {
        self.values.contains_key(&Key::Basis)
    }

    /// Whether anything counts from what stands in the fields of a record.
    pub fn fields(&self) -> bool {
        self.birth || self.values.keys().any(|key| *key != Key::Basis)
    }
}

const BIRTH: &str = "birth";
const AGREED: &str = "agreed";
const LENGTH: &str = "length";
const EXTENSION: &str = "extension";
const LEGAL_HOLD: &str = "legal_hold";
const UNDO: &str = "undo";
const KEEP: &str = "keep";

/// The shape in which a fact is told.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    /// An event that may lie ahead, and may be taken back.
    Event(Event),
    /// What was done, by people or to tell them.
    Done(Event),
    State,
    RecordEnded(String),
    Birth,
    Value(Key),
    Length,
    Agreed,
    Extension,
    LegalHold,
    Renewal(Renewal),
}

impl Shape {
    /// The members that it takes beside its name and instant, in words.
    fn takes(&self) -> &'static str {
        match self {
            Self::Done(_) | Self::RecordEnded(_) | Self::Renewal(_) => "nothing but its instant",
            Self::Event(_) => "nothing but its instant, or `ends` to take it back",
            Self::State => "`ends`, when it ends, and nothing else",
            Self::Birth => "a `value` such as 2008-03-18, or `ends` to take it back",
            Self::Value(_) => "a `value`, or `ends` to take it back",
            Self::Length => "a `value` such as `5 years`, or `ends` to take it back",
            Self::Agreed => "an `until`, or `ends` to take it back",
            Self::Extension => {
                "a `value` such as `6 months` with a `reason`, or `ends` to take it back"
            }
            Self::LegalHold => {
                "a `reason` such as a case number, with `until` or `ends` if it has one"
            }
        }
    }

    fn fits(&self, told: &Told) -> bool {
        let Told {
            ends,
            until,
            value,
            reason,
            ..
        } = told;
        let members = (*ends, until.is_some(), value.is_some(), reason.is_some());
        match self {
            Self::Done(_) | Self::RecordEnded(_) | Self::Renewal(_) => {
                members == (false, false, false, false)
            }
            Self::Event(_) | Self::State => {
                !matches!(members, (_, true, ..) | (_, _, true, _) | (.., true))
            }
            Self::Birth | Self::Value(_) | Self::Length => {
                matches!(
                    members,
                    (false, false, true, false) | (true, false, false, false)
                )
            }
            Self::Agreed => {
                matches!(
                    members,
                    (false, true, false, false) | (true, false, false, false)
                )
            }
            Self::Extension => {
                matches!(
                    members,
                    (false, false, true, true) | (true, false, false, false)
                )
            }
            Self::LegalHold => matches!(
                members,
                (false, _, false, true) | (true, false, false, true)
            ),
        }
    }
}

/// Whether a reason is a case number, and no words in which a person could be told of: at most 128
/// letters, digits and `._:/-`.
fn is_case(reason: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "._:/-".contains(letter);
    (1..=128).contains(&reason.len()) && reason.chars().all(fits)
}

/// Reads what is told of a collection.
///
/// # Errors
///
/// What the phrases of the collection cannot use, and what has not the shape of its kind. What people
/// do cannot lie ahead of `now`; deadlines and ends of events may be known before. No value is repeated.
///
/// # Source
///
/// GDPR Article 5(1)(e), (2); invariants I2, I8.
pub fn read(
    book: &Rulebook,
    rule: &CollectionRule,
    told: &Told,
    now: Timestamp,
) -> Result<Change, Refusal> {
    let name = &told.anchor;
    let Some(shape) = shape(book, rule, name) else {
        let known = known(book, rule);
        let near = did_you_mean(name, known.iter().map(String::as_str)).map(str::to_owned);
        return Err(Refusal::UnknownAnchor {
            name: name.clone(),
            near,
            known,
        });
    };
    if !shape.fits(told) {
        return Err(Refusal::AnchorShape {
            name: name.clone(),
            takes: shape.takes(),
        });
    }
    if told.at > now && (told.ends || !may_lie_ahead(&shape)) {
        return Err(Refusal::FutureAnchor { name: name.clone() });
    }
    let bad = |expected: String| Refusal::AnchorValue {
        name: name.clone(),
        expected,
    };
    let (at, value) = (told.at, told.value.as_deref());
    let reason = told.reason.clone().unwrap_or_default();
    if told.reason.as_ref().is_some_and(|reason| !is_case(reason)) {
        let expected = "told with a `reason` of letters, digits and `._:/-`, such as `case-2026/7`";
        return Err(bad(expected.to_owned()));
    }
    Ok(match shape {
        Shape::Event(event) if told.ends => Change::Untold(event.name().to_owned()),
        Shape::Event(event) | Shape::Done(event) => Change::Event(event.name().to_owned(), at),
        Shape::State if told.ends => Change::Ends(name.clone(), at),
        Shape::State => Change::Begins(name.clone(), at),
        Shape::RecordEnded(full) => Change::RecordEnded(full, at),
        Shape::Renewal(renewal) => Change::Renewed(renewal, at),
        Shape::Agreed => Change::Agreed(told.until),
        Shape::LegalHold if told.ends => Change::Lifted(reason, at),
        Shape::LegalHold => Change::Held(reason, told.until),
        Shape::Birth => Change::Born(match value {
            Some(value) => Some(born(value, now).ok_or_else(|| bad("a past date".to_owned()))?),
            None => None,
        }),
        Shape::Value(key) => Change::Value(
            key,
            match value {
                Some(value) => Some(asked_for(rule, key, value).map_err(bad)?),
                None => None,
            },
        ),
        Shape::Length => Change::Length(match value {
            Some(value) => Some(length(rule, value).map_err(bad)?),
            None => None,
        }),
        Shape::Extension => Change::Extended(match value {
            Some(value) => Some((extension(rule, value).map_err(bad)?, reason)),
            None => None,
        }),
    })
}

/// Whether an event may be taken back, or undone: not what people did, and not what the ledger holds.
pub fn may_be_taken_back(name: &str) -> bool {
    let event = Event::new(name);
    event.is_none_or(|event| ![DONE, FROM_THE_LEDGER].concat().contains(&event))
}

/// What people do.
const DONE: [Event; 3] = [
    Event::COLLECTION,
    Event::LAST_ACTIVITY,
    Event::LAST_CORRESPONDENCE,
];

/// What the ledger alone tells.
const FROM_THE_LEDGER: [Event; 3] = [Event::CONSENT, Event::WITHDRAWAL, Event::OBJECTION];

/// What people do, and what was said to them, cannot lie ahead; deadlines and ends of events may be
/// known before.
fn may_lie_ahead(shape: &Shape) -> bool {
    match shape {
        Shape::Event(_) | Shape::State | Shape::RecordEnded(_) => true,
        Shape::Done(_)
        | Shape::Birth
        | Shape::Value(_)
        | Shape::Length
        | Shape::Agreed
        | Shape::Extension
        | Shape::LegalHold
        | Shape::Renewal(_) => false,
    }
}

pub(crate) fn born(value: &str, now: Timestamp) -> Option<Date> {
    let date: Date = value.parse().ok()?;
    // A day of the calendar that has begun somewhere on earth.
    let latest = now
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .date()
        .tomorrow()
        .ok()?;
    (date <= latest).then_some(date)
}

fn asked_for(rule: &CollectionRule, key: Key, value: &str) -> Result<String, String> {
    let known = rule.uses.values.get(&key);
    if known.is_some_and(|known| known.contains(value)) {
        return Ok(value.to_owned());
    }
    let known: Vec<String> = known
        .into_iter()
        .flatten()
        .map(|one| format!("`{one}`"))
        .collect();
    Err(format!("{}, which the phrase asks for", known.join(" or ")))
}

fn length(rule: &CollectionRule, value: &str) -> Result<Period, String> {
    let period: Option<Period> = value.parse().ok();
    let within = |period: &Period| {
        let minutes = period.average_minutes();
        rule.uses.lengths.iter().any(|length| match length {
            Length::Exactly(_) => false,
            Length::UpTo(most) => minutes <= most.average_minutes(),
            Length::Between(least, most) => {
                (least.average_minutes()..=most.average_minutes()).contains(&minutes)
            }
        })
    };
    let limits = || {
        let limits = rule.uses.lengths.iter().map(|length| match length {
            Length::Exactly(period) => format!("{period}"),
            Length::UpTo(most) => format!("up to {most}"),
            Length::Between(least, most) => format!("from {least} to {most}"),
        });
        format!("a period {}", limits.collect::<Vec<_>>().join(" or "))
    };
    period.filter(within).ok_or_else(limits)
}

fn extension(rule: &CollectionRule, value: &str) -> Result<Period, String> {
    let most = rule.uses.extendable.unwrap_or_default();
    let period: Option<Period> = value.parse().ok();
    let within = |period: &Period| period.average_minutes() <= most.average_minutes();
    period
        .filter(within)
        .ok_or_else(|| format!("a period up to {most}"))
}

/// Names that a statement declares come first: what it calls `extension` is its own event.
fn shape(book: &Rulebook, rule: &CollectionRule, name: &str) -> Option<Shape> {
    if rule.is_state(book, name) {
        return Some(Shape::State);
    }
    let uses = &rule.uses;
    let told = |event: &Event| {
        // Ombud itself knows when these happen.
        let own = [Event::ERASURE, Event::OVERTAKEN];
        rule.declared.events.contains_key(name)
            || *event == Event::COLLECTION
            || uses.events.contains(event)
                && !FROM_THE_LEDGER.contains(event)
                && !own.contains(event)
    };
    if let Some(event) = Event::new(name).filter(told) {
        return Some(if may_be_taken_back(name) {
            Shape::Event(event)
        } else {
            Shape::Done(event)
        });
    }
    match name {
        LEGAL_HOLD => Some(Shape::LegalHold),
        BIRTH if book.asks_age(rule) => Some(Shape::Birth),
        _ => uses.shape(name),
    }
}

/// Everything that the clocks of a collection may be told of, in order of name.
pub fn known(book: &Rulebook, rule: &CollectionRule) -> Vec<String> {
    let activity = book.activities.get(&rule.activity);
    let states = activity.into_iter().flat_map(|activity| &activity.states);
    let declared = rule
        .declared
        .events
        .keys()
        .chain(rule.declared.states.keys());
    let built_in = rule.uses.events.iter().map(Event::name);
    let records = rule.uses.records.keys().map(RecordName::name);
    let values = rule.uses.values.keys().map(|key| key.name());
    let others = [
        BIRTH,
        LENGTH,
        AGREED,
        EXTENSION,
        LEGAL_HOLD,
        Event::COLLECTION.name(),
    ];
    let all = declared
        .chain(states)
        .map(String::as_str)
        .chain(built_in)
        .chain(records)
        .chain(values)
        .chain(others)
        .chain(rule.uses.then.iter().copied());
    let usable: BTreeSet<&str> = all
        .filter(|name| shape(book, rule, name).is_some())
        .collect();
    usable.into_iter().map(str::to_owned).collect()
}

/// What the fields of a record tell its clock: the date of birth, and the values that guards ask for
/// in a field of that name. A value that no guard knows is as good as none.
pub fn of_fields(
    book: &Rulebook,
    rule: &CollectionRule,
    fields: &Map<String, Value>,
    now: Timestamp,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for key in rule.uses.values.keys().filter(|key| **key != Key::Basis) {
        if rule.declared.fields.contains_key(key.name()) {
            let value = fields.get(key.name()).and_then(Value::as_str);
            let value = value.and_then(|value| asked_for(rule, *key, value).ok());
            changes.push(Change::Value(*key, value));
        }
    }
    if rule.uses.birth || book.asks_age(rule) {
        let mut declared = rule.declared.fields.iter();
        let birth = declared.find(|(_, field)| field.category == BIRTH_DATE);
        let value = birth.and_then(|(name, _)| fields.get(name)?.as_str());
        let born_on = value.and_then(|value| born(value, now));
        changes.extend(born_on.map(|born_on| Change::Born(Some(born_on))));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retention::{Anchors, Due, due};
    use crate::testing::rules;

    #[test]
    fn i2_every_spelling_of_an_event_is_the_event_that_the_phrase_counts_from() {
        let now: Timestamp = "2026-04-01T08:00:00Z".parse().unwrap();
        let told_at: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        let old = "keep      = \"3 years after last correspondence\"";
        for spelling in Event::spellings() {
            let event = Event::new(spelling).unwrap();
            let phrase = format!("keep = \"1 year after {spelling}\"");
            let book = rules(&[("activities/support.toml", old, &phrase)]);
            let rule = &book.collections["support.inquiry"];
            for name in [spelling, event.name()] {
                let change = read(&book, rule, &Told::event(name, told_at), now);
                let ours = [Event::ERASURE, Event::OVERTAKEN].contains(&event);
                if ours || FROM_THE_LEDGER.contains(&event) {
                    assert!(change.is_err(), "{name}");
                    continue;
                }
                let change = change.unwrap();
                assert_eq!(change.event(), Some((event.name(), told_at)), "{name}");
                let mut anchors = Anchors::default();
                anchors.events.insert(event.clone(), told_at);
                let ends = due(rule.keep.as_ref().unwrap(), &anchors, &book.calendar);
                assert!(matches!(ends, Due::At(_)), "{name}: {ends:?}");
                if may_be_taken_back(name) {
                    let ends = Told {
                        ends: true,
                        ..Told::event(name, told_at)
                    };
                    let change = read(&book, rule, &ends, now).unwrap();
                    assert_eq!(change, Change::Untold(event.name().to_owned()), "{name}");
                }
            }
        }
    }
}
