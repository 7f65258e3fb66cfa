//! The closed world: what may come in.
//!
//! A record is accepted only when a declared collection holds exactly such fields; whether a basis
//! is in force is asked of [`crate::decision`] in addition.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::anchor::{self, Change, Told};
use crate::diagnostic::did_you_mean;
use crate::identity::{IdentityError, normalise};
use crate::rulebook::{CollectionRule, Rulebook};
use crate::statement::model::{Field, FieldKind};

/// Why data is refused on the way in. Nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No activity declares the collection.
    #[error("no activity declares the collection `{name}`")]
    UnknownCollection {
        /// What was named.
        name: String,
        /// The nearest declared name.
        near: Option<String>,
    },
    /// The collection does not declare the field.
    #[error("the collection does not declare the field `{name}`")]
    UndeclaredField {
        /// What was sent.
        name: String,
        /// The nearest declared name.
        near: Option<String>,
    },
    /// A field that is not optional is missing.
    #[error("the field `{name}` is missing")]
    MissingField {
        /// The declared name.
        name: String,
    },
    /// A value is not of the declared type.
    #[error("the field `{name}` is not {expected}")]
    WrongType {
        /// The declared name.
        name: String,
        /// What the statement declares.
        expected: &'static str,
    },
    /// A value is not an identity of the kind that the field is declared as.
    #[error("the field `{name}` is not an identity `{kind}`: {error}")]
    NotIdentity {
        /// The declared name.
        name: String,
        /// The kind of identity.
        kind: String,
        /// What is wrong.
        error: IdentityError,
    },
    /// A field is an identity, and not the one of that kind that the record's person was named by.
    #[error("the field `{name}` names another `{kind}` than that of the person")]
    AnotherIdentity {
        /// The declared name.
        name: String,
        /// The kind of identity.
        kind: String,
    },
    /// The collection's clock knows no such event.
    #[error("no clock of the collection counts from `{name}`")]
    UnknownAnchor {
        /// What was named.
        name: String,
        /// The nearest known name.
        near: Option<String>,
        /// All that it knows.
        known: Vec<String>,
    },
    /// A fact is told in a shape that is not its own.
    #[error("`{name}` takes {takes}")]
    AnchorShape {
        /// The fact.
        name: String,
        /// What it takes beside its instant.
        takes: &'static str,
    },
    /// A fact is told with a value that its phrase cannot use.
    #[error("`{name}` is not {expected}")]
    AnchorValue {
        /// The fact.
        name: String,
        /// What the phrase can use.
        expected: String,
    },
    /// The record would be due at once, whatever the person wants.
    #[error("the end that has come does not move by `{name}`")]
    StillDue {
        /// What was told.
        name: String,
    },
    /// An event lies in the future.
    #[error("`{name}` lies in the future")]
    FutureAnchor {
        /// The event.
        name: String,
    },
    /// The person is known by no identity.
    #[error("no identity says whose record it is")]
    NoIdentity,
}

