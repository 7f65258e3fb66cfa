//! What happens to a record whose time has come.
//!
//! Decided once, stored, then carried out: a plan leaves nothing to choose.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::retention::{Anchors, Calendar, Due, EndAction, due, stages};
use crate::rulebook::CollectionRule;

/// What to do with a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verb")]
pub enum Verb {
    /// Erase it.
    Erase,
    /// Count it in a statistic, then erase it.
    Anonymise {
        /// The statistic's name in the collection.
        statistic: String,
    },
    /// Keep only the fields that a law asks for, for that purpose only.
    Reduce {
        /// The fields that stay.
        fields: Vec<String>,
        /// The law.
        law: String,
        /// The only purpose left.
        only_for: String,
        /// Until when, exclusive; `None` while that is not known.
        until: Option<Timestamp>,
    },
    /// Take it out of use; it is erased later.
    Hide {
        /// When the next step is due.
        until: Timestamp,
    },
    /// Leave it; its time comes later than was thought.
    Later {
        /// When, exclusive; `None` while that is not known.
        due: Option<Timestamp>,
    },
    /// Leave it while processing is restricted (GDPR Article 18(2)).
    Wait,
}

/// A record, or all records on one clock, whose stored instant has passed.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// The facts its period counts from.
    pub anchors: &'a Anchors,
    /// Whether processing of the person's data is restricted here or everywhere.
    pub restricted: bool,
    /// Whether it was reduced to what a law asks for.
    pub reduced: bool,
    /// Whether it was taken out of use already.
    pub hidden: bool,
}

/// Decides what is done with a candidate at `now`.
///
/// The period is worked out again from the facts: an instant stored before the facts changed does
/// not erase. At the instant itself a record is due; a moment before, it is not.
///
/// # Source
///
/// GDPR Articles 5(1)(e), 17(3)(b), 18(2); recital 67.
pub fn decide(
    rule: &CollectionRule,
    calendar: &Calendar,
    candidate: &Candidate<'_>,
    now: Timestamp,
) -> Verb {
    if candidate.restricted {
        return Verb::Wait;
    }
    if !candidate.reduced {
        let ends = rule
            .keep
            .as_ref()
            .map(|keep| due(keep, candidate.anchors, calendar));
        let ended = match ends {
            Some(Due::At(instant)) if instant <= now => instant,
            Some(Due::At(instant)) => return Verb::Later { due: Some(instant) },
            Some(Due::Waiting(_) | Due::Never(_)) | None => return Verb::Later { due: None },
        };
        let last =
            stages(&rule.then, ended, calendar).and_then(|stages| stages.last().map(|s| s.at));
        match last {
            Some(last) if now < last && candidate.hidden => return Verb::Later { due: Some(last) },
            Some(last) if now < last => return Verb::Hide { until: last },
            Some(_) | None => {}
        }
    }
    match held(rule, calendar, candidate.anchors, now) {
        Some(reduce) if !candidate.reduced => reduce,
        Some(Verb::Reduce { until, .. }) => Verb::Later { due: until },
        Some(_) | None => end(rule),
    }
}

/// Until when laws hold a record that was reduced, exclusive; `None` while that is not known.
pub fn held_until(
    rule: &CollectionRule,
    calendar: &Calendar,
    anchors: &Anchors,
) -> Option<Timestamp> {
    match held(rule, calendar, anchors, Timestamp::MIN) {
        Some(Verb::Reduce { until, .. }) => until,
        // No duty is declared any more.
        Some(
            Verb::Erase
            | Verb::Anonymise { .. }
            | Verb::Hide { .. }
            | Verb::Later { .. }
            | Verb::Wait,
        )
        | None => Some(Timestamp::MIN),
    }
}

/// The duty that lasts longest, where one lasts beyond `now`: which fields stay, and until when.
pub fn held(
    rule: &CollectionRule,
    calendar: &Calendar,
    anchors: &Anchors,
    now: Timestamp,
) -> Option<Verb> {
    let lasting = rule.holds.iter().filter_map(|hold| {
        let until = match due(&hold.keep, anchors, calendar) {
            Due::At(instant) if instant <= now => return None,
            Due::At(instant) => Some(instant),
            Due::Waiting(_) | Due::Never(_) => None,
        };
        Some((until, hold))
    });
    // An end that is not known yet outlasts every known one.
    let longest = lasting.max_by_key(|(until, _)| until.unwrap_or(Timestamp::MAX));
    longest.map(|(until, hold)| Verb::Reduce {
        fields: hold.fields.clone(),
        law: hold.law.clone(),
        only_for: hold.only_for.clone(),
        until,
    })
}

fn end(rule: &CollectionRule) -> Verb {
    match &rule.then.end {
        EndAction::Anonymise(statistic) => Verb::Anonymise {
            statistic: statistic.name().to_owned(),
        },
        // Undecided between the two, erasure is the safe end.
        EndAction::Erase | EndAction::EraseOrAnonymise(_) => Verb::Erase,
    }
}
