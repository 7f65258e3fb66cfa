//! What the rules come to for a person: age, special categories, customers, and bases that apply side
//! by side.

use std::task::Poll;

use axum::http::StatusCode;
use ombud::flow::anchor::Target;
use ombud::flow::ledger::Told;
use ombud::flow::once::Command;
use ombud::flow::record::{Incoming, Stored};
use ombud::flow::subject::SubjectRef;
use ombud::flow::{FlowError, Ombud};
use ombud_core::anchor;
use ombud_core::decision::{Answer, Reason, Use};
use ombud_core::standing::Act;
use ombud_core::statement::model::BasisName;
use ombud_store::{Clock, ClockId, ClockKey, ClockState};
use serde_json::json;

use crate::harness::{World, at, email};

fn anna() -> SubjectRef {
    SubjectRef::parse("email:anna@example.com").unwrap()
}

/// A clock of hers that was told this much.
fn clock(world: &World, collection: &str, anchors: &str) {
    let subject = world.find("email:anna@example.com").unwrap();
    let clock = Clock {
        key: ClockKey {
            subject,
            collection: collection.to_owned(),
            clock: ClockId::SHARED,
        },
        anchors: anchors.into(),
        due_at: None,
        stage: 0,
        state: ClockState::Live,
    };
    let bucket = world.ombud.store.bucket_of(subject);
    world.write(bucket, move |tx| tx.save_clock(&clock));
}

fn uses(world: &World, activity: &str) -> Vec<&'static str> {
    let asked = |use_for: &Use| {
        let question = json!({
            "subject": email("anna"), "activity": activity, "use": use_for.name(),
        });
        world.post("/may", &question).body["may"] == true
    };
    let uses = Use::ALL.into_iter().filter(asked);
    uses.map(Use::name).collect()
}

const FILE: &str = "activities/newsletters.toml";
const ASKS_AGE: (&str, &str, &str) = (
    FILE,
    "marketing        = true",
    "marketing        = true\nminimum_age      = 15",
);
const ASKS_BIRTH: (&str, &str, &str) = (
    FILE,
    "[collections.subscription.fields]",
    "[collections.subscription.fields]\nborn = { title = { en = \"born\", nb = \"født\" }, category = \"pd:BirthDate\", type = \"date\", optional = true }",
);

/// Anna consents to newsletters under these rules.
fn consents(world: &World, ombud: &Ombud) {
    let told = Told {
        activity: "newsletters".to_owned(),
        act: Act::Consent,
        at: world.now(),
        language: Some("nb".to_owned()),
        channel: Some("form".to_owned()),
        notice: None,
    };
    world.wait(ombud.tell(&anna(), told, world.now())).unwrap();
}

/// Anna hands in her date of birth with her subscription.
fn subscribes(world: &World, ombud: &Ombud, born: &str) -> Result<Stored, FlowError> {
    let fields = json!({ "email": "anna@example.com", "born": born });
    let record = Incoming {
        collection: "newsletters.subscription".to_owned(),
        subject: anna(),
        fields: fields.as_object().unwrap().clone(),
        anchors: [].into(),
    };
    world.wait(ombud.add_record(record, world.now()))
}