impl Refusal {
    /// The article behind the refusal.
    pub fn article(&self) -> &'static str {
        match self {
            Self::UnknownCollection { .. } => "GDPR Article 5(1)(b)",
            Self::UndeclaredField { .. } => "GDPR Article 5(1)(c)",
            Self::MissingField { .. }
            | Self::WrongType { .. }
            | Self::NotIdentity { .. }
            | Self::AnotherIdentity { .. } => "GDPR Article 5(1)(d)",
            Self::UnknownAnchor { .. }
            | Self::FutureAnchor { .. }
            | Self::AnchorShape { .. }
            | Self::AnchorValue { .. }
            | Self::StillDue { .. } => "GDPR Article 5(1)(e)",
            Self::NoIdentity => "GDPR Article 4(1)",
        }
    }

    /// A stable name for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::UnknownCollection { .. } => "unknown_collection",
            Self::UndeclaredField { .. } => "undeclared_field",
            Self::MissingField { .. } => "missing_field",
            Self::WrongType { .. } => "wrong_type",
            Self::NotIdentity { .. } => "not_an_identity",
            Self::AnotherIdentity { .. } => "another_identity",
            Self::UnknownAnchor { .. } => "unknown_anchor",
            Self::FutureAnchor { .. } => "future_anchor",
            Self::AnchorShape { .. } => "anchor_shape",
            Self::AnchorValue { .. } => "anchor_value",
            Self::StillDue { .. } => "still_due",
            Self::NoIdentity => "no_identity",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownCollection { near, .. } | Self::UndeclaredField { near, .. } => {
                near.as_ref().map(|near| format!("did you mean `{near}`?"))
            }
            Self::UnknownAnchor { near, known, .. } => Some(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("tell one of `{}`", known.join("`, `")),
            }),
            Self::StillDue { .. } => Some("tell the event that the period counts from".to_owned()),
            Self::MissingField { .. } => Some("send it, or declare it optional".to_owned()),
            Self::WrongType { .. }
            | Self::NotIdentity { .. }
            | Self::AnchorShape { .. }
            | Self::AnchorValue { .. } => None,
            Self::AnotherIdentity { kind, .. } => {
                Some(format!("store it for the person whose `{kind}` it is"))
            }
            Self::FutureAnchor { .. } => Some("send events when they have happened".to_owned()),
            Self::NoIdentity => Some("name the subject, for example by `email`".to_owned()),
        }
    }
}

/// The rule of the collection with this name.
///
/// # Errors
///
/// [`Refusal::UnknownCollection`].
pub fn collection<'a>(rulebook: &'a Rulebook, name: &str) -> Result<&'a CollectionRule, Refusal> {
    rulebook.collections.get(name).ok_or_else(|| {
        let known = rulebook.collections.keys().map(String::as_str);
        let near = did_you_mean(name, known).map(str::to_owned);
        Refusal::UnknownCollection {
            name: name.to_owned(),
            near,
        }
    })
}

/// Holds the fields of a record against its collection.
///
/// # Errors
///
/// Every refusal, in order of field name.
///
/// # Source
///
/// GDPR Article 5(1)(b)-(d); invariant I8.
pub fn fields(
    rule: &CollectionRule,
    fields: &Map<String, Value>,
    now: Timestamp,
) -> Result<(), Vec<Refusal>> {
    let declared = &rule.declared.fields;
    let mut refusals = Vec::new();
    for (name, value) in fields {
        match declared.get(name) {
            None => {
                let near = did_you_mean(name, declared.keys().map(String::as_str));
                let near = near.map(str::to_owned);
                refusals.push(Refusal::UndeclaredField {
                    name: name.clone(),
                    near,
                });
            }
            Some(field) if value.is_null() && field.optional => {}
            Some(field) => {
                if let Err(expected) = of_type(field, value, now) {
                    refusals.push(Refusal::WrongType {
                        name: name.clone(),
                        expected,
                    });
                }
            }
        }
    }
    for (name, _) in declared.iter().filter(|(_, field)| !field.optional) {
        if fields.get(name).is_none() {
            refusals.push(Refusal::MissingField { name: name.clone() });
        }
    }
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(refusals)
    }
}

/// Holds what is told of how a choice was made against what may stand in the ledger unsealed: names,
/// and never words in which a person could be told of.
///
/// # Errors
///
/// Every refusal: a language that is no tag such as `nb` or `en-GB`; a channel that is no lower-case
/// name of at most 32 letters, digits and hyphens; a wording that is no name or hash of at most 128
/// letters, digits and `._:/-`.
///
/// # Source
///
/// GDPR Articles 5(1)(c), 7(1); invariant I6.
pub fn told(
    language: Option<&str>,
    channel: Option<&str>,
    notice: Option<&str>,
) -> Result<(), Vec<Refusal>> {
    let made_of = |text: &str, longest: usize, extra: &str| {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || extra.contains(letter);
        (1..=longest).contains(&text.len()) && text.chars().all(fits)
    };
    let tag = |text: &str| {
        let mut parts = text.split('-');
        let word = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
            lengths.contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
        };
        parts.next().is_some_and(|part| word(part, 2..=3)) && parts.all(|part| word(part, 2..=4))
    };
    let named = |text: &str| made_of(text, 32, "-") && text == text.to_ascii_lowercase();
    let wording = |text: &str| made_of(text, 128, "._:/-");
    let checks = [
        ("language", language.is_none_or(tag), "a tag such as `nb`"),
        (
            "channel",
            channel.is_none_or(named),
            "a short name such as `form`",
        ),
        (
            "notice",
            notice.is_none_or(wording),
            "the name or hash of a wording",
        ),
    ];
    let wrong = checks.into_iter().filter(|(_, fits, _)| !fits);
    let refusals = wrong.map(|(name, _, expected)| Refusal::WrongType {
        name: name.to_owned(),
        expected,
    });
    let refusals: Vec<_> = refusals.collect();
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(refusals)
    }
}

