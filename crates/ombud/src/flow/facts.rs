//! The facts of a clock as they are stored, and what each change makes of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use ombud_core::anchor::{Change, may_be_taken_back};
use ombud_core::retention::{Anchors, Event, Hold, Interval, Key, Notice, Notices, Period, State};
use ombud_core::rulebook::CollectionRule;
use ombud_core::sweep::Candidate;
use ombud_store::Anchors as Stored;
use serde::{Deserialize, Serialize};

/// The facts of a clock. Instants are in Unix milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Facts {
    /// Events by name; the latest time of each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) events: BTreeMap<String, i64>,
    /// States by name: when each held.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    states: BTreeMap<String, Vec<Held>>,
    /// When the last record of another collection ends, by full name, exclusive.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) records: BTreeMap<String, i64>,
    /// The person's date of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) born_on: Option<Date>,
    /// What guards ask for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) values: BTreeMap<Key, String>,
    /// The length chosen between limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<Period>,
    /// Until when the person agreed to the keeping, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    agreed_until: Option<i64>,
    /// An extension, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    extended: Option<(Period, String)>,
    /// Legal holds by reason; until when, exclusive, where that is known.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    holds: BTreeMap<String, Option<i64>>,
    /// When the person wanted it kept: what happened before counts from then.
    #[serde(skip_serializing_if = "Option::is_none")]
    renewed_at: Option<i64>,
    /// The fields whose own period was over, and that were taken out.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) taken: BTreeSet<String>,
    /// Whether the records were reduced to what a law asks for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) reduced: bool,
}

/// A stretch in which a state held: its begin, and its end, exclusive, unless it lasts. One that is
/// empty is an end whose begin is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Held(i64, Option<i64>);

impl Facts {
    pub(super) fn parse(stored: &Stored) -> Self {
        // Written by this module alone; what cannot be read counts as nothing known, which keeps.
        serde_json::from_str(&stored.json).unwrap_or_default()
    }

    /// As they are stored. A birthday, an outcome, or why something is held are no mere instants.
    pub(super) fn stored(&self) -> Stored {
        Stored {
            json: serde_json::to_string(self).unwrap_or_default(),
            personal: self.born_on.is_some()
                || !self.values.is_empty()
                || self.length.is_some()
                || self.extended.is_some()
                || !self.holds.is_empty(),
        }
    }

    /// Notes an event; of several times the latest counts.
    pub(super) fn set(&mut self, name: &str, at: Timestamp) {
        let at = at.as_millisecond();
        let latest = self.events.get(name).map_or(at, |known| at.max(*known));
        self.events.insert(name.to_owned(), latest);
    }

    pub(super) fn apply_all(&mut self, changes: &[Change]) {
        for change in changes {
            self.apply(change);
        }
    }

    pub(super) fn apply(&mut self, change: &Change) {
        match change {
            Change::Event(name, at) => self.set(name, *at),
            Change::Untold(name) => {
                self.events.remove(name);
            }
            Change::Begins(name, at) => self.begins(name, at.as_millisecond()),
            Change::Ends(name, at) => self.ends(name, at.as_millisecond()),
            Change::RecordEnded(name, at) => {
                self.records.insert(name.clone(), at.as_millisecond());
            }
            Change::Born(born_on) => self.born_on = *born_on,
            Change::Value(key, Some(value)) => {
                self.values.insert(*key, value.clone());
            }
            Change::Value(key, None) => {
                self.values.remove(key);
            }
            Change::Length(length) => self.length = *length,
            Change::Agreed(until) => self.agreed_until = until.map(Timestamp::as_millisecond),
            Change::Extended(extended) => self.extended.clone_from(extended),
            Change::Held(reason, until) => {
                let until = until.map(Timestamp::as_millisecond);
                self.holds.insert(reason.clone(), until);
            }
            Change::Lifted(reason, at) => {
                if let Some(until) = self.holds.get_mut(reason) {
                    *until = Some(at.as_millisecond());
                }
            }
            Change::Renewed(_, at) => {
                // An agreement is about the time that has run out.
                self.agreed_until = None;
                self.renewed_at = Some(at.as_millisecond());
            }
        }
    }

