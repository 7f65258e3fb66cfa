//! From a folder to a statement, or to everything that is wrong in it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::at::At;
use super::mended::Mended;
use super::model::{Activity, Cookies, Decisions, Header, Promises};
use super::walk::{Words, nothing, walk};
use super::{Folder, Reading, Statement, decided, references};
use crate::diagnostic::{Diagnostic, Place, did_you_mean};
use crate::language::Language;

const HEADER: &str = "statement.toml";
const COOKIES: &str = "cookies.toml";
const PROMISES: &str = "promises.toml";
const DECISIONS: &str = "decisions.toml";

/// Reads a statement folder.
///
/// # Errors
///
/// Every error of the language in every file, in order of file and place, and nothing that only
/// follows from another. Lint findings are not errors of the language: see [`super::check`].
pub fn load(folder: Folder) -> Result<Statement, Vec<Diagnostic>> {
    let mut loader = Loader {
        folder: &folder,
        mended: Mended::default(),
        texts: Vec::new(),
        diagnostics: Vec::new(),
    };
    let Some(header) = loader.header() else {
        return Err(sorted(loader.diagnostics));
    };
    let activities = loader.activities();
    let cookies = loader.optional::<Cookies>(COOKIES);
    let promises = loader.optional::<Promises>(PROMISES);
    let decisions = loader.optional::<Decisions>(DECISIONS);
    loader.unknown_files(&header);
    loader.untranslated(&header.languages);
    let Loader {
        mended,
        mut diagnostics,
        ..
    } = loader;
    let published = Reading {
        header,
        activities,
        cookies,
    };
    let texts = super::text::texts(&folder, &published.header.languages, &mut diagnostics);
    let rules = decided::reading(&folder, &published, &decisions, (&mended, &mut diagnostics));
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
    references::check(&statement, &mended, &mut diagnostics);
    super::vocabulary::check(&statement, &mended, &mut diagnostics);
    super::prose::check(&statement, &mended, &mut diagnostics);
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
    mended: Mended,
    /// Every text for people, with its file.
    texts: Vec<(String, Words)>,
    diagnostics: Vec<Diagnostic>,
}

impl Loader<'_> {
    fn header(&mut self) -> Option<Header> {
        if self.folder.text(HEADER).is_none() {
            let message = format!("`{HEADER}` is missing");
            let hint = "a statement folder begins with this file";
            let missing = Diagnostic::error(Place::start(HEADER), "missing-file", message);
            self.diagnostics.push(missing.hint(hint));
        }
        let mut header: Header = self.file(HEADER, &schema::<Header>())?;
        if self.mended.touches(&At::file(HEADER).key("languages")) {
            let written = |language: &Language| self.folder.text(&text_file(*language)).is_some();
            header.languages = Language::ALL.into_iter().filter(written).collect();
        }
        Some(header)
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

    /// What a file says, mended where it does not fit; a file that is not there says nothing.
    fn file<T: DeserializeOwned>(&mut self, file: &str, schema: &Value) -> Option<T> {
        let Some(text) = self.folder.text(file) else {
            self.mended.add(At::file(file));
            return stand_in(schema);
        };
        let walked = walk(file, text, schema);
        let fits = walked.diagnostics.is_empty();
        let texts = walked.texts.into_iter();
        self.texts
            .extend(texts.map(|words| (file.to_owned(), words)));
        self.diagnostics.extend(walked.diagnostics);
        for keys in walked.mended {
            let file = file.to_owned();
            self.mended.add(At { file, keys });
        }
        let message = match serde_path(walked.value) {
            Ok(value) => return Some(value),
            Err(message) => message,
        };
        if fits {
            let place = self.folder.place(file, []);
            self.diagnostics
                .push(Diagnostic::error(place, "type", message));
        }
        self.mended.add(At::file(file));
        stand_in(schema)
    }

    /// Texts for people that lack one of the languages of the statement.
    fn untranslated(&mut self, languages: &[Language]) {
        for (file, words) in &self.texts {
            for language in languages {
                if words.languages.iter().any(|known| known == language.tag()) {
                    continue;
                }
                let place = Place {
                    file: file.clone(),
                    span: words.span.clone(),
                };
                let message = format!("the text in `{language}` is missing");
                let missing = Diagnostic::error(place, "reference", message);
                let hint = format!("add `{language} = \"…\"`");
                self.diagnostics.push(missing.hint(hint));
            }
        }
    }

    /// Files that nothing reads are most often misspelt.
    fn unknown_files(&mut self, header: &Header) {
        let known = [HEADER, COOKIES, PROMISES, DECISIONS];
        let activities: Vec<&str> = self
            .folder
            .under("activities", ".toml")
            .map(|(_, path)| path)
            .collect();
        let texts: Vec<String> = header.languages.iter().map(|l| text_file(*l)).collect();
        for (path, _) in self.folder.files() {
            let toml = path.rsplit('.').next() == Some("toml");
            let markup = toml || path.starts_with("text/");
            let read = known.contains(&path)
                || activities.contains(&path)
                || texts.iter().any(|text| text == path);
            if !markup || read {
                continue;
            }
            let hint = meant(path, &known, &header.languages);
            let message = format!("nothing reads `{path}`");
            let unread = Diagnostic::error(Place::start(path), "unknown-file", message);
            self.diagnostics.push(unread.hint(hint));
        }
    }
}

