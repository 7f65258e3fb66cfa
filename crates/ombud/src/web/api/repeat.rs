//! `Idempotency-Key`: a write that is sent again acts once and gets the first answer.

use std::convert::Infallible;

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ombud_store::Replay;
use serde::{Deserialize, Serialize};

use super::caller::Caller;
use super::{API_BODY_BYTES, Api, Kind, Problem};
use crate::flow::once::{Command, Once, Taken};

/// The header with the key that the caller chose.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Tells that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The longest key, in bytes.
const KEY_BYTES: usize = 255;

/// An answer as it is kept. Writes answer with ids and instants, never with personal data.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    status: u16,
    body: String,
}

impl Kept {
    fn response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut response = (status, self.body).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::NO_CONTENT {
            headers.remove(CONTENT_TYPE);
        } else {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
        response
    }
}

/// Around every write.
pub(super) async fn once(
    State(api): State<Api>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let Some(key) = chosen(request.headers())? else {
        return Ok(next.run(request).await);
    };
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, &api).await?;
    let body = to_bytes(body, API_BODY_BYTES).await;
    let body = body.map_err(|_| Problem::too_large())?;
    let asked = [
        parts.method.as_str().as_bytes(),
        parts.uri.path().as_bytes(),
        parts.uri.query().unwrap_or_default().as_bytes(),
        &body,
    ];
    let mut once = api.ombud.once(&caller.key.name, &key, &asked.join(&b'\n'));
    match api.ombud.answered(once).await? {
        Replay::Begun {
            answer: Some(kept), ..
        } => return Ok(replay(&kept)),
        Replay::Begun {
            lies_in,
            answer: None,
        } => once.begun = Some(lies_in),
        Replay::Reused => return Err(Taken::Reused.into()),
        Replay::New => {}
    }
    parts.extensions.insert(once);
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if response.status().is_success() {
        return keep(&api, once, response).await;
    }
    // Another process may have carried it out meanwhile: what was refused here was done there.
    match api.ombud.answered(once).await? {
        Replay::Begun {
            answer: Some(kept), ..
        } => Ok(replay(&kept)),
        Replay::Begun {
            lies_in,
            answer: None,
        } if once.begun.is_none() => {
            once.begun = Some(lies_in);
            if api.ombud.is_done(once).await? {
                return Err(Taken::UnderWay.into());
            }
            Ok(response)
        }
        Replay::Begun { .. } | Replay::New | Replay::Reused => Ok(response),
    }
}

impl FromRequestParts<Api> for Command {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Infallible> {
        Ok(Self {
            at: api.clock.now(),
            once: parts.extensions.get().copied(),
        })
    }
}

/// A header that holds no key.
struct NoKey;

impl From<NoKey> for Problem {
    fn from(_: NoKey) -> Self {
        let title = format!("an `Idempotency-Key` has 1 to {KEY_BYTES} visible characters");
        Self::new(StatusCode::BAD_REQUEST, Kind::IdempotencyKey, title).hint("a UUID will do")
    }
}

/// The key, if one was chosen.
fn chosen(headers: &HeaderMap) -> Result<Option<String>, NoKey> {
    let Some(value) = headers.get(KEY) else {
        return Ok(None);
    };
    let text = value.to_str().ok().filter(|text| {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        visible && !text.is_empty() && text.len() <= KEY_BYTES
    });
    text.map(|text| Some(text.to_owned())).ok_or(NoKey)
}

fn replay(kept: &str) -> Response {
    if let Ok(kept) = serde_json::from_str::<Kept>(kept) {
        return kept.response();
    }
    let title = "the answer that was given before cannot be read";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, Kind::Answer, title).into_response()
}

/// Keeps an answer before it is given.
async fn keep(api: &Api, once: Once, response: Response) -> Result<Response, Problem> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, API_BODY_BYTES).await.unwrap_or_default();
    let kept = Kept {
        status: parts.status.as_u16(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let text = serde_json::to_string(&kept).unwrap_or_default();
    api.ombud.keep_answer(once, text).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}
