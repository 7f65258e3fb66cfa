//! Problem documents (RFC 9457): what went wrong, by which rule, and what to do next.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use ombud_core::decision::Reason;
use ombud_core::effects::ActRefusal;
use ombud_core::intake::Refusal;
use ombud_store::StoreError;
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::kind::{Kind, types};
use super::misfit;
use crate::flow::FlowError;
use crate::flow::ledger::worded_so;
use crate::flow::once::Taken;
use crate::web::error::PROBLEM_JSON;

/// A problem document (RFC 9457)
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem: the address of its page.
    #[serde(rename = "type")]
    #[schema(schema_with = types)]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong with this request, without values of personal data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The article behind a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<&'static str>,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Every single refusal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub refusals: Vec<Refused>,
}

/// One refusal of several
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Refused {
    /// Its stable name.
    pub reason: &'static str,
    /// What is wrong.
    pub detail: String,
    /// The article behind it.
    pub article: &'static str,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(status: StatusCode, kind: Kind, title: impl Into<String>) -> Self {
        Self {
            kind: kind.page(),
            title: title.into(),
            status: status.as_u16(),
            detail: None,
            article: None,
            hint: None,
            refusals: Vec::new(),
        }
    }

    /// More was sent than is taken.
    pub(super) fn too_large() -> Self {
        let title = format!("a body may have {} bytes", super::API_BODY_BYTES);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, Kind::TooLarge, title).hint("send less at a time")
    }

    /// The store could not answer.
    pub(super) fn unavailable() -> Self {
        let title = "this could not be done now";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, Kind::Unavailable, title).hint("try again")
    }

    /// A demonstration that is not whole.
    fn filling(error: &FlowError) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, Kind::Unavailable, error.to_string()).hint("ask again in a while")
    }

    /// With what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn article(mut self, article: &'static str) -> Self {
        self.article = Some(article);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// What any call may answer instead.
pub(super) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        described(&[
            (400, "The call could not be read"),
            (408, "The call took too long to arrive"),
            (
                409,
                "The identities belong to different people, or the same `Idempotency-Key` is being answered right now",
            ),
            (413, "The body is too large"),
            (415, "The body is not JSON"),
            (422, "The call is not one that the statement allows for"),
            (500, "A fault of ours"),
            (503, "This cannot be done now"),
        ])
    }
}

/// What a call that needs a key may answer instead.
pub(super) struct Keyed;

impl IntoResponses for Keyed {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        described(&[
            (401, "No key that works"),
            (
                403,
                "The key is not bound to the activity, no basis is in force, or processing is restricted",
            ),
        ])
    }
}

/// What a call about one thing may answer instead.
pub(super) struct Missing;

impl IntoResponses for Missing {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        described(&[(404, "There is no such thing, or the key does not reach it")])
    }
}

fn described(kinds: &[(u16, &str)]) -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
    let one = |(status, about): &(u16, &str)| {
        let schema = Ref::from_schema_name("Problem");
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let response = ResponseBuilder::new()
            .description(*about)
            .content(PROBLEM_JSON, content)
            .build();
        (status.to_string(), RefOr::T(response))
    };
    kinds.iter().map(one).collect()
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        // The words of the rejection quote the address.
        let title = "the address asks for something that is not expected";
        Self::new(rejection.status(), Kind::Query, title).hint("see the description of the call")
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Self::too_large();
        }
        // Serde's words name keys and types, and may quote a value: keep the place, drop the rest.
        let text = rejection.body_text();
        let place = text
            .rfind(" at line ")
            .and_then(|at| text.get(at..))
            .unwrap_or_default();
        let mut problem = Self::new(
            rejection.status(),
            Kind::Body,
            "the body is not what is expected",
        );
        let misfit = misfit::behind(&rejection);
        let unread = || format!("it is not JSON that could be read{place}");
        problem.detail = Some(misfit.unwrap_or_else(unread));
        problem.hint("send `content-type: application/json` and the keys of the description")
    }
}

impl Problem {
    /// A no of the rules, with its reason.
    fn no(reason: Reason, title: &'static str) -> Self {
        let mut problem = Self::new(StatusCode::FORBIDDEN, Kind::No(reason), title);
        problem.detail = Some(reason.explain().to_owned());
        problem.article(reason.article())
    }

