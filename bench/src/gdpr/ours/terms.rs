//! Terms: under what records are kept, once for all that came in together, and once for a purpose.
//!
//! The terms of a purpose are the changes that were made to all of it, each one row's worth of text
//! however many records it governs. What holds for a record is its own terms with the changes that
//! came after them, in their order.

use std::collections::BTreeSet;

use ombud_store::RecordId;
use serde_json::{Map, Value, json};

use crate::gdpr::record::{Field, Meta};

/// More changes than this are written into the terms of the records.
pub(super) const MOST: usize = 128;

/// The terms of records that came in together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Terms {
    pub(super) meta: Meta,
    /// When they came in, in Unix milliseconds.
    pub(super) made: i64,
    /// The last change of the purpose that is in them.
    pub(super) rev: u64,
}

impl Terms {
    /// As the fields of a record.
    pub(super) fn fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        fields.insert("made".to_owned(), json!(self.made));
        fields.insert("rev".to_owned(), json!(self.rev));
        for field in Field::ALL.into_iter().skip(1) {
            let text = field.text(self.meta.get(field));
            fields.insert(field.column().to_owned(), Value::String(text));
        }
        fields
    }

    /// From the fields of a record of this purpose; none if it holds data.
    pub(super) fn parse(purpose: u16, payload: &[u8]) -> Option<Self> {
        let fields: Map<String, Value> = serde_json::from_slice(payload).ok()?;
        let mut meta = Meta::default().with(Field::Purpose, purpose);
        for field in Field::ALL.into_iter().skip(1) {
            let text = fields.get(field.column())?.as_str()?;
            meta = meta.with(field, field.parse(text)?);
        }
        Some(Self {
            meta,
            made: fields.get("made")?.as_i64()?,
            rev: fields.get("rev")?.as_u64()?,
        })
    }
}

/// A change of a purpose.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Rule {
    rev: u64,
    /// Only records with this value.
    when: Option<(Field, u16)>,
    set: Field,
    to: u16,
}

/// The terms of a purpose.
#[derive(Clone, Debug)]
pub(super) struct Purpose {
    /// The record that they are kept in.
    pub(super) record: RecordId,
    /// How many changes there were.
    pub(super) rev: u64,
    rules: Vec<Rule>,
    /// Users whose name stands in the terms of other people's records.
    pub(super) users: BTreeSet<u16>,
}

impl Purpose {
    /// A purpose that was never changed.
    pub(super) fn new(record: RecordId) -> Self {
        Self {
            record,
            rev: 0,
            rules: Vec::new(),
            users: BTreeSet::new(),
        }
    }

    /// What holds for records under these terms.
    pub(super) fn now(&self, terms: &Terms) -> Meta {
        let later = self.rules.iter().filter(|rule| rule.rev > terms.rev);
        later.fold(terms.meta, |meta, rule| match rule.when {
            Some((field, value)) if meta.get(field) != value => meta,
            Some(_) | None => meta.with(rule.set, rule.to),
        })
    }

    /// Whether a user may have been given records of others here.
    pub(super) fn may_concern(&self, user: u16) -> bool {
        let given = |rule: &Rule| rule.set == Field::User && rule.to == user;
        self.users.contains(&user) || self.rules.iter().any(given)
    }

    /// Whether so many changes wait that they are better written into the terms themselves.
    pub(super) fn is_long(&self) -> bool {
        self.rules.len() > MOST
    }

    /// Changes it. What was set before and is set again is no longer needed, unless a change in
    /// between asked for it.
    pub(super) fn change(&mut self, when: Option<(Field, u16)>, set: Field, to: u16) {
        self.rev += 1;
        if when.is_none() {
            let asks = |rule: &Rule| rule.when.is_some_and(|(field, _)| field == set);
            let after = self.rules.iter().rposition(asks).map_or(0, |at| at + 1);
            let mut at = 0;
            self.rules.retain(|rule| {
                at += 1;
                at <= after || rule.set != set
            });
        }
        self.rules.push(Rule {
            rev: self.rev,
            when,
            set,
            to,
        });
    }

    /// Forgets the changes, which are in all terms now; `users` were given records of others.
    pub(super) fn forget(&mut self, users: BTreeSet<u16>) {
        self.rules.clear();
        self.users = users;
    }

    /// As the fields of its record.
    pub(super) fn fields(&self) -> Map<String, Value> {
        let rule = |rule: &Rule| {
            let when = rule.when.map(|(field, value)| (field.column(), value));
            json!([rule.rev, when, rule.set.column(), rule.to])
        };
        let rules: Vec<Value> = self.rules.iter().map(rule).collect();
        let users = json!(self.users);
        let mut fields = Map::new();
        fields.insert("rev".to_owned(), json!(self.rev));
        fields.insert(
            "rules".to_owned(),
            Value::String(Value::Array(rules).to_string()),
        );
        fields.insert("users".to_owned(), Value::String(users.to_string()));
        fields
    }

    /// From the fields of its record.
    pub(super) fn parse(record: RecordId, payload: &[u8]) -> Option<Self> {
        type Written = (u64, Option<(String, u16)>, String, u16);
        let fields: Map<String, Value> = serde_json::from_slice(payload).ok()?;
        let rules: Vec<Written> = serde_json::from_str(fields.get("rules")?.as_str()?).ok()?;
        let rules = rules.into_iter().map(|(rev, when, set, to)| {
            let when = match when {
                Some((name, value)) => Some((named(&name)?, value)),
                None => None,
            };
            let set = named(&set)?;
            Some(Rule { rev, when, set, to })
        });
        Some(Self {
            record,
            rev: fields.get("rev")?.as_u64()?,
            rules: rules.collect::<Option<_>>()?,
            users: serde_json::from_str(fields.get("users")?.as_str()?).ok()?,
        })
    }
}

fn named(column: &str) -> Option<Field> {
    Field::ALL
        .into_iter()
        .find(|field| field.column() == column)
}
