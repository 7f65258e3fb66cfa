//! Events that clocks count from: told, stored, and turned into due instants.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use ombud_core::evidence::Fact;
use ombud_core::intake;
use ombud_core::retention::{Anchors, Due, Event, Interval, State, due};
use ombud_core::rulebook::{CollectionRule, Rulebook};
use ombud_core::sweep::held_until;
use ombud_store::{Clock, ClockId, ClockKey, ClockState, RecordId, SubjectId, Tx};
use serde::{Deserialize, Serialize};

use super::subject::SubjectRef;
use super::{FlowError, Ombud};

/// The facts of a clock as they are stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Facts {
    /// Events by name, in Unix milliseconds; the latest time of each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) events: BTreeMap<String, i64>,
    /// States by name: since when they hold, in Unix milliseconds.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) states: BTreeMap<String, i64>,
    /// The person's date of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) born_on: Option<Date>,
    /// Until when the person agreed to the keeping, exclusive, in Unix milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) agreed_until: Option<i64>,
    /// Whether the records were reduced to what a law asks for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) reduced: bool,
}

impl Facts {
    pub(super) fn parse(json: &str) -> Self {
        // Written by this module alone; what cannot be read counts as nothing known, which keeps.
        serde_json::from_str(json).unwrap_or_default()
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn set(&mut self, name: &str, at: Timestamp, is_state: bool) {
        let slot = if is_state {
            &mut self.states
        } else {
            &mut self.events
        };
        let at = at.as_millisecond();
        let latest = slot.get(name).map_or(at, |known| at.max(*known));
        slot.insert(name.to_owned(), latest);
    }

    pub(super) fn anchors(&self) -> Anchors {
        let instant = |ms: i64| Timestamp::from_millisecond(ms).ok();
        let events = self.events.iter();
        let states = self.states.iter();
        Anchors {
            events: events
                .filter_map(|(n, at)| Some((Event::new(n)?, instant(*at)?)))
                .collect(),
            states: states
                .filter_map(|(name, from)| {
                    let interval = Interval {
                        from: instant(*from)?,
                        until: None,
                    };
                    Some((State::new(name)?, vec![interval]))
                })
                .collect(),
            born_on: self.born_on,
            agreed_until: self.agreed_until.and_then(instant),
            ..Anchors::default()
        }
    }
}

/// When a sweep must look at the clock again; none while that waits or for ever.
pub(super) fn due_at(book: &Rulebook, rule: &CollectionRule, facts: &Facts) -> Option<Timestamp> {
    if facts.reduced {
        return held_until(rule, &book.calendar, &facts.anchors());
    }
    ends_at(book, rule, facts)
}

/// Until when the rule keeps, whatever a law holds beyond; none while it waits or for ever.
pub(super) fn ends_at(book: &Rulebook, rule: &CollectionRule, facts: &Facts) -> Option<Timestamp> {
    let keep = rule.keep.as_ref()?;
    match due(keep, &facts.anchors(), &book.calendar) {
        Due::At(instant) => Some(instant),
        Due::Waiting(_) | Due::Never(_) => None,
    }
}

/// Which clock a record of this rule hangs on.
pub(super) fn clock_of(rule: &CollectionRule, record: RecordId) -> ClockId {
    if rule.shared_clock {
        ClockId::SHARED
    } else {
        ClockId::of_record(record)
    }
}

/// Changes the facts of a clock and works out its due instant anew; makes the clock when it is new.
pub(super) fn change(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    rule: &CollectionRule,
    key: &ClockKey,
    edit: impl FnOnce(&mut Facts),
) -> Result<Clock, FlowError> {
    let known = tx.clock(key)?;
    change_known(tx, book, rule, (key, known.as_ref()), edit)
}

/// The same for a clock that has been read in this transaction, after its subject was locked.
pub(super) fn change_known(
    tx: &mut Tx<'_>,
    book: &Rulebook,
    rule: &CollectionRule,
    (key, known): (&ClockKey, Option<&Clock>),
    edit: impl FnOnce(&mut Facts),
) -> Result<Clock, FlowError> {
    let mut facts = known
        .map(|clock| Facts::parse(&clock.anchors))
        .unwrap_or_default();
    edit(&mut facts);
    let clock = Clock {
        key: key.clone(),
        anchors: facts.text(),
        due_at: due_at(book, rule, &facts),
        stage: known.map_or(0, |clock| clock.stage),
        state: known.map_or(ClockState::Live, |clock| clock.state),
    };
    tx.save_clock(&clock)?;
    Ok(clock)
}

/// What an event is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// All records of a person in a collection.
    Collection(SubjectRef, String),
    /// One record.
    Record(RecordId),
}

impl Ombud {
    /// Records that an event happened, and returns how many clocks now count from it.
    ///
    /// An event told twice keeps its latest time. A state of the activity, such as `shortlisted`,
    /// also opens the bases that apply in it.
    ///
    /// # Errors
    ///
    /// [`FlowError::Intake`] for a collection or event that is not declared, [`FlowError::NotFound`]
    /// for a person or record that is not known.
    pub async fn set_anchor(
        &self,
        target: &Target,
        anchor: &str,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<u64, FlowError> {
        let (subject, name, record) = self.target(target).await?;
        let rule = intake::collection(&self.book, &name).map_err(|r| FlowError::Intake(vec![r]))?;
        let told = BTreeMap::from([(anchor.to_owned(), at)]);
        intake::anchors(&self.book, rule, &told, now).map_err(FlowError::Intake)?;
        let (book, anchor) = (self.book.clone(), anchor.to_owned());
        let bucket = self.store.bucket_of(subject);
        let write = self
            .store
            .write::<_, FlowError, _>("anchor.set", bucket, move |tx| {
                tx.lock_subject(subject)?;
                let Some(rule) = book.collections.get(&name) else {
                    return Ok(0);
                };
                let is_state = rule.is_state(&book, &anchor);
                let mut changed = 0;
                for clock in tx.clocks_of(subject)? {
                    let this = record.is_none_or(|record| {
                        clock.key.clock == ClockId::SHARED
                            || clock.key.clock == ClockId::of_record(record)
                    });
                    if clock.key.collection == name && this {
                        let known = (&clock.key, Some(&clock));
                        change_known(tx, &book, rule, known, |facts| {
                            facts.set(&anchor, at, is_state);
                        })?;
                        changed += 1;
                    }
                }
                let fact = Fact::AnchorSet {
                    subject: tx.pseudonym(subject)?,
                    collection: name.clone(),
                    anchor: anchor.clone(),
                    anchored_at: at,
                    clocks: changed,
                };
                tx.append_evidence(now, fact)?;
                Ok(changed)
            });
        write.await
    }

    async fn target(
        &self,
        target: &Target,
    ) -> Result<(SubjectId, String, Option<RecordId>), FlowError> {
        match target {
            Target::Collection(who, name) => {
                let subject = self.look_up(who).await?.subject;
                Ok((
                    subject.ok_or(FlowError::NotFound("subject"))?,
                    name.clone(),
                    None,
                ))
            }
            Target::Record(id) => {
                let record = self
                    .record(*id)
                    .await?
                    .ok_or(FlowError::NotFound("record"))?;
                Ok((record.subject, record.collection, Some(*id)))
            }
        }
    }
}
