//! Phrases of every shape, for properties.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Any period but zero.
pub(super) fn any_period() -> impl Strategy<Value = Period> {
    btree_map(0_usize..6, 1_u16..=400, 1..4).prop_map(|parts| {
        parts
            .into_iter()
            .fold(Period::default(), |sum, (unit, amount)| {
                let part = Period::of(amount, Unit::ALL[unit]).unwrap();
                sum.plus(part).unwrap()
            })
    })
}

fn any_length() -> impl Strategy<Value = Length> {
    prop_oneof![
        3 => any_period().prop_map(Length::Exactly),
        1 => any_period().prop_map(Length::UpTo),
        1 => (any_period(), any_period()).prop_filter_map("equal limits", |(a, b)| {
            let (a_minutes, b_minutes) = (a.average_minutes(), b.average_minutes());
            match a_minutes.cmp(&b_minutes) {
                std::cmp::Ordering::Less => Some(Length::Between(a, b)),
                std::cmp::Ordering::Greater => Some(Length::Between(b, a)),
                std::cmp::Ordering::Equal => None,
            }
        }),
    ]
}

/// Words that only names can be; two are words of the language in other places.
fn any_name() -> impl Strategy<Value = String> {
    const NAMES: &[&str] = &[
        "subscribed",
        "issued",
        "a",
        "category",
        "law",
        "necessary",
        "b_2",
    ];
    select(NAMES).prop_map(str::to_owned)
}

/// Events, built in and declared.
pub(super) fn any_event() -> impl Strategy<Value = Event> {
    let built_in: Vec<Event> = Event::BUILT_IN
        .iter()
        .map(|(event, _)| event.clone())
        .collect();
    prop_oneof![
        select(built_in),
        any_name().prop_map(|name| Event::new(name).unwrap()),
    ]
}

fn any_state() -> impl Strategy<Value = State> {
    any_name().prop_map(|name| State::new(name).unwrap())
}

fn any_record() -> impl Strategy<Value = RecordName> {
    const RECORDS: &[&str] = &["block", "sales.contract", "a-b.c"];
    select(RECORDS).prop_map(|name| RecordName::new(name).unwrap())
}

fn any_stretch() -> impl Strategy<Value = Stretch> {
    select(Stretch::SPELLINGS.map(|(_, stretch)| stretch).to_vec())
}

/// What another moment may be counted from.
fn any_anchor() -> impl Strategy<Value = Moment> {
    let leaf = prop_oneof![
        4 => any_event().prop_map(Moment::Event),
        1 => any_state().prop_map(Moment::StateEnd),
        1 => any_record().prop_map(Moment::RecordEnd),
        1 => (1_u16..=150).prop_map(Moment::Birthday),
        1 => (1_i16..=9998, 1_i8..=12, 1_i8..=28)
            .prop_map(|(year, month, day)| Moment::Date(jiff::civil::date(year, month, day))),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (any_stretch(), inner.clone()).prop_map(|(s, m)| Moment::EndOf(s, Box::new(m))),
            (any_length(), inner.clone()).prop_map(|(l, m)| Moment::After(l, Box::new(m))),
            vec(inner.clone(), 2..4).prop_map(Moment::Earlier),
            vec(inner, 2..4).prop_map(Moment::Later),
        ]
    })
}

/// An end of keeping, of every shape.
pub(super) fn any_moment() -> impl Strategy<Value = Moment> {
    let open = Open::SPELLINGS.map(|(_, open)| open).to_vec();
    let hedges = Hedge::SPELLINGS.map(|(_, hedge)| hedge).to_vec();
    let leaf = prop_oneof![
        4 => any_anchor(),
        1 => any_length().prop_map(Moment::For),
        1 => (1_u16..=9999).prop_map(Moment::Last),
        1 => select(open).prop_map(Moment::Open),
        1 => select(vec!["cookie policy", "vår \"plan\""])
            .prop_map(|title| Moment::Document(title.to_owned())),
    ];
    leaf.prop_recursive(2, 8, 3, move |inner| {
        prop_oneof![
            (select(hedges.clone()), inner.clone())
                .prop_map(|(hedge, moment)| Moment::Hedged(hedge, Box::new(moment))),
            vec(inner.clone(), 2..4).prop_map(Moment::Earlier),
            vec(inner, 2..4).prop_map(Moment::Later),
        ]
    })
}

