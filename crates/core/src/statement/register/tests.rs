use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::dpv;
use crate::statement::testing::{changed_with, statement, with};

fn cell<'a>(sheet: &'a Sheet, activity: &str, column: &str) -> &'a Cell {
    let at = sheet.columns.iter().position(|c| c.id == column).unwrap();
    let record = sheet
        .records
        .iter()
        .find(|r| r.activity == activity)
        .unwrap();
    &record.cells[at]
}

#[test]
fn a_controllers_row_says_what_article_30_asks_for() {
    let [sheet, processor] = register(&statement());
    assert!(processor.records.is_empty());
    let rows = [
        ("news", "controller", "Example AS"),
        (
            "news",
            "contact",
            "Example Road 1, 0101 Oslo; privacy@example.com; +47 00 00 00 00",
        ),
        ("news", "purpose", "to send news; direct marketing"),
        ("news", "subjects", "subscribers"),
        ("news", "data", "subscription: email address, name"),
        (
            "news",
            "basis",
            "your consent to news by email (GDPR Article 6(1)(a))",
        ),
        ("news", "interest", "–"),
        (
            "news",
            "processors",
            "the supplier that sends email (processor)",
        ),
        ("news", "recipients", "–"),
        (
            "news",
            "third_countries",
            "the supplier that sends email: (not stated)",
        ),
        (
            "news",
            "transfer",
            "the supplier that sends email: the European Commission's standard contractual clauses (GDPR Article 46(2)(c))",
        ),
        (
            "news",
            "erasure",
            "subscription: We delete it 1 year after your last activity",
        ),
        ("news", "dpo", "(not stated)"),
        ("news", "representative", "–"),
        ("news", "dpia", "(not stated)"),
        ("jobs", "interest", "to find the right candidate"),
        ("jobs", "assessment", "(not stated)"),
        ("jobs", "recipients", "recruitment agencies (partner)"),
        (
            "jobs",
            "basis",
            "our legitimate interest (GDPR Article 6(1)(f)); steps before an agreement (GDPR Article 6(1)(b)) [offered a job]",
        ),
        (
            "jobs",
            "rights",
            "access; rectification; erasure; restriction; portability; objection; complaint to the supervisory authority",
        ),
    ];
    for (activity, column, want) in rows {
        let said = cell(&sheet, activity, column).text(Language::En);
        assert_eq!(said, want, "{activity} {column}");
    }
}

#[test]
fn headers_are_the_same_whatever_the_statement_says() {
    let [controller, processor] = register(&statement());
    let header = |sheet: &Sheet, language| sheet.to_rows(language).remove(0).join(" | ");
    assert_eq!(
        header(&controller, Language::En),
        "Activity | Section of the statement | Controller | Contact | Joint controller | \
         Representative | Data protection officer | Process owner | Purpose | \
         Categories of people | Categories of data | Special categories | Source | \
         Told in the statement | Legal basis | Legitimate interest | \
         Assessment of the interest | Record of consent | Automated decisions and profiling | \
         Rights | Recipients | Processors and agreements | Third countries | Safeguards | \
         Kind of transfer | Time limits for erasure | Kept longer by law | Where it is stored | \
         Security measures | Impact assessment | Breaches"
    );
    assert_eq!(
        header(&processor, Language::Nb),
        "Aktivitet | Del av erklæringen | Databehandler | Kontakt | Representant | \
         Personvernombud | På vegne av | Kategorier av behandling | Kategorier av personer | \
         Kategorier av opplysninger | Underdatabehandlere og avtaler | Tredjeland | Garantier | \
         Type overføring | Frister for sletting | Hvor det lagres | Sikkerhetstiltak"
    );
    for sheet in [controller, processor] {
        let ids: BTreeSet<_> = sheet.columns.iter().map(|column| column.id).collect();
        assert_eq!(ids.len(), sheet.columns.len());
        for language in Language::ALL {
            let rows = sheet.to_rows(language);
            assert!(rows.iter().all(|row| row.len() == sheet.columns.len()));
        }
    }
}

