//! The facts of many people held in memory, so that a decision takes one look.
//!
//! A [`Population`] decides nothing of its own: it packs and unpacks [`Facts`] without loss, and
//! [`decision::may`] answers from them. It knows neither where the facts come from nor when they
//! change; whoever loads it puts a person again after every entry, record and statement version.
//!
//! A person is a row of whole cache lines, found by their id in an open hash table. Up to eleven
//! activities fit the one line that also holds the id, so that an answer costs a single miss.

mod cell;

use std::fmt;

use jiff::Timestamp;

use crate::decision::{self, Answer, Facts, Reason, Rule, States, Use};
use crate::rulebook::Rulebook;
use crate::standing::Position;
use crate::statement::VersionId;

use self::cell::{Aside, age, is_person, position};

/// What a decision needs to know of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Where the person stands for all activities at once.
    pub all: Position,
    /// The person's age in years, where it is known.
    pub age: Option<u8>,
    /// One for each activity, in the order of [`Population::activity`]. Activities that are left
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
}

/// There is no room left for what does not fit a row: more than four states, or an end that is not
/// on a quarter of an hour, in 67 million cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no room left in memory for so many ends within a quarter of an hour")]
pub struct Full;

/// Many people under one version of a statement.
#[derive(Clone)]
pub struct Population {
    version: VersionId,
    names: Vec<String>,
    rules: Vec<Rule>,
    lines: Vec<Line>,
    lines_a_row: usize,
    slots: usize,
    people: usize,
    aside: Aside,
}

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
        let lines_a_row = (FIRST_CELL + rules.len()).div_ceil(WORDS);
        let slots = people + people / 3 + 2;
        Self {
            version,
            names,
            rules,
            lines: vec![Line::VACANT; slots * lines_a_row],
            lines_a_row,
            slots,
            people: 0,
            aside: Aside::default(),
        }
    }

    /// Decides for the person with this id and the activity with this number, exactly as
    /// [`decision::may`] does. Someone unknown is answered like a person who never chose anything.
    pub fn may(&self, id: u128, activity: usize, use_for: Use, now: Timestamp) -> Answer {
        match self.rules.get(activity) {
            None => Answer::No(Reason::UnknownActivity),
            Some(rule) => decision::may(rule, &self.facts(id, activity), use_for, now),
        }
    }

    /// What a decision needs to know of a person in an activity that there is.
    fn facts(&self, id: u128, activity: usize) -> Facts {
        let Found::At(slot) = self.find(id) else {
            return Facts::default();
        };
        let whole = self.word(slot, WHOLE);
        let own = self.aside.own(self.word(slot, FIRST_CELL + activity));
        Facts {
            own: own.position,
            all: position(whole),
            states: own.states,
            kept_until: own.kept_until,
            age: age(whole),
        }
    }

    /// The version of the statement under which it decides.
    pub fn version(&self) -> &VersionId {
        &self.version
    }

    /// The number of an activity.
    pub fn activity(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|each| each == name)
    }

    /// How many people it holds.
    pub fn len(&self) -> usize {
        self.people
    }

    /// Whether it holds nobody.
    pub fn is_empty(&self) -> bool {
        self.people == 0
    }

    /// The memory that holds people, in bytes, room for more included.
    pub fn bytes(&self) -> usize {
        self.lines.capacity() * size_of::<Line>() + self.aside.bytes()
    }

    /// All that is known of a person, with one [`Own`] for each activity.
    pub fn get(&self, id: u128) -> Option<Person> {
        let Found::At(slot) = self.find(id) else {
            return None;
        };
        let whole = self.word(slot, WHOLE);
        let cells = FIRST_CELL..FIRST_CELL + self.rules.len();
        Some(Person {
            all: position(whole),
            age: age(whole),
            own: cells
                .map(|cell| self.aside.own(self.word(slot, cell)))
                .collect(),
        })
    }

    /// Puts a person in the place of all that was known of them.
    ///
    /// # Errors
    ///
    /// [`Full`] when there is no room for more ends that are not on a quarter of an hour; what was
    /// known of the person then stays.
    pub fn put(&mut self, id: u128, person: &Person) -> Result<(), Full> {
        if !self.aside.has_room(self.rules.len()) {
            return Err(Full);
        }
        self.erase(id);
        if (self.people + 1) * 4 > self.slots * 3 {
            self.grow();
        }
        let (Found::At(slot) | Found::Vacant(slot)) = self.find(id);
        for (place, word) in split(id).into_iter().enumerate() {
            self.set_word(slot, place, word);
        }
        self.set_word(slot, WHOLE, cell::whole(person.all, person.age));
        for (place, own) in person.own.iter().take(self.rules.len()).enumerate() {
            let cell = self.aside.cell(own);
            self.set_word(slot, FIRST_CELL + place, cell);
        }
        self.people += 1;
        Ok(())
    }

    /// Forgets a person: no byte of their row stays, the id included. Says whether they were known.
    pub fn erase(&mut self, id: u128) -> bool {
        let Found::At(mut hole) = self.find(id) else {
            return false;
        };
        for place in FIRST_CELL..FIRST_CELL + self.rules.len() {
            let cell = self.word(hole, place);
            self.aside.free(cell);
        }
        // Rows that were pushed on by this one move back, so that no look stops too early.
        let mut next = self.after(hole);
        while let Some(moved) = self.id_at(next) {
            let way = |from: usize| (next + self.slots - from) % self.slots;
            if way(self.home(moved)) >= way(hole) {
                self.copy_row(next, hole);
                hole = next;
            }
            next = self.after(next);
        }
        let row = self.lines_of(hole);
        self.lines
            .get_mut(row)
            .unwrap_or_default()
            .fill(Line::VACANT);
        self.people -= 1;
        true
    }

    /// Where a person is, or the vacant slot where they would be. There is always a vacant slot.
    fn find(&self, id: u128) -> Found {
        let mut slot = self.home(id);
        loop {
            match self.id_at(slot) {
                Some(there) if there == id => return Found::At(slot),
                Some(_) => slot = self.after(slot),
                None => return Found::Vacant(slot),
            }
        }
    }

    /// The slot where the search for an id begins.
    ///
    /// Ids are random and made by us, so nobody can choose them to collide and no strong hash is
    /// needed. The product spreads what entropy there is over the high bits, also where an id has
    /// bits that never change, as a UUID has.
    fn home(&self, id: u128) -> usize {
        let [a, b, c, d] = split(id).map(u64::from);
        let mixed = ((a << 32 | b) ^ (c << 32 | d)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let slot = (u128::from(mixed) * self.slots as u128) >> 64;
        usize::try_from(slot).unwrap_or(0)
    }

    fn after(&self, slot: usize) -> usize {
        if slot + 1 == self.slots { 0 } else { slot + 1 }
    }

    fn id_at(&self, slot: usize) -> Option<u128> {
        let Line([a, b, c, d, whole, ..]) = self.lines.get(slot * self.lines_a_row)?;
        is_person(*whole).then(|| join([*a, *b, *c, *d]))
    }

    fn lines_of(&self, slot: usize) -> std::ops::Range<usize> {
        slot * self.lines_a_row..(slot + 1) * self.lines_a_row
    }

    fn word(&self, slot: usize, place: usize) -> u32 {
        let line = self.lines.get(slot * self.lines_a_row + place / WORDS);
        let word = line.and_then(|line| line.0.get(place % WORDS));
        word.copied().unwrap_or(0)
    }

    fn set_word(&mut self, slot: usize, place: usize, word: u32) {
        let line = self.lines.get_mut(slot * self.lines_a_row + place / WORDS);
        if let Some(there) = line.and_then(|line| line.0.get_mut(place % WORDS)) {
            *there = word;
        }
    }

    fn copy_row(&mut self, from: usize, to: usize) {
        let (from, to) = (self.lines_of(from), self.lines_of(to));
        for (from, to) in from.zip(to) {
            let line = self.lines.get(from).copied();
            if let (Some(line), Some(there)) = (line, self.lines.get_mut(to)) {
                *there = line;
            }
        }
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.lines);
        self.slots *= 2;
        self.lines = vec![Line::VACANT; self.slots * self.lines_a_row];
        for row in old.chunks(self.lines_a_row) {
            let Some(Line([a, b, c, d, whole, ..])) = row.first() else {
                continue;
            };
            if !is_person(*whole) {
                continue;
            }
            let (Found::At(slot) | Found::Vacant(slot)) = self.find(join([*a, *b, *c, *d]));
            let place = self.lines_of(slot);
            let there = self.lines.get_mut(place).unwrap_or_default();
            there.iter_mut().zip(row).for_each(|(to, from)| *to = *from);
        }
    }
}

