//! How long records are kept, and what happens then, as storage conditions.

use serde_json::{Map, Value, json};

use super::{put, tagged, words};
use crate::retention::{EndAction, Keep, Length, Moment, Open, Then};
use crate::statement::model::{Collection, OneOrMany};
use crate::statement::prose;
use crate::statement::register::Entry;

/// Two conditions a collection: how long it is stored, and how it ends.
pub(super) fn conditions(entry: &Entry<'_>) -> Value {
    let mut found = Vec::new();
    for (key, collection) in &entry.activity.collections {
        let id = |what: &str| format!("urn:ombud:{what}:{}.{key}", entry.id);
        found.push(stored(entry, &id("storage"), collection));
        if let Some(then) = &collection.then {
            found.push(ended(&id("ending"), then));
        }
    }
    Value::Array(found)
}

fn stored(entry: &Entry<'_>, id: &str, collection: &Collection) -> Value {
    let mut stored = super::node(id, "dpv:StorageDuration");
    put(&mut stored, "dct:title", words(&collection.title));
    let kept = (entry.activity, collection);
    let sentence = tagged(|language| prose::kept(&entry.statement.rules, kept, language));
    put(&mut stored, "dct:description", sentence);
    let keeps = collection.keep.iter().flat_map(OneOrMany::as_slice);
    let mut durations: Vec<Value> = keeps.flat_map(durations).collect();
    if durations.is_empty() {
        durations.push(json!({ "@type": "dpv:IndeterminateDuration" }));
    }
    put(&mut stored, "dpv:hasDuration", Value::Array(durations));
    let holds = collection.hold.iter().flat_map(OneOrMany::as_slice);
    let holds = holds.map(|hold| {
        json!({ "dct:source": hold.law, "ombud:phrase": hold.keep.to_string(), "ombud:onlyFor": hold.only_for })
    });
    put(&mut stored, "ombud:hold", holds.collect());
    Value::Object(stored)
}

fn durations(keep: &Keep) -> Vec<Value> {
    keep.cases()
        .map(|case| {
            let mut duration = duration(&case.until);
            put(&mut duration, "ombud:phrase", json!(keep.to_string()));
            Value::Object(duration)
        })
        .collect()
}

/// A moment as a duration; members of a choice are nested.
fn duration(moment: &Moment) -> Map<String, Value> {
    let mut duration = Map::new();
    let mut typed = |kind: &str| duration.insert("@type".to_owned(), json!(kind));
    match moment {
        Moment::After(length, anchor) => {
            typed("dpv:TemporalDuration");
            put(&mut duration, "ombud:duration", lasting(*length));
            put(
                &mut duration,
                "ombud:retentionAnchor",
                json!(anchor.to_string()),
            );
        }
        Moment::For(length) => {
            typed("dpv:TemporalDuration");
            put(&mut duration, "ombud:duration", lasting(*length));
        }
        Moment::Event(_)
        | Moment::StateEnd(_)
        | Moment::RecordEnd(_)
        | Moment::EndOf(..)
        | Moment::Birthday(_) => {
            typed("dpv:UntilEventDuration");
            put(
                &mut duration,
                "ombud:retentionAnchor",
                json!(moment.to_string()),
            );
        }
        Moment::Date(date) => {
            typed("dpv:UntilTimeDuration");
            let date = json!({ "@value": date.to_string(), "@type": "xsd:date" });
            put(&mut duration, "ombud:until", date);
        }
        Moment::Last(count) => {
            typed("dpv:FixedOccurrencesDuration");
            put(&mut duration, "ombud:occurrences", json!(count));
        }
        Moment::Open(Open::Indefinitely) => {
            typed("dpv:EndlessDuration");
        }
        Moment::Open(Open::Necessary | Open::RequiredByLaw) | Moment::Document(_) => {
            typed("dpv:IndeterminateDuration");
        }
        Moment::Earlier(members) => choice(&mut duration, "ombud:earlierOf", members),
        Moment::Later(members) => choice(&mut duration, "ombud:laterOf", members),
        Moment::Hedged(_, inner) => return self::duration(inner),
    }
    duration
}

fn choice(duration: &mut Map<String, Value>, key: &str, members: &[Moment]) {
    duration.insert("@type".to_owned(), json!("dpv:UntilEventDuration"));
    let members = members
        .iter()
        .map(|member| Value::Object(self::duration(member)));
    put(duration, key, members.collect());
}

fn lasting(length: Length) -> Value {
    json!({ "@value": length.longest().iso(), "@type": "xsd:duration" })
}

fn ended(id: &str, then: &Then) -> Value {
    let mut ended = super::node(id, "dpv:StorageDeletion");
    let operations: &[&str] = match then.end {
        EndAction::Erase => &["dpv:Erase"],
        EndAction::Anonymise(_) => &["dpv:Anonymise"],
        EndAction::EraseOrAnonymise(_) => &["dpv:Erase", "dpv:Anonymise"],
    };
    put(
        &mut ended,
        "dpv:hasProcessing",
        super::links(operations.iter().copied()),
    );
    put(&mut ended, "ombud:phrase", json!(then.to_string()));
    Value::Object(ended)
}
