//! What people choose, and that every answer follows it at once.

use axum::http::StatusCode;
use ombud::flow::ledger::Told;
use ombud::flow::subject::SubjectRef;
use ombud::flow::sweep::Swept;
use ombud_core::decision::{Answer, Reason, Use};
use ombud_core::standing::Act;
use serde_json::{Value, json};

use crate::harness::email;

on_both! {
    fn i6_words_about_a_person_do_not_reach_the_ledger(world) {
        for (name, words) in [
            ("notice", "anna@example.com likes chairs"), ("channel", "a call with Anna"), ("language", "norsk"),
        ] {
            let mut told = json!({ "subject": email("anna"), "activity": "newsletters", "act": "consent", "language": "nb", "channel": "form" });
            told[name] = json!(words);
            let refused = world.post("/ledger", &told);
            assert_eq!(refused.status.as_u16(), 422, "{name}");
            assert!(!refused.body.to_string().contains(words), "{name}");
        }
        assert_eq!(world.may(&email("anna"), "newsletters"), "no_consent");
    }

    fn p3_1_1_a_consent_says_what_was_shown_and_how_it_came(world) {
        let who = SubjectRef::parse("email:anna@example.com").unwrap();
        let told = |how: Value| {
            let mut told = json!({ "subject": email("anna"), "activity": "newsletters", "act": "consent" });
            told.as_object_mut().unwrap().extend(how.as_object().unwrap().clone());
            world.post("/ledger", &told)
        };
        for (how, want) in [
            (json!({}), "/problems/not_demonstrated"),
            (json!({ "language": "nb", "notice": "n-1" }), "/problems/not_demonstrated"),
            (json!({ "channel": "form" }), "/problems/not_demonstrated"),
        ] {
            let refused = told(how);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(refused.body["type"], want);
        }
        let version = &world.ombud.book.version;
        let named = |language: &str, notice: String| json!({ "language": language, "channel": "form", "notice": notice });
        for how in [
            json!({ "language": "fr", "channel": "form" }),
            named("fr", format!("{version}/3.1/fr")),
            named("nb", format!("{version}/3.2/nb")),
            named("nb", format!("{version}/3.1/en")),
            named("nb", format!("{}/3.1/nb", "0".repeat(64))),
        ] {
            let refused = told(how);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(refused.body["type"], "/problems/not_worded");
            let hint = refused.body["hint"].as_str().unwrap();
            assert!(hint.contains(&format!("`{version}/3.1/en`, `{version}/3.1/nb`")), "{hint}");
        }
        assert_eq!(world.find("email:anna@example.com"), None);
        // Another version that is stored, too.
        let later = world.under(&[("activities/newsletters.toml", "by email to people", "to people")]);
        let later = format!("{}/3.1/en", later.book.version);
        for how in [
            json!({ "language": "nb-NO", "channel": "form" }),
            json!({ "language": "fr", "channel": "form", "notice": "n-1" }),
            named("en", later.clone()),
        ] {
            assert_eq!(told(how).status, StatusCode::CREATED);
        }
        let ledger = world.wait(world.ombud.ledger(&who)).unwrap().into_iter();
        let shown: Vec<Option<String>> = ledger.map(|entry| entry.entry.notice).collect();
        let own = format!("{}/3.1/nb", world.ombud.book.version);
        assert_eq!(shown, [Some(own), Some("n-1".to_owned()), Some(later)]);
    }

    fn i1_a_consent_of_before_takes_no_opt_out_back(world) {
        let anna = email("anna");
        let told = |act: &str, at: &str| {
            let body = json!({ "subject": anna, "activity": "newsletters", "act": act, "at": at, "language": "nb", "channel": "form" });
            assert_eq!(world.post("/ledger", &body).status.as_u16(), 201);
        };
        world.tell(&anna, "newsletters", "withdraw");
        let hash = world.ombud.store.identity_hash("email", "anna@example.com");
        let suppressed = || {
            let read = world.ombud.store.read("test.read", hash.bucket(), move |tx| tx.suppressions_of(hash));
            read.wait().unwrap().into_iter().any(|(activity, _)| activity == "newsletters")
        };
        assert!(suppressed());
        // Told after the withdrawal, and given before it.
        world.go("2026-04-02T08:00:00Z");
        told("consent", "2026-03-30T08:00:00Z");
        assert_eq!(world.may(&anna, "newsletters"), "consent_withdrawn");
        assert!(suppressed());
        told("consent", "2026-04-02T07:00:00Z");
        assert_eq!(world.may(&anna, "newsletters"), "yes");
        assert!(!suppressed());
    }

    fn p3_1_1_and_i1_consent_opens_and_withdrawal_closes_at_once(world) {
        let anna = email("anna");
        assert_eq!(world.may(&anna, "newsletters"), "no_consent");
        world.tell(&anna, "newsletters", "consent");
        assert_eq!(world.may(&anna, "newsletters"), "yes");
        world.go_near(world.now(), 1);
        let receipt = world.tell(&anna, "newsletters", "withdraw");
        assert_eq!(receipt["denied"], json!(["newsletters"]));
        assert_eq!(receipt["erased"], json!(["newsletters.subscription"]));
        assert_eq!(world.may(&anna, "newsletters"), "consent_withdrawn");
    }

    fn i1_a_withdrawal_reaches_the_person_however_the_address_is_written(world) {
        let spelt = |address: &str| json!({ "email": address });
        world.tell(&spelt("Anna@Example.com"), "newsletters", "consent");
        assert_eq!(world.may(&spelt("anna@example.com"), "newsletters"), "yes");
        world.go_near(world.now(), 1);
        world.tell(&spelt("aNNa@example.com"), "newsletters", "withdraw");
        assert_eq!(world.may(&spelt("Anna@Example.com"), "newsletters"), "consent_withdrawn");
    }

    fn p3_1_3_what_was_withdrawn_is_shown_to_nobody_before_a_sweep(world) {
        let anna = email("anna");
        world.tell(&anna, "newsletters", "consent");
        let fields = json!({ "email": "anna@example.com" });
        let (record, _) = world.add("newsletters.subscription", &anna, &fields, &json!({}));
        let shown = |more: &str| world.get(&format!("/records/{record}{more}"));
        assert_eq!(shown("").status, StatusCode::OK);
        world.go_near(world.now(), 1);
        world.tell(&anna, "newsletters", "withdraw");
        assert_eq!(shown("").body["type"], "/problems/retention_passed");
        assert_eq!(shown("?use=own_request").status, StatusCode::OK);
    }

    fn i2_what_is_restricted_is_not_deleted_and_the_refusal_says_so(world) {
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &email("anna"), &fields, &json!({}));
        world.tell(&email("anna"), "support", "restrict");
        let path = format!("/records/{record}");
        let refused = world.call(axum::http::Method::DELETE, &path, None);
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert_eq!(refused.body["type"], "/problems/restricted");
        assert_eq!(refused.body["title"], "processing is restricted; nothing was changed");
        assert!(world.holds(&record));
        // The refused erasure is not carried out later, when the restriction is gone.
        world.tell(&email("anna"), "support", "lift");
        world.go_near(world.now(), 120_000);
        world.sweep();
        assert!(world.holds(&record));
    }

    fn i1_no_answer_is_kept_beyond_a_withdrawal_in_another_process(world) {
        let anna = email("anna");
        let who = SubjectRef::parse("email:anna@example.com").unwrap();
        world.tell(&anna, "newsletters", "consent");
        for _ in 0..2 {
            assert_eq!(world.may(&anna, "newsletters"), "yes");
        }
        world.go_near(world.now(), 1);
        let elsewhere = world.elsewhere();
        for (act, want) in [(Act::Withdraw, "consent_withdrawn"), (Act::Consent, "yes")] {
            world.go_near(world.now(), 1);
            let told = Told {
                activity: "newsletters".to_owned(),
                act,
                at: world.now(),
                language: Some("nb".to_owned()),
                channel: Some("form".to_owned()),
                notice: Some("n-1".to_owned()),
            };
            world.wait(elsewhere.tell(&who, told, world.now())).unwrap();
            for _ in 0..2 {
                assert_eq!(world.may(&anna, "newsletters"), want);
            }
        }
    }

    fn p3_1_2_a_withdrawal_at_the_instant_of_the_consent_wins(world) {
        let anna = email("anna");
        world.tell(&anna, "newsletters", "withdraw");
        world.tell(&anna, "newsletters", "consent");
        assert_eq!(world.may(&anna, "newsletters"), "consent_withdrawn");
    }

    fn p3_1_3_what_was_held_is_gone_after_the_withdrawal_and_is_read_back(world) {
        let anna = email("anna");
        world.tell(&anna, "newsletters", "consent");
        let fields = json!({ "email": "anna@example.com" });
        let (record, due) = world.add("newsletters.subscription", &anna, &fields, &json!({}));
        assert_eq!(due, None);
        world.go_near(world.now(), 1);
        world.tell(&anna, "newsletters", "withdraw");
        let swept = world.sweep();
        assert_eq!((swept.erased, swept.remaining), (1, 0));
        assert!(!world.holds(&record));
        assert_eq!(world.sweep(), Swept::default());
    }

    fn p3_1_3_a_new_consent_begins_a_new_subscription(world) {
        let anna = email("anna");
        let fields = json!({ "email": "anna@example.com" });
        for act in ["consent", "withdraw", "consent"] {
            world.go_near(world.now(), 1_000);
            world.tell(&anna, "newsletters", act);
        }
        let (record, due) = world.add("newsletters.subscription", &anna, &fields, &json!({}));
        assert_eq!(due, None);
        world.go_near(world.now(), 86_400_000);
        world.sweep();
        assert!(world.holds(&record));
    }

    fn p3_1_3_an_older_consent_told_later_does_not_keep_what_was_withdrawn(world) {
        let anna = email("anna");
        world.tell(&anna, "newsletters", "consent");
        let fields = json!({ "email": "anna@example.com" });
        let (record, _) = world.add("newsletters.subscription", &anna, &fields, &json!({}));
        world.go("2026-04-03T08:00:00Z");
        world.tell(&anna, "newsletters", "withdraw");
        let late = json!({
            "subject": anna, "activity": "newsletters", "act": "consent", "at": "2026-04-02T08:00:00Z", "language": "nb", "channel": "form",
        });
        assert_eq!(world.post("/ledger", &late).status, StatusCode::CREATED);
        world.sweep();
        assert!(!world.holds(&record));
    }

    fn i1_a_withdrawal_told_for_an_earlier_day_ends_a_later_consent(world) {
        let anna = email("anna");
        world.go("2026-04-03T08:00:00Z");
        world.tell(&anna, "newsletters", "consent");
        let fields = json!({ "email": "anna@example.com" });
        let (record, _) = world.add("newsletters.subscription", &anna, &fields, &json!({}));
        let late = json!({
            "subject": anna, "activity": "newsletters", "act": "withdraw", "at": "2026-04-02T08:00:00Z",
        });
        assert_eq!(world.post("/ledger", &late).status, StatusCode::CREATED);
        world.sweep();
        assert_eq!(world.may(&anna, "newsletters"), "consent_withdrawn");
        assert!(!world.holds(&record));
    }

    fn p3_2_4_an_objection_to_marketing_is_absolute_and_counts_everywhere(world) {
        let anna = email("anna");
        world.tell(&anna, "profiling", "consent");
        world.tell(&anna, "newsletters", "consent");
        assert_eq!(world.may(&anna, "profiling"), "yes");
        let fields = json!({ "interests": ["chairs"], "interest_profile": "office" });
        let (record, _) = world.add("profiling.profile", &anna, &fields, &json!({}));
        world.go_near(world.now(), 1);
        let receipt = world.tell(&anna, "profiling", "object");
        assert_eq!(receipt["denied"], json!(["newsletters", "profiling"]));
        assert_eq!(world.may(&anna, "profiling"), "objected_to_marketing");
        assert_eq!(world.may(&anna, "newsletters"), "objected_to_marketing");
        world.sweep();
        assert!(!world.holds(&record));
        world.go_near(world.now(), 1);
        let rejected = json!({
            "subject": anna, "activity": "profiling", "act": "reject", "notice": "n-2",
        });
        assert_eq!(world.post("/ledger", &rejected).status, StatusCode::CREATED);
        assert_eq!(world.may(&anna, "profiling"), "objected_to_marketing");
    }

    fn p3_2_4_a_later_consent_ends_the_objection_for_that_marketing_only(world) {
        let anna = email("anna");
        world.tell(&anna, "newsletters", "consent");
        world.go_near(world.now(), 1);
        world.tell(&anna, "profiling", "object");
        world.sweep();
        world.go_near(world.now(), 1);
        world.tell(&anna, "profiling", "consent");
        assert_eq!(world.may(&anna, "profiling"), "yes");
        assert_eq!(world.may(&anna, "newsletters"), "objected_to_marketing");
        let standings = world.post("/standing", &json!({ "subject": anna })).body;
        let profiling = standings["standings"].as_array().unwrap();
        let profiling = profiling.iter().find(|stands| stands["activity"] == "profiling");
        assert_eq!(profiling.unwrap()["position"]["objection"], "ended");
        // What is collected from now on is kept by its rule, not by the objection of the past.
        let fields = json!({ "interests": ["chairs"], "interest_profile": "office" });
        let (record, _) = world.add("profiling.profile", &anna, &fields, &json!({}));
        world.sweep();
        assert!(world.holds(&record));
        // An objection told for yesterday is still the later choice.
        world.go_near(world.now(), 1);
        let late = json!({
            "subject": anna, "activity": "profiling", "act": "object", "at": "2026-01-01T08:00:00Z",
        });
        assert_eq!(world.post("/ledger", &late).status, StatusCode::CREATED);
        assert_eq!(world.may(&anna, "profiling"), "objected_to_marketing");
        world.sweep();
        assert!(!world.holds(&record));
    }

    fn p3_2_4_a_suppressed_identity_does_not_come_back_by_import(world) {
        let (anna, device) = (email("anna"), json!({ "device": "d-1" }));
        let both = json!({ "email": "anna@example.com", "device": "d-1" });
        world.tell(&both, "profiling", "object");
        // The person is erased: their ledger and standings go, the suppression stays.
        let subject = world.find("device:d-1").unwrap();
        let bucket = world.ombud.store.bucket_of(subject);
        let identities = world.write(bucket, move |tx| tx.erase_subject(subject));
        assert_eq!(identities.len(), 2);
        for hash in identities {
            world.write(hash.bucket(), move |tx| tx.forget_identity(hash, subject));
        }
        assert_eq!(world.find("device:d-1"), None);
        for subject in [&anna, &device, &both] {
            assert_eq!(world.may(subject, "profiling"), "objected_to_marketing");
        }
        let record = json!({
            "collection": "profiling.cookies", "subject": both,
            "fields": { "device": "d-1", "cookie": "seen" },
        });
        let refused = world.post("/records", &record);
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        assert_eq!(world.find("device:d-1"), None);
        // A new consent is a new choice.
        world.go_near(world.now(), 1);
        world.tell(&both, "profiling", "consent");
        assert_eq!(world.may(&both, "profiling"), "yes");
        assert_eq!(world.post("/records", &record).status, StatusCode::CREATED);
    }

    fn p5_6_an_objection_elsewhere_holds_until_it_is_decided(world) {
        let anna = email("anna");
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &anna, &fields, &json!({}));
        world.go_near(world.now(), 1);
        let receipt = world.tell(&anna, "support", "object");
        assert_eq!(receipt["restricted"], json!(["support"]));
        assert_eq!(world.may(&anna, "support"), "objection_pending");
        world.go("2035-01-01T00:00:00Z");
        world.sweep();
        assert!(world.holds(&record), "nothing is erased while the objection is weighed");
        world.tell(&anna, "support", "uphold");
        world.sweep();
        assert!(!world.holds(&record));
    }

    fn p5_6_an_upheld_objection_erases_before_the_period_is_over(world) {
        let anna = email("anna");
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &anna, &fields, &json!({}));
        for act in ["object", "uphold"] {
            world.go_near(world.now(), 1);
            world.tell(&anna, "support", act);
        }
        world.sweep();
        assert!(!world.holds(&record));
        assert_eq!(world.may(&anna, "support"), "objection_upheld");
    }

    fn p5_4_and_i2_a_restriction_suspends_the_sweep_which_resumes_after_lifting(world) {
        let anna = email("anna");
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add("support.inquiry", &anna, &fields, &json!({}));
        world.tell(&anna, "support", "restrict");
        assert_eq!(world.may(&anna, "support"), "restricted");
        world.go("2035-01-01T00:00:00Z");
        assert_eq!(world.sweep(), Swept::default());
        assert!(world.holds(&record));
        let untold = json!({ "subject": anna, "activity": "support", "act": "lift" });
        let refused = world.post("/ledger", &untold);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.body["article"], "GDPR Article 18(3)");
        world.tell(&anna, "support", "lift");
        world.sweep();
        assert!(!world.holds(&record));
    }

    fn p3_8_4_the_employer_is_controller_of_handed_over_conversations(world) {
        let anna = email("anna");
        assert_eq!(world.may(&anna, "handover"), "another_controller");
        let act = json!({ "subject": anna, "activity": "handover", "act": "object" });
        let refused = world.post("/ledger", &act);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.kind, "application/problem+json");
        assert_eq!(refused.body["article"], "GDPR Article 28(3)(e)");
        assert_eq!(refused.body["hint"], "direct the person to that controller");
        assert_eq!(world.post("/standing", &json!({ "subject": anna })).body, json!({ "standings": [] }));
    }

    fn i10_standings_name_every_choice_with_its_instant(world) {
        let anna = email("anna");
        world.tell(&anna, "newsletters", "consent");
        let standings = world.post("/standing", &json!({ "subject": anna })).body;
        assert_eq!(standings["standings"][0]["activity"], "newsletters");
        assert_eq!(standings["standings"][0]["position"]["consent"], "given");
    }

    fn p3_1_1_consent_to_less_is_outdated_when_more_is_done(world) {
        let anna = email("anna");
        world.tell(&anna, "newsletters", "consent");
        let file = "activities/newsletters.toml";
        let old = "purpose  = \"dpv:DirectMarketing\"";
        let new = "purpose  = [\"dpv:DirectMarketing\", \"dpv:PersonalisedAdvertising\"]";
        let wider = world.under(&[(file, old, new)]);
        let who = SubjectRef::parse("email:anna@example.com").unwrap();
        let ask = wider.may(&who, "newsletters", Use::Ordinary, world.now());
        let answer = world.wait(ask).unwrap().answer;
        assert_eq!(answer, Answer::No(Reason::ConsentOutdated));
    }
}
