//! What calls send and get, as JSON.

use std::collections::BTreeMap;

use axum::extract::FromRequest;
use jiff::Timestamp;
use ombud_core::decision::{Answer, Use};
use ombud_core::standing::Act;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Problem;
use crate::flow::subject::SubjectRef;

/// A JSON body; what does not fit is a problem document.
#[derive(Debug, FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub(super) struct Body<T>(pub(super) T);

/// A person, by identities: `{"email": "…"}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct Subject(BTreeMap<String, String>);

impl From<Subject> for SubjectRef {
    fn from(subject: Subject) -> Self {
        Self(subject.0)
    }
}

/// The question of `POST /may`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    pub(super) subject: Subject,
    pub(super) activity: String,
    #[serde(default, rename = "use")]
    pub(super) use_for: Use,
}

/// The answer of `POST /may`.
#[derive(Debug, Serialize)]
pub(super) struct Decided {
    pub(super) may: bool,
    pub(super) activity: String,
    #[serde(rename = "use")]
    pub(super) use_for: Use,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) basis: Option<ombud_core::statement::model::BasisName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) because: Option<&'static str>,
    pub(super) article: &'static str,
    pub(super) version: String,
    #[serde(rename = "decided_at")]
    pub(super) at: Timestamp,
}

impl From<crate::flow::decision::Decision> for Decided {
    fn from(decision: crate::flow::decision::Decision) -> Self {
        let (basis, reason) = match decision.answer {
            Answer::Yes(basis) => (Some(basis), None),
            Answer::No(reason) => (None, Some(reason)),
        };
        Self {
            may: decision.answer.is_yes(),
            activity: decision.activity,
            use_for: decision.use_for,
            basis,
            reason: reason.map(ombud_core::decision::Reason::name),
            because: reason.map(ombud_core::decision::Reason::explain),
            article: decision.answer.article(),
            version: decision.version.to_string(),
            at: decision.decided_at,
        }
    }
}

/// What `POST /records` sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRecord {
    pub(super) collection: String,
    pub(super) subject: Subject,
    pub(super) fields: Map<String, Value>,
    #[serde(default)]
    pub(super) anchors: BTreeMap<String, Timestamp>,
}

/// What `POST /records` answers.
#[derive(Debug, Serialize)]
pub(super) struct Stored {
    pub(super) record: String,
    pub(super) due: Option<Timestamp>,
}

/// A record.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    pub(super) record: String,
    pub(super) collection: String,
    pub(super) created_at: Timestamp,
    pub(super) fields: Map<String, Value>,
}

/// What `POST /ledger` sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAct {
    pub(super) subject: Subject,
    pub(super) activity: String,
    pub(super) act: Act,
    pub(super) at: Option<Timestamp>,
    pub(super) language: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) notice: Option<String>,
}

/// What `POST /ledger` answers.
#[derive(Debug, Serialize)]
pub(super) struct Receipt {
    pub(super) seq: i64,
    pub(super) activity: String,
    pub(super) act: Act,
    pub(super) at: Timestamp,
    pub(super) recorded_at: Timestamp,
    pub(super) version: String,
    pub(super) denied: Vec<String>,
    pub(super) erased: Vec<String>,
    pub(super) restricted: Vec<String>,
    pub(super) notified: Vec<String>,
}

impl From<crate::flow::ledger::Receipt> for Receipt {
    fn from(receipt: crate::flow::ledger::Receipt) -> Self {
        Self {
            seq: receipt.seq,
            activity: receipt.activity,
            act: receipt.act,
            at: receipt.at,
            recorded_at: receipt.recorded_at,
            version: receipt.version.to_string(),
            denied: receipt.effects.denied,
            erased: receipt.effects.erased,
            restricted: receipt.effects.restricted,
            notified: receipt.effects.notified,
        }
    }
}

/// What `POST /standing` sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Who {
    pub(super) subject: Subject,
}

/// What `POST /anchors` sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAnchor {
    pub(super) subject: Option<Subject>,
    pub(super) collection: Option<String>,
    pub(super) record: Option<String>,
    pub(super) anchor: String,
    pub(super) at: Timestamp,
}
