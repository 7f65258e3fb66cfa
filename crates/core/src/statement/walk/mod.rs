//! Walks a TOML file against the JSON Schema of its type and names everything that does not fit.
//!
//! Serde stops at the first error; people want all of them, with the place, what was expected and
//! what they probably meant. The schema is derived from the same types that serde then fills, so
//! the two cannot disagree.

use std::ops::Range;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Place, did_you_mean};

/// A file as JSON, and everything that does not fit its schema.
#[derive(Debug)]
pub(super) struct Walked {
    /// The file's content; complete only when there are no diagnostics.
    pub(super) value: Value,
    /// Everything that does not fit.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Parses `text` as TOML and holds it against `schema`.
///
/// Syntax errors do not hide the rest: what could be read is checked too.
pub(super) fn walk(file: &str, text: &str, schema: &Value) -> Walked {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut walker = Walker {
        file,
        text,
        root: schema,
        diagnostics: Vec::new(),
    };
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let message = format!("this is not TOML: {}", error.message().to_lowercase());
        walker.report(span, "syntax", message);
    }
    if walker.diagnostics.is_empty() {
        walker.table(table.get_ref(), &(0..0), schema);
    }
    Walked {
        value: Value::Object(object(table.get_ref())),
        diagnostics: walker.diagnostics,
    }
}

struct Walker<'a> {
    file: &'a str,
    text: &'a str,
    root: &'a Value,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    Array,
    Table,
}

impl<'a> Walker<'a> {
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

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        while let Some(pointer) = schema.get("$ref").and_then(Value::as_str) {
            let target = pointer
                .strip_prefix('#')
                .and_then(|path| self.root.pointer(path));
            match target {
                Some(target) => schema = target,
                None => return schema,
            }
        }
        schema
    }

    /// The alternatives of a schema, flattened; one when it has none.
    fn branches(&self, schema: &'a Value) -> Vec<&'a Value> {
        let schema = self.resolve(schema);
        let inner = schema
            .get("anyOf")
            .or_else(|| schema.get("oneOf"))
            .and_then(Value::as_array);
        match inner {
            Some(inner) => inner
                .iter()
                .flat_map(|branch| self.branches(branch))
                .collect(),
            None => vec![schema],
        }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, schema: &'a Value) {
        let span = value.span();
        let branches = self.branches(schema);
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
            return;
        }
        match value.get_ref() {
            DeValue::String(text) => self.string(text, span, &fitting),
            DeValue::Array(items) => {
                let item_schema = fitting.iter().find_map(|branch| branch.get("items"));
                if let Some(item_schema) = item_schema {
                    for item in items {
                        self.value(item, item_schema);
                    }
                }
            }
            DeValue::Table(table) => self.one_table(table, &span, &fitting),
            DeValue::Integer(integer) => self.integer(integer.as_str(), span, &fitting),
            DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
        }
    }

    fn integer(&mut self, digits: &str, span: Range<usize>, branches: &[&Value]) {
        let Ok(number) = digits.replace('_', "").parse::<i64>() else {
            return;
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
        } else if let Some(most) = bound("maximum").filter(|most| number > *most) {
            self.report(span, "type", format!("`{number}` is too large"))
                .label = Some(format!("at most {most}"));
        }
    }

    fn string(&mut self, text: &str, span: Range<usize>, branches: &[&Value]) {
        let allowed: Vec<&str> = branches
            .iter()
            .flat_map(|branch| constants(branch))
            .collect();
        if allowed.contains(&text) {
            return;
        }
        let free = branches.iter().find(|branch| constants(branch).is_empty());
        let Some(free) = free else {
            let near = did_you_mean(text, allowed.iter().copied());
            let hint = near.map(|near| format!("did you mean `{near}`?"));
            let expected = format!("expected {}", list(&allowed));
            let report = self.report(span, "value", format!("`{text}` is not one of the values"));
            report.label = Some(expected);
            report.hint = hint;
            return;
        };
        let format = free
            .get("format")
            .and_then(Value::as_str)
            .unwrap_or_default();
        for problem in super::formats::problems(format, text) {
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
    }

    fn one_table(&mut self, table: &DeTable<'_>, span: &Range<usize>, branches: &[&'a Value]) {
        if let [only] = branches {
            return self.table(table, span, only);
        }
        let has = |key: &str| table.iter().any(|(name, _)| name.get_ref() == key);
        let chosen = branches
            .iter()
            .find(|b| !required(b).is_empty() && required(b).into_iter().all(has));
        if let Some(chosen) = chosen {
            return self.table(table, span, chosen);
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
    }

    fn table(&mut self, table: &DeTable<'_>, span: &Range<usize>, schema: &'a Value) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        for (name, value) in table {
            let known = properties.and_then(|properties| properties.get(name.get_ref().as_ref()));
            match (known, others) {
                (Some(known), _) => self.value(value, known),
                (None, Some(Value::Bool(false))) => self.unknown_key(name, properties),
                (None, Some(schema)) => self.value(value, schema),
                (None, None) => {}
            }
        }
        for key in required(schema) {
            if !table.iter().any(|(name, _)| name.get_ref() == key) {
                let wanted = properties.and_then(|p| p.get(key));
                let what = wanted
                    .and_then(|w| w.get("description"))
                    .and_then(Value::as_str);
                let hint = what.map(|what| format!("`{key}`: {}", first_sentence(what)));
                let report =
                    self.report(span.clone(), "missing-key", format!("`{key}` is missing"));
                report.hint = hint;
            }
        }
    }

    fn unknown_key(
        &mut self,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        properties: Option<&'a Map<String, Value>>,
    ) {
        let known: Vec<&str> = properties
            .map(|p| p.keys().map(String::as_str).collect())
            .unwrap_or_default();
        let near = did_you_mean(name.get_ref(), known.iter().copied());
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known keys are {}", list(&known)),
        };
        let message = format!("unknown key `{}`", name.get_ref());
        self.report(name.span(), "unknown-key", message).hint = Some(hint);
    }
}

