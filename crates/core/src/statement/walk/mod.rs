//! Walks a TOML file against the JSON Schema of its type and names everything that does not fit.
//!
//! Serde stops at the first error; people want all of them, with the place, what was expected and
//! what they probably meant. The schema is derived from the same types that serde then fills, so
//! the two cannot disagree.
//!
//! What does not fit is mended, so that the rest of the folder can be checked in the same run: a
//! misspelt key is read as the one it most likely means, a value of the wrong kind is left out, or
//! stands in where one must be. The paths of all of these are told, so that no one reports what
//! follows from them.

mod expected;
mod open;

use std::ops::Range;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::at::At;
use super::folder::{Folder, follow};
use super::formats;
use crate::diagnostic::{Diagnostic, Place, did_you_mean};
use crate::language::Language;
use expected::{
    Kind, accepts, constants, describe, first_sentence, found, kind_of, list, placeholder,
    required, resolve,
};

/// A file as JSON, and everything that does not fit its schema.
#[derive(Debug)]
pub(super) struct Walked {
    /// The file's content, mended where it does not fit.
    pub(super) value: Value,
    /// Where it was mended: key paths, the empty one for the whole file.
    pub(super) mended: Vec<Vec<String>>,
    /// Every text for people.
    pub(super) texts: Vec<Words>,
    /// Everything that does not fit.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A text for people: where it stands, and the languages in which it is written.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) span: Range<usize>,
    pub(super) languages: Vec<String>,
}

/// Parses `text` as TOML and holds it against `schema`.
///
/// Where the text is no TOML, nobody knows what is missing or out of place, translations among it:
/// only values that fit nowhere are reported besides, and keys that nothing is called before it. What
/// stands behind a mark that is never closed is read as part of it, and not reported at all.
pub(super) fn walk(file: &str, text: &str, schema: &Value) -> Walked {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut walker = Walker::new(file, text, schema);
    let value = walker.table(table.get_ref(), &(0..0), schema);
    if !errors.is_empty() {
        walker.no_toml(errors);
    }
    Walked {
        value,
        mended: walker.mended,
        texts: walker.texts,
        diagnostics: walker.diagnostics,
    }
}

/// Everything in a value of a file that does not fit the schema that is `wanted` there; `root` is the
/// schema that it belongs to. Nothing where no such value is written.
pub(super) fn value_at(folder: &Folder, at: &At, root: &Value, wanted: &Value) -> Vec<Diagnostic> {
    let text = folder.text(&at.file).unwrap_or_default();
    let (table, _) = DeTable::parse_recoverable(text);
    let mut walker = Walker::new(&at.file, text, root);
    let found = follow(table.get_ref(), at.keys.iter().map(String::as_str));
    if let Some(found) = found.filter(|found| found.depth == at.keys.len()) {
        walker.value(found.value, wanted);
    }
    walker.diagnostics
}

/// A key that leads nowhere, and those that would lead on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lost {
    pub(super) key: String,
    pub(super) known: Vec<String>,
}

/// The schema of what keys lead to inside a document that fits the schema `root`. The last key may
/// be new to the document, those before it may not.
pub(super) fn inside<'a>(
    root: &'a Value,
    document: &Value,
    keys: &[String],
) -> Result<&'a Value, Lost> {
    let mut wanted = root;
    let mut here = Some(document);
    for (index, key) in keys.iter().enumerate() {
        let tables = branches(root, wanted).into_iter();
        let tables = tables.filter(|branch| accepts(branch, Kind::Table));
        let mut known = Vec::new();
        let mut next = None;
        for table in tables {
            let properties = table.get("properties").and_then(Value::as_object);
            known.extend(properties.into_iter().flat_map(|p| p.keys().cloned()));
            let others = table
                .get("additionalProperties")
                .filter(|of| of.is_object());
            let written = here.and_then(Value::as_object);
            let entries = written.filter(|_| others.is_some());
            known.extend(entries.into_iter().flat_map(|e| e.keys().cloned()));
            let is_last = index.saturating_add(1) == keys.len();
            let others = others.filter(|_| is_last || entries.is_some_and(|e| e.contains_key(key)));
            let named = properties.and_then(|properties| properties.get(key));
            next = next.or(named).or(others);
        }
        wanted = next.ok_or_else(|| Lost {
            key: key.clone(),
            known,
        })?;
        here = here.and_then(|here| here.get(key));
    }
    Ok(wanted)
}

