//! What was decided, set in the published reading: what the engine carries out.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::at::At;
use super::mended::Mended;
use super::model::Decisions;
use super::walk::{self, Lost};
use super::{Folder, Reading, schema};
use crate::diagnostic::{Diagnostic, did_you_mean};

/// The published reading with every decision's values set. A value that cannot be set is reported,
/// unless what it leads to was `mended`: it may be written, and not read.
pub(super) fn reading(
    folder: &Folder,
    published: &Reading,
    decisions: &Decisions,
    (mended, diagnostics): (&Mended, &mut Vec<Diagnostic>),
) -> Reading {
    let mut reading = published.clone();
    let at = At::file("decisions.toml").key("decisions");
    for (number, decision) in decisions.decisions.iter().enumerate() {
        for (path, value) in &decision.set {
            let setting = Setting {
                folder,
                target: At::path(path),
                at: at.item(number).key("set").key(path),
                value,
            };
            let wrong = setting.carry_out(path, &mut reading);
            if !mended.touches(&setting.target) {
                diagnostics.extend(wrong);
            }
        }
    }
    reading
}

/// One value that a decision sets.
struct Setting<'a> {
    folder: &'a Folder,
    /// What it sets.
    target: At,
    /// Where the decision stands.
    at: At,
    value: &'a Value,
}

impl Setting<'_> {
    /// Sets the value; everything that is wrong with it where it cannot be set.
    fn carry_out(&self, path: &str, reading: &mut Reading) -> Vec<Diagnostic> {
        let mut keys = path.split('.');
        match (keys.next(), keys.next()) {
            (Some("statement"), _) => self.replace(&mut reading.header),
            (Some("cookies"), _) => self.replace(&mut reading.cookies),
            (Some("activities"), Some(id)) => match reading.activities.get_mut(id) {
                Some(activity) => self.replace(activity),
                None => vec![self.lost(&Lost {
                    key: id.to_owned(),
                    known: reading.activities.keys().cloned().collect(),
                })],
            },
            (first, _) => vec![
                self.lost(&Lost {
                    key: first.unwrap_or_default().to_owned(),
                    known: ["activities", "cookies", "statement"]
                        .map(str::to_owned)
                        .to_vec(),
                }),
            ],
        }
    }

    fn replace<T: JsonSchema + Serialize + DeserializeOwned>(
        &self,
        part: &mut T,
    ) -> Vec<Diagnostic> {
        let root = schema::<T>();
        let mut document = serde_json::to_value(&*part).unwrap_or_default();
        let wanted = match walk::inside(&root, &document, &self.target.keys) {
            Ok(wanted) => wanted,
            Err(lost) => return vec![self.lost(&lost)],
        };
        let wrong = walk::value_at(self.folder, &self.at, &root, wanted);
        if !wrong.is_empty() {
            return wrong;
        }
        let mut place = &mut document;
        for key in &self.target.keys {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let Some(object) = place.as_object_mut() else {
                return Vec::new();
            };
            place = object.entry(key).or_insert(Value::Null);
        }
        *place = self.value.clone();
        match serde_json::from_value(document) {
            Ok(replaced) => {
                *part = replaced;
                Vec::new()
            }
            Err(error) => vec![self.wrong(format!("this cannot be set: {error}"))],
        }
    }

    fn lost(&self, lost: &Lost) -> Diagnostic {
        let error = self.wrong(format!(
            "the path leads nowhere: there is no `{}`",
            lost.key
        ));
        let near = did_you_mean(&lost.key, lost.known.iter().map(String::as_str));
        match near {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => {
                error.hint("a path is `activities.ID.KEY…`, `statement.KEY…` or `cookies.KEY…`")
            }
        }
    }

    /// An error at the key path, as it is written in the decision.
    fn wrong(&self, message: String) -> Diagnostic {
        let keys = self.at.keys.iter().map(String::as_str);
        let place = self.folder.key_place(&self.at.file, keys);
        Diagnostic::error(place, "decision", message)
    }
}