    /// Data that the closed world keeps out, each refusal with its reason.
    fn refused(refusals: Vec<Refusal>) -> Self {
        let title = "the statement does not declare this data";
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, Kind::Undeclared, title);
        problem.article = refusals.first().map(Refusal::article);
        let refused = |refusal: Refusal| Refused {
            reason: refusal.name(),
            detail: refusal.to_string(),
            article: refusal.article(),
            hint: refusal.hint(),
        };
        problem.refusals = refusals.into_iter().map(refused).collect();
        problem
    }

    /// The evidence is broken: nothing is proved until a person has looked at it.
    fn broken(broken: &ombud_core::evidence::Broken) -> Self {
        tracing::error!(%broken, "the evidence is broken");
        let title = "the evidence is not what was signed";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Kind::Evidence, title)
            .hint("whoever runs Ombud should run `ombud evidence verify`")
    }
}

impl From<Taken> for Problem {
    fn from(taken: Taken) -> Self {
        let title = taken.to_string();
        match taken {
            Taken::UnderWay => Self::new(StatusCode::CONFLICT, Kind::UnderWay, title)
                .hint("wait for its answer, or send this again later"),
            Taken::Reused => Self::new(StatusCode::UNPROCESSABLE_ENTITY, Kind::KeyReused, title)
                .hint("choose a new key for every new call"),
        }
    }
}

impl From<FlowError> for Problem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Store(error @ StoreError::Behind) => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Self::new(status, Kind::Behind, error.to_string())
                    .hint("wait until the sweep has replayed it, or run `ombud sweep`")
            }
            FlowError::Filling => Self::filling(&error),
            FlowError::Store(error) => {
                tracing::error!(%error, "the store could not answer");
                Self::unavailable()
            }
            FlowError::Intake(refusals) => Self::refused(refusals),
            FlowError::NoBasis(reason) => {
                Self::no(reason, "no basis is in force; nothing was stored")
            }
            FlowError::NotShown(reason) => Self::no(reason, "the record may not be seen for this")
                .hint("say what it is for with `use`, or the purpose of the law with `only_for`"),
            FlowError::Restricted => Self::no(
                Reason::Restricted,
                "processing is restricted; nothing was changed",
            )
            .hint("lift the restriction first, once the person was told"),
            FlowError::LegalHold => {
                Self::new(StatusCode::FORBIDDEN, Kind::LegalHold, error.to_string())
                    .article("GDPR Article 17(3)(e)")
                    .hint("tell `legal_hold` with its `reason` and `ends`")
            }
            FlowError::Remaining(_) => {
                tracing::error!(%error, "an erasure was not carried out");
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Self::new(status, Kind::Remaining, error.to_string()).hint("try again")
            }
            FlowError::Act(refusal) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, Kind::Act(refusal), refusal.to_string())
                    .article(refusal.article())
                    .hint(refusal.hint())
            }
            FlowError::NotWorded(known) => {
                Self::from(FlowError::Act(ActRefusal::NotWorded)).hint(worded_so(&known))
            }
            FlowError::UnknownIdentity(_) | FlowError::Identity { .. } | FlowError::NoSubject => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, Kind::Identity, error.to_string())
                    .hint("name the subject by identities that the statement declares")
            }
            FlowError::SeveralPeople(_) => {
                Self::new(StatusCode::CONFLICT, Kind::SeveralPeople, error.to_string())
                    .article("GDPR Article 5(1)(f)")
                    .hint("name one person, by identities that are all theirs")
            }
            FlowError::Taken(taken) => taken.into(),
            FlowError::NotFound(what) => Self::new(
                StatusCode::NOT_FOUND,
                Kind::Absent,
                format!("there is no such {what}"),
            ),
            FlowError::Evidence(broken) => Self::broken(&broken),
            FlowError::Receipt(_) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, Kind::Receipt, error.to_string())
                    .hint("send the `receipt` as it was given")
            }
            FlowError::Statement(_) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                Kind::Statement,
                error.to_string(),
            ),
        }
    }
}