/// What the name of a file that nothing reads should have been.
fn meant(path: &str, known: &[&str], languages: &[Language]) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    if path.starts_with("text/") {
        let listed: Vec<String> = languages.iter().map(|l| format!("`{l}`")).collect();
        return format!(
            "the languages of statement.toml are {}; add this one, or take the file out",
            listed.join(" and ")
        );
    }
    let beside = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let near = did_you_mean(path, known.iter().copied()).map(str::to_owned);
    let activity = did_you_mean(beside, ["activities"]).map(|_| format!("activities/{name}"));
    match near.or(activity).filter(|near| near != path) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("an activity is a file right under `activities`: `activities/{name}`"),
    }
}

/// What stands in for a file of which nothing can be read.
fn stand_in<T: DeserializeOwned>(schema: &Value) -> Option<T> {
    serde_path(nothing(schema)).ok()
}

/// The file with the prose in a language.
pub(super) fn text_file(language: Language) -> String {
    format!("text/{language}.md")
}

fn serde_path<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::model::{Activity, Cookies, Decisions, Header, Promises};

    /// The keys that neither their own description nor that of their type explains.
    fn unexplained(root: &Value, schema: &Value, path: &str, found: &mut Vec<String>) {
        let keys = schema.get("properties").and_then(Value::as_object);
        for (key, of) in keys.into_iter().flatten() {
            let name = of.get("$ref").and_then(Value::as_str);
            let named = name.and_then(|name| root.pointer(name.trim_start_matches('#')));
            let explained = [Some(of), named].into_iter().flatten();
            if !explained
                .into_iter()
                .any(|of| of["description"].is_string())
            {
                found.push(format!("{path}/{key}"));
            }
        }
        let inner: Vec<(String, &Value)> = match schema {
            Value::Object(table) => table.iter().map(|(key, of)| (key.clone(), of)).collect(),
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(at, of)| (at.to_string(), of)).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
        };
        for (key, of) in inner {
            unexplained(root, of, &format!("{path}/{key}"), found);
        }
    }

    #[test]
    fn every_key_of_every_schema_is_described() {
        let schemas = [
            schema::<Header>(),
            schema::<Activity>(),
            schema::<Cookies>(),
            schema::<Promises>(),
            schema::<Decisions>(),
        ];
        let mut found = Vec::new();
        for schema in &schemas {
            unexplained(schema, schema, "", &mut found);
        }
        assert_eq!(found, [""; 0]);
    }
}
