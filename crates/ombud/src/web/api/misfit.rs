//! What does not fit in a body, in words that hold nothing of what was sent: keys and values of the
//! description alone. A key that is not expected may itself be personal data, so it is not repeated.

use std::error::Error as _;

use axum::extract::rejection::JsonRejection;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Error, Segment};

/// What does not fit in a body that was rejected; none where it is no JSON.
pub(super) fn behind(rejection: &JsonRejection) -> Option<String> {
    let mut cause = rejection.source();
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref::<Error<serde_json::Error>>() {
            return found.inner().is_data().then(|| told(found));
        }
        cause = error.source();
    }
    None
}

/// What does not fit in JSON that is no `T`; none where it is one, or is no JSON.
pub(super) fn of<T: DeserializeOwned>(json: &[u8]) -> Option<String> {
    let mut json = serde_json::Deserializer::from_slice(json);
    let error = serde_path_to_error::deserialize::<_, T>(&mut json).err()?;
    error.inner().is_data().then(|| told(&error))
}

/// What serde found that does not fit, and where.
fn told(error: &Error<serde_json::Error>) -> String {
    let words = error.inner().to_string();
    let (words, place) = match words.rfind(" at line ") {
        Some(at) => words.split_at(at),
        None => (words.as_str(), ""),
    };
    format!("{}{place}", without_values(first_key(error), words))
}

/// The key of the body in whose value the fault lies. Only the first is one of ours: below it, keys
/// are what was sent.
fn first_key(error: &Error<serde_json::Error>) -> Option<&str> {
    match error.path().iter().next()? {
        Segment::Map { key } => Some(key),
        Segment::Seq { .. } | Segment::Enum { .. } | Segment::Unknown => None,
    }
}

fn without_values(key: Option<&str>, words: &str) -> String {
    // What was expected comes last, after whatever is repeated of what was sent.
    let expected = words
        .rsplit_once(", expected ")
        .map(|(_, expected)| expected);
    let missing = words.strip_prefix("missing field `");
    if let Some(name) = missing.and_then(|rest| rest.strip_suffix('`')) {
        return format!("the key `{name}` is missing");
    }
    if words.starts_with("unknown field `") {
        let expected = expected.unwrap_or("no key");
        return format!("a key is not expected here; expected {expected}");
    }
    let Some(key) = key else {
        return "the body is not a JSON object of the expected keys".to_owned();
    };
    let known = ["unknown variant `", "invalid type: ", "invalid value: "];
    match expected.filter(|_| known.iter().any(|known| words.starts_with(known))) {
        Some(expected) => format!("the value of `{key}` does not fit; expected {expected}"),
        None => format!("the value of `{key}` does not fit"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::body::{NewAct, NewAnchor, Question};
    use super::*;

    #[test]
    fn i6_what_does_not_fit_is_told_without_what_was_sent() {
        let act = |rest: &str| {
            let body = format!(r#"{{"subject":{{"email":"anna@example.com"}},{rest}}}"#);
            of::<NewAct>(body.as_bytes()).unwrap()
        };
        let told = act(r#""activity":"newsletters","act":"consnt""#);
        let want = "the value of `act` does not fit; expected one of `consent`, `withdraw`, `object`, \
                    `uphold`, `reject`, `restrict`, `lift` at line 1 column ";
        assert!(told.starts_with(want), "{told}");
        let told = act(r#""anna@example.com":1"#);
        let want = "a key is not expected here; expected one of `subject`, `activity`, `act`, `at`";
        assert!(told.starts_with(want), "{told}");
        let told = act(r#""act":"consent""#);
        assert!(
            told.starts_with("the key `activity` is missing at"),
            "{told}"
        );
        let told = act(r#""activity":7"#);
        let want = "the value of `activity` does not fit; expected a string at";
        assert!(told.starts_with(want), "{told}");
        let told = of::<Question>(br#"{"subject":{},"activity":"a","use":"x, expected `secret`"}"#);
        let told = told.unwrap();
        assert!(
            told.contains("`use`") && told.contains("`legal_claims`"),
            "{told}"
        );
        assert!(of::<Question>(b"{").is_none());
    }

    #[test]
    fn i6_nothing_that_was_sent_is_repeated_wherever_it_stands() {
        let secret = "anna@example.com, expected `anna`";
        let bodies = [
            format!(r#"{{"subject":{{"{secret}":7}},"anchor":"a","at":"2026-01-01T00:00:00Z"}}"#),
            format!(r#"{{"subject":"{secret}","anchor":"a","at":"2026-01-01T00:00:00Z"}}"#),
            format!(r#"{{"anchor":"a","at":"{secret}"}}"#),
            format!(r#"{{"anchor":["{secret}"],"at":"2026-01-01T00:00:00Z"}}"#),
            format!(r#"{{"{secret}":1}}"#),
            format!(r#""{secret}""#),
            format!(r#"["{secret}"]"#),
        ];
        for body in bodies {
            let told = of::<NewAnchor>(body.as_bytes()).unwrap();
            assert!(!told.contains("anna"), "{told}");
        }
    }
}