/// What stands in for a file that is not there.
pub(super) fn nothing(schema: &Value) -> Value {
    placeholder(schema, schema)
}

struct Walker<'a> {
    file: &'a str,
    text: &'a str,
    root: &'a Value,
    /// The keys that lead to where the walk is.
    path: Vec<String>,
    mended: Vec<Vec<String>>,
    texts: Vec<Words>,
    diagnostics: Vec<Diagnostic>,
}

/// The alternatives of a schema, flattened; one when it has none.
fn branches<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let schema = resolve(root, schema);
    let inner = schema
        .get("anyOf")
        .or_else(|| schema.get("oneOf"))
        .and_then(Value::as_array);
    match inner {
        Some(inner) => inner
            .iter()
            .flat_map(|branch| branches(root, branch))
            .collect(),
        None => vec![schema],
    }
}

impl<'a> Walker<'a> {
    fn new(file: &'a str, text: &'a str, root: &'a Value) -> Self {
        Self {
            file,
            text,
            root,
            path: Vec::new(),
            mended: Vec::new(),
            texts: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// Reports what makes the text no TOML, and keeps only what stands on its own.
    fn no_toml(&mut self, errors: Vec<toml::de::Error>) {
        let open = open::never_closed(self.text);
        let end = open.map_or(self.text.len(), |mark| mark.at);
        let mut errors: Vec<(Range<usize>, String)> = errors
            .into_iter()
            .map(|error| {
                let message = format!("this is not TOML: {}", error.message().to_lowercase());
                (error.span().unwrap_or(0..0), message)
            })
            .filter(|(span, _)| open.is_none() || span.start < end)
            .collect();
        errors.sort_by_key(|(span, _)| span.start);
        let first = errors.first().map_or(end, |(span, _)| span.start);
        self.mended = vec![Vec::new()];
        self.texts.clear();
        self.diagnostics.retain(|diagnostic| {
            let at = diagnostic.place.span.start;
            ["value", "phrase"].contains(&diagnostic.code) && at < end
                || diagnostic.code == "unknown-key" && at < first
        });
        for (span, message) in errors {
            self.report(span, "syntax", message);
        }
        if let Some(mark) = open {
            let span = mark.at..mark.at.saturating_add(mark.written.len());
            let message = format!("this is not TOML: `{}` is never closed", mark.written);
            let hint = format!("add `{}` where it ends", mark.closes);
            self.report(span, "syntax", message).hint = Some(hint);
        }
    }

    fn report(
        &mut self,
        span: Range<usize>,
        code: &'static str,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let place = Place {
            file: self.file.to_owned(),
            span,
        };
        self.diagnostics
            .push(Diagnostic::error(place, code, message));
        let last = self.diagnostics.len().saturating_sub(1);
        #[expect(clippy::indexing_slicing, reason = "an element was pushed just above")]
        &mut self.diagnostics[last]
    }

    /// What stands under a key: its value, or what stands in for it where something must.
    fn under(
        &mut self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        schema: &'a Value,
        needed: bool,
    ) -> Option<Value> {
        self.path.push(key.to_owned());
        let mut walked = self.value(value, schema);
        if walked.is_none() {
            self.mended.push(self.path.clone());
            walked = needed.then(|| placeholder(self.root, schema));
        }
        self.path.pop();
        walked
    }

    /// A value that fits, mended inside where needed; `None` where nothing of it does.
    fn value(&mut self, value: &Spanned<DeValue<'_>>, schema: &'a Value) -> Option<Value> {
        let span = value.span();
        let branches = branches(self.root, schema);
        let kind = kind_of(value.get_ref());
        let fitting: Vec<&Value> = branches
            .iter()
            .copied()
            .filter(|branch| accepts(branch, kind))
            .collect();
        if fitting.is_empty() {
            let expected = describe(&branches);
            let found = found(value.get_ref());
            self.report(span, "type", format!("expected {expected}, found {found}"))
                .label = Some(format!("expected {expected}"));
            return None;
        }
        match value.get_ref() {
            DeValue::String(text) => self.string(text, span, &fitting),
            DeValue::Datetime(datetime) => self.string(&datetime.to_string(), span, &fitting),
            DeValue::Array(items) => {
                let of = fitting.iter().find_map(|branch| branch.get("items"));
                let Some(of) = of else {
                    return Some(json(value.get_ref()));
                };
                let items = items.iter().enumerate();
                Some(
                    items
                        .filter_map(|(at, item)| self.under(&at.to_string(), item, of, true))
                        .collect(),
                )
            }
            DeValue::Table(table) => self.one_table(table, &span, &fitting),
            DeValue::Integer(integer) => {
                let fits = self.integer(integer.as_str(), span, &fitting);
                fits.then(|| json(value.get_ref()))
            }
            DeValue::Float(_) | DeValue::Boolean(_) => Some(json(value.get_ref())),
        }
    }

    fn integer(&mut self, digits: &str, span: Range<usize>, branches: &[&Value]) -> bool {
        let Ok(number) = digits.replace('_', "").parse::<i64>() else {
            return true;
        };
        let bound = |name: &str| {
            branches
                .iter()
                .find_map(|b| b.get(name))
                .and_then(Value::as_i64)
        };
        if let Some(least) = bound("minimum").filter(|least| number < *least) {
            self.report(span, "type", format!("`{number}` is too small"))
                .label = Some(format!("at least {least}"));
            return false;
        }
        if let Some(most) = bound("maximum").filter(|most| number > *most) {
            self.report(span, "type", format!("`{number}` is too large"))
                .label = Some(format!("at most {most}"));
            return false;
        }
        true
    }

    fn string(&mut self, text: &str, span: Range<usize>, branches: &[&Value]) -> Option<Value> {
        let allowed: Vec<&str> = branches
            .iter()
            .flat_map(|branch| constants(branch))
            .collect();
        if allowed.contains(&text) {
            return Some(Value::from(text));
        }
        let free = branches.iter().find(|branch| constants(branch).is_empty());
        let Some(free) = free else {
            let near = did_you_mean(text, allowed.iter().copied());
            let hint = near.map(|near| format!("did you mean `{near}`?"));
            let expected = format!("expected {}", list(&allowed));
            let report = self.report(span, "value", format!("`{text}` is not one of the values"));
            report.label = Some(expected);
            report.hint = hint;
            return None;
        };
        let format = free
            .get("format")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let problems = formats::problems(format, text);
        let fits = problems.is_empty();
        for problem in problems {
            // A phrase without escapes lies right behind the opening quote, so its spans can be exact.
            let start = span.start.saturating_add(1);
            let exact = self.text.get(start..span.end.saturating_sub(1)) == Some(text);
            let at = match problem.span {
                Some(inner) if exact => start + inner.start..start + inner.end,
                Some(_) | None => span.clone(),
            };
            let report = self.report(at, "phrase", problem.message);
            report.label = problem.label;
            report.hint = problem.hint;
        }
        fits.then(|| Value::from(text))
    }

    fn one_table(
        &mut self,
        table: &DeTable<'_>,
        span: &Range<usize>,
        branches: &[&'a Value],
    ) -> Option<Value> {
        if let [only] = branches {
            if only.get("format").and_then(Value::as_str) == Some(formats::WORDS) {
                return Some(self.words(table, span));
            }
            return Some(self.table(table, span, only));
        }
        let has = |key: &str| table.iter().any(|(name, _)| name.get_ref() == key);
        let chosen = branches
            .iter()
            .find(|b| !required(b).is_empty() && required(b).into_iter().all(has));
        if let Some(chosen) = chosen {
            return Some(self.table(table, span, chosen));
        }
        let keys: Vec<&str> = branches
            .iter()
            .flat_map(|branch| required(branch))
            .collect();
        let near = table
            .iter()
            .find_map(|(name, _)| did_you_mean(name.get_ref(), keys.clone()));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        let report = self.report(
            span.clone(),
            "missing-key",
            "none of the possible keys is here",
        );
        report.label = Some(format!("expected {}", list(&keys)));
        report.hint = hint;
        None
    }

    /// A text for people, in the languages that there are.
    fn words(&mut self, table: &DeTable<'_>, span: &Range<usize>) -> Value {
        let known = Language::ALL.map(Language::tag);
        let mut written = Map::new();
        for (name, text) in table {
            let language = name.get_ref().as_ref();
            if !known.contains(&language) {
                let message = format!("`{language}` is not a language of statements");
                self.report(name.span(), "unknown-key", message).hint =
                    Some(format!("known are {}", list(&known)));
            } else if let DeValue::String(text) = text.get_ref() {
                written.insert(language.to_owned(), Value::from(text.as_ref()));
            } else {
                let message = format!("expected a text, found {}", found(text.get_ref()));
                self.report(text.span(), "type", message).label =
                    Some("expected a text".to_owned());
                // It is there, only wrong.
                written.insert(language.to_owned(), Value::from(""));
            }
        }
        let languages = written.keys().cloned().collect();
        let span = span.clone();
        self.texts.push(Words { span, languages });
        Value::Object(written)
    }

    fn table(&mut self, table: &DeTable<'_>, span: &Range<usize>, schema: &'a Value) -> Value {
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        let required = required(schema);
        let mut walked = Map::new();
        for (name, value) in table {
            let key = name.get_ref().as_ref();
            let known = properties.and_then(|properties| properties.get(key));
            let (key, value) = match (known, others) {
                (Some(known), _) => {
                    let needed = required.contains(&key);
                    (key, self.under(key, value, known, needed))
                }
                (None, Some(Value::Bool(false))) => {
                    match self.misspelt((name, value), table, properties) {
                        Some((meant, value)) => (meant, Some(value)),
                        None => continue,
                    }
                }
                // Every entry is kept, so that its name is known.
                (None, Some(of)) if of.is_object() => (key, self.under(key, value, of, true)),
                (None, Some(_) | None) => (key, Some(json(value.get_ref()))),
            };
            if let Some(value) = value {
                walked.insert(key.to_owned(), value);
            }
        }
        for key in required {
            if walked.contains_key(key) {
                continue;
            }
            let wanted = properties.and_then(|properties| properties.get(key));
            let what = wanted
                .and_then(|wanted| wanted.get("description"))
                .and_then(Value::as_str);
            let hint = what.map(|what| format!("add `{key}`: {}", first_sentence(what)));
            let report = self.report(span.clone(), "missing-key", format!("`{key}` is missing"));
            report.hint = hint;
            self.mend(key);
            let stand_in = wanted.map_or(Value::Null, |wanted| placeholder(self.root, wanted));
            walked.insert(key.to_owned(), stand_in);
        }
        Value::Object(walked)
    }

    /// Reports a key that is unknown. What it most likely means and does not stand elsewhere is read
    /// in its place.
    fn misspelt<'n>(
        &mut self,
        (name, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>),
        table: &DeTable<'_>,
        properties: Option<&'a Map<String, Value>>,
    ) -> Option<(&'n str, Value)>
    where
        'a: 'n,
    {
        let known: Vec<&str> = properties
            .map(|properties| properties.keys().map(String::as_str).collect())
            .unwrap_or_default();
        let near = did_you_mean(name.get_ref(), known.iter().copied());
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known keys are {}", list(&known)),
        };
        let message = format!("unknown key `{}`", name.get_ref());
        self.report(name.span(), "unknown-key", message).hint = Some(hint);
        let (meant, schema) = properties?.get_key_value(near?)?;
        if table.iter().any(|(name, _)| name.get_ref() == meant) {
            return None;
        }
        let value = self.under(meant, value, schema, false);
        self.mend(meant);
        Some((meant, value?))
    }

    /// Remembers that what stands under this key here is not what is written.
    fn mend(&mut self, key: &str) {
        let mut path = self.path.clone();
        path.push(key.to_owned());
        self.mended.push(path);
    }
}

fn object(table: &DeTable<'_>) -> Map<String, Value> {
    table
        .iter()
        .map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref())))
        .collect()
}

fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(integer) => {
            let digits = integer.as_str().replace('_', "");
            i64::from_str_radix(&digits, integer.radix()).map_or(Value::Null, Value::from)
        }
        DeValue::Float(float) => float
            .as_str()
            .parse::<f64>()
            .map_or(Value::Null, Value::from),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(datetime) => Value::String(datetime.to_string()),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => Value::Object(object(table)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::model::{Activity, Header, Promises};
    use crate::statement::schema;

    fn errors(text: &str, schema: &Value) -> Vec<(String, String, Option<String>)> {
        let walked = walk("file.toml", text, schema);
        assert!(walked.mended.is_empty() || !walked.diagnostics.is_empty());
        let tell = |d: Diagnostic| {
            (
                text.get(d.place.span).unwrap().to_owned(),
                d.message,
                d.hint,
            )
        };
        walked.diagnostics.into_iter().map(tell).collect()
    }

    const ACTIVITY: &str = r#"
section = "3.1"
title = { en = "Newsletters", nb = "Nyhetsbrev" }
why = { en = "News", nb = "Nytt" }
purpose = "dpv:DirectMarketing"
subjects = ["dpv:Subscriber"]
basis = { legitimate_interest = { en = "x", nb = "y" } }
"#;

    #[test]
    fn what_fits_is_accepted() {
        assert_eq!(errors(ACTIVITY, &schema::<Activity>()), []);
        let role = format!("{ACTIVITY}role = {{ processor_for = {{ en = \"your employer\" }} }}\n");
        assert_eq!(errors(&role, &schema::<Activity>()), []);
    }

    #[test]
    fn all_errors_of_a_file_come_at_once_with_places_and_hints() {
        let text =
            format!("{ACTIVITY}markting = true\nprofiling = \"yes\"\nmessages = [\"emial\"]\n");
        let found = errors(&text, &schema::<Activity>());
        let want = [
            (
                "markting",
                "unknown key `markting`",
                Some("did you mean `marketing`?"),
            ),
            ("\"yes\"", "expected true or false, found a text", None),
            (
                "\"emial\"",
                "`emial` is not one of the values",
                Some("did you mean `email`?"),
            ),
        ];
        assert_eq!(found.len(), want.len(), "{found:?}");
        for (span, message, hint) in want {
            let hint = hint.map(str::to_owned);
            assert!(
                found.contains(&(span.to_owned(), message.to_owned(), hint)),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_missing_key_says_what_it_is_for() {
        let found = errors("section = \"3.1\"\n", &schema::<Activity>());
        let why = found
            .iter()
            .find(|(_, message, _)| message == "`why` is missing")
            .unwrap();
        assert_eq!(
            why.2.as_deref(),
            Some("add `why`: the purpose in plain words")
        );
    }

    #[test]
    fn syntax_errors_are_reported_together() {
        let found = errors("a = \nb = [1,\n= 3\n", &schema::<Header>());
        assert!(found.len() >= 2, "{found:?}");
    }

    #[test]
    fn a_phrase_is_checked_where_it_stands() {
        let text =
            "[promises.P1]\nsection = \"1\"\nsays = { en = \"x\" }\nproof = [\"capp a.b\"]\n";
        let found = errors(text, &schema::<Promises>());
        assert_eq!(found[0].0, "\"capp a.b\"");
        assert_eq!(found[0].2.as_deref(), Some("did you mean `cap a.b`?"));
    }
}
