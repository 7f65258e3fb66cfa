//! Problem documents (RFC 9457): what went wrong, by which rule, and what to do next.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::flow::FlowError;
use crate::web::error::PROBLEM_JSON;

/// A problem document.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// What kind of problem, as a stable relative reference.
    #[serde(rename = "type")]
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
    pub refusals: Vec<Refused>,
}

/// One refusal of several.
#[derive(Debug, Clone, Serialize)]
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
    pub fn new(status: StatusCode, kind: &str, title: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{kind}"),
            title: title.into(),
            status: status.as_u16(),
            detail: None,
            article: None,
            hint: None,
            refusals: Vec::new(),
        }
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
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        response
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        // Serde's words name keys and types, and may quote a value: keep the place, drop the rest.
        let text = rejection.body_text();
        let place = text
            .rfind(" at line ")
            .and_then(|at| text.get(at..))
            .unwrap_or_default();
        let mut problem = Self::new(
            rejection.status(),
            "body",
            "the body is not what is expected",
        );
        problem.detail = Some(if matches!(rejection, JsonRejection::JsonDataError(_)) {
            format!("a key or value does not fit{place}")
        } else {
            format!("it is not JSON that could be read{place}")
        });
        problem.hint("send `content-type: application/json` and the keys of the description")
    }
}

impl From<FlowError> for Problem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Store(error) => {
                tracing::error!(%error, "the store could not answer");
                Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    "this could not be done now",
                )
                .hint("try again")
            }
            FlowError::Intake(refusals) => {
                let title = "the statement does not declare this data";
                let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "undeclared", title);
                problem.article = refusals.first().map(ombud_core::intake::Refusal::article);
                let refused = |refusal: ombud_core::intake::Refusal| Refused {
                    reason: refusal.name(),
                    detail: refusal.to_string(),
                    article: refusal.article(),
                    hint: refusal.hint(),
                };
                problem.refusals = refusals.into_iter().map(refused).collect();
                problem
            }
            FlowError::NoBasis(reason) => {
                let title = "no basis is in force; nothing was stored";
                let mut problem = Self::new(StatusCode::FORBIDDEN, reason.name(), title);
                problem.detail = Some(reason.explain().to_owned());
                problem.article(reason.article())
            }
            FlowError::Act(refusal) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, refusal.name(), refusal.to_string())
                    .article(refusal.article())
                    .hint(refusal.hint())
            }
            FlowError::UnknownIdentity(_) | FlowError::Identity { .. } | FlowError::NoSubject => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, "identity", error.to_string())
                    .hint("name the subject by identities that the statement declares")
            }
            FlowError::SeveralPeople(_) => {
                Self::new(StatusCode::CONFLICT, "several-people", error.to_string())
                    .article("GDPR Article 5(1)(f)")
                    .hint("name one person, by identities that are all theirs")
            }
            FlowError::NotFound(what) => Self::new(
                StatusCode::NOT_FOUND,
                "absent",
                format!("there is no such {what}"),
            ),
            FlowError::Statement(_) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "statement",
                error.to_string(),
            ),
        }
    }
}
