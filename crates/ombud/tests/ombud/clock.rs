//! Everything that a phrase can count from: told, stored and carried out to the millisecond, on
//! inquiries of the bundled statement under other periods.

use axum::http::StatusCode;
use jiff::Timestamp;
use ombud::flow::anchor::Target;
use ombud::flow::record::{Incoming, fields};
use ombud::flow::rectify::OldIdentity;
use ombud::flow::subject::SubjectRef;
use ombud::flow::sweep::Swept;
use ombud::flow::{FlowError, Ombud, ledger};
use ombud_core::access::Sight;
use ombud_core::anchor::Told;
use ombud_core::decision::{Reason, Use};
use ombud_core::evidence::Hash;
use ombud_core::retention::Notice;
use ombud_core::standing::Act;
use ombud_store::{NewRecord, Place, RecordId, RecordState, Sql, StoreError};
use serde_json::{Value, json};

use crate::harness::{World, at, email};

const FILE: &str = "activities/support.toml";
const INQUIRY: &str = "support.inquiry";
const OUTCOME: &str = "outcome = { title = { en = 'outcome', nb = 'utfall' }, category = 'pd:Opinion', optional = true }";
const BIRTH: &str = "born = { title = { en = 'date of birth', nb = 'fødselsdato' }, category = 'pd:BirthDate', type = 'date', optional = true }";
const AWAY: &str = "states = { away = { en = 'you are away', nb = 'du er borte' } }";
const BLOCK: &str = "
[collections.block]
title = { en = 'block', nb = 'sperring' }
keep  = '10 days after collection'
then  = 'erase'
[collections.block.fields]
email = { title = { en = 'email address', nb = 'e-postadresse' }, category = 'pd:EmailAddress', identity = 'email' }
";

/// The bundled statement under which inquiries are kept otherwise.
struct Rules<'w> {
    world: &'w World,
    ombud: Ombud,
}

impl<'w> Rules<'w> {
    fn new(world: &'w World, keep: &str, keys: &str, extra_fields: &str) -> Self {
        let old = "keep      = \"3 years after last correspondence\"";
        let new = format!("keep = '{keep}'\n{keys}");
        let head = "[collections.inquiry.fields]\n";
        let more = format!("{head}{extra_fields}\n");
        let chat = "# The same conversations";
        let block = format!("{BLOCK}\n{chat}");
        let changes = [
            // What the bundled statement decided of the end is left open here.
            (
                "decisions.toml",
                "\"activities.support.collections.inquiry.then\"       = \"erase\"\n",
                "",
            ),
            (FILE, old, new.as_str()),
            (FILE, head, &more),
            (FILE, chat, &block),
        ];
        let ombud = world.under(&changes);
        Self { world, ombud }
    }

    fn keep(world: &'w World, keep: &str) -> Self {
        Self::new(world, keep, "", "")
    }

    /// An inquiry of Anna's, and until when it is kept.
    fn add(&self, more: &Value, anchors: &[(&str, &str)]) -> (RecordId, Option<Timestamp>) {
        let mut fields = json!({ "email": "anna@example.com", "name": "Anna", "message": "hello" });
        let more = more.as_object().unwrap().clone();
        fields.as_object_mut().unwrap().extend(more);
        self.add_to(INQUIRY, &fields, anchors)
    }

    fn add_to(
        &self,
        collection: &str,
        fields: &Value,
        anchors: &[(&str, &str)],
    ) -> (RecordId, Option<Timestamp>) {
        let anchors = anchors.iter();
        let incoming = Incoming {
            collection: collection.to_owned(),
            subject: SubjectRef::parse("email:anna@example.com").unwrap(),
            fields: fields.as_object().unwrap().clone(),
            anchors: anchors
                .map(|(name, told)| ((*name).to_owned(), at(told)))
                .collect(),
        };
        let stored = self
            .world
            .wait(self.ombud.add_record(incoming, self.world.now()))
            .unwrap();
        (stored.record, stored.due)
    }

    fn told(&self, anchor: &str) -> Told {
        Told::event(anchor, self.world.now())
    }

    fn tell(&self, record: RecordId, told: &Told) -> Result<u64, FlowError> {
        let target = Target::Record(record);
        let set = self.ombud.set_anchor(&target, told, self.world.now());
        Ok(self.world.wait(set)?.clocks)
    }

