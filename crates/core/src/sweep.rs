//! What happens to a record whose time has come.
//!
//! Decided once, stored, then carried out: a plan leaves nothing to choose.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use serde_json::{Map, Value};

use crate::retention::{
    Anchors, Calendar, Due, EndAction, Keep, Next, Notice, Notices, Stage, Step, WaitVerb, due,
    next,
};
use crate::rulebook::CollectionRule;
use crate::statement::model::{Collection, Hold, Leaves, OneOrMany};

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
    /// Keep only the fields that laws ask for, for their purposes only.
    Reduce {
        /// The fields that stay.
        fields: Vec<String>,
        /// The laws.
        laws: Vec<String>,
        /// The only purposes left.
        only_for: Vec<String>,
        /// When the first of the duties ends, exclusive; `None` while no end is known.
        until: Option<Timestamp>,
    },
    /// Take it out of use for a while before its end.
    Hide {
        /// How.
        wait: WaitVerb,
        /// How many waits have begun then.
        begun: usize,
    },
    /// Take out fields whose own period is over.
    Shorten {
        /// The fields.
        fields: Vec<String>,
    },
    /// Leave it: what comes next must be told to the person first, and nobody has said that it was.
    Await {
        /// What must be told.
        notice: Notice,
        /// When the next step is, if they are told in time.
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
    /// What the person was told of its end.
    pub notices: Notices,
    /// How many waits before its end have begun.
    pub begun: usize,
    /// The fields whose own period was over, and that were taken out.
    pub taken: &'a BTreeSet<String>,
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
    let verb = of_record(rule, calendar, candidate, now);
    let (Verb::Later { .. } | Verb::Await { .. }) = verb else {
        return verb;
    };
    let over = fields(rule, calendar, candidate).filter(|(_, ended)| *ended <= now);
    let over: Vec<String> = over.map(|(name, _)| name.to_owned()).collect();
    if !over.is_empty() {
        return Verb::Shorten { fields: over };
    }
    if let Verb::Later { due } = verb {
        let due = first(due, rule, calendar, candidate);
        return Verb::Later { due };
    }
    verb
}

/// The fields that are left and have a shorter period of their own, each with its end, exclusive, where
/// that is known.
fn fields<'r>(
    rule: &'r CollectionRule,
    calendar: &Calendar,
    candidate: &Candidate<'_>,
) -> impl Iterator<Item = (&'r str, Timestamp)> {
    // What a law asks to keep is kept for as long as the law says.
    let kept = rule.field_keeps.iter().filter(|_| !candidate.reduced);
    let left = kept.filter(|(name, _)| !candidate.taken.contains(*name));
    left.filter_map(
        |(name, keep)| match due(keep, candidate.anchors, calendar) {
            Due::At(ended) => Some((name.as_str(), ended)),
            Due::Waiting(_) | Due::Never(_) => None,
        },
    )
}

/// The earlier of the record's own instant and the first end of a field.
fn first(
    own: Option<Timestamp>,
    rule: &CollectionRule,
    calendar: &Calendar,
    candidate: &Candidate<'_>,
) -> Option<Timestamp> {
    let fields = fields(rule, calendar, candidate).map(|(_, ended)| ended);
    fields.chain(own).min()
}

/// What is done with the record as a whole.
fn of_record(
    rule: &CollectionRule,
    calendar: &Calendar,
    candidate: &Candidate<'_>,
    now: Timestamp,
) -> Verb {
    if !candidate.reduced {
        let ends = rule
            .keep
            .as_ref()
            .map(|keep| due(keep, candidate.anchors, calendar));
        let ended = match ends {
            Some(Due::At(instant)) => instant,
            Some(Due::Waiting(_) | Due::Never(_)) | None => return Verb::Later { due: None },
        };
        if let Some(before) = before(rule, calendar, (candidate, ended), now) {
            return before;
        }
    }
    let lasting = held(rule, calendar, candidate.anchors, now);
    let ended = lasting.len() < rule.holds.len();
    match reduce(&lasting) {
        Some(reduce) if !candidate.reduced || ended => reduce,
        Some(Verb::Reduce { until, .. }) => Verb::Later { due: until },
        Some(_) | None => end(rule),
    }
}

