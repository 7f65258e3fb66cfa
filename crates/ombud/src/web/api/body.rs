//! What calls send and get, as JSON.

use std::collections::BTreeMap;

use axum::extract::{FromRequest, FromRequestParts};
use jiff::Timestamp;
use ombud_core::decision::{Answer, Use};
use ombud_core::standing::{Act, Consent, Objection};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{Problem, shape};
use crate::flow::ledger::Stands;
use crate::flow::subject::SubjectRef;

/// A JSON body; what does not fit is a problem document.
#[derive(Debug, FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub(super) struct Body<T>(pub(super) T);

/// What the address asks for; what does not fit is a problem document.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(super) struct Asked<T>(pub(super) T);

/// A person, by identities that the statement declares: `{"email": "anna@example.com"}`
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(example = json!({ "email": "anna@example.com" }))]
pub(super) struct Subject(BTreeMap<String, String>);

impl From<Subject> for SubjectRef {
    fn from(subject: Subject) -> Self {
        Self(subject.0)
    }
}

/// The question
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    pub(super) subject: Subject,
    /// The activity asked about
    #[schema(example = "newsletters")]
    pub(super) activity: String,
    #[serde(default, rename = "use")]
    #[schema(schema_with = shape::use_for, required = false)]
    pub(super) use_for: Use,
}

/// The answer
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Decided {
    /// Whether
    pub(super) may: bool,
    /// The activity asked about
    pub(super) activity: String,
    #[serde(rename = "use")]
    #[schema(schema_with = shape::use_for)]
    pub(super) use_for: Use,
    /// The legal basis of a yes
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(super) basis: Option<ombud_core::statement::model::BasisName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = shape::reason, required = false)]
    pub(super) reason: Option<&'static str>,
    /// The reason in words
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) because: Option<&'static str>,
    /// The article behind the answer
    pub(super) article: &'static str,
    /// The hash of the statement that it was decided by
    pub(super) version: String,
    /// The instant that it was decided for
    #[serde(rename = "decided_at")]
    #[schema(value_type = String, format = DateTime)]
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

/// A record to store
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRecord {
    /// The collection, `activity.collection`
    #[schema(example = "support.inquiry")]
    pub(super) collection: String,
    pub(super) subject: Subject,
    /// The fields that the collection declares
    #[schema(value_type = Object, example = json!({ "email": "anna@example.com", "message": "Hello" }))]
    pub(super) fields: Map<String, Value>,
    /// Events that its clock counts from, by name, and states of the activity that hold
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub(super) anchors: BTreeMap<String, Timestamp>,
}

/// A record that was stored
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Stored {
    /// Its id
    pub(super) record: String,
    /// Until when it is kept, exclusive; `null` while that is not known
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub(super) due: Option<Timestamp>,
}

/// A record
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Shown {
    /// Its id
    pub(super) record: String,
    /// The collection, `activity.collection`
    pub(super) collection: String,
    /// When it was stored
    #[schema(value_type = String, format = DateTime)]
    pub(super) created_at: Timestamp,
    /// Its fields
    #[schema(value_type = Object)]
    pub(super) fields: Map<String, Value>,
}

/// New values by field; `null` takes an optional field out
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object, example = json!({ "name": "Anna Berg" }))]
pub(super) struct Changes(pub(super) Map<String, Value>);

/// What a person chose
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAct {
    pub(super) subject: Subject,
    /// The activity that it is about
    #[schema(example = "newsletters")]
    pub(super) activity: String,
    #[schema(schema_with = shape::act)]
    pub(super) act: Act,
    /// When it was done; now when left out, and never later
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) at: Option<Timestamp>,
    /// The language in which the person was asked
    #[schema(example = "en")]
    pub(super) language: Option<String>,
    /// How it reached you
    #[schema(example = "form")]
    pub(super) channel: Option<String>,
    /// The name or hash of the wording shown, or of the notice sent; words of a person do not belong here
    pub(super) notice: Option<String>,
}

/// Proof that a choice was recorded
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Receipt {
    /// Its place in the person's ledger
    pub(super) seq: i64,
    /// The activity
    pub(super) activity: String,
    #[schema(schema_with = shape::act)]
    pub(super) act: Act,
    /// When it was done
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: Timestamp,
    /// When it was recorded
    #[schema(value_type = String, format = DateTime)]
    pub(super) recorded_at: Timestamp,
    /// The hash of the statement in force
    pub(super) version: String,
    /// Activities that are answered with no from now on
    pub(super) denied: Vec<String>,
    /// Collections whose records are erased, as soon as no law keeps them
    pub(super) erased: Vec<String>,
    /// Activities whose processing is restricted
    pub(super) restricted: Vec<String>,
    /// Recipients that are told
    pub(super) notified: Vec<String>,
    /// Proof that this was recorded, for the person
    #[serde(rename = "receipt")]
    #[schema(value_type = shape::SignedReceipt)]
    pub(super) signed: ombud_core::evidence::Receipt,
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
            signed: receipt.signed,
        }
    }
}

