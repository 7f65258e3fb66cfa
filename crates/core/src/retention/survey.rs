//! What a phrase talks about: its names, its longest period, its hedges, and whose clocks it
//! counts from. For the linter, the board, cross references and the store's choice of clocks.

use std::collections::BTreeSet;

use super::names::{Event, RecordName, State, Statistic};
use super::period::Period;
use super::phrase::{Case, Condition, Hedge, Keep, Moment};
use super::then::{EndAction, Then};

/// Whose events and states move the end of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The record's own only.
    Record,
    /// The person's only: what happens there moves all records of the person.
    Subject,
    /// Those of the record and of the person.
    Both,
}

impl Keep {
    /// Every moment in the phrase, the outer before the inner.
    pub fn moments(&self) -> Vec<&Moment> {
        let mut found = Vec::new();
        let mut open: Vec<&Moment> = self.cases().flat_map(Case::moments).collect();
        open.reverse();
        while let Some(moment) = open.pop() {
            found.push(moment);
            open.extend(moment.members().iter().rev());
        }
        found
    }

    fn named<'a, T: Ord>(&'a self, name: fn(&'a Moment) -> Option<&'a T>) -> BTreeSet<&'a T> {
        self.moments().into_iter().filter_map(name).collect()
    }

    /// The events it counts from, built in or declared.
    pub fn events(&self) -> BTreeSet<&Event> {
        self.named(|moment| {
            if let Moment::Event(event) = moment {
                Some(event)
            } else {
                None
            }
        })
    }

    /// The states it depends on: all are declared by a collection or its activity.
    pub fn states(&self) -> BTreeSet<&State> {
        let mut states = self.named(|moment| {
            if let Moment::StateEnd(state) = moment {
                Some(state)
            } else {
                None
            }
        });
        for case in self.cases() {
            states.extend(&case.clauses.paused_while);
            states.extend(&case.clauses.held_while);
            states.extend(
                case.guard
                    .conditions
                    .iter()
                    .filter_map(|condition| match condition {
                        Condition::State { state, .. } => Some(state),
                        Condition::Value { .. } => None,
                    }),
            );
        }
        states
    }

    /// The other collections whose records' ends it counts from.
    pub fn records(&self) -> BTreeSet<&RecordName> {
        self.named(|moment| {
            if let Moment::RecordEnd(name) = moment {
                Some(name)
            } else {
                None
            }
        })
    }

    /// The titles of the documents it leaves the period to.
    pub fn documents(&self) -> BTreeSet<&String> {
        self.named(|moment| {
            if let Moment::Document(title) = moment {
                Some(title)
            } else {
                None
            }
        })
    }

    /// The first word in it that weakens the promise.
    pub fn hedge(&self) -> Option<Hedge> {
        self.moments().into_iter().find_map(|moment| {
            if let Moment::Hedged(hedge, _) = moment {
                Some(*hedge)
            } else {
                None
            }
        })
    }

    /// Whether some record may be kept for ever: no end is named, or another document names it.
    pub fn is_uncapped(&self) -> bool {
        self.cases()
            .any(|case| case.moments().any(Moment::is_uncapped))
    }

    /// Whether it gives a period without saying from when.
    pub fn is_unanchored(&self) -> bool {
        self.moments()
            .into_iter()
            .any(|moment| matches!(moment, Moment::For(_)))
    }

    /// The longest period in it, periods counted from one another added up; `None` where it is
    /// uncapped or names no period.
    pub fn cap(&self) -> Option<Period> {
        let periods = self
            .cases()
            .flat_map(Case::moments)
            .filter_map(Moment::longest);
        periods
            .reduce(Period::longer)
            .filter(|_| !self.is_uncapped())
    }

    /// The longest that something is kept after all that decides its end is known, where that is less
    /// than so much time: what must be done so long before the end comes too late. `None` also where
    /// the end may be known long before, as with a declared event, a birthday or a date.
    pub fn known_later_than(&self, ahead: Period) -> Option<Period> {
        let known = self.cases().filter_map(|case| case.until.known_ahead());
        let minutes = ahead.average_minutes();
        let mut short = known.filter(|period| period.average_minutes() < minutes);
        short.next()
    }

    /// Whose events and states move the end. States may be those of a person or of a record.
    pub fn scope(&self) -> Scope {
        let mut subject = !self.states().is_empty();
        let mut record = subject;
        for moment in self.moments() {
            match moment {
                Moment::Event(event) if event.is_of_subject() => subject = true,
                Moment::Birthday(_) => subject = true,
                Moment::Event(_) | Moment::RecordEnd(_) | Moment::For(_) | Moment::Last(_) => {
                    record = true;
                }
                Moment::StateEnd(_)
                | Moment::EndOf(..)
                | Moment::Date(_)
                | Moment::After(..)
                | Moment::Earlier(_)
                | Moment::Later(_)
                | Moment::Open(_)
                | Moment::Document(_)
                | Moment::Hedged(..) => {}
            }
        }
        match (subject, record) {
            (true, true) => Scope::Both,
            (true, false) => Scope::Subject,
            (false, _) => Scope::Record,
        }
    }
}

