//! The register as JSON-LD in the terms of the Data Privacy Vocabulary.
//!
//! Every address is a term of [`crate::dpv`] or one of our own: `ombud:` for what the vocabulary
//! lacks, `urn:ombud:` for the things of this statement.

mod storage;

use serde_json::{Map, Value, json};

use super::controller::rights_of;
use super::{Entry, Part, part_of};
use crate::dpv;
use crate::language::{Language, Localized};
use crate::law::transfers::in_eea;
use crate::statement::model::{
    AutomatedDecisions, BasisName, Channel, Recipient, RecipientKind, Right, Role, Source,
    SpecialCategories, TransferTool,
};
use crate::statement::{Statement, Terms, names, prose};

/// The namespace of what the vocabulary has no term for.
pub const OMBUD: &str = "urn:ombud:ns#";

/// The register of both parts as one JSON-LD document, the same for the same statement.
pub fn document(statement: &Statement) -> Value {
    let header = &statement.rules.header;
    let version = &statement.version;
    let rules = &statement.rules;
    let entries = rules.activities.keys();
    let processes: Vec<Value> = entries
        .filter_map(|id| Some(process(&Entry::of(statement, rules, id)?)))
        .collect();
    let mut document = node(
        &format!("urn:ombud:register:{version}"),
        "dpv:RecordsOfActivities",
    );
    document.insert("@context".to_owned(), context());
    put(&mut document, "dct:title", words(&header.title));
    let issued = json!({ "@value": header.effective.to_string(), "@type": "xsd:date" });
    put(&mut document, "dct:issued", issued);
    put(&mut document, "dpv:hasDataController", company(statement));
    if let Some(authority) = &header.authority {
        let mut named = node("urn:ombud:authority", "dpv:DataProtectionAuthority");
        put(&mut named, "dpv:hasName", json!(authority.name));
        put(&mut document, "dpv:hasAuthority", Value::Object(named));
    }
    put(&mut document, "dpv:hasProcess", Value::Array(processes));
    Value::Object(document)
}

fn context() -> Value {
    let mut context: Map<String, Value> = dpv::NAMESPACES
        .iter()
        .filter(|(prefix, _)| *prefix != "justifications")
        .map(|(prefix, namespace)| ((*prefix).to_owned(), json!(namespace)))
        .collect();
    context.insert("ombud".to_owned(), json!(OMBUD));
    Value::Object(context)
}

fn node(id: &str, kind: &str) -> Map<String, Value> {
    let mut node = Map::new();
    node.insert("@id".to_owned(), json!(id));
    node.insert("@type".to_owned(), json!(kind));
    node
}

/// Adds a value; an empty list is left out.
fn put(node: &mut Map<String, Value>, key: &str, value: Value) {
    let empty = value.as_array().is_some_and(Vec::is_empty) || value.is_null();
    if !empty {
        node.insert(key.to_owned(), value);
    }
}

fn link(term: &str) -> Value {
    json!({ "@id": term })
}

fn links<'a>(terms: impl IntoIterator<Item = &'a str>) -> Value {
    terms.into_iter().map(link).collect()
}

fn words(words: &Localized) -> Value {
    let said = words.0.iter();
    said.map(|(language, text)| json!({ "@value": text, "@language": language.tag() }))
        .collect()
}

fn company(statement: &Statement) -> Value {
    let controller = &statement.rules.header.controller;
    let mut company = node("urn:ombud:controller", "dpv:DataController");
    put(&mut company, "dpv:hasName", json!(controller.name));
    put(&mut company, "dpv:hasAddress", json!(controller.address));
    put(&mut company, "dpv:hasCountry", country(&controller.country));
    let contacts = controller.email.iter().chain(&controller.phone);
    put(
        &mut company,
        "dpv:hasContact",
        contacts.map(|contact| json!(contact)).collect(),
    );
    let others = [
        (
            "dpv:hasRepresentative",
            "dpv:Representative",
            &controller.representative,
        ),
        (
            "dpv:hasDataProtectionOfficer",
            "dpv:DataProtectionOfficer",
            &controller.data_protection_officer,
        ),
    ];
    for (key, kind, named) in others {
        if let Some(name) = named {
            put(
                &mut company,
                key,
                json!({ "@type": kind, "dpv:hasContact": name }),
            );
        }
    }
    Value::Object(company)
}

