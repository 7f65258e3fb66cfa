//! What a schema expects, in words and as a value that stands in for what is wrong.

use serde_json::{Map, Value};
use toml::de::DeValue;

use crate::statement::formats;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    Array,
    Table,
}

pub(super) fn kind_of(value: &DeValue<'_>) -> Kind {
    match value {
        DeValue::String(_) | DeValue::Datetime(_) => Kind::Text,
        DeValue::Integer(_) => Kind::Integer,
        DeValue::Float(_) => Kind::Number,
        DeValue::Boolean(_) => Kind::Boolean,
        DeValue::Array(_) => Kind::Array,
        DeValue::Table(_) => Kind::Table,
    }
}

pub(super) fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Datetime(_) => "a date",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

pub(super) fn accepts(schema: &Value, kind: Kind) -> bool {
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

pub(super) fn constants(schema: &Value) -> Vec<&str> {
    let listed = schema
        .get("enum")
        .and_then(Value::as_array)
        .map(Vec::as_slice);
    let single = schema.get("const").map(std::slice::from_ref);
    let all = listed.or(single).unwrap_or_default();
    all.iter().filter_map(Value::as_str).collect()
}

pub(super) fn required(schema: &Value) -> Vec<&str> {
    let names = schema.get("required").and_then(Value::as_array);
    names
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

pub(super) fn describe(branches: &[&Value]) -> String {
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
                "string" => formats::title(format),
                "integer" => "a whole number",
                "number" => "a number",
                "boolean" => "true or false",
                "array" => "a list",
                "object" if format == formats::WORDS => formats::title(format),
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

pub(super) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// The first sentence of a description, to go on in a sentence.
pub(super) fn first_sentence(text: &str) -> String {
    let end = text.find(". ").or_else(|| text.find(".\n"));
    let first = end.and_then(|end| text.get(..end)).unwrap_or(text);
    let mut letters = first.trim_end_matches('.').chars();
    let capital = letters.next();
    // An abbreviation keeps its capitals.
    let rest = letters.as_str();
    let small = |c: char| {
        if rest.starts_with(char::is_uppercase) {
            c
        } else {
            c.to_ascii_lowercase()
        }
    };
    capital.map(small).into_iter().chain(rest.chars()).collect()
}

/// What a schema refers to.
pub(super) fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    while let Some(pointer) = schema.get("$ref").and_then(Value::as_str) {
        let target = pointer
            .strip_prefix('#')
            .and_then(|path| root.pointer(path));
        match target {
            Some(target) => schema = target,
            None => return schema,
        }
    }
    schema
}

/// The least that fits a schema: it stands in for what is missing or wrong, and says nothing.
pub(super) fn placeholder(root: &Value, schema: &Value) -> Value {
    let schema = resolve(root, schema);
    let inner = schema.get("anyOf").or_else(|| schema.get("oneOf"));
    let first = inner.and_then(Value::as_array).and_then(|all| all.first());
    if let Some(first) = first {
        return placeholder(root, first);
    }
    if let Some(constant) = constants(schema).first() {
        return Value::from(*constant);
    }
    let format = schema.get("format").and_then(Value::as_str);
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => Value::from(formats::least(format.unwrap_or_default())),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| 0.into()),
        Some("boolean") => Value::Bool(false),
        Some("array") => Value::Array(Vec::new()),
        Some("object") => {
            let properties = schema.get("properties");
            let of = |key: &str| properties.and_then(|properties| properties.get(key));
            let keys = required(schema).into_iter();
            keys.filter_map(|key| Some((key.to_owned(), placeholder(root, of(key)?))))
                .collect::<Map<_, _>>()
                .into()
        }
        Some(_) | None => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::model::{Activity, Cookies, Decisions, Header, Promises};
    use crate::statement::schema;
    use serde::de::DeserializeOwned;

    fn reads<T: schemars::JsonSchema + DeserializeOwned>() {
        let schema = schema::<T>();
        let value = placeholder(&schema, &schema);
        serde_json::from_value::<T>(value).unwrap_or_else(|error| panic!("{error}"));
        for definition in schema["$defs"].as_object().into_iter().flatten() {
            placeholder(&schema, definition.1);
        }
    }

    #[test]
    fn every_file_has_a_stand_in_that_reads() {
        reads::<Header>();
        reads::<Activity>();
        reads::<Cookies>();
        reads::<Promises>();
        reads::<Decisions>();
        reads::<crate::statement::model::Collection>();
        reads::<crate::statement::model::Hold>();
        reads::<crate::statement::model::AlsoSaid>();
        reads::<crate::statement::model::Recipient>();
        reads::<crate::statement::model::Decision>();
    }
}