    /// Whether it counts as it was told: a later time of the same event may be known.
    pub(super) fn counts(&self, change: &Change) -> bool {
        let at = |(name, at): (&str, Timestamp)| {
            self.events.get(name).copied() == Some(at.as_millisecond())
        };
        change.event().is_none_or(at)
    }

    /// Takes back what has happened by now and ended it.
    pub(super) fn undo(&mut self, now: Timestamp) {
        let now = now.as_millisecond();
        self.events
            .retain(|name, at| *at > now || !may_be_taken_back(name));
    }

    /// Whether a value or a date of birth is known already.
    pub(super) fn know(&self, change: &Change) -> bool {
        let value = matches!(change, Change::Value(key, _) if self.values.contains_key(key));
        value || matches!(change, Change::Born(_)) && self.born_on.is_some()
    }

    /// Told twice, or late, a state holds from its earliest begin.
    fn begins(&mut self, name: &str, at: i64) {
        let known = self.states.entry(name.to_owned()).or_default();
        let same = known.iter_mut().find(|Held(from, until)| match until {
            Some(until) if from == until => at <= *from,
            Some(until) => (*from..*until).contains(&at),
            None => true,
        });
        match same {
            Some(held) => held.0 = held.0.min(at),
            None => known.push(Held(at, None)),
        }
        known.sort_unstable();
    }

    /// An end without a begin is an end all the same.
    fn ends(&mut self, name: &str, at: i64) {
        let known = self.states.entry(name.to_owned()).or_default();
        let told = known.iter().any(|held| held.1 == Some(at));
        let mut lasting = known.iter_mut();
        let lasts = lasting.find(|Held(from, until)| until.is_none() && *from <= at);
        match lasts {
            Some(held) => held.1 = Some(at),
            None if told => {}
            None => known.push(Held(at, Some(at))),
        }
        known.sort_unstable();
    }

    /// The states that last.
    pub(super) fn lasting(&self) -> impl Iterator<Item = &str> {
        let lasting = self
            .states
            .iter()
            .filter(|(_, known)| known.iter().any(|held| held.1.is_none()));
        lasting.map(|(name, _)| name.as_str())
    }

    /// Whether a legal hold lasts whose end is not known.
    pub(super) fn is_held(&self) -> bool {
        self.holds.values().any(Option::is_none)
    }

    /// Whether there is, or was, a legal hold for this reason.
    pub(super) fn knows_hold(&self, reason: &str) -> bool {
        self.holds.contains_key(reason)
    }

    /// The same without what keeps it beyond its time for claims alone.
    pub(super) fn without_holds(&self) -> Self {
        Self {
            holds: BTreeMap::new(),
            ..self.clone()
        }
    }

    fn notices(&self) -> Notices {
        let told = |notice: Notice| self.events.get(notice.name()).copied().and_then(instant);
        Notices {
            warned: told(Notice::Warned),
            asked: told(Notice::Asked),
        }
    }

    /// What people were told was about an end that has moved: the new one needs its own.
    pub(super) fn forget_notices(&mut self) {
        for notice in [Notice::Warned, Notice::Asked] {
            self.events.remove(notice.name());
        }
    }

    /// The record was collected by the time it was stored.
    pub(super) fn collected_by(&mut self, stored_at: Timestamp) {
        if let Some(at) = self.events.get_mut(Event::COLLECTION.name()) {
            *at = (*at).min(stored_at.as_millisecond());
        }
    }

    /// What decides on a clock with these facts, after so many waits before its end have begun; `anchors`
    /// are these facts as its phrases count from them.
    pub(super) fn candidate<'a>(&'a self, anchors: &'a Anchors, begun: i64) -> Candidate<'a> {
        Candidate {
            anchors,
            restricted: false,
            reduced: self.reduced,
            notices: self.notices(),
            begun: usize::try_from(begun).unwrap_or(0),
            taken: &self.taken,
        }
    }