/// A country as a term, or as its code where the list has no term for it.
fn country(code: &str) -> Value {
    let term = format!("loc:{code}");
    if dpv::kind(&term).is_some() {
        link(&term)
    } else {
        json!(code)
    }
}

fn process(entry: &Entry<'_>) -> Value {
    let activity = entry.activity;
    let id = format!("urn:ombud:activity:{}", entry.id);
    let mut process = node(&id, "dpv:PersonalDataProcess");
    put(&mut process, "dpv:hasIdentifier", json!(entry.id));
    put(&mut process, "dct:title", words(&activity.title));
    put(&mut process, "dct:description", words(&activity.why));
    put(&mut process, "ombud:section", json!(activity.section));
    roles(&mut process, entry);
    put(
        &mut process,
        "dpv:hasPurpose",
        links(activity.purpose.as_slice().iter().map(String::as_str)),
    );
    put(
        &mut process,
        "dpv:hasDataSubject",
        links(activity.subjects.as_slice().iter().map(String::as_str)),
    );
    put(&mut process, "dpv:hasProcessing", links(operations(entry)));
    put(&mut process, "dpv:hasDataSource", sources(entry));
    put(&mut process, "dpv:hasPersonalData", fields(entry));
    put(&mut process, "dpv:hasLegalBasis", bases(entry));
    put(&mut process, "dpv:hasRight", links(rights(entry)));
    controls(&mut process, entry);
    recipients(&mut process, entry);
    put(
        &mut process,
        "dpv:hasStorageCondition",
        storage::conditions(entry),
    );
    put(
        &mut process,
        "dpv:hasTechnicalMeasure",
        links(["dpv:Encryption", "dpv:AccessControlMethod"]),
    );
    if let Some(AutomatedDecisions::Logic(logic)) = &activity.automated_decisions {
        let decision =
            json!({ "@type": "dpv:AutomatedDecisionMaking", "dct:description": words(logic) });
        put(&mut process, "dpv:hasContext", decision);
    }
    Value::Object(process)
}

fn roles(process: &mut Map<String, Value>, entry: &Entry<'_>) {
    let own = link("urn:ombud:controller");
    match &entry.activity.role {
        Role::Controller => put(process, "dpv:hasDataController", own),
        Role::ProcessorFor(whom) => {
            put(process, "dpv:hasDataProcessor", own);
            let other = json!({ "@type": "dpv:DataController", "dpv:hasName": words(whom) });
            put(process, "dpv:hasDataController", other);
        }
        Role::JointWith(whom) => {
            let both = json!({ "@type": "dpv:JointDataControllers", "dpv:hasName": words(whom) });
            put(process, "dpv:hasDataController", json!([own, both]));
        }
    }
}