/// The identities that a record names besides those that its person is given by (`who`): kinds and
/// canonical spellings. All that a record says of one kind is one identity.
///
/// # Errors
///
/// Every refusal, in order of field name; a value is never repeated.
///
/// # Source
///
/// GDPR Article 5(1)(d); invariant I6.
pub fn identities(
    rulebook: &Rulebook,
    rule: &CollectionRule,
    fields: &Map<String, Value>,
    who: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Vec<Refusal>> {
    let canonical = |kind: &str, value: &str| {
        let rule = rulebook.identities.get(kind)?.normalise;
        Some(normalise(rule, value).map(Cow::into_owned))
    };
    let given = who.iter().filter_map(|(kind, value)| {
        let value = canonical(kind, value)?.ok()?;
        Some((kind.clone(), value))
    });
    let given: BTreeMap<String, String> = given.collect();
    let mut further = BTreeMap::new();
    let mut refusals = Vec::new();
    for (name, field) in &rule.declared.fields {
        let (Some(kind), Some(value)) = (&field.identity, fields.get(name)) else {
            continue;
        };
        for value in texts(value) {
            let (name, kind) = (name.clone(), kind.clone());
            match canonical(&kind, &value) {
                Some(Err(error)) => refusals.push(Refusal::NotIdentity { name, kind, error }),
                Some(Ok(value)) => match given.get(&kind).or_else(|| further.get(&kind)) {
                    Some(known) if *known == value => {}
                    Some(_) => refusals.push(Refusal::AnotherIdentity { name, kind }),
                    None => {
                        further.insert(kind, value);
                    }
                },
                None => {}
            }
        }
    }
    if refusals.is_empty() {
        Ok(further)
    } else {
        Err(refusals)
    }
}

/// The texts that a value is made of.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Object(_) => Vec::new(),
    }
}

fn of_type(field: &Field, value: &Value, now: Timestamp) -> Result<(), &'static str> {
    let text = value.as_str();
    let (fits, expected) = match field.kind {
        FieldKind::Text | FieldKind::FreeText | FieldKind::File => (text.is_some(), "a text"),
        FieldKind::Integer => (value.is_i64() || value.is_u64(), "a whole number"),
        FieldKind::Number => (value.is_number(), "a number"),
        FieldKind::Boolean => (value.is_boolean(), "true or false"),
        FieldKind::Date if field.category == anchor::BIRTH_DATE => (
            text.is_some_and(|t| anchor::born(t, now).is_some()),
            "a date such as 2008-03-18 that is past",
        ),
        FieldKind::Date => (
            text.is_some_and(|t| t.parse::<Date>().is_ok()),
            "a date such as 2026-03-18",
        ),
        FieldKind::Instant => (
            text.is_some_and(|t| t.parse::<Timestamp>().is_ok()),
            "an instant such as 2026-03-18T10:00:00Z",
        ),
        FieldKind::List => {
            let texts = value
                .as_array()
                .is_some_and(|all| all.iter().all(Value::is_string));
            (texts, "a list of texts")
        }
    };
    if fits { Ok(()) } else { Err(expected) }
}

