//! Every other key that differs: what no rule of this module grades is for a person to judge.

use serde::Serialize;
use serde_json::Value;

use super::{Differ, Grade, Kind, Said, Spot, both};
use crate::language::{Language, Localized};
use crate::statement::{Reading, names, prose};

/// A key path with its value before and after.
type Leaf = (Vec<String>, Option<Value>, Option<Value>);

impl Differ<'_> {
    /// Records keys that differ and lie below no change that was already found.
    pub(super) fn leaves(&mut self) {
        let graded: Vec<String> = self
            .changes
            .iter()
            .map(|change| change.at.clone())
            .collect();
        let known = |at: &str| {
            graded.iter().any(|known| {
                let rest = at.strip_prefix(known.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        let (old, new) = (whole(self.old), whole(self.new));
        let mut found = Vec::new();
        compare(&[], (Some(&old), Some(&new)), &mut found);
        for (keys, before, after) in found {
            let at = keys.join(".");
            if known(&at) {
                continue;
            }
            let spot = Spot {
                section: self.section(&at),
                title: title(&keys, &[&new, &old]),
                at,
            };
            let grade = match keys.last().map(String::as_str) {
                Some("effective" | "section" | "url") => Grade::Neutral,
                Some(_) | None => Grade::Judge,
            };
            let values = [before, after].map(|value| value.map(|value| said(&value)));
            self.change(&spot, Kind::Wording, grade, values);
        }
    }

    fn section(&self, at: &str) -> Option<String> {
        let (file, key) = at.split_once('.')?;
        if file == "statement" {
            return self.new.header.section_of(key).map(str::to_owned);
        }
        let id = key.split('.').next()?;
        let activity = self.new.activities.get(id)?;
        Some(activity.section.clone())
    }
}

/// What people call a key: what it belongs to, then the key, `Subscription, how fields are typed`.
fn title(keys: &[String], readings: &[&Value]) -> Localized {
    let titled = |depth: usize| {
        let path = keys.get(..depth).unwrap_or_default();
        let pointer = format!("/{}", path.join("/"));
        let titles = readings.iter().filter_map(|reading| {
            serde_json::from_value(reading.pointer(&pointer)?.get("title")?.clone()).ok()
        });
        let title: Option<Localized> = titles.into_iter().next();
        title.map(|title| (depth, title))
    };
    // The statement has a title too, which names nothing in it.
    let owner = (2..=keys.len()).rev().find_map(titled);
    let (depth, owner) = owner.map_or((1, None), |(depth, title)| (depth, Some(title)));
    let below = keys.get(depth..).unwrap_or_default();
    both(|language| {
        let below = below.iter().map(|key| match names::key(key) {
            Some(words) => words.get(language).to_owned(),
            None => format!("`{key}`"),
        });
        let owner = owner.iter().map(|title| title.get(language).to_owned());
        owner.chain(below).collect::<Vec<_>>().join(", ")
    })
}

/// A value in words.
fn said(value: &Value) -> Said {
    let plain = value.as_str().map(str::to_owned);
    let plain = plain.unwrap_or_else(|| value.to_string());
    Said::new(plain, both(|language| words(value, language)))
}

fn words(value: &Value, language: Language) -> String {
    let all = |values: &mut dyn Iterator<Item = &Value>| {
        let said = values.filter(|value| !value.is_null());
        let said: Vec<String> = said.map(|value| words(value, language)).collect();
        prose::words::and_list(&said, language)
    };
    match value {
        Value::Null => String::new(),
        Value::Bool(set) => names::yes_no(*set).get(language).to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(values) => all(&mut values.iter()),
        Value::Object(keys) => match serde_json::from_value::<Localized>(value.clone()) {
            Ok(text) => text.get(language).to_owned(),
            Err(_) => all(&mut keys.values()),
        },
    }
}

fn whole(reading: &Reading) -> Value {
    fn json<T: Serialize>(value: &T) -> Value {
        serde_json::to_value(value).unwrap_or_default()
    }
    serde_json::json!({
        "statement": json(&reading.header),
        "activities": json(&reading.activities),
        "cookies": json(&reading.cookies),
    })
}

fn compare(at: &[String], (old, new): (Option<&Value>, Option<&Value>), found: &mut Vec<Leaf>) {
    let (old, new) = (
        old.filter(|value| !value.is_null()),
        new.filter(|value| !value.is_null()),
    );
    match (old, new) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let added = new.keys().filter(|key| !old.contains_key(*key));
            for key in old.keys().chain(added) {
                let at: Vec<String> = at.iter().chain([key]).cloned().collect();
                compare(&at, (old.get(key), new.get(key)), found);
            }
        }
        (old, new) if old == new => {}
        (old, new) => found.push((at.to_vec(), old.cloned(), new.cloned())),
    }
}