fn kind_of(value: &DeValue<'_>) -> Kind {
    match value {
        DeValue::String(_) | DeValue::Datetime(_) => Kind::Text,
        DeValue::Integer(_) => Kind::Integer,
        DeValue::Float(_) => Kind::Number,
        DeValue::Boolean(_) => Kind::Boolean,
        DeValue::Array(_) => Kind::Array,
        DeValue::Table(_) => Kind::Table,
    }
}

fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Datetime(_) => "a date",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn accepts(schema: &Value, kind: Kind) -> bool {
    let fits = |name: &str| match name {
        "string" => kind == Kind::Text,
        "integer" => kind == Kind::Integer,
        "number" => matches!(kind, Kind::Integer | Kind::Number),
        "boolean" => kind == Kind::Boolean,
        "array" => kind == Kind::Array,
        "object" => kind == Kind::Table,
        _ => false,
    };
    match schema.get("type") {
        Some(Value::String(name)) => fits(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(fits),
        // A schema without a type constrains by its constants, or not at all.
        _ => kind == Kind::Text || constants(schema).is_empty(),
    }
}

fn constants(schema: &Value) -> Vec<&str> {
    let listed = schema
        .get("enum")
        .and_then(Value::as_array)
        .map(Vec::as_slice);
    let single = schema.get("const").map(std::slice::from_ref);
    let all = listed.or(single).unwrap_or_default();
    all.iter().filter_map(Value::as_str).collect()
}

fn required(schema: &Value) -> Vec<&str> {
    let names = schema.get("required").and_then(Value::as_array);
    names
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

fn describe(branches: &[&Value]) -> String {
    let mut words: Vec<String> = Vec::new();
    let allowed: Vec<&str> = branches
        .iter()
        .flat_map(|branch| constants(branch))
        .collect();
    if !allowed.is_empty() {
        words.push(list(&allowed));
    }
    for branch in branches
        .iter()
        .filter(|branch| constants(branch).is_empty())
    {
        let format = branch
            .get("format")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let types: Vec<&str> = match branch.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        for name in types {
            let word = match name {
                "string" => super::formats::title(format),
                "integer" => "a whole number",
                "number" => "a number",
                "boolean" => "true or false",
                "array" => "a list",
                "object" => "a table",
                _ => continue,
            };
            if !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
    }
    words.join(" or ")
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

fn first_sentence(text: &str) -> &str {
    let end = text.find(". ").or_else(|| text.find(".\n"));
    end.and_then(|end| text.get(..end))
        .unwrap_or(text)
        .trim_end_matches('.')
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
        assert_eq!(why.2.as_deref(), Some("`why`: The purpose in plain words"));
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
        assert_eq!(found[0].2.as_deref(), Some("did you mean `cap`?"));
    }
}