/// Proof that a record was erased, and read back as gone
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Erased {
    /// The id it had
    pub(super) record: String,
    /// The collection
    pub(super) collection: String,
    /// `erased`, or `reduced` to what a law asks to keep
    #[schema(value_type = String)]
    pub(super) done: &'static str,
    /// When
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: Timestamp,
    /// Proof of it, for the person
    #[serde(rename = "receipt")]
    #[schema(value_type = shape::SignedReceipt)]
    pub(super) signed: ombud_core::evidence::Receipt,
}

impl From<crate::flow::record::Erased> for Erased {
    fn from(erased: crate::flow::record::Erased) -> Self {
        Self {
            record: erased.record.to_string(),
            collection: erased.collection,
            done: erased.done.name(),
            at: erased.at,
            signed: erased.signed,
        }
    }
}

/// A person
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Who {
    pub(super) subject: Subject,
}

/// Where a person stands; empty for a stranger
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Standings {
    pub(super) standings: Vec<Standing>,
}

/// Where a person stands in one activity
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Standing {
    /// The activity; `*` for what holds in all of them
    pub(super) activity: String,
    pub(super) position: Position,
    /// The last instant of each kind of act
    #[schema(value_type = BTreeMap<String, String>)]
    pub(super) acts: BTreeMap<&'static str, Timestamp>,
}

/// What the acts come to
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Position {
    /// `never`, `given`, `withdrawn`, or `outdated` when the purpose has changed since
    #[schema(value_type = String)]
    pub(super) consent: Consent,
    /// `none`, `pending`, `upheld`, `rejected`, or `ended` by a later consent to this marketing
    #[schema(value_type = String)]
    pub(super) objection: Objection,
    /// Whether processing is restricted
    pub(super) restricted: bool,
}

impl From<Stands> for Standing {
    fn from(stands: Stands) -> Self {
        let Stands {
            activity,
            position,
            standing,
        } = stands;
        let ombud_core::standing::Position {
            consent,
            objection,
            restricted,
        } = position;
        let acts = [
            (Act::Consent, standing.consented.map(|(at, _)| at)),
            (Act::Withdraw, standing.withdrawn),
            (Act::Object, standing.objected),
            (Act::Uphold, standing.upheld),
            (Act::Reject, standing.rejected),
            (Act::Restrict, standing.restricted),
            (Act::Lift, standing.lifted),
        ];
        let done = acts
            .into_iter()
            .filter_map(|(act, at)| Some((act.name(), at?)));
        Self {
            activity,
            position: Position {
                consent,
                objection,
                restricted,
            },
            acts: done.collect(),
        }
    }
}

/// A fact that clocks count from: of `record`, or of `subject` in `collection`
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAnchor {
    /// The person
    pub(super) subject: Option<Subject>,
    /// The collection, `activity.collection`
    #[schema(example = "webinars.registration")]
    pub(super) collection: Option<String>,
    /// The id of the record
    pub(super) record: Option<String>,
    /// The event or state, as the statement names it, the collection whose last record ended, or what
    /// else its phrases count from: `birth`, `outcome`, `severity`, `category`, `basis`, `copy`,
    /// `length`, `agreed`, `extension`, `legal_hold`, `warned`, `asked`, `undo`, `keep`
    #[schema(example = "course_end")]
    pub(super) anchor: String,
    /// When it happened, or was decided; now when left out
    #[schema(value_type = Option<String>, format = DateTime, required = false)]
    pub(super) at: Option<Timestamp>,
    /// Whether it ended then: a state, an agreement, a legal hold; else it is taken back
    #[serde(default)]
    pub(super) ends: bool,
    /// Until when an agreement or a legal hold lasts, exclusive
    #[schema(value_type = Option<String>, format = DateTime, required = false)]
    pub(super) until: Option<Timestamp>,
    /// The date of birth, outcome, severity, category, basis, copy, chosen length or extension
    pub(super) value: Option<String>,
    /// Why it is held or extended: a case number, no personal data
    pub(super) reason: Option<String>,
}

/// How many clocks count from the event now
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Clocks {
    pub(super) clocks: u64,
}
