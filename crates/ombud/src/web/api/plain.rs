//! Questions as they are asked nearly always, read where they lie.

use std::fmt;

use ombud_core::decision::Use;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use crate::flow::decision::Question;

/// A question by one identity, in texts without escapes; none for every other, wrong or right.
pub(super) fn question(json: &[u8]) -> Option<Question<'_>> {
    let Plain {
        subject: Only(kind, value),
        activity,
        use_for,
    } = serde_json::from_slice(json).ok()?;
    Some(Question {
        kind,
        value,
        activity,
        use_for,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain<'l> {
    #[serde(borrow)]
    subject: Only<'l>,
    activity: &'l str,
    #[serde(default, rename = "use")]
    use_for: Use,
}

/// The only entry of an object.
struct Only<'l>(&'l str, &'l str);

impl<'de: 'l, 'l> Deserialize<'de> for Only<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_map(OnlyEntry)
            .map(|(kind, value)| Self(kind, value))
    }
}

struct OnlyEntry;

impl<'de> Visitor<'de> for OnlyEntry {
    type Value = (&'de str, &'de str);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("one entry")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let only = map.next_entry()?;
        match (only, map.next_key::<IgnoredAny>()?) {
            (Some(only), None) => Ok(only),
            _ => Err(M::Error::custom("not one entry")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_questions_are_read_here() {
        let plain = question(br#" {"activity": "news", "subject": {"email": "a@b.c"}} "#).unwrap();
        let Question {
            kind,
            value,
            activity,
            use_for,
        } = plain;
        assert_eq!(
            (kind, value, activity, use_for),
            ("email", "a@b.c", "news", Use::Ordinary)
        );
        let others: [&[u8]; 8] = [
            b"",
            br#"{"activity":"news"}"#,
            br#"{"activity":"news","subject":{}}"#,
            br#"{"activity":"news","subject":{"email":"a@b.c","phone":"1"}}"#,
            br#"{"activity":"news","subject":{"email":"a@b.c","email":"b@b.c"}}"#,
            br#"{"activity":"news","subject":{"email":"\u0061@b.c"}}"#,
            br#"{"activity":"news","subject":{"email":"a@b.c"},"more":1}"#,
            br#"{"activity":"news","subject":{"email":"a@b.c"},"use":"no such"}"#,
        ];
        for other in others {
            assert!(question(other).is_none(), "{}", other.escape_ascii());
        }
    }
}