/// What comes before the end of a record whose period ends at an instant; `None` when nothing does any
/// more.
///
/// Of waits that have passed without a sweep, those are made up for that leave something behind: the
/// question to the person, and the names that are taken out.
fn before(
    rule: &CollectionRule,
    calendar: &Calendar,
    (candidate, ended): (&Candidate<'_>, Timestamp),
    now: Timestamp,
) -> Option<Verb> {
    let after = |begun| next(&rule.then, ended, &candidate.notices, begun, calendar);
    let mut begun = candidate.begun;
    loop {
        let wait = match after(begun) {
            Some(Next::Await { notice, from, at }) if from <= now => {
                return Some(Verb::Await { notice, until: at });
            }
            Some(Next::Step(Stage { at, .. }) | Next::Await { from: at, .. }) if now < at => {
                return Some(Verb::Later { due: Some(at) });
            }
            Some(Next::Step(Stage {
                step: Step::Wait(verb),
                ..
            })) => verb,
            Some(Next::Step(Stage {
                step: Step::Warn | Step::End(_),
                ..
            })) => return None,
            Some(Next::Await { .. }) | None => return Some(Verb::Later { due: None }),
        };
        begun = begun.saturating_add(1);
        let until = match after(begun) {
            Some(Next::Step(Stage { at, .. }) | Next::Await { at, .. }) => Some(at),
            None => None,
        };
        let leaves = matches!(wait, WaitVerb::Ask | WaitVerb::Pseudonymise);
        if leaves || until.is_none_or(|until| now < until) {
            return Some(Verb::Hide { wait, begun });
        }
    }
}

/// What the rule of a collection promises and nothing carries out yet, in words; the check tells it,
/// and the board proves nothing of such a collection.
pub fn not_carried_out(collection: &Collection) -> Vec<String> {
    let copies = collection.copies.keys();
    let copies = copies.map(|name| format!("the period of the copy `{name}`"));
    let left = collection.leaves.iter().flat_map(OneOrMany::as_slice);
    let hash = left.filter(|left| matches!(left, Leaves::Hash(_)));
    let hash = hash.map(|_| "the hash that is left".to_owned());
    let keeps = collection.keep.iter().flat_map(OneOrMany::as_slice);
    let mut cases = keeps.flat_map(Keep::cases);
    let reviewed = cases.any(|case| case.clauses.reviewed_every.is_some());
    let reviewed = reviewed.then(|| "the regular review".to_owned());
    copies.chain(hash).chain(reviewed).collect()
}

/// What a record waits for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Awaited {
    /// When its next step is due, inclusive; `None` while it waits for a fact, or for ever.
    pub at: Option<Timestamp>,
    /// What its person must be told before that step is taken, and may be told now.
    pub tell: Option<Notice>,
}

/// What a record waits for at `now`.
pub fn awaited(
    rule: &CollectionRule,
    calendar: &Calendar,
    candidate: &Candidate<'_>,
    now: Timestamp,
) -> Awaited {
    let (at, tell) = if candidate.reduced {
        (held_until(rule, calendar, candidate.anchors), None)
    } else {
        let (then, notices) = (&rule.then, &candidate.notices);
        let ends = rule.keep.as_ref();
        let ends = ends.map(|keep| due(keep, candidate.anchors, calendar));
        let next = match ends {
            Some(Due::At(ended)) => next(then, ended, notices, candidate.begun, calendar),
            Some(Due::Waiting(_) | Due::Never(_)) | None => None,
        };
        match next {
            Some(Next::Step(stage)) => (Some(stage.at), None),
            Some(Next::Await { from, .. }) if now < from => (Some(from), None),
            Some(Next::Await { notice, at, .. }) => (Some(at), Some(notice)),
            None => (None, None),
        }
    };
    Awaited {
        at: first(at, rule, calendar, candidate),
        tell,
    }
}

/// Takes out what names the person: identities, and fields of the categories that do. What must not be
/// missing has the code in its place. Free text stays as it is.
///
/// # Source
///
/// GDPR Article 4(5).
pub fn pseudonymise(rule: &CollectionRule, fields: &mut Map<String, Value>, code: &str) {
    let names = |name: &str| {
        let field = rule.declared.fields.get(name)?;
        let names = field.identity.is_some() || NAMING.contains(&field.category.as_str());
        names.then_some(field.optional)
    };
    fields.retain(|name, _| names(name) != Some(true));
    for (name, value) in fields.iter_mut() {
        if names(name).is_some() && value.is_string() {
            *value = Value::String(code.to_owned());
        }
    }
}