impl Case {
    /// How many records of the kind are kept, where it says `last`: the fewest.
    pub(super) fn last(&self) -> Option<u16> {
        let mut open: Vec<&Moment> = self.moments().collect();
        let mut fewest = None;
        while let Some(moment) = open.pop() {
            open.extend(moment.members());
            if let Moment::Last(count) = moment {
                fewest = Some(fewest.map_or(*count, |known: u16| known.min(*count)));
            }
        }
        fewest
    }

    fn moments(&self) -> impl Iterator<Item = &Moment> {
        let least = self.clauses.at_least.iter().map(|least| &least.until);
        std::iter::once(&self.until).chain(least)
    }
}

impl Moment {
    /// The moments that this one is made of.
    pub fn members(&self) -> &[Moment] {
        match self {
            Moment::EndOf(_, moment) | Moment::After(_, moment) | Moment::Hedged(_, moment) => {
                std::slice::from_ref(moment)
            }
            Moment::Earlier(moments) | Moment::Later(moments) => moments,
            Moment::Event(_)
            | Moment::StateEnd(_)
            | Moment::RecordEnd(_)
            | Moment::Birthday(_)
            | Moment::Date(_)
            | Moment::For(_)
            | Moment::Last(_)
            | Moment::Open(_)
            | Moment::Document(_) => &[],
        }
    }

    /// Whether it never comes.
    fn is_uncapped(&self) -> bool {
        match self {
            Moment::Open(_) | Moment::Document(_) => true,
            Moment::Earlier(moments) => moments.iter().all(Moment::is_uncapped),
            Moment::Later(_) | Moment::EndOf(..) | Moment::After(..) | Moment::Hedged(..) => {
                self.members().iter().any(Moment::is_uncapped)
            }
            Moment::Event(_)
            | Moment::StateEnd(_)
            | Moment::RecordEnd(_)
            | Moment::Birthday(_)
            | Moment::Date(_)
            | Moment::For(_)
            | Moment::Last(_) => false,
        }
    }

    /// How long before it comes it is known; `None` where nothing says.
    fn known_ahead(&self) -> Option<Period> {
        match self {
            Moment::For(length) => Some(length.longest()),
            Moment::After(length, anchor) => {
                let built_in = matches!(&**anchor, Moment::Event(event) if event.is_built_in());
                let before = if built_in {
                    Period::default()
                } else {
                    anchor.known_ahead()?
                };
                before.plus(length.longest())
            }
            Moment::Hedged(_, inner) => inner.known_ahead(),
            Moment::Earlier(members) => {
                let mut bounds = members.iter().filter(|one| one.is_from_collection());
                bounds.find_map(Moment::known_ahead)
            }
            Moment::Later(_)
            | Moment::EndOf(..)
            | Moment::Event(_)
            | Moment::StateEnd(_)
            | Moment::RecordEnd(_)
            | Moment::Birthday(_)
            | Moment::Date(_)
            | Moment::Last(_)
            | Moment::Open(_)
            | Moment::Document(_) => None,
        }
    }

    /// Whether every record comes to it in a time that is known when it is collected.
    fn is_from_collection(&self) -> bool {
        let from = |anchor: &Moment| *anchor == Moment::Event(Event::COLLECTION);
        match self.members() {
            [inner] if matches!(self, Moment::Hedged(..)) => inner.is_from_collection(),
            _ => {
                matches!(self, Moment::For(_))
                    || matches!(self, Moment::After(_, anchor) if from(anchor))
            }
        }
    }

    fn longest(&self) -> Option<Period> {
        let inner = self
            .members()
            .iter()
            .filter_map(Moment::longest)
            .reduce(Period::longer);
        match self {
            Moment::For(length) => Some(length.longest()),
            Moment::After(length, _) => {
                let own = length.longest();
                Some(inner.and_then(|inner| own.plus(inner)).unwrap_or(own))
            }
            Moment::EndOf(..)
            | Moment::Hedged(..)
            | Moment::Earlier(_)
            | Moment::Later(_)
            | Moment::Event(_)
            | Moment::StateEnd(_)
            | Moment::RecordEnd(_)
            | Moment::Birthday(_)
            | Moment::Date(_)
            | Moment::Last(_)
            | Moment::Open(_)
            | Moment::Document(_) => inner,
        }
    }
}