    /// Why it is refused.
    fn refused(&self, record: RecordId, told: &Told) -> &'static str {
        match self.tell(record, told) {
            Err(FlowError::Intake(refusals)) => refusals[0].name(),
            other => panic!("{other:?}"),
        }
    }

    fn sweep(&self) -> Swept {
        self.world.wait(self.ombud.sweep(self.world.now())).unwrap()
    }

    fn record(&self, id: RecordId) -> Option<ombud_store::Record> {
        self.world.wait(self.ombud.record(id)).unwrap()
    }

    fn state(&self, id: RecordId) -> Option<RecordState> {
        self.record(id).map(|record| record.state)
    }

    /// Kept at the last millisecond before this instant, gone at it.
    fn goes_at(&self, record: RecordId, instant: &str) {
        self.world.go_near(at(instant), -1);
        assert_eq!(self.sweep().erased, 0, "{:?}", self.world.now());
        assert!(self.record(record).is_some());
        self.world.go(instant);
        let swept = self.sweep();
        assert_eq!((swept.erased, swept.remaining), (1, 0), "{swept:?}");
        assert!(self.record(record).is_none());
        assert_eq!(
            self.sweep(),
            Swept::default(),
            "a second sweep changes nothing"
        );
    }

    /// Whom to tell what, until when, and of how many records.
    fn notices(&self) -> Vec<(RecordId, Notice, Timestamp, usize)> {
        let asked = self.ombud.notices(|_| true, self.world.now());
        let asked = self.world.wait(asked).unwrap().into_iter();
        asked
            .map(|one| (one.record, one.notice, one.until, one.records))
            .collect()
    }

    fn shown(&self, record: RecordId, only_for: Option<&str>) -> Result<(), FlowError> {
        let sight = Sight {
            only_for: only_for.map(str::to_owned),
            ..Sight::default()
        };
        let shown = self.ombud.show_record(record, sight, self.world.now());
        self.world
            .wait(shown)?
            .ok_or(FlowError::NotFound("record"))?;
        Ok(())
    }

    fn act(&self, act: Act) {
        let who = SubjectRef::parse("email:anna@example.com").unwrap();
        let told = ledger::Told {
            activity: "support".to_owned(),
            act,
            at: self.world.now(),
            language: None,
            channel: None,
            // Before a restriction is lifted its person is told (Article 18(3)).
            notice: Some("lifted".to_owned()),
        };
        let told = self.ombud.tell(&who, told, self.world.now());
        self.world.wait(told).unwrap();
    }

    fn may(&self) -> String {
        let who = SubjectRef::parse("email:anna@example.com").unwrap();
        let asked = self
            .ombud
            .may(&who, "support", Use::Ordinary, self.world.now());
        format!("{:?}", self.world.wait(asked).unwrap().answer)
    }
}

/// More records on one clock than one step of a sweep takes: what is done to the clock is done to all of
/// them, and the evidence is over all of them.
fn whole(world: &World, then: &str, verb: &str) {
    let rules = Rules::new(world, "10 days after last activity", then, "");
    let (first, _) = rules.add(&json!({}), &[]);
    let record = rules.record(first).unwrap();
    let bucket = first.bucket();
    let mut ids = world.write(bucket, move |tx| {
        let one = |number: u64| {
            let more = NewRecord {
                id: RecordId::new(record.created_at, bucket, number.to_be_bytes()),
                subject: record.subject,
                collection: record.collection.clone(),
                clock: record.clock,
                created_at: record.created_at,
                payload: record.payload.clone(),
            };
            tx.add_record(&more)?;
            Ok(more.id)
        };
        (0..1_000).map(one).collect::<Result<Vec<_>, StoreError>>()
    });
    ids.push(first);
    world.go("2026-04-12T08:00:00Z");
    let swept = rules.sweep();
    assert_eq!(swept.hidden + swept.reduced, 1_001, "{swept:?}");
    ids.sort_unstable();
    let lines: Vec<String> = ids.iter().map(RecordId::to_string).collect();
    let over = Hash::of(lines.join("\n").as_bytes()).to_string();
    let chain = world.write(ids[0].bucket(), |tx| tx.evidence_after(0, 10));
    let told = chain.iter().map(|entry| &entry.fact);
    let told: Vec<&String> = told.filter(|fact| fact.contains("swept")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains(&format!("\"{verb}\":1001")) && told[0].contains(&over),
        "{told:?}"
    );
    for id in ids {
        let left = fields(&rules.record(id).unwrap());
        assert_eq!(left.contains_key("message"), verb == "hidden", "{left:?}");
    }
}