/// The categories of data that name a person.
const NAMING: [&str; 7] = [
    "pd:Contact",
    "pd:EmailAddress",
    "pd:Name",
    "pd:PhysicalAddress",
    "pd:TelephoneNumber",
    "pd:UID",
    "pd:Username",
];

/// When the first duty that holds a reduced record ends, exclusive; `None` while no end is known.
pub fn held_until(
    rule: &CollectionRule,
    calendar: &Calendar,
    anchors: &Anchors,
) -> Option<Timestamp> {
    let lasting = held(rule, calendar, anchors, Timestamp::MIN);
    if lasting.is_empty() {
        // No duty is declared any more.
        return Some(Timestamp::MIN);
    }
    lasting.into_iter().filter_map(|(_, until)| until).min()
}

/// The duties that last beyond `now`, each with its end, exclusive; `None` while that is not known.
pub fn held<'r>(
    rule: &'r CollectionRule,
    calendar: &Calendar,
    anchors: &Anchors,
    now: Timestamp,
) -> Vec<(&'r Hold, Option<Timestamp>)> {
    let lasting = rule.holds.iter().filter_map(|hold| {
        let until = match due(&hold.keep, anchors, calendar) {
            Due::At(instant) if instant <= now => return None,
            Due::At(instant) => Some(instant),
            Due::Waiting(_) | Due::Never(_) => None,
        };
        Some((hold, until))
    });
    lasting.collect()
}