fn operations(entry: &Entry<'_>) -> Vec<&'static str> {
    let profiling = entry.activity.profiling.then_some("dpv:Profiling");
    let always = ["dpv:Collect", "dpv:Store", "dpv:Use"];
    always.into_iter().chain(profiling).collect()
}

fn sources(entry: &Entry<'_>) -> Value {
    let source = |source: &Source| match source {
        Source::Subject | Source::Observed => Some(link("dpv:DataSubjectDataSource")),
        Source::Derived => Some(link("dpv:DataControllerDataSource")),
        Source::Other(other) => {
            let kind = if other.public {
                "dpv:PublicDataSource"
            } else {
                "dpv:ThirdPartyDataSource"
            };
            Some(json!({ "@type": kind, "dct:title": words(&other.from) }))
        }
        Source::Unsaid => None,
    };
    let mut found: Vec<Value> = Vec::new();
    for value in entry.activity.sources.iter().filter_map(source) {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    Value::Array(found)
}

fn fields(entry: &Entry<'_>) -> Value {
    let mut found = Vec::new();
    for (key, collection) in &entry.activity.collections {
        for (name, field) in &collection.fields {
            let id = format!("urn:ombud:field:{}.{key}.{name}", entry.id);
            let mut data = node(&id, &field.category);
            let title = super::cell::both(|language| prose::field_title(name, field, language));
            put(&mut data, "dct:title", words(&title));
            let necessity = if field.optional {
                "dpv:Optional"
            } else {
                "dpv:Required"
            };
            put(&mut data, "dpv:hasNecessity", link(necessity));
            found.push(Value::Object(data));
        }
    }
    if let Some(SpecialCategories::Condition(_) | SpecialCategories::Reminder(_)) =
        &entry.activity.special_categories
    {
        found.push(json!({ "@type": "dpv:SpecialCategoryPersonalData" }));
    }
    Value::Array(found)
}

fn bases(entry: &Entry<'_>) -> Value {
    let bases = entry.activity.bases();
    bases
        .map(|basis| {
            let about = match basis.terms {
                Some(Terms::Words(said)) => words(said),
                Some(Terms::Law(law)) => json!(law),
                None => Value::Null,
            };
            let mut legal = Map::new();
            legal.insert("@type".to_owned(), json!(article(basis.name)));
            put(&mut legal, "dct:description", about);
            let state = basis
                .when
                .and_then(|state| entry.activity.states.get(state));
            put(
                &mut legal,
                "ombud:appliesWhen",
                state.map_or(Value::Null, words),
            );
            Value::Object(legal)
        })
        .collect()
}

const fn article(name: BasisName) -> &'static str {
    match name {
        BasisName::Consent => "eu-gdpr:A6-1-a",
        BasisName::ExplicitConsent => "eu-gdpr:A6-1-a-explicit-consent",
        BasisName::Contract => "eu-gdpr:A6-1-b",
        BasisName::LegalObligation => "eu-gdpr:A6-1-c",
        BasisName::VitalInterest => "eu-gdpr:A6-1-d",
        BasisName::PublicTask => "eu-gdpr:A6-1-e",
        BasisName::LegitimateInterest => "eu-gdpr:A6-1-f-controller",
    }
}

fn rights(entry: &Entry<'_>) -> Vec<&'static str> {
    let mut found = vec!["eu-gdpr:A13"];
    for right in rights_of(entry) {
        let term = match right {
            Right::Access => "eu-gdpr:A15",
            Right::Rectification => "eu-gdpr:A16",
            Right::Erasure => "eu-gdpr:A17",
            Right::Restriction => "eu-gdpr:A18",
            Right::Portability => "eu-gdpr:A20",
            Right::Objection | Right::ObjectionToMarketing | Right::ObjectionToPublicTask => {
                "eu-gdpr:A21"
            }
            Right::HumanDecision => "eu-gdpr:A22",
            Right::Withdrawal => "eu-gdpr:A7-3",
            Right::Complaint => "eu-gdpr:A77",
        };
        if !found.contains(&term) {
            found.push(term);
        }
    }
    found
}

fn controls(process: &mut Map<String, Value>, entry: &Entry<'_>) {
    let activity = entry.activity;
    let ways = [
        (
            "dpv:hasConsentControl",
            "dpv:WithdrawConsent",
            &activity.withdraw,
        ),
        (
            "dpv:hasEntityControl",
            "dpv:ObjectingToProcess",
            &activity.object,
        ),
    ];
    for (key, kind, channels) in ways {
        if !channels.is_empty() {
            let places: Value = channels
                .iter()
                .map(|channel| place(entry, *channel))
                .collect();
            put(
                process,
                key,
                json!({ "@type": kind, "dpv:isExercisedAt": places }),
            );
        }
    }
}

fn place(entry: &Entry<'_>, channel: Channel) -> Value {
    let header = &entry.statement.rules.header;
    let page = |name: &str| header.links.get(name).and_then(|link| link.url.clone());
    let address = match channel {
        Channel::Email => header.controller.email.clone(),
        Channel::Phone => header.controller.phone.clone(),
        Channel::Post => Some(header.controller.address.clone()),
        Channel::Form => page("request_form"),
        Channel::CookieSettings => page("cookie_settings"),
        Channel::Link
        | Channel::Product
        | Channel::Sms
        | Channel::App
        | Channel::Web
        | Channel::SocialMedia
        | Channel::Employer => None,
    };
    let mut place = Map::new();
    put(&mut place, "dct:title", words(&names::channel(channel)));
    put(
        &mut place,
        "ombud:address",
        address.map_or(Value::Null, |address| json!(address)),
    );
    Value::Object(place)
}

fn recipients(process: &mut Map<String, Value>, entry: &Entry<'_>) {
    let mut by_relation: Map<String, Value> = Map::new();
    for (name, recipient) in entry.received() {
        let (relation, _) = relation(recipient.kind, part_of(&entry.activity.role));
        let all = by_relation.entry(relation).or_insert_with(|| json!([]));
        if let Some(all) = all.as_array_mut() {
            all.push(described(name, recipient));
        }
    }
    for (relation, all) in by_relation {
        let values = all.as_array().cloned().unwrap_or_default();
        let before = process.remove(&relation).into_iter();
        put(
            process,
            &relation,
            Value::Array(before.chain(values).collect()),
        );
    }
}

/// How the activity is related to a recipient, and what it is.
const fn relation(kind: RecipientKind, part: Part) -> (&'static str, &'static str) {
    match kind {
        RecipientKind::Processor => match part {
            Part::Controller => ("dpv:hasDataProcessor", "dpv:DataProcessor"),
            Part::Processor => ("dpv:hasRecipient", "dpv:DataProcessor"),
        },
        RecipientKind::Group => ("dpv:hasRecipient", "dpv:SubsidiaryLegalEntity"),
        RecipientKind::Partner | RecipientKind::Public => {
            ("dpv:hasRecipientThirdParty", "dpv:ThirdParty")
        }
        RecipientKind::JointController | RecipientKind::Controller => {
            ("dpv:hasRecipientDataController", "dpv:DataController")
        }
        RecipientKind::Authority => ("dpv:hasRecipient", "dpv:Authority"),
    }
}

fn described(name: &str, recipient: &Recipient) -> Value {
    let (_, kind) = relation(recipient.kind, Part::Controller);
    let mut described = node(&format!("urn:ombud:recipient:{name}"), kind);
    put(&mut described, "dpv:hasName", words(&recipient.title));
    let (inside, outside): (Vec<&String>, Vec<&String>) =
        recipient.countries.iter().partition(|code| in_eea(code));
    let codes = |codes: Vec<&String>| codes.into_iter().map(|code| country(code)).collect();
    put(&mut described, "dpv:hasCountry", codes(inside));
    put(&mut described, "dpv:hasThirdCountry", codes(outside));
    let basis = match recipient.transfer {
        Some(TransferTool::Adequacy) => link("eu-gdpr:A45-3"),
        Some(TransferTool::StandardClauses) => link("eu-gdpr:A46-2-c"),
        Some(TransferTool::CorporateRules) => link("eu-gdpr:A46-2-b"),
        Some(TransferTool::Derogation) => json!("GDPR Article 49"),
        Some(TransferTool::Eea) | None => Value::Null,
    };
    put(&mut described, "ombud:transferBasis", basis);
    Value::Object(described)
}

/// Text in every language, each with its tag.
fn tagged(say: impl Fn(Language) -> Option<String>) -> Value {
    let said = Language::ALL.into_iter();
    said.filter_map(|language| {
        Some(json!({ "@value": say(language)?, "@language": language.tag() }))
    })
    .collect()
}