on_both! {
    fn who_is_too_young_to_consent_is_of_age_on_the_birthday(world) {
        let marketing = "marketing        = true";
        let aged = "marketing        = true\nminimum_age      = 15";
        let ombud = world.under(&[("activities/newsletters.toml", marketing, aged)]);
        world.tell(&email("anna"), "newsletters", "consent");
        let may = |instant: &str| {
            let anna = anna();
            let answer = ombud.may(&anna, "newsletters", Use::Ordinary, at(instant));
            world.wait(answer).unwrap().answer
        };
        let (yes, no) = (Answer::Yes(BasisName::Consent), Answer::No(Reason::TooYoung));
        assert_eq!(may("2026-04-01T08:00:00Z"), yes, "nothing is known of an age");
        clock(world, "support.inquiry", r#"{"born_on":"2011-06-15"}"#);
        // Asked twice: what is kept in memory knows the birthday, too.
        for _ in 0..2 {
            assert_eq!(may("2026-06-14T21:59:59Z"), no);
            assert_eq!(may("2026-06-14T22:00:00Z"), yes);
        }
    }

    fn i8_what_says_that_its_person_is_too_young_is_not_stored(world) {
        let ombud = world.under(&[ASKS_BIRTH, ASKS_AGE]);
        consents(world, &ombud);
        let add = |born: &str| subscribes(world, &ombud, born);
        let young = add("2011-04-02");
        assert!(matches!(young, Err(FlowError::NoBasis(Reason::TooYoung))), "{young:?}");
        let unborn = add("2026-04-03");
        assert!(matches!(unborn, Err(FlowError::Intake(_))), "{unborn:?}");
        let stored = add("2011-04-01");
        assert!(stored.is_ok(), "of age today: {stored:?}");
    }

    fn a_new_minimum_age_knows_the_births_that_are_stored(world) {
        let before = world.under(&[ASKS_BIRTH]);
        consents(world, &before);
        subscribes(world, &before, "2020-01-01").unwrap();
        world.go_near(world.now(), 1);
        let after = world.under(&[ASKS_BIRTH, ASKS_AGE]);
        world.wait(after.sweep(world.now())).unwrap();
        let answer = world.wait(after.may(&anna(), "newsletters", Use::Ordinary, world.now()));
        assert_eq!(answer.unwrap().answer, Answer::No(Reason::TooYoung));
    }

    fn special_categories_without_a_condition_stay_out(world) {
        let email_field = "email   = { title = { en = \"email address\", nb = \"e-postadresse\" }, category = \"pd:EmailAddress\", identity = \"email\" }";
        let health = format!("{email_field}\nhealth  = {{ category = \"pd:HealthRecord\", optional = true }}");
        let ombud = world.under(&[("activities/support.toml", email_field, &health)]);
        let record = Incoming {
            collection: "support.inquiry".to_owned(),
            subject: anna(),
            fields: json!({ "email": "anna@example.com", "message": "hello", "health": "pollen" })
                .as_object()
                .unwrap()
                .clone(),
            anchors: [].into(),
        };
        let stored = world.wait(ombud.add_record(record, world.now()));
        assert!(matches!(stored, Err(FlowError::NoBasis(Reason::NoSpecialCondition))), "{stored:?}");
        let answer = world.wait(ombud.may(&anna(), "support", Use::Ordinary, world.now()));
        assert_eq!(answer.unwrap().answer, Answer::No(Reason::NoSpecialCondition));
    }

    fn p5_6_a_party_to_a_contract_cannot_object_to_it(world) {
        let anna = email("anna");
        let fields = json!({ "name": "Anna", "email": "anna@example.com" });
        let party = json!({ "party": world.now() });
        let (record, _) = world.add("customers.account", &anna, &fields, &party);
        world.go_near(world.now(), 1);
        for act in ["object", "uphold"] {
            let told = json!({ "subject": anna, "activity": "customers", "act": act });
            let refused = world.post("/ledger", &told);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(refused.body["type"], "/problems/no_right_to_object");
            assert_eq!(refused.body["article"], "GDPR Article 21(1)");
        }
        assert_eq!(world.may(&anna, "customers"), "yes");
        world.sweep();
        assert!(world.holds(&record));
    }

    fn p5_6_an_objection_leaves_what_a_contract_carries(world) {
        let anna = email("anna");
        let fields = json!({ "name": "Anna", "email": "anna@example.com" });
        let both = json!({ "party": world.now(), "contact_person": world.now() });
        let (record, _) = world.add("customers.account", &anna, &fields, &both);
        world.go_near(world.now(), 1);
        let objected = world.tell(&anna, "customers", "object");
        assert_eq!((&objected["denied"], &objected["restricted"]), (&json!([]), &json!([])));
        let change = json!({ "name": "Anna Berg" });
        let changed = world.call(axum::http::Method::PATCH, &format!("/records/{record}"), Some(&change));
        assert_eq!(changed.status, StatusCode::NO_CONTENT, "nothing is restricted");
        let upheld = world.tell(&anna, "customers", "uphold");
        assert_eq!((&upheld["denied"], &upheld["erased"]), (&json!([]), &json!([])));
        assert_eq!(world.may(&anna, "customers"), "yes");
        world.sweep();
        assert!(world.holds(&record));
        // Whoever is a contact person only, objects with all effects.
        let bo = email("bo");
        let fields = json!({ "name": "Bo", "email": "bo@example.com" });
        let contact = json!({ "contact_person": world.now() });
        let (record, _) = world.add("customers.account", &bo, &fields, &contact);
        world.go_near(world.now(), 1);
        assert_eq!(world.tell(&bo, "customers", "object")["restricted"], json!(["customers"]));
        assert_eq!(world.may(&bo, "customers"), "objection_pending");
        let upheld = world.tell(&bo, "customers", "uphold");
        assert_eq!(upheld["erased"], json!(["customers.account", "customers.invoice"]));
        world.sweep();
        assert!(!world.holds(&record));
    }

    /// Two processes: while an objection is being recorded, another is told that a contract carries the
    /// data. What follows is what the evidence says was known first.
    fn p5_6_an_objection_weighs_what_is_told_at_the_same_moment(world) {
        let elsewhere = world.elsewhere();
        for turns in 1.. {
            let name = format!("person{turns}");
            let fields = json!({ "name": "Bo", "email": format!("{name}@example.com") });
            let contact = json!({ "contact_person": world.now() });
            world.add("customers.account", &email(&name), &fields, &contact);
            world.go_near(world.now(), 1);
            let who = SubjectRef::parse(&format!("email:{name}@example.com")).unwrap();
            let subject = world.find(&format!("email:{name}@example.com")).unwrap();
            let objection = Told {
                activity: "customers".to_owned(),
                act: Act::Object,
                at: world.now(),
                language: None,
                channel: None,
                notice: None,
            };
            let once = Some(world.ombud.once("tests", &name, b""));
            let command = Command { at: world.now(), once };
            let party = anchor::Told::event("party", world.now());
            let target = Target::Collection(who.clone(), "customers.account".to_owned());
            let (told, waited) = world.wait(async {
                let mut telling = std::pin::pin!(world.ombud.tell(&who, objection, command));
                let mut turn = 0;
                let early = std::future::poll_fn(|context| {
                    turn += 1;
                    match telling.as_mut().poll(context) {
                        Poll::Ready(told) => Poll::Ready(Some(told)),
                        Poll::Pending if turn == turns => Poll::Ready(None),
                        Poll::Pending => Poll::Pending,
                    }
                });
                let early = early.await;
                elsewhere.set_anchor(&target, &party, world.now()).await.unwrap();
                match early {
                    Some(told) => (told, false),
                    None => (telling.await, true),
                }
            });
            let chain = world.ombud.store.read("test.chain", world.ombud.store.bucket_of(subject), |tx| {
                tx.evidence_after(0, 100)
            });
            let chain = chain.wait().unwrap();
            let place = |kind: &str| {
                let kind = format!("{{\"kind\":\"{kind}\"");
                let of = chain.iter().rfind(|entry| entry.fact.starts_with(&kind));
                of.unwrap().place
            };
            let carried = place("anchor_set") < place("act");
            let restricted = told.unwrap().effects.restricted;
            assert_eq!(restricted.is_empty(), carried, "after {turns} turns");
            if !waited {
                break;
            }
        }
    }

    fn p5_4_what_is_restricted_is_there_for_the_uses_of_article_18_beyond_its_time(world) {
        let anna = email("anna");
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &anna, &fields, &json!({}));
        world.go_near(world.now(), 1);
        world.tell(&anna, "support", "restrict");
        let all_but_ordinary: Vec<_> = Use::ALL.iter().skip(1).map(|each| each.name()).collect();
        world.go("2036-01-01T00:00:00Z");
        world.sweep();
        assert!(world.holds(&record));
        for _ in 0..2 {
            assert_eq!(uses(world, "support"), all_but_ordinary);
        }
        world.tell(&anna, "support", "lift");
        for _ in 0..2 {
            assert_eq!(uses(world, "support"), ["own_request"]);
        }
    }

    fn i1_an_act_that_lies_in_the_future_is_refused(world) {
        let anna = email("anna");
        let told = json!({
            "subject": anna, "activity": "newsletters", "act": "consent", "language": "nb", "channel": "form", "at": "2030-01-01T00:00:00Z",
        });
        let refused = world.post("/ledger", &told);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.body["type"], "/problems/future_act");
        assert_eq!(world.find("email:anna@example.com"), None);
    }
}