/// Says how many people there are, never who.
impl fmt::Debug for Population {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Population")
            .field("version", &self.version)
            .field("people", &self.people)
            .finish_non_exhaustive()
    }
}

enum Found {
    At(usize),
    Vacant(usize),
}

/// One cache line: sixteen words, of which the first line of a row has the id in four, the person
/// as a whole in the fifth and a cell for each activity from the sixth on.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([u32; WORDS]);

impl Line {
    const VACANT: Self = Self([0; WORDS]);
}

const WORDS: usize = 16;
const WHOLE: usize = 4;
const FIRST_CELL: usize = 5;

fn split(id: u128) -> [u32; 4] {
    let word = |shift: u32| u32::try_from(id >> shift & 0xffff_ffff).unwrap_or(0);
    [word(96), word(64), word(32), word(0)]
}

fn join(words: [u32; 4]) -> u128 {
    words
        .into_iter()
        .fold(0, |id, word| id << 32 | u128::from(word))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::decision::Gate;
    use crate::statement::model::BasisName;

    const QUARTER: i64 = 15 * 60;
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

    fn positions() -> impl Iterator<Item = Position> {
        let meant = (0..64).filter(|bits| bits >> 2 & 7 <= 4);
        meant.map(position)
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
            vec![],
        ];
        let gates = [
            vec![],
            vec![Gate::MarketingConsent],
            vec![Gate::DeviceConsent, Gate::Age(13)],
            vec![Gate::SpecialConsent],
            vec![Gate::NoSpecialCondition],
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

    /// All positions, own and everywhere, all uses, all kinds of rules, with ends and ages around
    /// their limits: the answer is that of [`decision::may`].
    #[test]
    fn i1_the_answer_is_that_of_the_rules() {
        let rules = all_rules();
        let mut people = population(rules.clone(), 1);
        let ends = [None, Some(at(NOON)), Some(Timestamp::new(NOON, 1).unwrap())];
        let states = [0, 1, 2, 0b10_0000].map(States);
        let ages = [None, Some(12), Some(13)];
        let pairs = positions().flat_map(|all| positions().map(move |own| (all, own)));
        for (turn, (all, position)) in pairs.enumerate() {
            // Ends, states and ages take turns, so that all meet without a product of everything;
            // the step by one after each round lets every position meet all of them.
            let turn = turn + turn / 32;
            let own = Own {
                position,
                states: states[turn % 4],
                kept_until: ends[turn / 4 % 3],
            };
            let age = ages[turn / 12 % 3];
            let person = Person {
                all,
                age,
                own: vec![own; rules.len()],
            };
            people.put(1, &person).unwrap();
            let facts = Facts {
                own: position,
                all,
                states: own.states,
                kept_until: own.kept_until,
                age,
            };
            for (number, rule) in rules.iter().enumerate() {
                for use_for in Use::ALL {
                    let got = people.may(1, number, use_for, at(NOON));
                    assert_eq!(got, decision::may(rule, &facts, use_for, at(NOON)));
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
            assert_eq!(people.may(1, number, Use::Ordinary, at(NOON)), want);
        }
        let beyond = people.may(1, rules.len(), Use::Ordinary, at(NOON));
        assert_eq!(beyond, Answer::No(Reason::UnknownActivity));
        assert_eq!(people.activity("a3"), Some(3));
        assert_eq!(people.activity("b"), None);
    }

    #[test]
    fn eleven_activities_fit_a_cache_line() {
        let rules = |number| all_rules().into_iter().take(number);
        assert_eq!(population(rules(11), 3_000).bytes() / 4_002, 64);
        assert_eq!(population(rules(12), 3_000).bytes() / 4_002, 128);
    }

    #[test]
    fn what_is_erased_leaves_nothing_behind() {
        let mut people = population(all_rules(), 1);
        let odd = Own {
            kept_until: Some(at(NOON + 1)),
            ..Own::default()
        };
        let person = Person {
            age: Some(44),
            own: vec![odd; 5],
            ..Person::default()
        };
        people.put(0, &person).unwrap();
        people.put(u128::MAX, &person).unwrap();
        assert!(people.erase(0) && people.erase(u128::MAX) && !people.erase(0));
        assert!(people.is_empty());
        assert!(
            people
                .lines
                .iter()
                .flat_map(|line| line.0)
                .all(|word| word == 0)
        );
        let aside = people.aside.bytes();
        people.put(0, &person).unwrap();
        assert_eq!(people.aside.bytes(), aside, "room is used again");
    }

    #[test]
    fn nobody_is_named_for_debugging() {
        let mut people = population(all_rules(), 1);
        people.put(0xfeed, &Person::default()).unwrap();
        let shown = format!("{people:?}");
        assert!(shown.contains("people: 1") && !shown.contains(&0xfeed.to_string()));
    }

    fn any_own() -> impl Strategy<Value = Own> {
        let end = (-2..3_i64, -1..2_i64, 0..2_i32).prop_map(|(quarter, second, nano)| {
            Timestamp::new(NOON + quarter * QUARTER + second, nano).unwrap()
        });
        (0..32_u32, any::<u8>(), prop::option::of(end)).prop_map(|(bits, states, kept_until)| Own {
            position: position(bits),
            states: States(states),
            kept_until,
        })
    }

    fn any_person() -> impl Strategy<Value = Person> {
        let own = prop::collection::vec(any_own(), 13);
        (0..32_u32, prop::option::of(any::<u8>()), own).prop_map(|(all, age, own)| Person {
            all: position(all),
            age,
            own,
        })
    }

    proptest! {
        /// Ids are few and close, so that rows collide, wrap and move back.
        #[test]
        fn it_holds_what_was_put_and_not_erased(
            steps in prop::collection::vec((0..24_u128, prop::option::of(any_person())), 0..120),
        ) {
            let mut people = population(all_rules().into_iter().take(13), 0);
            let mut want = BTreeMap::new();
            for (id, person) in steps {
                if let Some(person) = person {
                    people.put(id, &person).unwrap();
                    want.insert(id, person);
                } else {
                    prop_assert_eq!(people.erase(id), want.remove(&id).is_some());
                }
                prop_assert_eq!(people.len(), want.len());
                for id in 0..24 {
                    prop_assert_eq!(people.get(id), want.get(&id).cloned());
                }
            }
        }
    }
}
