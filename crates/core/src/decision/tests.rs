use proptest::prelude::*;

use super::*;
use crate::standing::{Act, Scope, Standing};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn rule(bases: &[(BasisName, Option<u8>)]) -> Rule {
    Rule {
        another_controller: false,
        bases: bases.to_vec(),
        marketing: false,
        gates: Vec::new(),
    }
}

fn consent_rule() -> Rule {
    rule(&[(BasisName::Consent, None)])
}

fn interest_rule() -> Rule {
    rule(&[(BasisName::LegitimateInterest, None)])
}

fn facts(consent: Consent, objection: Objection, restricted: bool) -> Facts {
    Facts {
        own: Position {
            consent,
            objection,
            restricted,
        },
        ..Facts::default()
    }
}

fn ask(rule: &Rule, facts: &Facts) -> Answer {
    may(rule, facts, Use::Ordinary, at(100))
}

#[test]
fn p3_1_1_consent_decides_where_consent_is_the_basis() {
    let rows = [
        (Consent::Never, Answer::No(Reason::NoConsent)),
        (Consent::Given, Answer::Yes(BasisName::Consent)),
        (Consent::Withdrawn, Answer::No(Reason::ConsentWithdrawn)),
        (Consent::Outdated, Answer::No(Reason::ConsentOutdated)),
    ];
    for (consent, want) in rows {
        let facts = facts(consent, Objection::None, false);
        assert_eq!(ask(&consent_rule(), &facts), want, "{consent:?}");
    }
}

#[test]
fn p5_6_an_objection_stops_legitimate_interest_until_it_is_rejected() {
    let rows = [
        (Objection::None, Answer::Yes(BasisName::LegitimateInterest)),
        (Objection::Pending, Answer::No(Reason::ObjectionPending)),
        (Objection::Upheld, Answer::No(Reason::ObjectionUpheld)),
        (
            Objection::Rejected,
            Answer::Yes(BasisName::LegitimateInterest),
        ),
    ];
    for (objection, want) in rows {
        let facts = facts(Consent::Never, objection, false);
        assert_eq!(ask(&interest_rule(), &facts), want, "{objection:?}");
    }
}

#[test]
fn p3_2_4_an_objection_to_marketing_is_absolute_whatever_was_answered() {
    let rule = Rule {
        marketing: true,
        ..interest_rule()
    };
    for objection in [Objection::Pending, Objection::Upheld, Objection::Rejected] {
        let own = facts(Consent::Given, objection, false);
        assert_eq!(ask(&rule, &own), Answer::No(Reason::ObjectedToMarketing));
        let all = Facts {
            own: Position::default(),
            all: own.own,
            ..Facts::default()
        };
        assert_eq!(ask(&rule, &all), Answer::No(Reason::ObjectedToMarketing));
    }
}

#[test]
fn p5_4_restriction_leaves_the_uses_of_article_18_2() {
    let facts = facts(Consent::Never, Objection::None, true);
    for use_for in Use::ALL {
        let answer = may(&interest_rule(), &facts, use_for, at(100));
        assert_eq!(answer.is_yes(), use_for != Use::Ordinary, "{use_for:?}");
    }
    let all = Facts {
        all: facts.own,
        ..Facts::default()
    };
    assert_eq!(ask(&interest_rule(), &all), Answer::No(Reason::Restricted));
}

#[test]
fn retention_passes_exactly_at_the_instant() {
    let until = Facts {
        kept_until: Some(at(100)),
        ..Facts::default()
    };
    let ask = |second| may(&interest_rule(), &until, Use::Ordinary, at(second)).is_yes();
    assert_eq!([ask(99), ask(100), ask(101)], [true, false, false]);
}

/// Past its time or not, whatever the choices: what is restricted may be stored, and the uses of
/// Article 18(2) are answered as if the time ran.
#[test]
fn p5_4_what_is_restricted_is_stored_beyond_its_time() {
    let pending = facts(Consent::Never, Objection::Pending, false);
    let withdrawn = facts(Consent::Withdrawn, Objection::None, true);
    let restricted = facts(Consent::Never, Objection::None, true);
    let everywhere = Facts {
        all: restricted.own,
        ..Facts::default()
    };
    let ended = |facts: Facts| Facts {
        kept_until: Some(at(100)),
        ..facts
    };
    for facts in [pending, restricted, everywhere] {
        for use_for in Use::ALL {
            let answer = may(&interest_rule(), &ended(facts), use_for, at(100));
            assert_eq!(
                answer.is_yes(),
                use_for != Use::Ordinary,
                "{facts:?} {use_for:?}"
            );
            assert_eq!(answer, may(&interest_rule(), &facts, use_for, at(100)));
        }
    }
    let store = |facts| may(&consent_rule(), &facts, Use::Storage, at(100));
    assert_eq!(
        store(ended(withdrawn)),
        Answer::Yes(BasisName::LegalObligation)
    );
    let free = facts(Consent::Given, Objection::None, false);
    assert_eq!(store(ended(free)), Answer::No(Reason::RetentionPassed));
    let carried = rule(&[
        (BasisName::LegitimateInterest, None),
        (BasisName::Contract, None),
    ]);
    let answer = may(&carried, &ended(pending), Use::Storage, at(100));
    assert_eq!(
        answer,
        Answer::No(Reason::RetentionPassed),
        "nothing is assessed of a contract"
    );
}