/// What is left under these duties: each keeps its fields until it ends itself. None without a duty.
pub fn reduce(lasting: &[(&Hold, Option<Timestamp>)]) -> Option<Verb> {
    if lasting.is_empty() {
        return None;
    }
    let fields: BTreeSet<_> = lasting.iter().flat_map(|(hold, _)| &hold.fields).collect();
    let each = |of: fn(&Hold) -> &String| {
        let words: BTreeSet<_> = lasting.iter().map(|(hold, _)| of(hold)).collect();
        words.into_iter().cloned().collect()
    };
    Some(Verb::Reduce {
        fields: fields.into_iter().cloned().collect(),
        laws: each(|hold| &hold.law),
        only_for: each(|hold| &hold.only_for),
        until: lasting.iter().filter_map(|(_, until)| *until).min(),
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
            notices: Notices::default(),
            begun: 0,
            taken: &BTreeSet::new(),
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
            notices: Notices::default(),
            begun: 0,
            taken: &BTreeSet::new(),
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
    fn each_duty_keeps_its_fields_until_it_ends_itself() {
        let hold = |law: &str, field: &str, keep: &str| Hold {
            law: law.to_owned(),
            only_for: format!("{law} alone"),
            fields: vec![field.to_owned()],
            keep: keep.parse().unwrap(),
        };
        let mut rule = rules(&[]).collections["security.log"].clone();
        rule.holds = vec![
            hold("law A", "ip", "5 years after collection"),
            hold("law B", "traffic", "10 years after collection"),
        ];
        let calendar = rules(&[]).calendar;
        let facts = anchors(&[
            (Event::COLLECTION, "2026-04-01T08:00:00Z"),
            (Event::LAST_ACTIVITY, "2026-04-01T08:00:00Z"),
        ]);
        let decided = |now: &str, reduced| {
            let candidate = Candidate {
                anchors: &facts,
                restricted: false,
                reduced,
                notices: Notices::default(),
                begun: 0,
                taken: &BTreeSet::new(),
            };
            decide(&rule, &calendar, &candidate, at(now))
        };
        let left = |laws: &[&str], fields: &[&str], until: &str| Verb::Reduce {
            fields: fields.iter().map(ToString::to_string).collect(),
            laws: laws.iter().map(ToString::to_string).collect(),
            only_for: laws.iter().map(|law| format!("{law} alone")).collect(),
            until: Some(at(until)),
        };
        let (first, last) = ("2031-04-01T22:00:00Z", "2036-04-01T22:00:00Z");
        let both = left(&["law A", "law B"], &["ip", "traffic"], first);
        assert_eq!(decided("2029-04-01T22:00:00Z", false), both);
        let waits = Verb::Later {
            due: Some(at(first)),
        };
        assert_eq!(decided("2031-04-01T21:59:59.999Z", true), waits);
        assert_eq!(decided(first, true), left(&["law B"], &["traffic"], last));
        assert_eq!(decided(last, true), Verb::Erase);
        assert_eq!(held_until(&rule, &calendar, &facts), Some(at(first)));
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

    /// The bundled statement with another end for chats, which last three months.
    fn ending(then: &str) -> Rulebook {
        let file = "activities/website-chat.toml";
        rules(&[(file, "then  = \"erase\"", &format!("then  = \"{then}\""))])
    }

    /// What is done with a chat of 1 April, due on 1 July at 22:00.
    fn staged(book: &Rulebook, begun: usize, told: [&str; 2], now: &str) -> Verb {
        let facts = anchors(&[(Event::COLLECTION, "2026-04-01T08:00:00Z")]);
        let [warned, asked] = told.map(|told| told.parse().ok());
        let candidate = Candidate {
            anchors: &facts,
            restricted: false,
            reduced: false,
            notices: Notices { warned, asked },
            begun,
            taken: &BTreeSet::new(),
        };
        let rule = &book.collections["website-chat.conversation"];
        decide(rule, &book.calendar, &candidate, at(now))
    }

    fn later(due: &str) -> Verb {
        Verb::Later { due: Some(at(due)) }
    }

    #[test]
    fn i2_waits_follow_one_another_and_their_sum_ends_it() {
        let book = ending("suspend for 10 days, then hide for 20 days, then erase");
        let hide = |wait, begun| Verb::Hide { wait, begun };
        let suspended = hide(WaitVerb::Suspend, 1);
        let hidden = hide(WaitVerb::Hide, 2);
        let table = [
            (0, "2026-07-01T21:59:59.999Z", later("2026-07-01T22:00:00Z")),
            (0, "2026-07-01T22:00:00Z", suspended),
            (1, "2026-07-11T21:59:59.999Z", later("2026-07-11T22:00:00Z")),
            (1, "2026-07-11T22:00:00Z", hidden.clone()),
            (0, "2026-07-11T22:00:00Z", hidden),
            (2, "2026-07-31T21:59:59.999Z", later("2026-07-31T22:00:00Z")),
            (2, "2026-07-31T22:00:00Z", Verb::Erase),
            (0, "2026-07-31T22:00:00Z", Verb::Erase),
        ];
        for (begun, now, want) in table {
            assert_eq!(
                staged(&book, begun, ["", ""], now),
                want,
                "{begun} at {now}"
            );
        }
    }

    #[test]
    fn i2_nothing_ends_without_the_warning_that_was_promised() {
        let book = ending("warn 14 days before, then erase");
        let (warn, due) = ("2026-06-17T22:00:00Z", "2026-07-01T22:00:00Z");
        let awaits = Verb::Await {
            notice: Notice::Warned,
            until: at(due),
        };
        let table = [
            ("", "2026-06-17T21:59:59.999Z", later(warn)),
            ("", warn, awaits.clone()),
            ("", "2026-08-01T00:00:00Z", awaits),
            ("2026-06-17T10:00:00Z", warn, later(due)),
            ("2026-06-16T10:00:00Z", due, Verb::Erase),
            ("2026-06-20T10:00:00Z", due, later("2026-07-04T22:00:00Z")),
            ("2026-06-20T10:00:00Z", "2026-07-04T22:00:00Z", Verb::Erase),
        ];
        for (warned, now, want) in table {
            assert_eq!(
                staged(&book, 0, [warned, ""], now),
                want,
                "{warned} at {now}"
            );
        }
    }

    #[test]
    fn i2_nothing_ends_before_its_person_was_asked_for_as_long_as_promised() {
        let book = ending("ask for 30 days, then erase");
        let (due, end) = ("2026-07-01T22:00:00Z", "2026-07-31T22:00:00Z");
        let asks = Verb::Hide {
            wait: WaitVerb::Ask,
            begun: 1,
        };
        let awaits = Verb::Await {
            notice: Notice::Asked,
            until: at(end),
        };
        let table = [
            (0, "", due, asks.clone()),
            (0, "", "2027-01-01T00:00:00Z", asks),
            (1, "", due, awaits.clone()),
            (1, "", end, awaits),
            (1, "2026-07-01T22:00:00Z", end, Verb::Erase),
            (
                1,
                "2026-07-10T10:00:00Z",
                end,
                later("2026-08-09T22:00:00Z"),
            ),
            (
                1,
                "2026-07-10T10:00:00Z",
                "2026-08-09T22:00:00Z",
                Verb::Erase,
            ),
        ];
        for (begun, asked, now, want) in table {
            assert_eq!(
                staged(&book, begun, ["", asked], now),
                want,
                "{asked} at {now}"
            );
        }
    }

    #[test]
    fn i2_a_pseudonym_takes_the_place_of_what_names_a_person() {
        let book = rules(&[]);
        let rule = &book.collections["support.inquiry"];
        let mut fields = Map::new();
        for name in ["email", "name", "message"] {
            fields.insert(name.to_owned(), Value::String("anna".to_owned()));
        }
        pseudonymise(rule, &mut fields, "c0de");
        let left = serde_json::to_value(fields).unwrap();
        assert_eq!(
            left,
            serde_json::json!({ "email": "c0de", "message": "anna" })
        );
    }

    /// The bundled statement, with a collection that is hidden before it is erased and a field that goes
    /// before its record.
    fn book() -> &'static Rulebook {
        // Read once: a statement takes long to load.
        static BOOK: std::sync::LazyLock<Rulebook> = std::sync::LazyLock::new(|| {
            let chat = "keep      = \"3 months\"\nthen      = \"erase\"";
            let hidden = chat.replace("erase", "hide for 30 days, then erase");
            let browser = "category = \"pd:UserAgent\"";
            let brief = format!("{browser}, keep = \"1 month after collection\"");
            let file = "activities/support.toml";
            rules(&[(file, chat, &hidden), (file, browser, &brief)])
        });
        &BOOK
    }

    proptest! {
        #[test]
        fn i2_a_plan_that_is_applied_twice_changes_nothing(
            collection in any::<prop::sample::Index>(),
            told in prop::collection::vec(prop::option::of(0_i64..4_000), 12),
            (restricted, reduced, begun) in (any::<bool>(), any::<bool>(), 0_usize..2),
            days in 0_i64..4_000,
        ) {
            let rules: Vec<_> = book().collections.values().collect();
            let rule = *collection.get(&rules);
            let day = |days| at("2020-01-01T08:00:00Z") + jiff::SignedDuration::from_hours(24 * days);
            let keeps = rule.keep.iter().chain(rule.holds.iter().map(|hold| &hold.keep));
            let events = keeps.flat_map(|keep| keep.events().into_iter());
            let events = events.zip(&told).filter_map(|(event, told)| Some((event.clone(), day((*told)?))));
            let anchors = Anchors {
                events: events.collect(),
                ..Anchors::default()
            };
            let notices = Notices::default();
            let (mut reduced, mut begun, mut taken) = (reduced, begun, BTreeSet::new());
            let mut acted = 0;
            loop {
                let left = Candidate { anchors: &anchors, restricted, reduced, notices, begun, taken: &taken };
                match decide(rule, &book().calendar, &left, day(days)) {
                    // Nothing is left to be decided about.
                    Verb::Erase | Verb::Anonymise { .. } => break,
                    Verb::Reduce { .. } => reduced = true,
                    Verb::Hide { begun: now, .. } => begun = now,
                    Verb::Shorten { fields } => taken.extend(fields),
                    rest @ (Verb::Later { .. } | Verb::Await { .. } | Verb::Wait) => {
                        let at = awaited(rule, &book().calendar, &left, day(days)).at;
                        if let Verb::Later { due } = rest {
                            prop_assert!(due.is_none_or(|due| due > day(days)));
                            prop_assert_eq!(due, at, "what a sweep decides is what is stored");
                        }
                        break;
                    }
                }
                acted += 1;
                prop_assert!(acted < 4, "each step is taken once");
            }
        }
    }
}
