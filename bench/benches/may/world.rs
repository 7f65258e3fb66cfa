//! Made-up people, ten activities, and questions in random order.

use jiff::Timestamp;
use ombud_core::decision::{Facts, Gate, Rule, States, Use};
use ombud_core::population::{Own, Person, Place, Population};
use ombud_core::standing::{Consent, Objection, Position};
use ombud_core::statement::Folder;
use ombud_core::statement::model::BasisName;

/// The instant of every question: 2026-11-23, noon in UTC.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_795_435_200, 0);

/// The rules, and people that are computed from their numbers.
pub(crate) struct World {
    pub(crate) rules: Vec<Rule>,
}

/// May the data of a person be used for this?
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) number: usize,
    pub(crate) person: usize,
    pub(crate) id: u128,
    pub(crate) activity: usize,
    pub(crate) place: Option<Place>,
    pub(crate) use_for: Use,
}

impl World {
    pub(crate) fn new() -> Self {
        use BasisName::{
            Consent, Contract, ExplicitConsent, LegalObligation, LegitimateInterest, PublicTask,
        };
        let rule = |bases: &[(BasisName, Option<u8>)], marketing, gates: &[Gate]| Rule {
            another_controller: false,
            bases: bases.to_vec(),
            marketing,
            gates: gates.to_vec(),
        };
        let deferred = Rule {
            another_controller: true,
            ..rule(&[(Contract, None)], false, &[])
        };
        let rules = vec![
            rule(&[(Consent, None)], true, &[Gate::MarketingConsent]),
            rule(&[(LegitimateInterest, None)], true, &[]),
            rule(
                &[(LegitimateInterest, None), (Contract, Some(0))],
                false,
                &[],
            ),
            rule(&[(Contract, None)], false, &[]),
            rule(&[(LegalObligation, None)], false, &[]),
            rule(&[(ExplicitConsent, None)], false, &[Gate::SpecialConsent]),
            rule(&[(Consent, None)], false, &[Gate::DeviceConsent]),
            rule(&[(PublicTask, None)], false, &[]),
            rule(&[(Consent, None)], false, &[Gate::Age(13)]),
            deferred,
        ];
        Self { rules }
    }

    /// Most people chose nothing; the few that object, are restricted or have data past its time
    /// are as many as keeps every reason in the answers. An end is a midnight, or for one in ten
    /// the instant of an act.
    pub(crate) fn person(&self, person: usize) -> Person {
        let chance = |salt, of| random(person, salt) % of;
        let position = |salt| Position {
            consent: match chance(salt, 10) {
                0..4 => Consent::Given,
                4 => Consent::Withdrawn,
                5 => Consent::Outdated,
                _ => Consent::Never,
            },
            objection: match chance(salt + 1, 30) {
                0 => Objection::Pending,
                1 => Objection::Upheld,
                2 => Objection::Rejected,
                _ => Objection::None,
            },
            restricted: chance(salt + 2, 50) == 0,
        };
        let young = (10..13).contains(&chance(21, 80));
        let own = (0..self.rules.len()).map(|activity| {
            let salt = 100 + 10 * u64::try_from(activity).unwrap_or(0);
            let day = i64::try_from(chance(salt + 4, 1_000)).unwrap_or(0) - 100;
            let odd = i64::from(chance(salt + 5, 10) == 0);
            let until = Timestamp::from_second(NOW.as_second() + day * 86_400 + 39_600 + odd);
            Own {
                position: position(salt),
                states: States(u8::from(chance(salt + 3, 4) == 0)),
                kept_until: until.ok().filter(|_| chance(salt + 6, 3) != 0),
                of_age_at: young.then_some(Timestamp::MAX),
            }
        });
        let everywhere = position(10);
        Person {
            all: Position {
                consent: Consent::Never,
                restricted: chance(20, 200) == 0,
                ..everywhere
            },
            own: own.collect(),
        }
    }

    /// What is known of a person in an activity.
    pub(crate) fn facts(person: &Person, activity: usize) -> Facts {
        let own = person.own.get(activity).copied().unwrap_or_default();
        Facts {
            own: own.position,
            all: person.all,
            states: own.states,
            kept_until: own.kept_until,
            of_age_at: own.of_age_at,
        }
    }

    pub(crate) fn population(&self, people: usize) -> Population {
        let named = self.rules.iter().enumerate();
        let named = named.map(|(number, rule)| (format!("a{number}"), rule.clone()));
        let version = Folder::new([]).version();
        let mut population = Population::of_rules(version, named, people);
        for person in 0..people {
            population.put(id_of(person), &self.person(person));
        }
        population
    }

    pub(crate) fn questions(
        &self,
        population: &Population,
        questions: usize,
        people: usize,
    ) -> Vec<Question> {
        let places = (0..self.rules.len()).map(|number| population.activity(&format!("a{number}")));
        let places: Vec<_> = places.collect();
        let pick = |number, salt, of: usize| {
            let of = u64::try_from(of).unwrap_or(1);
            usize::try_from(random(number, salt) % of).unwrap_or(0)
        };
        let question = |number| {
            let person = pick(number, 3, people);
            let activity = pick(number, 4, self.rules.len());
            Question {
                number,
                person,
                id: id_of(person),
                activity,
                place: places.get(activity).copied().flatten(),
                use_for: match pick(number, 5, 20) {
                    0 => Use::OwnRequest,
                    1 => Use::Storage,
                    _ => Use::Ordinary,
                },
            }
        };
        (0..questions).map(question).collect()
    }
}

/// The id of a person.
pub(crate) fn id_of(person: usize) -> u128 {
    let (high, low) = (random(person, 1), random(person, 2));
    u128::from(high) << 64 | u128::from(low)
}

/// The same number for the same arguments, and no pattern among them (splitmix64).
fn random(number: usize, salt: u64) -> u64 {
    let number = u64::try_from(number).unwrap_or(0);
    let seed = number.wrapping_mul(0x1_0000).wrapping_add(salt);
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}