fn any_condition() -> impl Strategy<Value = Condition> {
    let values = vec!["log", "pd:EmailAddress", "3", "or", "Fire and ice", "a-b.c"];
    let value =
        (any::<bool>(), vec(select(values), 1..3), 0_usize..4).prop_map(|(holds, values, key)| {
            Condition::Value {
                key: [Key::Category, Key::Outcome, Key::Severity, Key::Copy][key],
                holds,
                values: values.into_iter().map(str::to_owned).collect(),
            }
        });
    let basis =
        (any::<bool>(), vec(select(Key::BASES.to_vec()), 1..3)).prop_map(|(holds, values)| {
            Condition::Value {
                key: Key::Basis,
                holds,
                values: values.into_iter().map(str::to_owned).collect(),
            }
        });
    let state =
        (any_state(), any::<bool>()).prop_map(|(state, holds)| Condition::State { state, holds });
    prop_oneof![value, basis, state]
}

fn any_clauses(leaves_choice: bool) -> impl Strategy<Value = Clauses> {
    let law = option::of(Just("bokføringsloven § 13".to_owned()));
    let minimum = (any_moment(), law).prop_map(|(until, law)| Minimum { until, law });
    (
        option::of(select(vec![Key::Severity, Key::Basis])),
        (any::<bool>(), any::<bool>(), option::of(any_period())),
        vec(any_state(), 0..3),
        vec(any_state(), 0..2),
        option::of(any_period()),
        option::of(minimum),
    )
        .prop_map(
            move |(
                decided_by,
                (unless_agreed, unless_law, reviewed_every),
                paused_while,
                held_while,
                extendable_by,
                at_least,
            )| {
                Clauses {
                    decided_by: decided_by.filter(|_| leaves_choice),
                    unless_agreed,
                    unless_law,
                    reviewed_every,
                    paused_while,
                    held_while,
                    extendable_by,
                    at_least,
                }
            },
        )
}

fn any_case(guards: std::ops::Range<usize>) -> impl Strategy<Value = Case> {
    (any_moment(), vec(any_condition(), guards)).prop_flat_map(|(until, conditions)| {
        any_clauses(until.leaves_choice()).prop_map(move |clauses| Case {
            guard: Guard {
                conditions: conditions.clone(),
            },
            until: until.clone(),
            clauses,
        })
    })
}

/// A whole phrase.
pub(super) fn any_keep() -> impl Strategy<Value = Keep> {
    (vec(any_case(1..3), 0..3), any_case(0..2)).prop_map(|(mut cases, last)| {
        cases.push(last);
        Keep::of_cases(cases).unwrap()
    })
}

/// A whole `then` phrase.
pub(super) fn any_then() -> impl Strategy<Value = Then> {
    let verbs = WaitVerb::SPELLINGS.map(|(_, verb)| verb).to_vec();
    let wait = (select(verbs), any_period(), any::<bool>()).prop_map(|(verb, period, undo)| Wait {
        verb,
        period,
        undo,
    });
    let statistic = Statistic::new("usage_statistics").unwrap();
    let end = select(vec![
        EndAction::Erase,
        EndAction::Anonymise(statistic.clone()),
        EndAction::EraseOrAnonymise(statistic),
    ]);
    (option::of(any_period()), vec(wait, 0..3), end).prop_map(|(warn, waits, end)| Then {
        warn,
        waits,
        end,
    })
}

/// A moment that counts from events only, and a fact for each of them.
pub(super) fn any_counted() -> impl Strategy<Value = (Moment, Anchors)> {
    let leaf = any_event().prop_map(Moment::Event);
    let moment = leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            1 => (any_stretch(), inner.clone()).prop_map(|(s, m)| Moment::EndOf(s, Box::new(m))),
            3 => (any_length(), inner.clone()).prop_map(|(l, m)| Moment::After(l, Box::new(m))),
            1 => vec(inner.clone(), 2..4).prop_map(Moment::Earlier),
            1 => vec(inner, 2..4).prop_map(Moment::Later),
        ]
    });
    (moment, vec(0_i64..4_000_000_000, 20)).prop_map(|(moment, seconds)| {
        let mut anchors = Anchors::default();
        let keep = Keep::always(moment.clone());
        for (event, second) in keep.events().into_iter().zip(seconds) {
            let at = jiff::Timestamp::from_second(second).unwrap();
            anchors.events.insert(event.clone(), at);
        }
        (moment, anchors)
    })
}
