//! The answers about many people held in memory, so that a decision takes one look.
//!
//! A [`Population`] decides nothing of its own. When something becomes known of a person it asks
//! [`decision::may`] and keeps what it says in a cell for each activity, with
//! only the use and the time left open; a question then reads one cell. It knows neither where the
//! facts come from nor when they change: whoever loads it puts a person again after every entry and
//! record, and fills a new one for a new version of the statement.
//!
//! What memory takes to answer is nearly all that a question costs, so that the processor must be
//! able to look for several people at once: a cell lies in the cache line that holds the id, and no
//! branch depends on what it says. A line has room for twelve activities; beyond them there is
//! another table.

mod cell;

use std::collections::HashMap;
use std::fmt;

use hashbrown::HashTable;
use jiff::Timestamp;

use crate::decision::{self, Facts, Rule, Ruling, States, Use};
use crate::rulebook::Rulebook;
use crate::standing::Position;
use crate::statement::VersionId;

use self::cell::{Cell, Hour};

/// What a decision needs to know of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Where the person stands for all activities at once.
    pub all: Position,
    /// One for each activity, in the order in which the population has them. Activities that are left
    /// out are those in which nothing is known of the person.
    pub own: Vec<Own>,
}

/// What a decision needs to know of one person in one activity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Own {
    /// Where the person stands.
    pub position: Position,
    /// The states that hold.
    pub states: States,
    /// As in [`Facts::kept_until`].
    pub kept_until: Option<Timestamp>,
    /// As in [`Facts::of_age_at`].
    pub of_age_at: Option<Timestamp>,
}

/// Many people under one version of a statement.
#[derive(Clone)]
pub struct Population {
    version: VersionId,
    names: Vec<String>,
    rules: Vec<Rule>,
    /// Each for the next dozen activities; everyone is in all of them.
    tables: Vec<Table>,
    /// The ends that are not on an hour, by person and activity.
    ends: HashMap<(u128, usize), Timestamp>,
    /// What is known of people who consent and whose answer changes, or has changed, on a birthday: of
    /// them the rules themselves are asked.
    young: HashMap<(u128, usize), Facts>,
}

/// Where the answers for an activity lie in a population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    table: usize,
    cell: usize,
}

impl Place {
    fn number(self) -> usize {
        self.table * DOZEN + self.cell
    }
}

#[derive(Clone)]
struct Table {
    lines: HashTable<Line>,
    /// The answers for whoever is not known.
    stranger: Line,
    /// The answers to everyone's own requests, which nothing known of a person changes.
    own_request: Line,
}

/// The answers about a person in a dozen activities: one cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line {
    id: u128,
    cells: [Cell; DOZEN],
}

const DOZEN: usize = 12;

impl Population {
    /// Nobody yet, with room for `people`, under the rules of `book`.
    pub fn new(book: &Rulebook, people: usize) -> Self {
        let activities = book.activities.iter();
        let rules = activities.map(|(name, activity)| (name.clone(), activity.rule.clone()));
        Self::of_rules(book.version.clone(), rules, people)
    }

    /// The same, from rules by the names of their activities.
    pub fn of_rules(
        version: VersionId,
        rules: impl IntoIterator<Item = (String, Rule)>,
        people: usize,
    ) -> Self {
        let (names, rules): (Vec<_>, Vec<_>) = rules.into_iter().unzip();
        let mut population = Self {
            version,
            names,
            rules,
            tables: Vec::new(),
            ends: HashMap::new(),
            young: HashMap::new(),
        };
        let strangers = population.lines(0, &Person::default());
        let own_requests = population.rules.chunks(DOZEN).map(Line::of_own_requests);
        let table = |(stranger, own_request)| Table {
            lines: HashTable::with_capacity(people),
            stranger,
            own_request,
        };
        population.tables = strangers.into_iter().zip(own_requests).map(table).collect();
        population
    }

