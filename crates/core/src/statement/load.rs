//! From a folder to a statement, or to everything that is wrong in it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::model::{Activity, Cookies, Decisions, Header, Promises};
use super::walk::walk;
use super::{Folder, Reading, Statement, references};
use crate::diagnostic::{Diagnostic, Place};

const HEADER: &str = "statement.toml";
const COOKIES: &str = "cookies.toml";
const PROMISES: &str = "promises.toml";
const DECISIONS: &str = "decisions.toml";

/// Reads a statement folder.
///
/// # Errors
///
/// Every error of the language in every file, in order of file and place. Lint findings are not
/// errors of the language: see [`super::check`].
pub fn load(folder: Folder) -> Result<Statement, Vec<Diagnostic>> {
    let mut loader = Loader {
        folder: &folder,
        diagnostics: Vec::new(),
    };
    let header = loader.required::<Header>(HEADER);
    let activities = loader.activities();
    let cookies = loader.optional::<Cookies>(COOKIES);
    let promises = loader.optional::<Promises>(PROMISES);
    let decisions = loader.optional::<Decisions>(DECISIONS);
    let unknown = loader.unknown_files();
    let mut diagnostics = loader.diagnostics;
    diagnostics.extend(unknown);
    let (Some(header), true) = (header, diagnostics.is_empty()) else {
        return Err(sorted(diagnostics));
    };
    let published = Reading {
        header,
        activities,
        cookies,
    };
    let texts = super::text::texts(&folder, &published.header.languages, &mut diagnostics);
    let rules = decided(&folder, &published, &decisions, &mut diagnostics);
    let version = folder.version();
    let statement = Statement {
        version,
        folder,
        published,
        rules,
        promises,
        decisions,
        texts,
    };
    references::check(&statement, &mut diagnostics);
    super::vocabulary::check(&statement, &mut diagnostics);
    super::prose::check(&statement, &mut diagnostics);
    if diagnostics.is_empty() {
        Ok(statement)
    } else {
        Err(sorted(diagnostics))
    }
}

fn sorted(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|a, b| a.place.order().cmp(&b.place.order()));
    diagnostics.dedup();
    diagnostics
}

/// The JSON Schema of a file of the statement folder, for editors and for the walk.
pub fn schema<T: JsonSchema>() -> Value {
    schemars::schema_for!(T).to_value()
}

struct Loader<'a> {
    folder: &'a Folder,
    diagnostics: Vec<Diagnostic>,
}

impl Loader<'_> {
    fn required<T: JsonSchema + DeserializeOwned>(&mut self, file: &str) -> Option<T> {
        if self.folder.text(file).is_none() {
            let place = Place {
                file: file.to_owned(),
                span: 0..0,
            };
            let missing = Diagnostic::error(place, "missing-file", format!("`{file}` is missing"));
            self.diagnostics
                .push(missing.hint("a statement folder begins with this file"));
            return None;
        }
        self.file(file, &schema::<T>())
    }

    fn optional<T: JsonSchema + DeserializeOwned + Default>(&mut self, file: &str) -> T {
        if self.folder.text(file).is_none() {
            return T::default();
        }
        self.file(file, &schema::<T>()).unwrap_or_default()
    }

    fn activities(&mut self) -> BTreeMap<String, Activity> {
        let schema = schema::<Activity>();
        let folder = self.folder;
        let files = folder.under("activities", ".toml");
        files
            .filter_map(|(id, path)| Some((id.to_owned(), self.file(path, &schema)?)))
            .collect()
    }

    fn file<T: DeserializeOwned>(&mut self, file: &str, schema: &Value) -> Option<T> {
        let walked = walk(file, self.folder.text(file)?, schema);
        if !walked.diagnostics.is_empty() {
            self.diagnostics.extend(walked.diagnostics);
            return None;
        }
        serde_path(walked.value)
            .map_err(|message| {
                let place = self.folder.place(file, []);
                self.diagnostics
                    .push(Diagnostic::error(place, "type", message));
            })
            .ok()
    }

    /// Files that nothing reads are most often misspelt.
    fn unknown_files(&self) -> Vec<Diagnostic> {
        let known = [HEADER, COOKIES, PROMISES, DECISIONS];
        let tomls = self
            .folder
            .files()
            .filter(|(path, _)| path.rsplit('.').next() == Some("toml"));
        tomls
            .filter(|(path, _)| !known.contains(path) && !path.starts_with("activities/"))
            .map(|(path, _)| {
                let place = Place {
                    file: path.to_owned(),
                    span: 0..0,
                };
                let near = crate::diagnostic::did_you_mean(path, known);
                Diagnostic::error(place, "unknown-file", format!("nothing reads `{path}`"))
                    .maybe_hint(near.map(|near| format!("did you mean `{near}`?")))
            })
            .collect()
    }
}

fn serde_path<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

/// The published reading with every decision's values set: what the engine carries out.
fn decided(
    folder: &Folder,
    published: &Reading,
    decisions: &Decisions,
    diagnostics: &mut Vec<Diagnostic>,
) -> Reading {
    let mut reading = published.clone();
    for (path, value) in decisions
        .decisions
        .iter()
        .flat_map(|decision| &decision.set)
    {
        if let Err(message) = set(&mut reading, path, value) {
            let place = quoted(folder, path);
            let error = Diagnostic::error(place, "decision", message);
            diagnostics.push(
                error.hint("a path is `activities.ID.KEY…`, `statement.KEY…` or `cookies.KEY…`"),
            );
        }
    }
    reading
}

/// Where a key path is written, quoted, in the decisions.
fn quoted(folder: &Folder, path: &str) -> Place {
    let text = folder.text(DECISIONS).unwrap_or_default();
    let start = text.find(&format!("\"{path}\"")).unwrap_or_default();
    Place {
        file: DECISIONS.to_owned(),
        span: start..start.saturating_add(path.len() + 2),
    }
}

fn set(reading: &mut Reading, path: &str, value: &Value) -> Result<(), String> {
    let mut keys = path.split('.');
    match keys.next() {
        Some("statement") => replace(&mut reading.header, keys, path, value),
        Some("cookies") => replace(&mut reading.cookies, keys, path, value),
        Some("activities") => {
            let id = keys.next().unwrap_or_default();
            match reading.activities.get_mut(id) {
                Some(activity) => replace(activity, keys, path, value),
                None => Err(format!("there is no activity `{id}`")),
            }
        }
        Some(_) | None => Err(format!("`{path}` names no place of the statement")),
    }
}

fn replace<'a, T: serde::Serialize + DeserializeOwned>(
    target: &mut T,
    keys: impl Iterator<Item = &'a str>,
    path: &str,
    value: &Value,
) -> Result<(), String> {
    let mut document = serde_json::to_value(&*target).map_err(|error| error.to_string())?;
    let mut place = &mut document;
    for key in keys {
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        let object = place
            .as_object_mut()
            .ok_or_else(|| format!("`{path}` leads into a value"))?;
        place = object.entry(key).or_insert(Value::Null);
    }
    *place = value.clone();
    *target =
        serde_path(document).map_err(|message| format!("`{path}` cannot be set: {message}"))?;
    Ok(())
}
