//! What was in force at any past instant is found again, byte for byte.

use std::sync::Arc;

use axum::http::StatusCode;
use ombud::flow::Ombud;
use ombud::flow::board::Board;
use ombud::flow::ledger::Told;
use ombud::flow::subject::SubjectRef;
use ombud::flow::sweep::Swept;
use ombud::web::live::Live;
use ombud::web::view::Which;
use ombud::web::{Filling, Pages as _};
use ombud_core::board::Verdict;
use ombud_core::decision::{Answer, Reason, Use};
use ombud_core::language::Language;
use ombud_core::rulebook::Rulebook;
use ombud_core::standing::Act;
use ombud_core::statement::model::BasisName;
use ombud_core::statement::prose;
use serde_json::json;

use crate::harness::{at, email};

on_both! {
    fn i10_a_past_version_is_found_again_byte_for_byte(world) {
        let change = ("statement.toml", "effective = \"2026-03-18\"", "effective = \"2026-09-01\"");
        world.go("2026-08-15T08:00:00Z");
        let now = world.under(&[change]);
        let timeline = world.wait(now.timeline(world.now())).unwrap();
        let newer = timeline.at(at("2026-09-01T08:00:00Z"));
        // In force from midnight in Oslo.
        let before = world.wait(newer.statement_at(at("2026-08-31T21:59:59.999Z"))).unwrap();
        let after = world.wait(newer.statement_at(at("2026-08-31T22:00:00Z"))).unwrap();
        assert_eq!(before.folder, ombud::bundled::folder());
        assert_eq!(before.version, world.ombud.statement.version);
        assert_eq!(after.folder, newer.statement.folder);
        let shown = world.get("/statement/versions/2026-08-31").body;
        assert_eq!(shown["version"], world.get("/statement").body["version"]);
        for (path, text) in ombud::bundled::folder().files() {
            assert_eq!(shown["files"][path], text);
        }
        assert_eq!(world.get("/statement/versions/2026-03-17").status, StatusCode::NOT_FOUND);
        assert_eq!(world.get("/statement/versions/yesterday").status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(world.wait(newer.versions()).unwrap().len(), 2);
    }

    fn i10_the_page_of_versions_tells_when_each_was_in_force(world) {
        let from = |day: &str| {
            let effective = format!("effective = \"{day}\"");
            world.under(&[("statement.toml", "effective = \"2026-03-18\"", &effective)])
        };
        world.go("2026-08-15T08:00:00Z");
        let late = from("2026-03-19");
        from("2026-09-01");
        let filling = Arc::new(Filling::whole());
        let pages = world.wait(async { Live::new(late, world.clock(), filling) });
        let rows = pages.versions(Language::En).unwrap().versions;
        let told: Vec<_> = rows
            .iter()
            .map(|row| (row.in_force_on.to_string(), row.planned, row.version.current))
            .collect();
        let row = |day: &str, planned, current| (day.to_owned(), planned, current);
        assert_eq!(told, [
            row("2026-09-01", true, false),
            row("2026-08-15", false, true),
            row("2026-03-18", false, false),
        ]);
        for row in &rows {
            let which = Which::parse(&row.version.short_hash()).unwrap();
            let shown = pages.statement(Language::En, Some(&which)).unwrap();
            assert_eq!(shown.version.hash, row.version.hash);
            let Some(previous) = &row.previous else { continue };
            let before = Which::parse(&previous.short_hash()).unwrap();
            let diff = pages.diff(Language::En, &before, &which).unwrap();
            assert_eq!((diff.before.hash, diff.after.hash), (previous.hash.clone(), row.version.hash.clone()));
        }
        let on = |day: &str| pages.statement(Language::En, Which::parse(day).as_ref()).unwrap().version.hash;
        assert_eq!(on("2026-08-14"), rows[2].version.hash);
        assert_eq!(on("2026-08-15"), rows[1].version.hash);
        assert_eq!(on("2026-09-01"), rows[0].version.hash);
    }

    fn i10_a_version_applies_from_its_instant_and_not_before(world) {
        let keep = "conversation.keep\" = \"3 months after collection\"";
        let wider = ("decisions.toml", keep, "conversation.keep\" = \"2 months after collection\"");
        let later = ("statement.toml", "effective = \"2026-03-18\"", "effective = \"2026-09-01\"");
        let fields = json!({ "ip": "192.0.2.1", "messages": "hello" });
        let visitor = json!({ "ip": "192.0.2.1" });
        world.go("2026-08-15T08:00:00Z");
        let (record, due) = world.add("website-chat.conversation", &visitor, &fields, &json!({}));
        assert_eq!(due, Some(at("2026-11-15T23:00:00Z")));
        let newer = world.under(&[later, wider]);
        assert_eq!(newer.book.version, world.ombud.book.version, "not in force yet");
        let timeline = world.wait(newer.timeline(world.now())).unwrap();
        let [before, after] = [at("2026-08-31T21:59:59.999Z"), at("2026-08-31T22:00:00Z")];
        assert_eq!(timeline.at(before).book.version, world.ombud.book.version);
        let now = timeline.at(after);
        assert_ne!(now.book.version, world.ombud.book.version);
        assert_eq!(world.wait(timeline.at(before).recount(before)).unwrap(), 0);
        assert_eq!(world.wait(now.recount(before)).unwrap(), 0, "nothing before its instant");
        assert!(!now.counted());
        world.go("2026-10-15T22:00:00Z");
        assert_eq!(world.wait(now.sweep(world.now())).unwrap().erased, 1, "two months by then");
        assert!(!world.holds(&record));
        assert!(now.counted());
    }

    fn i10_what_is_stored_later_than_it_says_applies_from_then_on(world) {
        world.go("2026-08-15T08:00:00Z");
        let other = world.under(&[("statement.toml", "effective = \"2026-03-18\"", "effective = \"2026-05-01\"")]);
        for (instant, version) in [
            ("2026-03-17T22:59:59.999Z", None),
            ("2026-03-17T23:00:00Z", Some(&world.ombud.book.version)),
            ("2026-08-15T07:59:59.999Z", Some(&world.ombud.book.version)),
            ("2026-08-15T08:00:00Z", Some(&other.book.version)),
        ] {
            let found = world.wait(other.statement_at(at(instant))).ok().map(|found| found.version);
            assert_eq!(found.as_ref(), version, "{instant}");
        }
        // Back to the first: that is a third stretch of time, of the same bytes.
        world.go("2026-08-16T08:00:00Z");
        let back = world.under(&[]);
        assert_eq!(back.book.version, world.ombud.book.version);
        assert_eq!(world.wait(back.statement_at(world.now())).unwrap().version, back.book.version);
        assert_eq!(world.wait(back.statement_at(at("2026-08-15T12:00:00Z"))).unwrap().version, other.book.version);
        assert_eq!(world.wait(back.versions()).unwrap().len(), 3);
        assert_eq!(world.wait(world.under(&[]).versions()).unwrap().len(), 3, "adopted once");
    }

    fn i10_reading_stores_no_version(world) {
        let folder = ombud_core::statement::Folder::new(
            ombud::bundled::folder().files().map(|(path, text)| {
                (path.to_owned(), text.replace("effective = \"2026-03-18\"", "effective = \"2026-03-20\""))
            }).collect::<Vec<_>>(),
        );
        let draft = ombud_core::statement::load(folder).unwrap();
        let store = world.ombud.store.clone();
        let reader = world.wait(ombud::flow::Ombud::open_to_read(store, draft.clone(), world.now())).unwrap();
        assert_eq!(reader.book.version, draft.version);
        assert_eq!(world.wait(reader.versions()).unwrap().len(), 1);
        let found = world.wait(reader.statement_at(world.now())).unwrap();
        assert_eq!(found.version, world.ombud.book.version);
    }

    fn i2_a_new_version_moves_stored_instants_and_decides_strictly_meanwhile(world) {
        let anna = email("anna");
        let fields = json!({ "traffic": "sign-in", "ip": "192.0.2.1" });
        let (record, _) = world.add("security.log", &anna, &fields, &json!({}));
        world.go("2027-06-01T08:00:00Z");
        assert_eq!(world.may(&anna, "security"), "yes");
        let keep = "keep      = \"3 years after last activity\"";
        let shorter = world.under(&[("activities/security.toml", keep, "keep      = \"1 year after last activity\"")]);
        let who = SubjectRef::parse("email:anna@example.com").unwrap();
        let ask = |ombud: &Ombud| {
            world.wait(ombud.may(&who, "security", Use::Ordinary, world.now())).unwrap().answer
        };
        assert_eq!(ask(&shorter), Answer::No(Reason::RetentionPassed), "before a clock was moved");
        let board = world.wait(shorter.board(world.now())).unwrap();
        let row = |board: &Board, id: &str| board.promises.iter().find(|row| row.id == id).unwrap().verdict;
        assert_eq!(row(&board, "P3.4.2"), Verdict::Unproven);
        assert!(!shorter.counted());
        world.go("2027-06-02T08:00:00Z");
        let longer = world.under(&[("activities/security.toml", keep, "keep      = \"9 years after last activity\"")]);
        assert_eq!(ask(&longer), Answer::Yes(BasisName::LegitimateInterest));
        world.go("2029-04-01T22:00:00Z");
        assert_eq!(ask(&longer), Answer::No(Reason::RetentionPassed), "the stricter of both");
        assert_eq!(world.wait(longer.recount(world.now())).unwrap(), 1);
        assert_eq!(ask(&longer), Answer::Yes(BasisName::LegitimateInterest));
        assert_eq!(row(&world.wait(longer.board(world.now())).unwrap(), "P3.4.2"), Verdict::Kept);
        assert_eq!(world.wait(longer.sweep(world.now())).unwrap(), Swept::default());
        // Wording alone moves no clock.
        world.go("2029-04-02T22:00:00Z");
        let word = world.under(&[
            ("activities/security.toml", keep, "keep      = \"9 years after last activity\""),
            ("statement.toml", "effective = \"2026-03-18\"", "effective = \"2026-03-19\""),
        ]);
        assert_eq!(row(&world.wait(word.board(world.now())).unwrap(), "P3.4.2"), Verdict::Kept);
        assert_eq!(world.wait(word.recount(world.now())).unwrap(), 0);
        world.go("2029-04-03T22:00:00Z");
        let again = world.under(&[("activities/security.toml", keep, "keep      = \"1 year after last activity\"")]);
        assert_eq!(world.wait(again.sweep(world.now())).unwrap().erased, 1);
        assert!(!world.holds(&record));
    }

    fn i2_records_that_shared_a_clock_get_their_own_when_the_rule_says_so(world) {
        let anna = email("anna");
        let fields = json!({ "traffic": "sign-in", "ip": "192.0.2.1" });
        let (old, _) = world.add("security.log", &anna, &fields, &json!({}));
        world.go("2027-04-01T08:00:00Z");
        let (new, _) = world.add("security.log", &anna, &fields, &json!({}));
        let keep = "3 years after last activity";
        let own = world.under(&[("activities/security.toml", keep, "3 years after collection")]);
        world.go("2029-04-01T21:59:59.999Z");
        assert_eq!(world.wait(own.sweep(world.now())).unwrap(), Swept::default());
        world.go("2029-04-01T22:00:00Z");
        assert_eq!(world.wait(own.sweep(world.now())).unwrap().erased, 1);
        assert!(!world.holds(&old));
        assert!(world.holds(&new));
        world.go("2030-04-01T22:00:00Z");
        assert_eq!(world.wait(own.sweep(world.now())).unwrap().erased, 1);
        assert!(!world.holds(&new));
    }

    fn i10_a_consent_that_is_told_late_covers_what_was_asked_then(world) {
        let first = world.ombud.statement.version.clone();
        world.go("2026-08-15T08:00:00Z");
        let purpose = "purpose  = \"dpv:DirectMarketing\"";
        let wider = "purpose  = [\"dpv:DirectMarketing\", \"dpv:PersonalisedAdvertising\"]";
        let newer = world.under(&[("activities/newsletters.toml", purpose, wider)]);
        world.go("2026-08-16T08:00:00Z");
        let consent = |name: &str, given: &str| {
            let who = SubjectRef::parse(&format!("email:{name}@example.com")).unwrap();
            let told = Told {
                activity: "newsletters".to_owned(),
                act: Act::Consent,
                at: at(given),
                language: Some("en".to_owned()),
                channel: Some("form".to_owned()),
                notice: None,
            };
            let receipt = world.wait(newer.tell(&who, told, world.now())).unwrap();
            let may = newer.may(&who, "newsletters", Use::Ordinary, world.now());
            (receipt.version, world.wait(may).unwrap().answer)
        };
        let outdated = Answer::No(Reason::ConsentOutdated);
        assert_eq!(consent("then", "2026-06-01T08:00:00Z"), (first.clone(), outdated));
        // Of before the first version nothing else is known.
        assert_eq!(consent("before", "2022-06-01T08:00:00Z"), (first, outdated));
        let yes = Answer::Yes(BasisName::Consent);
        assert_eq!(consent("since", "2026-08-15T09:00:00Z"), (newer.statement.version.clone(), yes));
    }

    fn i10_basis_and_wording_of_a_past_choice_are_given_again(world) {
        let anna = email("anna");
        world.tell(&anna, "newsletters", "consent");
        let shown = prose::render(&world.ombud.statement, Language::Nb);
        let rule = world.ombud.book.activities["newsletters"].rule.clone();
        world.go("2026-09-01T08:00:00Z");
        let newer = world.under(&[
            ("activities/newsletters.toml", "to send marketing by email to people who want it", "to send news"),
            ("text/nb.md", "personvern", "Personvern"),
        ]);
        let who = SubjectRef::parse("email:anna@example.com").unwrap();
        let entry = world.wait(newer.ledger(&who)).unwrap().remove(0).entry;
        let then = world.wait(newer.statement_of(entry.statement.as_str())).unwrap();
        assert_eq!(then.folder, ombud::bundled::folder());
        let again = prose::render(&then, Language::Nb);
        assert_eq!(format!("{again:?}"), format!("{shown:?}"));
        assert_ne!(format!("{again:?}"), format!("{:?}", prose::render(&newer.statement, Language::Nb)));
        assert_eq!(Rulebook::new(&then).activities["newsletters"].rule, rule);
        assert_eq!(world.wait(newer.statement_at(entry.acted_at)).unwrap().version, entry.statement);
    }
}
