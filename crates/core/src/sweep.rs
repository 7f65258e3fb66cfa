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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::retention::Event;
    use crate::rulebook::Rulebook;
    use crate::testing::rules;

    fn at(instant: &str) -> Timestamp {
        instant.parse().unwrap()
    }

    fn anchors(events: &[(Event, &str)]) -> Anchors {
        let events = events
            .iter()
            .map(|(event, instant)| (event.clone(), at(instant)));
        Anchors {
            events: events.collect::<BTreeMap<_, _>>(),
            ..Anchors::default()
        }
    }

    fn decided(
        book: &Rulebook,
        name: &str,
        anchors: &Anchors,
        now: Timestamp,
        reduced: bool,
    ) -> Verb {
        let candidate = Candidate {
            anchors,
            restricted: false,
            reduced,
            hidden: false,
        };
        decide(&book.collections[name], &book.calendar, &candidate, now)
    }

    #[test]
    fn p3_7_4_due_is_the_instant_itself_and_not_a_millisecond_before() {
        let book = rules(&[]);
        let facts = anchors(&[(Event::COLLECTION, "2026-04-01T08:00:00Z")]);
        let due = at("2026-07-01T22:00:00Z");
        let table = [
            ("2026-07-01T21:59:59.999Z", Verb::Later { due: Some(due) }),
            ("2026-07-01T22:00:00Z", Verb::Erase),
            ("2026-07-01T22:00:00.001Z", Verb::Erase),
        ];
        for (now, want) in table {
            let found = decided(&book, "website-chat.conversation", &facts, at(now), false);
            assert_eq!(found, want, "{now}");
        }
    }

    #[test]
    fn p5_4_what_is_restricted_waits() {
        let book = rules(&[]);
        let facts = anchors(&[(Event::COLLECTION, "2026-04-01T08:00:00Z")]);
        let candidate = Candidate {
            anchors: &facts,
            restricted: true,
            reduced: false,
            hidden: false,
        };
        let rule = &book.collections["website-chat.conversation"];
        let found = decide(rule, &book.calendar, &candidate, at("2040-01-01T00:00:00Z"));
        assert_eq!(found, Verb::Wait);
    }

    #[test]
    fn p3_5_2_a_held_record_is_reduced_and_ends_with_the_duty() {
        let book = rules(&[]);
        let issued = Event::new("issued").unwrap();
        let active = (Event::LAST_ACTIVITY, "2026-04-01T08:00:00Z");
        let known = anchors(&[active.clone(), (issued, "2026-03-14T11:00:00Z")]);
        let name = "customers.invoice";
        let until = at("2031-12-31T23:00:00Z");
        let reduce = decided(&book, name, &known, at("2029-04-01T22:00:00Z"), false);
        assert!(
            matches!(&reduce, Verb::Reduce { until: Some(end), .. } if *end == until),
            "{reduce:?}"
        );
        let before = decided(&book, name, &known, at("2031-12-31T22:59:59.999Z"), true);
        assert_eq!(before, Verb::Later { due: Some(until) });
        assert_eq!(decided(&book, name, &known, until, true), Verb::Erase);
        let unknown = anchors(&[active]);
        let waits = decided(&book, name, &unknown, at("2040-01-01T00:00:00Z"), true);
        assert_eq!(waits, Verb::Later { due: None });
        let rule = &book.collections[name];
        assert_eq!(held_until(rule, &book.calendar, &known), Some(until));
        assert_eq!(held_until(rule, &book.calendar, &unknown), None);
    }

    #[test]
    fn p3_7_2_the_end_is_what_was_decided_and_erasure_where_nothing_was() {
        let file = "activities/improvement.toml";
        let facts = anchors(&[(Event::COLLECTION, "2026-04-01T08:00:00Z")]);
        let now = at("2030-01-01T00:00:00Z");
        let found = decided(&rules(&[]), "improvement.usage", &facts, now, false);
        let statistic = "usage_statistics".to_owned();
        assert_eq!(found, Verb::Anonymise { statistic });
        let decision = (
            "decisions.toml",
            "\"activities.improvement.collections.usage.then\" = \"anonymise into usage_statistics\"",
            "",
        );
        let open = rules(&[decision]);
        assert_eq!(
            decided(&open, "improvement.usage", &facts, now, false),
            Verb::Erase,
            "{file}"
        );
    }

    proptest! {
        #[test]
        fn i2_what_a_sweep_leaves_it_leaves_again(days in 0_i64..4_000, reduced in any::<bool>()) {
            // Read once: a statement takes long to load.
            static BOOK: std::sync::LazyLock<Rulebook> = std::sync::LazyLock::new(|| rules(&[]));
            let book = &*BOOK;
            let facts = anchors(&[
                (Event::LAST_ACTIVITY, "2026-04-01T08:00:00Z"),
                (Event::new("issued").unwrap(), "2026-03-14T11:00:00Z"),
            ]);
            let now = at("2026-04-01T08:00:00Z") + jiff::SignedDuration::from_hours(24 * days);
            let first = decided(book, "customers.invoice", &facts, now, reduced);
            if let Verb::Reduce { until, .. } = first {
                let again = decided(book, "customers.invoice", &facts, now, true);
                prop_assert_eq!(again, Verb::Later { due: until });
            } else if let Verb::Later { due } = first {
                prop_assert!(due.is_none_or(|due| due > now));
            }
        }
    }
}