    /// The facts as the phrases of this collection count from them.
    pub(super) fn anchors(&self, rule: &CollectionRule) -> Anchors {
        let since = |ms: &i64| instant(self.renewed_at.map_or(*ms, |renewed| renewed.max(*ms)));
        let events = self.events.iter();
        let states = self.states.iter();
        let records = rule.uses.records.iter();
        Anchors {
            events: events
                .filter_map(|(name, at)| Some((Event::new(name)?, since(at)?)))
                .collect(),
            states: states
                .filter_map(|(name, known)| {
                    let held = known.iter().filter_map(|Held(from, until)| {
                        Some(Interval {
                            from: instant(*from)?,
                            until: until.as_ref().and_then(since),
                        })
                    });
                    Some((State::new(name)?, held.collect()))
                })
                .collect(),
            records: records
                .filter_map(|(name, full)| Some((name.clone(), since(self.records.get(full)?)?)))
                .collect(),
            born_on: self.born_on,
            values: self.values.clone(),
            chosen: self.length,
            agreed_until: self.agreed_until.and_then(instant),
            extended_by: self.extended.as_ref().map(|(period, _)| *period),
            holds: self
                .holds
                .iter()
                .map(|(reason, until)| Hold {
                    reason: reason.clone(),
                    until: until.and_then(instant),
                })
                .collect(),
        }
    }
}

fn instant(ms: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(ms).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(changes: &[(bool, i64)]) -> Vec<Held> {
        let mut facts = Facts::default();
        for (begins, at) in changes {
            if *begins {
                facts.begins("away", *at);
            } else {
                facts.ends("away", *at);
            }
        }
        facts.states.remove("away").unwrap()
    }

    #[test]
    fn a_state_is_the_same_in_whatever_order_it_is_told() {
        /// When it was told to begin or end, and when it held then.
        type Case = (&'static [(bool, i64)], &'static [Held]);
        let table: &[Case] = &[
            (&[(true, 3), (true, 5)], &[Held(3, None)]),
            (&[(true, 5), (true, 3)], &[Held(3, None)]),
            (&[(true, 3), (false, 5)], &[Held(3, Some(5))]),
            (&[(false, 5), (true, 3)], &[Held(3, Some(5))]),
            (&[(true, 3), (false, 5), (false, 5)], &[Held(3, Some(5))]),
            (&[(true, 3), (false, 5), (true, 4)], &[Held(3, Some(5))]),
            (
                &[(true, 3), (false, 5), (true, 7)],
                &[Held(3, Some(5)), Held(7, None)],
            ),
            (&[(false, 5)], &[Held(5, Some(5))]),
            (&[(false, 5), (true, 7)], &[Held(5, Some(5)), Held(7, None)]),
        ];
        for (changes, want) in table {
            assert_eq!(told(changes), *want, "{changes:?}");
        }
    }

    #[test]
    fn facts_read_back() {
        let mut facts = Facts::default();
        let at: Timestamp = "2026-04-01T08:00:00Z".parse().unwrap();
        let month: Period = "1 month".parse().unwrap();
        for change in [
            Change::Event("issued".to_owned(), at),
            Change::Begins("away".to_owned(), at),
            Change::RecordEnded("a.block".to_owned(), at),
            Change::Born(Some("2008-02-29".parse().unwrap())),
            Change::Value(Key::Outcome, Some("hired".to_owned())),
            Change::Length(Some(month)),
            Change::Agreed(Some(at)),
            Change::Extended(Some((month, "case 7".to_owned()))),
            Change::Held("case 7".to_owned(), None),
        ] {
            facts.apply(&change);
        }
        assert_eq!(Facts::parse(&facts.stored()), facts);
    }
}
