//! The facts about one record that its `keep` phrase counts from.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::names::{Event, RecordName, State};
use super::period::Period;
use super::phrase::Key;

/// What is known about a record and its person. What is missing has not happened yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors {
    /// When each event happened, the latest time if it happens again.
    pub events: BTreeMap<Event, Timestamp>,
    /// When each state held, in any order.
    pub states: BTreeMap<State, Vec<Interval>>,
    /// When the record of another collection ended, end exclusive: local midnight belongs to
    /// the day before.
    pub records: BTreeMap<RecordName, Timestamp>,
    /// The person's date of birth.
    pub born_on: Option<Date>,
    /// The category, basis, outcome, severity and copy of the record.
    pub values: BTreeMap<Key, String>,
    /// The length chosen for this record, where the phrase leaves one open between limits.
    pub chosen: Option<Period>,
    /// Until when the person agreed to the keeping, exclusive.
    pub agreed_until: Option<Timestamp>,
    /// An extension that someone decided and gave a reason for.
    pub extended_by: Option<Period>,
    /// Legal holds on the record, in any order. They need no words in the phrase.
    pub holds: Vec<Hold>,
}

/// A stretch of time that may not have ended yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// When it began, inclusive.
    pub from: Timestamp,
    /// When it ended, exclusive; `None` while it lasts.
    pub until: Option<Timestamp>,
}

/// A claim, proceeding or order for whose sake a record may not be deleted.
///
/// # Source
///
/// GDPR Art. 17(3)(b) and (e), 18(1)(c).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// What it is for, such as a case number; no personal data.
    pub reason: String,
    /// When it ended, exclusive; `None` while it lasts.
    pub until: Option<Timestamp>,
}