#[test]
fn p3_8_4_as_processor_the_controller_decides() {
    let rule = Rule {
        another_controller: true,
        ..consent_rule()
    };
    let facts = facts(Consent::Given, Objection::None, false);
    assert_eq!(ask(&rule, &facts), Answer::No(Reason::AnotherController));
}

#[test]
fn p3_3_2_a_second_basis_applies_in_its_state_only() {
    let rule = rule(&[
        (BasisName::LegitimateInterest, None),
        (BasisName::Contract, Some(0)),
    ]);
    let objected = facts(Consent::Never, Objection::Pending, false);
    assert_eq!(ask(&rule, &objected), Answer::No(Reason::ObjectionPending));
    let shortlisted = Facts {
        states: States::default().with(0),
        ..objected
    };
    assert_eq!(ask(&rule, &shortlisted), Answer::Yes(BasisName::Contract));
    let only = Rule {
        bases: vec![(BasisName::Contract, Some(0))],
        ..rule
    };
    assert_eq!(ask(&only, &Facts::default()), Answer::No(Reason::NoBasis));
}

/// Every list of bases with every position: the first basis in force carries; where none is, the
/// objection is told before the consent.
#[test]
fn the_reason_is_that_of_the_first_step_whatever_the_order_of_the_bases() {
    use BasisName::{Consent as Consented, Contract, LegitimateInterest as Interest, PublicTask};
    let all = [Consented, Contract, Interest, PublicTask];
    let ones = all.map(|one| vec![one]);
    let twos = all.iter().flat_map(|one| all.map(|two| vec![*one, two]));
    let lists: Vec<Vec<BasisName>> = ones.into_iter().chain(twos).collect();
    let consents = [
        (Consent::Never, Some(Reason::NoConsent)),
        (Consent::Given, None),
        (Consent::Withdrawn, Some(Reason::ConsentWithdrawn)),
        (Consent::Outdated, Some(Reason::ConsentOutdated)),
    ];
    let objections = [
        (Objection::None, None),
        (Objection::Pending, Some(Reason::ObjectionPending)),
        (Objection::Upheld, Some(Reason::ObjectionUpheld)),
        (Objection::Rejected, None),
    ];
    for list in lists {
        for (consent, unconsented) in consents {
            for (objection, objected) in objections {
                let reason = |basis: &BasisName| {
                    if *basis == Consented {
                        unconsented
                    } else {
                        objected.filter(|_| basis.is_weighed())
                    }
                };
                let want = match list.iter().find(|basis| reason(basis).is_none()) {
                    Some(basis) => Answer::Yes(*basis),
                    None if list.iter().any(|basis| basis.is_weighed()) => {
                        Answer::No(objected.unwrap())
                    }
                    None => Answer::No(unconsented.unwrap()),
                };
                let bases: Vec<_> = list.iter().map(|basis| (*basis, None)).collect();
                let found = ask(&rule(&bases), &facts(consent, objection, false));
                assert_eq!(found, want, "{list:?} {consent:?} {objection:?}");
            }
        }
    }
}

#[test]
fn only_a_customer_who_has_not_opted_out_gets_marketing_without_consent() {
    let rule = Rule {
        marketing: true,
        gates: vec![Gate::CustomerOrMarketingConsent(1)],
        ..interest_rule()
    };
    let (yes, no) = (
        Answer::Yes(BasisName::LegitimateInterest),
        Answer::No(Reason::NoMarketingConsent),
    );
    let rows = [
        (Consent::Never, 0, no),
        (Consent::Never, 0b01, no),
        (Consent::Never, 0b10, yes),
        (Consent::Outdated, 0b10, yes),
        (Consent::Withdrawn, 0b10, no),
        (Consent::Given, 0, yes),
    ];
    for (consent, states, want) in rows {
        let known = Facts {
            states: States(states),
            ..facts(consent, Objection::None, false)
        };
        assert_eq!(ask(&rule, &known), want, "{consent:?} {states:b}");
    }
    let objected = Facts {
        states: States(0b10),
        ..facts(Consent::Never, Objection::Rejected, false)
    };
    assert_eq!(
        ask(&rule, &objected),
        Answer::No(Reason::ObjectedToMarketing)
    );
}