#[test]
fn what_we_do_for_others_is_in_the_processors_part() {
    let role = "role = { processor_for = { en = \"your club\", nb = \"klubben din\" } }\nmarketing        = true";
    let statement = with(&[("activities/news.toml", "marketing        = true", role)]);
    let [controller, processor] = register(&statement);
    let ids = |sheet: &Sheet| -> Vec<String> {
        sheet.records.iter().map(|r| r.activity.clone()).collect()
    };
    assert_eq!(
        (ids(&controller), ids(&processor)),
        (vec!["jobs".to_owned()], vec!["news".to_owned()])
    );
    assert_eq!(
        cell(&processor, "news", "on_behalf_of").text(Language::Nb),
        "klubben din"
    );
    assert_eq!(
        cell(&processor, "news", "sub_processors").text(Language::En),
        "the supplier that sends email (processor)"
    );
}

#[test]
fn whoever_may_receive_any_data_stands_in_every_row() {
    let everyones = "[recipients.police]\ntitle = { en = \"the police\", nb = \"politiet\" }\nkind = \"authority\"\n\n[recipients.sisters]\ntitle = { en = \"our sister companies\", nb = \"søsterselskapene våre\" }\nkind = \"group\"\n\n[recipients.recruiter]";
    let statement = with(&[("statement.toml", "[recipients.recruiter]", everyones)]);
    let [sheet, _] = register(&statement);
    let said = |activity| cell(&sheet, activity, "recipients").text(Language::En);
    assert_eq!(said("news"), "our sister companies (company of the group)");
    // An authority that asks in an inquiry is no recipient (Article 4(9)).
    assert_eq!(
        said("jobs"),
        "recruitment agencies (partner); our sister companies (company of the group)"
    );
}

#[test]
fn what_a_decision_settled_is_marked_with_its_review() {
    let mut statement = statement();
    let decision = r#"
        [[decisions]]
        rule = "L09"
        at = "jobs.note"
        decided = { en = "kept for a year", nb = "i et år" }
        why = { en = "needed", nb = "trengs" }
        by = "head"
        on = "2026-01-01"
        review = "2027-01-01"
        [decisions.set]
        "activities.jobs.collections.note.keep" = "1 year after collection"
    "#;
    let [before, _] = register(&statement);
    assert_eq!(
        cell(&before, "jobs", "erasure").text(Language::En),
        "application: We delete it 12 months after the application deadline; note: (not stated)"
    );
    statement.decisions = toml::from_str(decision).unwrap();
    let note = statement.rules.activities.get_mut("jobs").unwrap();
    let note = note.collections.get_mut("note").unwrap();
    note.keep = Some(crate::statement::model::OneOrMany::One(
        "1 year after collection".parse().unwrap(),
    ));
    let [after, _] = register(&statement);
    let said = cell(&after, "jobs", "erasure");
    assert_eq!(
        said.standing,
        Standing::Decided("2027-01-01".parse().unwrap())
    );
    assert_eq!(
        said.text(Language::En),
        "application: We delete it 12 months after the application deadline; note: We keep it for 1 \
         year after we collected it [decided, review 2027-01-01]",
        "only what was decided is marked"
    );
    assert!(
        said.text(Language::Nb)
            .ends_with("[besluttet, revideres 2027-01-01]")
    );
}

#[test]
fn what_a_decision_repeats_is_stated_by_the_text() {
    let decision = r#"
[[decisions]]
rule = "L05"
at = "news"
decided = { en = "always", nb = "alltid" }
why = { en = "simple", nb = "enkelt" }
by = "head"
on = "2026-01-01"
review = "2027-01-01"
[decisions.set]
"activities.news.basis" = { consent = { en = "news by email", nb = "nyheter på e-post" } }
"activities.news.recipients" = ["mailer", "recruiter"]
"#;
    let statement = changed_with(&[("decisions.toml", decision)], &[]).unwrap();
    let [sheet, _] = register(&statement);
    let said = |column| cell(&sheet, "news", column).text(Language::En);
    assert_eq!(
        said("basis"),
        "your consent to news by email (GDPR Article 6(1)(a))"
    );
    assert_eq!(
        said("processors"),
        "the supplier that sends email (processor)"
    );
    assert_eq!(
        said("recipients"),
        "recruitment agencies (partner) [decided, review 2027-01-01]"
    );
}