impl Then {
    /// The statistic that records are anonymised into.
    pub fn statistic(&self) -> Option<&Statistic> {
        match &self.end {
            EndAction::Erase => None,
            EndAction::Anonymise(statistic) | EndAction::EraseOrAnonymise(statistic) => {
                Some(statistic)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(phrase: &str) -> Keep {
        phrase.parse().unwrap()
    }

    #[test]
    fn names_are_found_wherever_they_stand() {
        let keep = keep(
            "earlier of (issued, 2 years after end of month of paid) if vip; otherwise later of \
             (end of sales.order, while subscribed, according to \"plan\"), paused while away, held \
             while disputed, at least 1 year after last activity",
        );
        let names = |names: BTreeSet<&Event>| names.iter().map(ToString::to_string).collect();
        let events: Vec<String> = names(keep.events());
        assert_eq!(events, ["issued", "last activity", "paid"]);
        let states: Vec<&str> = keep.states().iter().map(|state| state.name()).collect();
        assert_eq!(states, ["away", "disputed", "subscribed", "vip"]);
        let records: Vec<&str> = keep.records().iter().map(|record| record.name()).collect();
        assert_eq!(records, ["sales.order"]);
        assert_eq!(keep.documents().into_iter().collect::<Vec<_>>(), ["plan"]);
    }

    #[test]
    fn caps() {
        let table = [
            ("3 years after last activity", Some("3 years")),
            (
                "18 months after collection if a; otherwise 1 year after collection",
                Some("18 months"),
            ),
            (
                "6 months after 1 year after collection",
                Some("1 year and 6 months"),
            ),
            ("5 to 20 years after closed", Some("20 years")),
            (
                "earlier of (withdrawal, 1 year after last activity)",
                Some("1 year"),
            ),
            ("usually 3 years", Some("3 years")),
            (
                "1 year after collection, at least 5 years after issued",
                Some("5 years"),
            ),
            ("until withdrawal", None),
            ("as long as necessary", None),
            (
                "earlier of (as long as necessary, 3 years after last activity)",
                Some("3 years"),
            ),
            (
                "later of (as long as necessary, 3 years after last activity)",
                None,
            ),
            (
                "3 years after collection if a; otherwise indefinitely",
                None,
            ),
            ("earlier of (according to 'plan', indefinitely)", None),
        ];
        for (phrase, cap) in table {
            let found = keep(phrase).cap().map(|period| period.to_string());
            assert_eq!(found.as_deref(), cap, "{phrase}");
        }
    }

    #[test]
    fn what_is_known_too_late_to_be_told_before() {
        let table = [
            ("72 hours after collection", "14 days", Some("72 hours")),
            ("14 days after collection", "14 days", None),
            ("1 year after last activity", "14 days", None),
            ("3 days", "14 days", Some("3 days")),
            ("usually 3 days after withdrawal", "1 week", Some("3 days")),
            (
                "earlier of (withdrawal, 3 days after collection)",
                "1 week",
                Some("3 days"),
            ),
            (
                "earlier of (withdrawal, 1 year after collection)",
                "1 week",
                None,
            ),
            ("1 year; otherwise 3 days", "1 week", Some("3 days")),
            ("3 days after application_deadline", "1 week", None),
            ("until birthday 18", "1 week", None),
            ("3 days after end of month of collection", "1 week", None),
        ];
        for (phrase, ahead, known) in table {
            let phrase = phrase.replace("1 year;", "1 year after collection if vip;");
            let found = keep(&phrase).known_later_than(ahead.parse().unwrap());
            assert_eq!(found.map(|p| p.to_string()).as_deref(), known, "{phrase}");
        }
    }

    #[test]
    fn what_the_linter_asks() {
        assert!(keep("as long as necessary").is_uncapped());
        assert!(keep("1 year if a; otherwise according to 'plan'").is_uncapped());
        assert!(!keep("earlier of (according to 'plan', withdrawal)").is_uncapped());
        assert_eq!(
            keep("earlier of (a, usually 1 year)").hedge(),
            Some(Hedge::Usually)
        );
        assert_eq!(keep("1 year").hedge(), None);
        assert!(keep("earlier of (withdrawal, 3 months)").is_unanchored());
        assert!(!keep("3 months after collection").is_unanchored());
    }

    #[test]
    fn scopes() {
        let table = [
            ("1 year after last activity", Scope::Subject),
            ("until birthday 18", Scope::Subject),
            (
                "earlier of (withdrawal, 2 years after consent)",
                Scope::Subject,
            ),
            ("3 months", Scope::Record),
            ("3 years after last correspondence", Scope::Record),
            ("last 500", Scope::Record),
            ("1 year after end of block", Scope::Record),
            ("indefinitely", Scope::Record),
            (
                "earlier of (objection, 3 months after collection)",
                Scope::Both,
            ),
            (
                "1 year after last activity, at least 5 years after issued",
                Scope::Both,
            ),
            ("while subscribed", Scope::Both),
            (
                "1 year after last activity, paused while subscribed",
                Scope::Both,
            ),
        ];
        for (phrase, scope) in table {
            assert_eq!(keep(phrase).scope(), scope, "{phrase}");
        }
    }
}
