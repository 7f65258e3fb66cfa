//! The `OpenAPI` description: every call is in it, and every answer of every test is as it says.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::http::{Method, StatusCode};
use ombud::web::api::openapi;
use serde_json::{Value, json};

use crate::harness::World;

/// The description, strict: a key that it does not name is an error.
static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let mut description = serde_json::to_value(openapi()).unwrap();
    let schemas = description["components"]["schemas"].as_object_mut();
    for schema in schemas.unwrap().values_mut() {
        if schema.get("properties").is_some() {
            schema["additionalProperties"] = json!(false);
        }
    }
    description
});

/// Panics unless the answer is one that the description of the call allows for.
pub(crate) fn hold(method: &str, path: &str, status: StatusCode, kind: &str, body: &[u8]) {
    let place = format!("{method} {path} {status}");
    let (path, asked) = path.split_once('?').unwrap_or((path, ""));
    let operation = operation(method, path).unwrap_or_else(|| panic!("{place} is not described"));
    if status.is_success() {
        let described = operation["parameters"].as_array();
        let described = described
            .into_iter()
            .flatten()
            .filter(|one| one["in"] == "query");
        let described: BTreeSet<&str> = described.filter_map(|one| one["name"].as_str()).collect();
        for one in asked.split('&').filter(|one| !one.is_empty()) {
            let name = one.split('=').next().unwrap();
            assert!(
                described.contains(name),
                "{place}: `{name}` is not described"
            );
        }
    }
    let response = &operation["responses"][status.as_str()];
    assert!(response.is_object(), "{place} is not described");
    let Some(content) = response.get("content") else {
        assert!(body.is_empty(), "{place} has a body that is not described");
        return;
    };
    let schema = &content[kind]["schema"];
    assert!(schema.is_object(), "{place}: `{kind}` is not described");
    if !kind.contains("json") {
        return;
    }
    let mut root = schema.clone();
    root["components"] = DESCRIPTION["components"].clone();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&root)
        .unwrap();
    let lines: Vec<&[u8]> = if kind == "application/x-ndjson" {
        body.split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .collect()
    } else {
        vec![body]
    };
    for line in lines {
        let value: Value = serde_json::from_slice(line).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{place}: {errors:?} in {value}");
    }
}

fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let paths = DESCRIPTION["paths"].as_object()?;
    let same = |template: &str| {
        let (mine, theirs) = (template.split('/'), path.split('/'));
        mine.clone().count() == theirs.clone().count()
            && mine
                .zip(theirs)
                .all(|(mine, theirs)| mine == theirs || mine.starts_with('{'))
    };
    // A literal path comes before one with a parameter.
    let exact = paths.get(path).filter(|_| !path.contains('{'));
    let found = exact.or_else(|| {
        paths
            .iter()
            .find(|(template, _)| same(template))
            .map(|(_, item)| item)
    });
    found?.get(method.to_lowercase())
}

/// Every call: method, path, whether it needs a key.
fn calls() -> Vec<(Method, String, bool)> {
    let mut calls = Vec::new();
    for (path, item) in DESCRIPTION["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            calls.push((method, path.clone(), operation.get("security").is_some()));
        }
    }
    calls
}

#[test]
fn what_a_path_names_is_in_the_path_and_all_else_is_asked_for() {
    for (method, path, _) in calls() {
        let operation = operation(method.as_str(), &path).unwrap();
        let parameters = operation["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut named = BTreeSet::new();
        for parameter in parameters {
            let name = parameter["name"].as_str().unwrap();
            let required = parameter["required"] == json!(true);
            match parameter["in"].as_str().unwrap() {
                "path" => {
                    assert!(required, "{method} {path}: {name}");
                    named.insert(format!("{{{name}}}"));
                }
                kind => assert!(!required, "{method} {path}: {name} in {kind}"),
            }
        }
        let parts = path.split('/').filter(|part| part.starts_with('{'));
        let parts: BTreeSet<String> = parts.map(str::to_owned).collect();
        assert_eq!(named, parts, "{method} {path}");
    }
}

#[test]
fn every_call_of_the_design_is_described() {
    let described: BTreeSet<String> = calls()
        .into_iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    for call in [
        "POST /may",
        "POST /may/batch",
        "POST /records",
        "GET /records/{id}",
        "PATCH /records/{id}",
        "DELETE /records/{id}",
        "POST /ledger",
        "POST /standing",
        "POST /anchors",
        "GET /board",
        "GET /evidence/checkpoint",
        "GET /evidence/tile/{path}",
        "GET /forecast",
        "GET /statement",
        "GET /statement/versions/{date}",
    ] {
        assert!(described.contains(call), "{call}");
    }
}

#[test]
fn the_description_is_of_openapi_3_1_and_names_every_schema_it_uses() {
    assert_eq!(DESCRIPTION["openapi"], "3.1.0");
    let text = DESCRIPTION.to_string();
    for part in text.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(
            DESCRIPTION["components"]["schemas"][name].is_object(),
            "{name}"
        );
    }
}

#[test]
fn what_is_served_is_what_is_described() {
    let world = World::sqlite();
    let served = world.raw(Method::GET, "/openapi.json", &[], "");
    assert_eq!(served.status, StatusCode::OK);
    assert_eq!(served.body, serde_json::to_value(openapi()).unwrap());
}

/// Figures and the statement are public; everything about a person needs a key.
#[test]
fn i6_only_these_calls_need_no_key() {
    let open: Vec<String> = calls()
        .into_iter()
        .filter(|(.., keyed)| !keyed)
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    assert_eq!(
        open,
        [
            "GET /board",
            "GET /evidence/checkpoint",
            "GET /evidence/key",
            "POST /evidence/prove",
            "GET /evidence/tile/{path}",
            "GET /forecast",
            "GET /statement",
            "GET /statement/versions/{date}"
        ]
    );
}

#[test]
fn i6_every_other_call_is_refused_alike_without_a_key_that_works() {
    let world = World::sqlite();
    let mut answers = BTreeSet::new();
    for (method, path, keyed) in calls() {
        let path = path.replace("{id}", "00000000-0000-7000-8000-000000000000");
        for authorization in [
            None,
            Some("Bearer "),
            Some("Bearer ombud_0000000000000000000000000000000000000000000000000000000000000000"),
            Some("Basic b21idWQ6b21idWQ="),
            Some("ombud"),
        ] {
            if !keyed {
                continue;
            }
            let headers: Vec<(&str, &str)> = authorization
                .map(|value| ("authorization", value))
                .into_iter()
                .collect();
            let answer = world.raw(method.clone(), &path, &headers, "{}");
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(answer.kind, "application/problem+json");
            answers.insert(answer.body.to_string());
        }
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
}