#[test]
fn gates_close_what_a_basis_alone_would_open() {
    let rows = [
        (Gate::MarketingConsent, Reason::NoMarketingConsent, true),
        (Gate::DeviceConsent, Reason::NoDeviceConsent, true),
        (Gate::SpecialConsent, Reason::NoSpecialCondition, true),
        (Gate::NoSpecialCondition, Reason::NoSpecialCondition, false),
    ];
    for (gate, reason, consent_opens) in rows {
        let rule = Rule {
            gates: vec![gate],
            ..interest_rule()
        };
        assert_eq!(ask(&rule, &Facts::default()), Answer::No(reason));
        let consented = facts(Consent::Given, Objection::None, false);
        assert_eq!(ask(&rule, &consented).is_yes(), consent_opens, "{reason:?}");
    }
}

#[test]
fn age_is_a_gate_for_consent_from_the_day_it_is_known() {
    let rule = Rule {
        gates: vec![Gate::Age(13)],
        ..consent_rule()
    };
    let given = facts(Consent::Given, Objection::None, false);
    let of_age = |rule: &Rule, of_age_at| ask(rule, &Facts { of_age_at, ..given });
    assert_eq!(of_age(&rule, Some(at(101))), Answer::No(Reason::TooYoung));
    assert!(of_age(&rule, Some(at(100))).is_yes());
    assert!(of_age(&rule, None).is_yes());
    let interest = Rule {
        gates: rule.gates.clone(),
        ..interest_rule()
    };
    assert!(
        of_age(&interest, Some(at(101))).is_yes(),
        "no consent is needed"
    );
    let device = Rule {
        gates: vec![Gate::DeviceConsent, Gate::Age(13)],
        ..interest_rule()
    };
    assert_eq!(of_age(&device, Some(at(101))), Answer::No(Reason::TooYoung));
}

#[test]
fn reasons_come_in_the_order_of_the_law() {
    let rule = Rule {
        marketing: true,
        ..consent_rule()
    };
    let mut worst = facts(Consent::Withdrawn, Objection::Pending, true);
    worst.kept_until = Some(at(1));
    assert_eq!(ask(&rule, &worst), Answer::No(Reason::Restricted));
    worst.own.restricted = false;
    assert_eq!(ask(&rule, &worst), Answer::No(Reason::RetentionPassed));
    worst.kept_until = None;
    assert_eq!(ask(&rule, &worst), Answer::No(Reason::ObjectedToMarketing));
    worst.own.objection = Objection::None;
    assert_eq!(ask(&rule, &worst), Answer::No(Reason::ConsentWithdrawn));
}

#[test]
fn every_reason_has_an_article_and_a_name_of_its_own() {
    for reason in Reason::ALL {
        assert!(!reason.article().is_empty() && !reason.explain().is_empty());
        let same = Reason::ALL
            .iter()
            .filter(|other| other.name() == reason.name());
        assert_eq!(same.count(), 1, "{reason:?}");
    }
}

fn any_rule() -> impl Strategy<Value = Rule> {
    use BasisName::{Consent, Contract, ExplicitConsent, LegitimateInterest, PublicTask};
    let basis = prop::sample::select(vec![
        Consent,
        ExplicitConsent,
        Contract,
        LegitimateInterest,
        PublicTask,
    ]);
    let listed = prop::collection::vec((basis, prop::option::of(0..2_u8)), 1..3);
    let gates = prop::sample::subsequence(
        vec![
            Gate::MarketingConsent,
            Gate::DeviceConsent,
            Gate::CustomerOrMarketingConsent(0),
            Gate::NoSpecialCondition,
            Gate::SpecialConsent,
            Gate::Age(13),
        ],
        0..4,
    );
    (listed, gates, any::<bool>(), any::<bool>()).prop_map(
        |(bases, gates, another_controller, marketing)| Rule {
            another_controller,
            bases,
            marketing,
            gates,
        },
    )
}

fn any_entries() -> impl Strategy<Value = Vec<(Act, Timestamp, Scope)>> {
    let entry = (prop::sample::select(Act::ALL.to_vec()), 0..20_i64)
        .prop_map(|(act, second)| (act, at(second), Scope(0)));
    prop::collection::vec(entry, 0..10)
}