/// Every address in a document: keys, types and ids.
fn addresses(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| addresses(value, found)),
        Value::Object(entries) => {
            for (key, value) in entries {
                match (key.as_str(), value) {
                    ("@context" | "@value" | "@language", _) => {}
                    ("@id" | "@type", Value::String(address)) => {
                        found.insert(address.clone());
                    }
                    (key, value) => {
                        found.insert(key.to_owned());
                        addresses(value, found);
                    }
                }
            }
        }
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

#[test]
fn every_address_of_the_json_ld_is_a_term_or_our_own() {
    let rich = with(&[
        (
            "activities/news.toml",
            "marketing        = true",
            "marketing        = true\nprofiling = true\nautomated_decisions = { logic = { en = \"a score\", nb = \"poeng\" } }\nspecial_categories = { condition = \"9(2)(a)\" }\nsources = [\"subject\", \"derived\", { other = { from = { en = \"a register\", nb = \"et register\" }, public = true } }]",
        ),
        (
            "activities/news.toml",
            "keep  = \"1 year after last activity\"",
            "keep  = \"earlier of (objection, 1 year after last activity)\"",
        ),
        (
            "statement.toml",
            "kind     = \"processor\"",
            "kind     = \"processor\"\ncountries = [\"NO\", \"US\", \"TD\"]",
        ),
    ]);
    let document = jsonld::document(&rich);
    let mut found = BTreeSet::new();
    addresses(&document, &mut found);
    assert!(found.len() > 50, "{found:?}");
    for address in found {
        let ours = address.starts_with("ombud:") || address.starts_with("urn:ombud:");
        assert!(
            ours || dpv::kind(&address).is_some(),
            "{address} is no term"
        );
    }
}

#[test]
fn the_json_ld_says_what_the_rows_say() {
    let document = jsonld::document(&statement());
    assert_eq!(document["@context"]["pd"], "https://w3id.org/dpv/pd#");
    assert_eq!(document["@context"]["ombud"], jsonld::OMBUD);
    let processes = document["dpv:hasProcess"].as_array().unwrap();
    let [jobs, news] = processes.as_slice() else {
        panic!("{processes:?}")
    };
    assert_eq!(news["@id"], "urn:ombud:activity:news");
    assert_eq!(news["dpv:hasPurpose"][0]["@id"], "dpv:DirectMarketing");
    assert_eq!(news["dpv:hasLegalBasis"][0]["@type"], "eu-gdpr:A6-1-a");
    assert_eq!(
        news["dpv:hasConsentControl"]["@type"],
        "dpv:WithdrawConsent"
    );
    assert_eq!(
        news["dpv:hasDataProcessor"][0]["ombud:transferBasis"]["@id"],
        "eu-gdpr:A46-2-c"
    );
    let storage = &news["dpv:hasStorageCondition"][0];
    assert_eq!(
        storage["dpv:hasDuration"][0]["@type"],
        "dpv:TemporalDuration"
    );
    assert_eq!(
        storage["dpv:hasDuration"][0]["ombud:duration"]["@value"],
        "P1Y"
    );
    assert_eq!(
        storage["dpv:hasDuration"][0]["ombud:retentionAnchor"],
        "last activity"
    );
    let note = jobs["dpv:hasStorageCondition"]
        .as_array()
        .unwrap()
        .last()
        .unwrap();
    assert_eq!(
        note["dpv:hasDuration"][0]["@type"],
        "dpv:IndeterminateDuration"
    );
    assert_eq!(
        document,
        jsonld::document(&statement()),
        "the same each time"
    );
}
