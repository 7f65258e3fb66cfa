//! Every other key that differs: what no rule of this module grades is wording.

use serde::Serialize;
use serde_json::Value;

use super::{Differ, Grade, Kind, Said, Spot};
use crate::language::Localized;
use crate::statement::Reading;

/// A key path with its value before and after.
type Leaf = (String, Option<Value>, Option<Value>);

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
        for (at, before, after) in different(self.old, self.new) {
            if known(&at) {
                continue;
            }
            let spot = Spot {
                section: self.section(&at),
                title: Localized::new(format!("`{at}`"), format!("`{at}`")),
                at,
            };
            let values =
                [before, after].map(|value| value.map(|value| Said::same(written(&value))));
            self.change(&spot, Kind::Wording, Grade::Neutral, values);
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

fn written(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn different(old: &Reading, new: &Reading) -> Vec<Leaf> {
    let mut found = Vec::new();
    compare(
        "statement",
        json(&old.header),
        json(&new.header),
        &mut found,
    );
    compare(
        "activities",
        json(&old.activities),
        json(&new.activities),
        &mut found,
    );
    compare(
        "cookies",
        json(&old.cookies),
        json(&new.cookies),
        &mut found,
    );
    found
}

fn json<T: Serialize>(value: &T) -> Option<Value> {
    serde_json::to_value(value)
        .ok()
        .filter(|value| !value.is_null())
}

fn compare(at: &str, old: Option<Value>, new: Option<Value>, found: &mut Vec<Leaf>) {
    match (old, new) {
        (Some(Value::Object(mut old)), Some(Value::Object(mut new))) => {
            let mut keys: Vec<String> = old.keys().chain(new.keys()).cloned().collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let at = format!("{at}.{key}");
                let value = |value: Option<Value>| value.filter(|value| !value.is_null());
                compare(&at, value(old.remove(&key)), value(new.remove(&key)), found);
            }
        }
        (old, new) if old == new => {}
        (old, new) => found.push((at.to_owned(), old, new)),
    }
}