/// Holds events that are told with a record against the clocks of its collection.
///
/// # Errors
///
/// Every refusal, in order of name. An event at `now` has happened.
pub fn anchors(
    rulebook: &Rulebook,
    rule: &CollectionRule,
    anchors: &BTreeMap<String, Timestamp>,
    now: Timestamp,
) -> Result<Vec<Change>, Vec<Refusal>> {
    let read = anchors.iter().map(|(name, at)| {
        let told = Told::event(name.clone(), *at);
        let change = anchor::read(rulebook, rule, &told, now)?;
        if matches!(change, Change::Renewed(..)) {
            // Nothing of a record that comes in waits for its end.
            return Err(Refusal::StillDue { name: name.clone() });
        }
        Ok(change)
    });
    let (changes, refusals): (Vec<_>, Vec<_>) = read.partition(Result::is_ok);
    if refusals.is_empty() {
        Ok(changes.into_iter().flatten().collect())
    } else {
        Err(refusals.into_iter().filter_map(Result::err).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::rules;

    fn now() -> Timestamp {
        "2026-04-01T08:00:00Z".parse().unwrap()
    }

    #[test]
    fn i8_a_birth_lies_in_the_past() {
        let field = "name  = { title = { en = \"name\", nb = \"navn\" }, category = \"pd:Name\", optional = true }";
        let born = "born = { category = \"pd:BirthDate\", type = \"date\", optional = true }";
        let book = rules(&[(
            "activities/newsletters.toml",
            field,
            &format!("{field}\n{born}"),
        )]);
        let rule = &book.collections["newsletters.subscription"];
        let given = |born: &str| {
            let given = json!({ "email": "a@example.com", "born": born });
            fields(rule, given.as_object().unwrap(), now()).is_ok()
        };
        // A day that has begun somewhere on earth is past.
        for (born, want) in [
            ("2008-03-18", true),
            ("2026-04-02", true),
            ("2026-04-03", false),
            ("x", false),
        ] {
            assert_eq!(given(born), want, "{born}");
        }
    }

    fn refused(name: &str, given: &Value) -> Vec<String> {
        let book = rules(&[]);
        let found = fields(&book.collections[name], given.as_object().unwrap(), now());
        let found = found.err().unwrap_or_default();
        found
            .iter()
            .map(|refusal| refusal.name().to_owned())
            .collect()
    }

    #[test]
    fn i8_only_declared_collections_are_known() {
        let book = rules(&[]);
        let refusal = collection(&book, "support.inquirey").unwrap_err();
        assert_eq!(
            refusal.hint().as_deref(),
            Some("did you mean `support.inquiry`?")
        );
        assert!(collection(&book, "support.inquiry").is_ok());
    }

    #[test]
    fn i8_only_declared_fields_of_their_type_come_in() {
        let whole = json!({ "email": "anna@example.com", "message": "hello" });
        let table = [
            (whole, vec![]),
            (
                json!({ "email": "anna@example.com" }),
                vec!["missing_field"],
            ),
            (
                json!({ "email": "a", "message": "b", "nane": "c" }),
                vec!["undeclared_field"],
            ),
            (
                json!({ "email": 1, "message": null }),
                vec!["wrong_type", "wrong_type"],
            ),
            (
                json!({ "email": "a", "message": "b", "name": null }),
                vec![],
            ),
        ];
        for (given, want) in table {
            assert_eq!(refused("support.inquiry", &given), want, "{given}");
        }
    }

    #[test]
    fn i8_every_type_has_its_values() {
        let book = rules(&[]);
        let declared = &book.collections["support.inquiry"].declared.fields["email"];
        let table = [
            (FieldKind::Text, json!("a"), json!(1)),
            (FieldKind::FreeText, json!("a"), json!(["a"])),
            (FieldKind::File, json!("a"), json!({})),
            (FieldKind::Integer, json!(-3), json!(1.5)),
            (FieldKind::Number, json!(1.5), json!("1.5")),
            (FieldKind::Boolean, json!(true), json!("true")),
            (FieldKind::Date, json!("2024-02-29"), json!("2026-02-29")),
            (
                FieldKind::Instant,
                json!("2026-03-18T10:00:00Z"),
                json!("2026-03-18"),
            ),
            (FieldKind::List, json!(["a"]), json!(["a", 1])),
        ];
        for (kind, good, bad) in table {
            let field = Field {
                kind,
                ..declared.clone()
            };
            assert!(of_type(&field, &good, now()).is_ok(), "{kind:?}");
            assert!(of_type(&field, &bad, now()).is_err(), "{kind:?}");
        }
    }

    #[test]
    fn i6_a_field_that_is_an_identity_is_one_and_the_persons() {
        let book = rules(&[]);
        let rule = &book.collections["support.inquiry"];
        let found = |given: Value, who: &[(&str, &str)]| {
            let who = who.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
            let found = identities(&book, rule, given.as_object().unwrap(), &who.collect());
            found.map_err(|all| all.iter().map(Refusal::name).collect::<Vec<_>>())
        };
        let none = Ok(BTreeMap::new());
        let phone = BTreeMap::from([("phone".to_owned(), "+4722000000".to_owned())]);
        let anna = [("email", "anna@example.com")];
        let spelt = json!({ "email": " anna@EXAMPLE.com", "message": "not-an-email" });
        assert_eq!(found(spelt, &anna), none);
        let both = json!({ "email": "anna@example.com", "phone": "+47 22 00 00 00" });
        assert_eq!(found(both.clone(), &anna), Ok(phone.clone()));
        assert_eq!(found(both, &[("phone", "004722000000")]).unwrap().len(), 1);
        let other = json!({ "email": "bo@example.com" });
        assert_eq!(found(other, &anna), Err(vec!["another_identity"]));
        let wrong = json!({ "email": "anna", "phone": "22" });
        assert_eq!(found(wrong, &anna), Err(vec!["not_an_identity"; 2]));
        assert_eq!(found(json!({ "phone": null }), &anna), none);
    }

    #[test]
    fn i2_what_people_do_cannot_lie_ahead_and_deadlines_can() {
        let book = rules(&[]);
        let now: Timestamp = "2026-04-01T08:00:00Z".parse().unwrap();
        let later = now + jiff::SignedDuration::from_millis(1);
        let told = |collection: &str, name: &str, at| {
            let rule = &book.collections[collection];
            let found = anchors(&book, rule, &BTreeMap::from([(name.to_owned(), at)]), now);
            found.err().map(|all| all[0].name())
        };
        let (log, jobs) = ("security.log", "recruitment.application");
        assert_eq!(told(log, "last_activity", now), None);
        assert_eq!(told(log, "last_activity", later), Some("future_anchor"));
        assert_eq!(told(jobs, "application_deadline", later), None);
        assert_eq!(
            told(jobs, "aplication_deadline", now),
            Some("unknown_anchor")
        );
    }

    #[test]
    fn i6_the_ledger_takes_names_and_no_words() {
        let names = |told: Result<(), Vec<Refusal>>| -> Vec<String> {
            let refusals = told.err().unwrap_or_default().into_iter();
            refusals.map(|refusal| refusal.to_string()).collect()
        };
        for language in ["nb", "en-GB", "zh-Hant-TW", "nno"] {
            assert_eq!(told(Some(language), None, None), Ok(()), "{language}");
        }
        for language in ["", "norwegian", "n", "nb_NO", "nb-", "anna@example.com"] {
            assert!(told(Some(language), None, None).is_err(), "{language}");
        }
        for channel in ["form", "call-centre", "sms2"] {
            assert_eq!(told(None, Some(channel), None), Ok(()), "{channel}");
        }
        let long = "a".repeat(33);
        for channel in ["", "Form", "a form", "anna@example.com", &long] {
            assert!(told(None, Some(channel), None).is_err(), "{channel}");
        }
        for notice in ["n-1", "consent/newsletters:v2", "sha256.0a1B"] {
            assert_eq!(told(None, None, Some(notice)), Ok(()), "{notice}");
        }
        let found = names(told(Some("x"), Some("Anna"), Some("Anna likes it")));
        let want = [
            "the field `language` is not a tag such as `nb`",
            "the field `channel` is not a short name such as `form`",
            "the field `notice` is not the name or hash of a wording",
        ];
        assert_eq!(found, want);
    }
}