    /// Decides for the person with this id in an activity of this population, exactly as
    /// [`decision::may`] does. Someone unknown is answered like a person who never chose anything.
    #[inline]
    pub fn may(&self, id: u128, activity: Place, use_for: Use, now: Timestamp) -> &'static Ruling {
        let held = self.may_if_held(id, activity, use_for, now);
        held.unwrap_or_else(|| self.may_of_stranger(activity, use_for))
    }

    /// The same, for a person who is held; none for anyone else.
    #[inline]
    pub fn may_if_held(
        &self,
        id: u128,
        activity: Place,
        use_for: Use,
        now: Timestamp,
    ) -> Option<&'static Ruling> {
        let table = self.tables.get(activity.table)?;
        let line = table.find(id)?;
        let cell = line.cells.get(activity.cell)?;
        if use_for == Use::OwnRequest || use_for == Use::Storage && cell.is_held() {
            return Some(table.own_request.ruling(activity, use_for, Hour::FIRST));
        }
        let hour = Hour::of(now);
        if cell.hour() == hour || cell.is_young(use_for) {
            return Some(self.ruling_within(line, activity, use_for, now));
        }
        Some(cell.ruling(use_for, cell.hour() < hour))
    }

    fn may_of_stranger(&self, activity: Place, use_for: Use) -> &'static Ruling {
        let Some(table) = self.tables.get(activity.table) else {
            return &cell::UNKNOWN;
        };
        let line = if use_for == Use::OwnRequest {
            &table.own_request
        } else {
            &table.stranger
        };
        line.ruling(activity, use_for, Hour::FIRST)
    }

    /// The ruling in the very hour of an end, and of someone who is, or was, too young.
    #[cold]
    fn ruling_within(
        &self,
        line: &Line,
        activity: Place,
        use_for: Use,
        now: Timestamp,
    ) -> &'static Ruling {
        let Some(cell) = line.cells.get(activity.cell) else {
            return &cell::UNKNOWN;
        };
        if let Some(facts) = self.young.get(&(line.id, activity.number()))
            && let Some(rule) = self.rules.get(activity.number())
        {
            return cell::ruling(decision::may(rule, facts, use_for, now));
        }
        let end = if cell.is_on_hour() {
            Some(cell.hour().start())
        } else {
            self.ends.get(&(line.id, activity.number())).copied()
        };
        // Were an end lost, the safe side is that it has passed.
        cell.ruling(use_for, end <= Some(now))
    }

    /// The version of the statement under which it decides.
    pub fn version(&self) -> &VersionId {
        &self.version
    }

    /// Where the answers for an activity lie in this population.
    pub fn activity(&self, name: &str) -> Option<Place> {
        let number = self.names.iter().position(|each| each == name)?;
        Some(Place {
            table: number / DOZEN,
            cell: number % DOZEN,
        })
    }

    /// How many people it holds.
    pub fn len(&self) -> usize {
        self.tables.first().map_or(0, |table| table.lines.len())
    }

    /// Whether it holds nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The memory that holds people, in bytes, room for more included.
    pub fn bytes(&self) -> usize {
        // A hash map has a byte for each entry besides the entry itself.
        let end = size_of::<((u128, usize), Timestamp)>() + 1;
        let young = size_of::<((u128, usize), Facts)>() + 1;
        let tables = self.tables.iter();
        let lines: usize = tables.map(|table| table.lines.allocation_size()).sum();
        let aside = self.ends.capacity() * end + self.young.capacity() * young;
        lines + aside * 8 / 7
    }

    /// Puts a person in the place of all that was known of them.
    pub fn put(&mut self, id: u128, person: &Person) {
        self.erase(id);
        let lines = self.lines(id, person);
        for (table, line) in self.tables.iter_mut().zip(lines) {
            table
                .lines
                .insert_unique(hash(id), line, |there| hash(there.id));
        }
    }

    /// Forgets a person: no byte of their answers stays, the id included. Says whether they were
    /// known.
    pub fn erase(&mut self, id: u128) -> bool {
        let mut known = false;
        for (number, table) in self.tables.iter_mut().enumerate() {
            let found = table.lines.find_entry(hash(id), |line| line.id == id);
            let Ok(mut entry) = found else {
                continue;
            };
            known = true;
            let line = std::mem::replace(entry.get_mut(), Line::BLANK);
            entry.remove();
            for (place, cell) in line.cells.iter().enumerate() {
                let at = (id, number * DOZEN + place);
                if !cell.is_on_hour() {
                    self.ends.remove(&at);
                }
                if cell.waits_for_birthday() {
                    self.young.remove(&at);
                }
            }
        }
        known
    }

    /// Asks the rules about a person: one line for each table. Ends within an hour are put aside.
    fn lines(&mut self, id: u128, person: &Person) -> Vec<Line> {
        let mut lines = vec![Line { id, ..Line::BLANK }; self.rules.len().div_ceil(DOZEN)];
        let cells = lines.iter_mut().flat_map(|line| &mut line.cells);
        for (activity, (rule, cell)) in self.rules.iter().zip(cells).enumerate() {
            let own = person.own.get(activity).copied().unwrap_or_default();
            let facts = Facts {
                own: own.position,
                all: person.all,
                states: own.states,
                kept_until: own.kept_until,
                of_age_at: own.of_age_at,
            };
            *cell = Cell::settle(rule, &facts);
            if let (false, Some(end)) = (cell.is_on_hour(), own.kept_until) {
                self.ends.insert((id, activity), end);
            }
            if cell.waits_for_birthday() {
                self.young.insert((id, activity), facts);
            }
        }
        lines
    }
}