#[test]
fn p3_2_4_a_later_consent_ends_the_objection_for_that_marketing_only() {
    let rule = Rule {
        marketing: true,
        ..interest_rule()
    };
    let objected = Standing::default().after(Act::Object, at(5), Scope(0));
    let consented = objected.after(Act::Consent, at(6), Scope(0));
    let asked = |own: Standing, rule: &Rule| {
        let facts = Facts {
            own: own.in_marketing(&objected, Scope(0)),
            all: objected.position(Scope(0)),
            ..Facts::default()
        };
        ask(rule, &facts)
    };
    assert_eq!(
        asked(consented, &rule),
        Answer::Yes(BasisName::LegitimateInterest)
    );
    let refused = Answer::No(Reason::ObjectedToMarketing);
    assert_eq!(
        asked(Standing::default(), &rule),
        refused,
        "other marketing"
    );
    let contract = Rule {
        bases: vec![(BasisName::Contract, None)],
        ..rule.clone()
    };
    assert_eq!(
        asked(objected, &contract),
        refused,
        "a contract ends nothing"
    );
    let withdrawn = consented.after(Act::Withdraw, at(7), Scope(0));
    assert_eq!(asked(withdrawn, &rule), refused, "the consent is gone");
}

/// What is known of a person beside their choices.
fn any_known() -> impl Strategy<Value = Facts> {
    let instant = || prop::option::of((0..60_i64).prop_map(at));
    (0..4_u8, instant(), instant()).prop_map(|(states, kept_until, of_age_at)| Facts {
        states: States(states),
        kept_until,
        of_age_at,
        ..Facts::default()
    })
}

/// What is known of someone with these standings, here and for all activities.
fn known_of([own, all]: [Standing; 2], rule: &Rule, known: &Facts) -> Facts {
    let own = if rule.marketing {
        own.in_marketing(&all, Scope(0))
    } else {
        own.position(Scope(0))
    };
    Facts {
        own,
        all: all.position(Scope(0)),
        ..*known
    }
}

proptest! {
    #[test]
    fn i1_a_later_withdrawal_objection_or_restriction_never_allows_more(
        rule in any_rule(),
        known in any_known(),
        (own, all) in (any_entries(), any_entries()),
        (act, told, everywhere) in (
            prop::sample::select(vec![Act::Withdraw, Act::Object, Act::Restrict]),
            0..40_i64,
            any::<bool>(),
        ),
        use_for in prop::sample::select(Use::ALL.to_vec()),
    ) {
        let fold = |entries| Standing::fold(entries, at(30));
        let before = [fold(own), fold(all)];
        let [own, all] = before;
        // Told for whatever time: an act that protects is never outdone by an older one.
        let from = before.map(|standing| standing.counts_from(act, at(told)));
        let [here, there] = from;
        let after = if everywhere {
            [own, all.after(act, here.max(there), Scope(0))]
        } else {
            [own.after(act, here, Scope(0)), all]
        };
        let ask = |standings| {
            let facts = known_of(standings, &rule, &known);
            may(&rule, &facts, use_for, at(40)).is_yes()
        };
        // A restriction, asked for or while an objection is assessed, keeps data that would have had
        // to go, for the uses of Article 18(2) alone. A withdrawal restricts only where the consent
        // was what outweighed an objection.
        let is_restricted = |standings| rule.is_restricted(&known_of(standings, &rule, &known));
        let restricted = is_restricted(after);
        let begins = act != Act::Withdraw || !is_restricted(before);
        let kept = restricted && begins && use_for != Use::Ordinary;
        prop_assert!(!ask(after) || ask(before) || kept);
        let stored = restricted && use_for == Use::Storage;
        let denied = rule.marketing && act == Act::Object && use_for != Use::OwnRequest && !stored;
        prop_assert!(!denied || !ask(after), "an objection to marketing ends all of it");
    }

    #[test]
    fn i10_a_past_question_gets_its_past_answer(
        rule in any_rule(),
        known in any_known(),
        (own, all) in (any_entries(), any_entries()),
        (later, later_all) in (any_entries(), any_entries()),
        past in 0..20_i64,
        use_for in prop::sample::select(Use::ALL.to_vec()),
    ) {
        let told = |entries: &[(Act, Timestamp, Scope)], later: &[(Act, Timestamp, Scope)]| {
            let later = later.iter().filter(|(_, instant, _)| *instant > at(past));
            let all: Vec<_> = entries.iter().chain(later).copied().collect();
            Standing::fold(all, at(past))
        };
        let then = [told(&own, &[]), told(&all, &[])];
        let since = [told(&own, &later), told(&all, &later_all)];
        let ask = |standings| may(&rule, &known_of(standings, &rule, &known), use_for, at(past));
        prop_assert_eq!(ask(since), ask(then));
    }
}