on_both! {
    fn i2_of_the_last_two_a_third_ends_the_first(world) {
        let rules = Rules::keep(world, "last 2 records");
        let (first, due) = rules.add(&json!({}), &[]);
        assert_eq!(due, None);
        world.go("2026-05-01T08:00:00Z");
        let (second, _) = rules.add(&json!({}), &[]);
        world.go("2026-06-01T08:00:00Z");
        assert_eq!(rules.sweep(), Swept::default());
        let (third, due) = rules.add(&json!({}), &[]);
        assert_eq!(due, None);
        assert_eq!(rules.sweep().erased, 1);
        assert!(rules.record(first).is_none());
        assert!(rules.record(second).is_some() && rules.record(third).is_some());
    }

    fn i2_the_last_are_counted_anew_when_fewer_are_kept(world) {
        let rules = Rules::keep(world, "last 3 records");
        let ids: Vec<_> = ["2026-05-01", "2026-05-02", "2026-05-03"].iter().map(|day| {
            world.go(&format!("{day}T08:00:00Z"));
            rules.add(&json!({}), &[]).0
        }).collect();
        assert_eq!(rules.sweep().erased, 0);
        let fewer = Rules::keep(world, "last 1 records");
        assert_eq!(fewer.sweep().erased, 2);
        assert_eq!(ids.iter().filter(|id| fewer.record(**id).is_some()).count(), 1);
        assert!(fewer.record(ids[2]).is_some());
    }

    fn i2_a_period_counts_from_a_birthday(world) {
        let rules = Rules::new(world, "12 months after birthday 18", "", BIRTH);
        let (known, due) = rules.add(&json!({ "born": "2010-02-28" }), &[]);
        assert_eq!(due, Some(at("2029-02-28T23:00:00Z")));
        rules.goes_at(known, "2029-02-28T23:00:00Z");
        let (told, due) = rules.add(&json!({}), &[]);
        assert_eq!(due, None);
        let birth = |value: &str| Told { value: Some(value.to_owned()), ..rules.told("birth") };
        assert_eq!(rules.refused(told, &birth("2030-02-30")), "anchor_value");
        assert_eq!(rules.refused(told, &birth("2031-01-01")), "anchor_value");
        assert_eq!(rules.refused(told, &rules.told("birth")), "anchor_shape");
        assert_eq!(rules.tell(told, &birth("2012-02-29")).unwrap(), 1);
        let lies = world.ombud.store.read::<_, FlowError, _>("test.lies", Place::Home, |tx| {
            let text = "SELECT anchors FROM clock";
            Ok(format!("{:?}", tx.query(&Sql { name: "TEST_LIES", text }, &[])?))
        });
        let lies = lies.wait().unwrap();
        assert!(!lies.contains("2010-02-28") && !lies.contains("2012-02-29"), "a birthday lies in clear");
        rules.goes_at(told, "2031-02-28T23:00:00Z");
    }

    fn i2_what_is_kept_while_a_state_holds_goes_with_it(world) {
        let rules = Rules::new(world, "while away", AWAY, "");
        let (record, due) = rules.add(&json!({}), &[("away", "2026-04-01T07:00:00Z")]);
        assert_eq!(due, None);
        world.go("2026-06-01T12:00:00Z");
        assert_eq!(rules.sweep(), Swept::default());
        let end = Told { ends: true, ..rules.told("away") };
        assert_eq!(rules.tell(record, &end).unwrap(), 1);
        assert_eq!(rules.sweep().erased, 1);
        assert!(rules.record(record).is_none());
    }

    fn i2_time_stands_still_while_a_state_holds(world) {
        let rules = Rules::new(world, "10 days after collection, paused while away", AWAY, "");
        let (record, due) = rules.add(&json!({}), &[]);
        assert_eq!(due, Some(at("2026-04-11T22:00:00Z")));
        world.go("2026-04-05T12:00:00Z");
        rules.tell(record, &rules.told("away")).unwrap();
        world.go("2026-04-12T12:00:00Z");
        assert_eq!(rules.sweep(), Swept::default());
        rules.tell(record, &Told { ends: true, ..rules.told("away") }).unwrap();
        rules.goes_at(record, "2026-04-18T22:00:00Z");
    }

    fn i2_a_record_goes_after_the_last_of_another_collection(world) {
        let rules = Rules::keep(world, "5 days after end of block");
        let fields = json!({ "email": "anna@example.com" });
        let (record, due) = rules.add(&json!({}), &[]);
        assert_eq!(due, None);
        rules.add_to("support.block", &fields, &[]);
        world.go("2026-04-03T08:00:00Z");
        let (later, _) = rules.add_to("support.block", &fields, &[]);
        world.go("2026-04-13T22:00:00Z");
        assert_eq!(rules.sweep().erased, 2, "both blocks, and nothing else");
        assert!(rules.record(later).is_none());
        rules.goes_at(record, "2026-04-18T22:00:00Z");
    }

    fn i2_a_record_that_is_erased_early_ends_early_for_others(world) {
        let rules = Rules::keep(world, "5 days after end of block");
        let (record, _) = rules.add(&json!({}), &[]);
        let fields = json!({ "email": "anna@example.com" });
        let (block, _) = rules.add_to("support.block", &fields, &[]);
        world.go("2026-04-02T08:00:00Z");
        world.wait(rules.ombud.erase_record(block, world.now())).unwrap();
        rules.goes_at(record, "2026-04-07T22:00:00Z");
        let (other, _) = rules.add(&json!({}), &[]);
        assert_eq!(rules.tell(other, &Told::event("block", at("2026-04-06T10:00:00Z"))).unwrap(), 1);
        rules.goes_at(other, "2026-04-11T22:00:00Z");
    }

    fn i2_an_outcome_decides_the_period(world) {
        let keep = "1 year after collection if outcome is hired; otherwise 10 days after collection";
        let rules = Rules::new(world, keep, "", OUTCOME);
        let (hired, due) = rules.add(&json!({ "outcome": "hired" }), &[]);
        assert_eq!(due, Some(at("2027-04-01T22:00:00Z")));
        let (told, due) = rules.add(&json!({}), &[]);
        assert_eq!(due, Some(at("2026-04-11T22:00:00Z")));
        let outcome = |value: &str| Told { value: Some(value.to_owned()), ..rules.told("outcome") };
        assert_eq!(rules.refused(told, &outcome("hird")), "anchor_value");
        assert_eq!(rules.tell(told, &outcome("hired")).unwrap(), 1);
        world.go("2026-04-11T22:00:00Z");
        assert_eq!(rules.sweep(), Swept::default());
        // Corrected: the period follows, whichever way it was told.
        rules.tell(told, &Told { ends: true, ..rules.told("outcome") }).unwrap();
        let other = json!({ "outcome": "rejected" }).as_object().unwrap().clone();
        world.wait(rules.ombud.rectify(hired, other, OldIdentity::Stays, world.now())).unwrap();
        assert_eq!(rules.sweep().erased, 2);
    }

    fn i2_new_rules_read_what_they_ask_from_stored_records(world) {
        let before = Rules::new(world, "2 years after collection", "", OUTCOME);
        let (hired, _) = before.add(&json!({ "outcome": "hired" }), &[]);
        let (other, _) = before.add(&json!({ "outcome": "rejected" }), &[]);
        world.go("2026-04-01T08:00:01Z");
        let keep = "1 year after collection if outcome is hired; otherwise 10 days after collection";
        let after = Rules::new(world, keep, "", OUTCOME);
        after.sweep();
        after.goes_at(other, "2026-04-11T22:00:00Z");
        after.goes_at(hired, "2027-04-01T22:00:00Z");
    }

    fn i2_the_basis_in_force_decides_the_period(world) {
        let keep = "1 year after collection if basis is consent; 20 days after collection if basis is legitimate_interest";
        let rules = Rules::keep(world, keep);
        let (record, due) = rules.add(&json!({}), &[]);
        assert_eq!(due, Some(at("2026-04-21T22:00:00Z")));
        rules.goes_at(record, "2026-04-21T22:00:00Z");
    }

    fn i2_a_person_may_extend_within_limits_and_with_a_reason(world) {
        let rules = Rules::keep(world, "10 days after collection, extendable by 5 days");
        let (record, _) = rules.add(&json!({}), &[]);
        let extension = |value: &str, reason: Option<&str>| Told {
            value: Some(value.to_owned()),
            reason: reason.map(str::to_owned),
            ..rules.told("extension")
        };
        assert_eq!(rules.refused(record, &extension("5 days", None)), "anchor_shape");
        assert_eq!(rules.refused(record, &extension("6 days", Some("case-7"))), "anchor_value");
        assert_eq!(rules.tell(record, &extension("5 days", Some("case-7"))).unwrap(), 1);
        rules.goes_at(record, "2026-04-16T22:00:00Z");
    }

    fn i2_a_length_between_limits_is_chosen(world) {
        let rules = Rules::keep(world, "10 days to 30 days after collection by severity");
        let (record, due) = rules.add(&json!({}), &[]);
        assert_eq!(due, Some(at("2026-05-01T22:00:00Z")));
        let length = |value: &str| Told { value: Some(value.to_owned()), ..rules.told("length") };
        assert_eq!(rules.refused(record, &length("9 days")), "anchor_value");
        assert_eq!(rules.tell(record, &length("12 days")).unwrap(), 1);
        rules.goes_at(record, "2026-04-13T22:00:00Z");
    }

    fn i2_a_legal_hold_keeps_until_it_is_lifted(world) {
        let rules = Rules::keep(world, "10 days after collection");
        let (record, _) = rules.add(&json!({}), &[]);
        let hold = Told { reason: Some("case-7".to_owned()), ..rules.told("legal_hold") };
        assert_eq!(rules.refused(record, &rules.told("legal_hold")), "anchor_shape");
        assert_eq!(rules.tell(record, &hold).unwrap(), 1);
        world.go("2026-06-01T08:00:00Z");
        assert_eq!(rules.sweep(), Swept::default());
        assert!(rules.may().contains("RetentionPassed"), "{}", rules.may());
        let erased = world.wait(rules.ombud.erase_record(record, world.now()));
        assert!(matches!(erased, Err(FlowError::LegalHold)), "{erased:?}");
        // Neither a restriction nor its end touches the hold.
        world.tell(&email("anna"), "support", "restrict");
        // At the same instant the restriction would outdo its end.
        world.go("2026-06-01T08:00:01Z");
        world.tell(&email("anna"), "support", "lift");
        assert_eq!(rules.sweep(), Swept::default());
        let lift = Told { ends: true, at: world.now(), ..hold };
        assert_eq!(rules.tell(record, &lift).unwrap(), 1);
        let swept = rules.sweep();
        assert_eq!(swept.erased, 1, "{swept:?}");
        assert!(rules.record(record).is_none());
    }

    fn i2_what_is_told_of_one_record_is_not_true_of_those_that_share_its_clock(world) {
        let rules = Rules::keep(world, "10 days after last activity");
        let (one, _) = rules.add(&json!({}), &[]);
        let (other, _) = rules.add(&json!({}), &[]);
        let hold = Told { reason: Some("case-7".to_owned()), ..rules.told("legal_hold") };
        assert_eq!(rules.tell(one, &hold).unwrap(), 1);
        rules.goes_at(other, "2026-04-11T22:00:00Z");
        assert!(rules.record(one).is_some());
    }

    fn p3_3_3_an_application_is_kept_as_long_as_agreed(world) {
        let anna = email("anna");
        let fields = json!({ "name": "A", "email": "anna@example.com", "application": "hello" });
        let deadline = json!({ "application_deadline": "2026-05-15T10:00:00Z" });
        let (record, due) = world.add("recruitment.application", &anna, &fields, &deadline);
        assert_eq!(due, Some(at("2027-05-15T22:00:00Z")));
        let told = json!({
            "subject": anna, "collection": "recruitment.application", "anchor": "agreed",
            "until": "2028-03-31T22:00:00Z",
        });
        let answer = world.post("/anchors", &told);
        assert_eq!((answer.status, &answer.body["clocks"]), (StatusCode::OK, &json!(1)));
        world.go("2027-05-15T22:00:00Z");
        assert_eq!(world.sweep(), Swept::default());
        world.goes_at(&record, Some(at("2028-03-31T22:00:00Z")), "2028-03-31T22:00:00Z");
    }

    fn i8_what_no_phrase_can_use_is_refused_with_what_it_can(world) {
        let anna = email("anna");
        let fields = json!({ "email": "anna@example.com", "message": "hello" });
        let (record, _) = world.add(INQUIRY, &anna, &fields, &json!({}));
        let refused = |told: Value| {
            let mut told = told;
            told["record"] = json!(record);
            let answer = world.post("/anchors", &told);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
            answer.body["refusals"][0].clone()
        };
        let agreed = refused(json!({ "anchor": "agreed", "until": "2028-01-01T00:00:00Z" }));
        assert_eq!(agreed["reason"], "unknown_anchor");
        assert_eq!(agreed["hint"], "tell one of `collection`, `last_correspondence`, `legal_hold`");
        let birth = refused(json!({ "anchor": "birth", "value": "2010-02-28" }));
        assert_eq!(birth["reason"], "unknown_anchor");
        let value = refused(json!({ "anchor": "last_correspondence", "value": "secret" }));
        assert_eq!(value["reason"], "anchor_shape");
        assert!(!value.to_string().contains("secret"));
        let undone = refused(json!({ "anchor": "undo" }));
        assert_eq!(undone["reason"], "unknown_anchor");
    }

    fn i6_reasons_and_values_stay_out_of_the_evidence(world) {
        let rules = Rules::keep(world, "10 days after collection, extendable by 5 days");
        let (record, _) = rules.add(&json!({}), &[]);
        let value = Some("5 days".to_owned());
        let reason = Some("case-4711".to_owned());
        rules.tell(record, &Told { value, reason, ..rules.told("extension") }).unwrap();
        let bucket = record.bucket();
        let told = world.write(bucket, move |tx| tx.evidence_after(0, 100));
        let told = format!("{told:?}");
        assert!(told.contains("extension") && !told.contains("4711"), "{told}");
    }

    fn i2_what_is_hidden_can_be_had_back_until_it_is_erased(world) {
        let then = "then = 'hide for 30 days with undo, then erase'";
        let rules = Rules::new(world, "10 days after last activity", then, "");
        let (record, due) = rules.add(&json!({}), &[]);
        assert_eq!(due, Some(at("2026-04-11T22:00:00Z")));
        assert_eq!(rules.tell(record, &rules.told("undo")).unwrap(), 0, "nothing to undo yet");
        world.go("2026-04-11T22:00:00Z");
        assert_eq!(rules.sweep().hidden, 1);
        assert_eq!(rules.state(record), Some(RecordState::Hidden));
        assert!(rules.may().contains("RetentionPassed"), "{}", rules.may());
        world.go("2026-04-20T10:00:00Z");
        assert_eq!(rules.tell(record, &rules.told("undo")).unwrap(), 1);
        assert_eq!(rules.state(record), Some(RecordState::Live));
        assert!(rules.may().contains("Yes"), "{}", rules.may());
        world.go("2026-04-30T22:00:00Z");
        assert_eq!(rules.sweep().hidden, 1);
        rules.goes_at(record, "2026-05-30T22:00:00Z");
    }

    fn i7_a_clock_with_many_records_is_hidden_whole(world) {
        whole(world, "then = 'hide for 30 days, then erase'", "hidden");
    }

    fn i7_a_clock_with_many_records_is_reduced_whole(world) {
        let law = "hold = { law = 'x', only_for = 'audit', fields = ['email'], keep = '1 year after last activity' }";
        whole(world, &format!("then = 'erase'\n{law}"), "reduced");
    }

    fn i2_activity_brings_back_what_was_hidden(world) {
        let then = "then = 'hide for 30 days, then erase'";
        let rules = Rules::new(world, "10 days after last activity", then, "");
        let (record, _) = rules.add(&json!({}), &[]);
        world.go("2026-04-11T22:00:00Z");
        assert_eq!(rules.sweep().hidden, 1);
        world.go("2026-04-15T10:00:00Z");
        rules.tell(record, &rules.told("last_activity")).unwrap();
        assert_eq!(rules.state(record), Some(RecordState::Live));
        world.go("2026-04-25T22:00:00Z");
        assert_eq!(rules.sweep().hidden, 1);
        rules.goes_at(record, "2026-05-25T22:00:00Z");
    }

    fn i2_nothing_goes_without_the_warning_that_was_promised(world) {
        let then = "then = 'warn 5 days before, then erase'";
        let rules = Rules::new(world, "10 days after collection", then, "");
        let (record, due) = rules.add(&json!({}), &[]);
        assert_eq!(due, Some(at("2026-04-11T22:00:00Z")));
        world.go("2026-04-06T21:59:59Z");
        assert_eq!((rules.sweep(), rules.notices()), (Swept::default(), vec![]));
        world.go("2026-04-06T22:00:00Z");
        assert_eq!(rules.sweep().waiting, 1);
        let until = "2026-04-11T22:00:00Z";
        assert_eq!(rules.notices(), [(record, Notice::Warned, at(until), 1)]);
        world.go(until);
        assert_eq!(rules.sweep(), Swept::default());
        assert!(rules.may().contains("RetentionPassed"), "{}", rules.may());
        world.go("2026-04-14T10:00:00Z");
        assert_eq!(rules.notices(), [(record, Notice::Warned, at(until), 1)], "late, and not forgotten");
        assert_eq!(rules.tell(record, &rules.told("warned")).unwrap(), 1);
        assert_eq!(rules.notices(), vec![]);
        rules.goes_at(record, "2026-04-19T22:00:00Z");
    }

    fn i2_a_warning_in_time_leaves_the_end_where_it_is_and_a_later_end_needs_its_own(world) {
        let then = "then = 'warn 5 days before, then erase'";
        let rules = Rules::new(world, "10 days after last activity", then, "");
        let (record, _) = rules.add(&json!({}), &[]);
        world.go("2026-04-05T10:00:00Z");
        rules.tell(record, &rules.told("warned")).unwrap();
        world.go("2026-04-06T10:00:00Z");
        rules.tell(record, &rules.told("last_activity")).unwrap();
        world.go("2026-04-16T22:00:00Z");
        assert_eq!(rules.sweep(), Swept::default());
        assert_eq!(rules.notices().len(), 1, "the warning was about the end on the eleventh");
        rules.tell(record, &rules.told("last_activity")).unwrap();
        assert_eq!(rules.notices(), vec![], "it is too early for the next");
        world.go("2026-04-20T10:00:00Z");
        rules.tell(record, &rules.told("warned")).unwrap();
        rules.goes_at(record, "2026-04-27T22:00:00Z");
    }

    fn i2_who_is_asked_decides_and_no_answer_ends_it(world) {
        let then = "then = 'ask for 30 days, then erase'";
        let rules = Rules::new(world, "10 days after collection", then, "");
        let (yes, _) = rules.add(&json!({}), &[]);
        let (silent, _) = rules.add(&json!({}), &[]);
        world.go("2026-04-11T22:00:00Z");
        assert_eq!(rules.sweep().hidden, 2);
        let asked = rules.notices();
        assert!(asked.iter().all(|told| told.1 == Notice::Asked && told.2 == at("2026-05-11T22:00:00Z")));
        assert_eq!(asked.len(), 2);
        assert!(rules.shown(yes, None).is_err(), "it is out of use");
        assert!(rules.shown(yes, Some("notice")).is_ok(), "but for the question itself");
        world.go("2026-04-13T10:00:00Z");
        for record in [yes, silent] {
            assert_eq!(rules.tell(record, &rules.told("asked")).unwrap(), 1);
        }
        world.go("2026-04-20T10:00:00Z");
        assert_eq!(rules.tell(yes, &rules.told("keep")).unwrap(), 1);
        assert_eq!(rules.state(yes), Some(RecordState::Live));
        world.go("2026-04-30T22:00:00Z");
        assert_eq!(rules.sweep().hidden, 1, "the new period is over, and the question comes again");
        rules.goes_at(silent, "2026-05-13T22:00:00Z");
        assert!(rules.shown(silent, Some("notice")).is_err(), "gone, or asked already");
        world.go("2026-05-30T22:00:00Z");
        assert_eq!(rules.sweep(), Swept::default(), "nobody was asked the second time");
        assert_eq!(rules.notices().len(), 1);
        assert!(rules.record(yes).is_some());
    }

    fn i2_names_are_taken_out_before_the_end(world) {
        let then = "then = 'pseudonymise for 30 days, then erase'";
        let rules = Rules::new(world, "10 days after collection", then, "");
        let (record, _) = rules.add(&json!({}), &[]);
        world.go("2026-04-11T22:00:00Z");
        let swept = rules.sweep();
        assert_eq!((swept.hidden, swept.pseudonymised), (1, 1));
        let left = fields(&rules.record(record).unwrap());
        assert_eq!(left.get("name"), None);
        assert_eq!(left["message"], "hello");
        assert_ne!(left["email"], "anna@example.com");
        rules.goes_at(record, "2026-05-11T22:00:00Z");
    }

    fn i2_a_restriction_that_is_lifted_leaves_the_warning_to_be_given(world) {
        let then = "then = 'warn 5 days before, then erase'";
        let rules = Rules::new(world, "10 days after collection", then, "");
        let (record, _) = rules.add(&json!({}), &[]);
        rules.act(Act::Restrict);
        world.go("2026-04-08T08:00:00Z");
        assert_eq!((rules.sweep(), rules.notices()), (Swept::default(), vec![]));
        rules.act(Act::Lift);
        assert_eq!(rules.notices().len(), 1);
        rules.tell(record, &rules.told("warned")).unwrap();
        rules.goes_at(record, "2026-04-13T22:00:00Z");
    }

    fn i2_a_new_record_begins_a_time_of_its_own_beside_what_is_hidden(world) {
        let then = "then = 'hide for 30 days, then erase'";
        let rules = Rules::new(world, "10 days after last activity", then, "");
        let (hidden, _) = rules.add(&json!({}), &[]);
        world.go("2026-04-11T22:00:00Z");
        assert_eq!(rules.sweep().hidden, 1);
        world.go("2026-04-15T10:00:00Z");
        let (new, due) = rules.add(&json!({}), &[]);
        assert_eq!(due, Some(at("2026-04-25T22:00:00Z")));
        assert_eq!((rules.state(hidden), rules.state(new)), (Some(RecordState::Hidden), Some(RecordState::Live)));
        rules.goes_at(hidden, "2026-05-11T22:00:00Z");
    }

    fn i2_whoever_may_read_the_activity_is_told_whom_to_warn(world) {
        let answer = world.get("/notices");
        assert_eq!((answer.status, answer.body), (StatusCode::OK, json!([])));
    }

    fn i2_a_field_goes_before_its_record(world) {
        let field = "born = { title = { en = 'date of birth', nb = 'fødselsdato' }, category = 'pd:BirthDate', type = 'date', keep = '5 days after collection' }";
        let rules = Rules::new(world, "10 days after last activity", "", field);
        let born = json!({ "born": "1990-01-01" });
        let (record, due) = rules.add(&born, &[]);
        assert_eq!(due, Some(at("2026-04-11T22:00:00Z")));
        world.go_near(at("2026-04-06T22:00:00Z"), -1);
        assert_eq!(rules.sweep(), Swept::default());
        world.go("2026-04-06T22:00:00Z");
        assert_eq!(rules.sweep().shortened, 1);
        assert_eq!(rules.sweep(), Swept::default(), "a second sweep changes nothing");
        let left = fields(&rules.record(record).unwrap());
        assert_eq!((left.get("born"), left["message"].as_str()), (None, Some("hello")));
        assert!(rules.may().contains("Yes"), "{}", rules.may());
        // What is gone is not missed when the rest is corrected, and does not come back.
        let change = |fields: Value| fields.as_object().unwrap().clone();
        world.wait(rules.ombud.rectify(record, change(json!({ "name": "A" })), OldIdentity::Stays, world.now())).unwrap();
        assert!(world.wait(rules.ombud.rectify(record, change(born.clone()), OldIdentity::Stays, world.now())).is_err());
        // The next record brings its own, for as long.
        let (later, _) = rules.add(&born, &[]);
        world.go("2026-04-11T22:00:00Z");
        let swept = rules.sweep();
        assert_eq!((swept.erased, swept.shortened), (1, 0), "a record with a period of its own");
        world.go("2026-04-12T22:00:00Z");
        assert_eq!(rules.sweep().shortened, 1);
        assert_eq!(fields(&rules.record(later).unwrap()).get("born"), None);
        rules.goes_at(later, "2026-04-17T22:00:00Z");
    }

    fn i2_a_field_on_a_shared_clock_goes_from_all_records_and_comes_back_with_the_next(world) {
        let field = "born = { title = { en = 'date of birth', nb = 'fødselsdato' }, category = 'pd:BirthDate', type = 'date', keep = '5 days after last activity' }";
        let rules = Rules::new(world, "10 days after last activity", "", field);
        let born = json!({ "born": "1990-01-01" });
        let (first, _) = rules.add(&born, &[]);
        let (second, _) = rules.add(&born, &[]);
        world.go("2026-04-06T22:00:00Z");
        assert_eq!(rules.sweep().shortened, 2);
        let (third, _) = rules.add(&born, &[]);
        assert_eq!(rules.sweep(), Swept::default());
        world.go("2026-04-12T22:00:00Z");
        assert_eq!(rules.sweep().shortened, 1);
        for record in [first, second, third] {
            assert_eq!(fields(&rules.record(record).unwrap()).get("born"), None);
        }
        world.go("2026-04-17T22:00:00Z");
        assert_eq!(rules.sweep().erased, 3);
    }

    fn i2_an_event_told_by_mistake_is_taken_back(world) {
        let events = "events = { closed = { en = 'your case was closed', nb = 'saken din ble lukket' } }";
        let rules = Rules::new(world, "10 days after closed", events, "");
        let (record, due) = rules.add(&json!({}), &[]);
        assert_eq!(due, None);
        assert_eq!(rules.tell(record, &Told::event("closed", at("2030-01-01T10:00:00Z"))).unwrap(), 1);
        // An earlier time does not count while a later one is known.
        assert_eq!(rules.tell(record, &rules.told("closed")).unwrap(), 0);
        assert_eq!(rules.tell(record, &Told { ends: true, ..rules.told("closed") }).unwrap(), 1);
        assert_eq!(rules.tell(record, &rules.told("closed")).unwrap(), 1);
        let collected = Told { ends: true, ..rules.told("collection") };
        assert_eq!(rules.refused(record, &collected), "anchor_shape");
        rules.goes_at(record, "2026-04-11T22:00:00Z");
    }

    fn i2_what_an_event_ended_can_be_had_back_too(world) {
        let keys = "events = { closed = { en = 'your case was closed', nb = 'saken din ble lukket' } }\nthen = 'hide for 28 days with undo, then erase'";
        let rules = Rules::new(world, "until closed", keys, "");
        let (record, _) = rules.add(&json!({}), &[]);
        world.go("2026-04-10T10:00:00Z");
        rules.tell(record, &rules.told("closed")).unwrap();
        world.go("2026-04-11T10:00:00Z");
        assert_eq!(rules.sweep().hidden, 1);
        assert_eq!(rules.tell(record, &rules.told("undo")).unwrap(), 1);
        assert_eq!(rules.state(record), Some(RecordState::Live));
        world.go("2026-06-01T10:00:00Z");
        assert_eq!(rules.sweep(), Swept::default(), "it waits to be closed again");
    }

    fn i2_what_is_past_its_time_is_shown_to_nobody_before_a_sweep(world) {
        let rules = Rules::keep(world, "10 days after collection");
        let (record, _) = rules.add(&json!({}), &[]);
        world.go_near(at("2026-04-11T22:00:00Z"), -1);
        assert!(rules.shown(record, None).is_ok());
        world.go("2026-04-11T22:00:00Z");
        let shown = rules.shown(record, None);
        assert!(matches!(shown, Err(FlowError::NotShown(Reason::RetentionPassed))), "{shown:?}");
    }

    fn i2_a_field_that_new_rules_keep_for_less_goes_from_stored_records(world) {
        let brief = BIRTH.replace("optional", "keep = '5 days after collection', optional");
        let before = Rules::new(world, "10 days after collection", "", BIRTH);
        let (record, _) = before.add(&json!({ "born": "1990-01-01" }), &[]);
        assert_eq!(before.sweep(), Swept::default());
        world.go("2026-04-01T08:00:01Z");
        let after = Rules::new(world, "10 days after collection", "", &brief);
        after.sweep();
        world.go("2026-04-06T22:00:00Z");
        assert_eq!(after.sweep().shortened, 1);
        assert_eq!(fields(&after.record(record).unwrap()).get("born"), None);
    }
}