impl Table {
    #[inline]
    fn find(&self, id: u128) -> Option<&Line> {
        self.lines.find(hash(id), |line| line.id == id)
    }
}

impl Line {
    const BLANK: Self = Self {
        id: 0,
        cells: [Cell::BLANK; DOZEN],
    };

    /// The ruling in an hour that is not that of an end.
    #[inline]
    fn ruling(&self, activity: Place, use_for: Use, hour: Hour) -> &'static Ruling {
        let cell = self.cells.get(activity.cell);
        cell.map_or(&cell::UNKNOWN, |cell| {
            cell.ruling(use_for, cell.hour() < hour)
        })
    }

    fn of_own_requests(rules: &[Rule]) -> Self {
        let mut line = Self::BLANK;
        for (cell, rule) in line.cells.iter_mut().zip(rules) {
            *cell = Cell::settle_own_request(rule);
        }
        line
    }
}

/// Says how many people there are, never who.
impl fmt::Debug for Population {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Population")
            .field("version", &self.version)
            .field("people", &self.len())
            .finish_non_exhaustive()
    }
}

/// The hash of an id.
///
/// Ids are random and made by us, so nobody can choose them to collide and no strong hash is
/// needed. The product spreads what entropy there is over all bits, also where an id has bits that
/// never change, as a UUID has.
#[inline]
fn hash(id: u128) -> u64 {
    let half = |wide: u128| u64::try_from(wide & u128::from(u64::MAX)).unwrap_or(0);
    let product = u128::from(half(id) ^ half(id >> 64)) * 0x9e37_79b9_7f4a_7c15;
    half(product) ^ half(product >> 64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::decision::{self, Answer, Gate, Reason};
    use crate::standing::{Consent, Objection};
    use crate::statement::model::BasisName;

    const NOON: i64 = 1_795_435_200;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn version() -> VersionId {
        VersionId::parse(&"0".repeat(64)).unwrap()
    }

    fn population(rules: impl IntoIterator<Item = Rule>, people: usize) -> Population {
        let named = rules.into_iter().enumerate();
        let named = named.map(|(number, rule)| (format!("a{number}"), rule));
        Population::of_rules(version(), named, people)
    }

    fn place(number: usize) -> Place {
        Place {
            table: number / DOZEN,
            cell: number % DOZEN,
        }
    }

    fn position(number: usize) -> Position {
        let consents = [
            Consent::Never,
            Consent::Given,
            Consent::Outdated,
            Consent::Withdrawn,
        ];
        let objections = [
            Objection::None,
            Objection::Pending,
            Objection::Upheld,
            Objection::Rejected,
            Objection::Ended,
        ];
        Position {
            consent: consents[number % 4],
            objection: objections[number / 4 % 5],
            restricted: number / 20 == 1,
        }
    }

    fn positions() -> impl Iterator<Item = Position> {
        (0..40).map(position)
    }

    fn facts(person: &Person, activity: usize) -> Facts {
        let own = person.own.get(activity).copied().unwrap_or_default();
        Facts {
            own: own.position,
            all: person.all,
            states: own.states,
            kept_until: own.kept_until,
            of_age_at: own.of_age_at,
        }
    }

    /// Rules in which every basis, every gate, marketing and another controller occur.
    fn all_rules() -> Vec<Rule> {
        use BasisName::{
            Consent, Contract, ExplicitConsent, LegalObligation, LegitimateInterest, PublicTask,
            VitalInterest,
        };
        let bases = [
            vec![(Consent, None)],
            vec![(ExplicitConsent, None)],
            vec![(LegitimateInterest, None), (Contract, Some(0))],
            vec![(Contract, Some(5)), (Consent, None)],
            vec![(PublicTask, Some(1)), (LegalObligation, Some(2))],
            vec![(VitalInterest, None)],
            vec![(Consent, None), (LegitimateInterest, None)],
            vec![],
        ];
        let gates = [
            vec![],
            vec![Gate::MarketingConsent],
            vec![Gate::DeviceConsent, Gate::Age(13)],
            vec![Gate::SpecialConsent],
            vec![Gate::NoSpecialCondition],
            vec![Gate::CustomerOrMarketingConsent(0), Gate::Age(15)],
        ];
        let mut rules = Vec::new();
        for bases in &bases {
            for gates in &gates {
                for marketing in [false, true] {
                    rules.push(Rule {
                        another_controller: false,
                        bases: bases.clone(),
                        marketing,
                        gates: gates.clone(),
                    });
                }
            }
        }
        let deferred = rules.first().cloned().map(|rule| Rule {
            another_controller: true,
            ..rule
        });
        rules.extend(deferred);
        rules
    }

    /// All positions, own and everywhere, all uses, all kinds of rules, with ends and birthdays around
    /// their instants: the answer is that of [`decision::may`].
    #[test]
    fn i1_the_answer_is_that_of_the_rules() {
        let rules = all_rules();
        let mut people = population(rules.clone(), 1);
        let ends = [None, Some(at(NOON)), Some(Timestamp::new(NOON, 1).unwrap())];
        let states = [0, 1, 2, 0b10_0000].map(States);
        let birthdays = [None, Some(at(NOON)), Some(Timestamp::new(NOON, 1).unwrap())];
        let pairs = positions().flat_map(|all| positions().map(move |own| (all, own)));
        for (turn, (all, position)) in pairs.enumerate() {
            // Ends, states and birthdays take turns, so that all meet without a product of everything;
            // the step by one after each round lets every position meet all of them.
            let turn = turn + turn / 40;
            let own = Own {
                position,
                states: states[turn % 4],
                kept_until: ends[turn / 4 % 3],
                of_age_at: birthdays[turn / 12 % 3],
            };
            let person = Person {
                all,
                own: vec![own; rules.len()],
            };
            people.put(1, &person);
            for (number, rule) in rules.iter().enumerate() {
                let facts = facts(&person, number);
                for use_for in Use::ALL {
                    let got = people.may(1, place(number), use_for, at(NOON));
                    assert_eq!(got.answer, decision::may(rule, &facts, use_for, at(NOON)));
                }
            }
        }
    }

    #[test]
    fn strangers_and_unknown_activities_are_answered() {
        let rules = all_rules();
        let people = population(rules.clone(), 0);
        for (number, rule) in rules.iter().enumerate() {
            let want = decision::may(rule, &Facts::default(), Use::Ordinary, at(NOON));
            assert_eq!(
                people.may(1, place(number), Use::Ordinary, at(NOON)).answer,
                want
            );
        }
        assert_eq!(people.activity("a3"), Some(place(3)));
        assert_eq!(people.activity("a13"), Some(place(13)));
        let beyond = people.may(1, place(1_000), Use::Ordinary, at(NOON));
        assert_eq!(beyond.answer, Answer::No(Reason::UnknownActivity));
        assert_eq!(people.activity("b"), None);
    }

    #[test]
    fn a_dozen_activities_fit_a_cache_line() {
        let tables = |number| {
            population(all_rules().into_iter().take(number), 0)
                .tables
                .len()
        };
        assert_eq!([tables(12), tables(13)], [1, 2]);
        assert_eq!(size_of::<Line>(), 64);
    }

    #[test]
    fn what_is_erased_leaves_nothing_behind() {
        let mut people = population(all_rules(), 1);
        let odd = Own {
            position: position(1),
            kept_until: Some(at(NOON + 1)),
            of_age_at: Some(at(NOON)),
            ..Own::default()
        };
        let person = Person {
            own: vec![odd; 15],
            ..Person::default()
        };
        people.put(0, &person);
        people.put(u128::MAX, &person);
        assert_eq!(people.ends.len(), 30);
        assert!(!people.young.is_empty());
        assert!(people.erase(0) && people.erase(u128::MAX) && !people.erase(0));
        assert!(people.is_empty() && people.ends.is_empty() && people.young.is_empty());
    }

    #[test]
    fn nobody_is_named_for_debugging() {
        let mut people = population(all_rules(), 1);
        people.put(0xfeed, &Person::default());
        let shown = format!("{people:?}");
        assert!(shown.contains("people: 1") && !shown.contains(&0xfeed.to_string()));
    }

    fn any_end() -> impl Strategy<Value = Timestamp> {
        let near = (-2..3_i64, -1..2_i64, 0..2_i32).prop_map(|(hour, second, nano)| {
            at(NOON + hour * 3_600 + second) + SignedDuration::new(0, nano)
        });
        prop_oneof![8 => near, 1 => Just(Timestamp::MIN), 1 => Just(Timestamp::MAX)]
    }

    fn any_own() -> impl Strategy<Value = Own> {
        let end = || prop::option::of(any_end());
        (0..40_usize, any::<u8>(), end(), end()).prop_map(
            |(number, states, kept_until, of_age_at)| Own {
                position: position(number),
                states: States(states),
                kept_until,
                of_age_at,
            },
        )
    }

    fn any_person() -> impl Strategy<Value = Person> {
        let own = prop::collection::vec(any_own(), 0..14);
        (0..40_usize, own).prop_map(|(all, own)| Person {
            all: position(all),
            own,
        })
    }

    proptest! {
        /// People come, change and go; whoever is held, and whoever is not, is answered as the
        /// rules do, at every instant around an end.
        #[test]
        fn it_answers_for_what_was_put_and_not_erased(
            steps in prop::collection::vec((0..24_u128, prop::option::of(any_person())), 0..60),
            now in any_end(),
        ) {
            let rules: Vec<_> = all_rules().into_iter().take(13).collect();
            let mut people = population(rules.clone(), 0);
            let mut want = BTreeMap::new();
            for (id, person) in steps {
                if let Some(person) = person {
                    people.put(id, &person);
                    want.insert(id, person);
                } else {
                    prop_assert_eq!(people.erase(id), want.remove(&id).is_some());
                }
                prop_assert_eq!(people.len(), want.len());
            }
            let nobody = Person::default();
            for id in 0..24 {
                let person = want.get(&id).unwrap_or(&nobody);
                for (number, rule) in rules.iter().enumerate() {
                    for use_for in Use::ALL {
                        let want = decision::may(rule, &facts(person, number), use_for, now);
                        prop_assert_eq!(people.may(id, place(number), use_for, now).answer, want);
                    }
                }
            }
        }
    }
}
