//! `Idempotency-Key`: a write that is sent again acts once and gets the first answer.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ombud_store::{KeyedHash, Replay};
use serde::{Deserialize, Serialize};

use super::caller::Caller;
use super::{API_BODY_BYTES, Api, Problem};
use crate::flow::once::Once;

/// The header with the key that the caller chose.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Tells that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The longest key, in bytes.
const KEY_BYTES: usize = 255;

/// Commands that are being carried out here.
#[derive(Debug, Default)]
pub(super) struct UnderWay(Mutex<BTreeSet<KeyedHash>>);

/// One of them, until it is dropped.
struct Turn {
    of: Arc<UnderWay>,
    name: KeyedHash,
}

impl UnderWay {
    fn begin(self: &Arc<Self>, name: KeyedHash) -> Option<Turn> {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.insert(name).then(|| Turn {
            of: Arc::clone(self),
            name,
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut names = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.remove(&self.name);
    }
}

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
        &body,
    ];
    let once = api.ombud.once(&caller.key.name, &key, &asked.join(&b'\n'));
    let Some(_turn) = api.under_way.begin(once.name) else {
        let title = "a call with this `Idempotency-Key` is under way";
        let problem = Problem::new(StatusCode::CONFLICT, "under_way", title);
        return Err(problem.hint("wait for its answer, or send this again later"));
    };
    match api.ombud.answered(once).await? {
        Replay::Answered(kept) => return Ok(replay(&kept)),
        Replay::Reused => {
            let title = "this `Idempotency-Key` was used for another call";
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "key_reused", title);
            return Err(problem.hint("choose a new key for every new call"));
        }
        Replay::New => {}
    }
    parts.extensions.insert(once);
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if response.status().is_success() {
        keep(&api, once, response).await
    } else {
        Ok(response)
    }
}

/// A header that holds no key.
struct NoKey;

impl From<NoKey> for Problem {
    fn from(_: NoKey) -> Self {
        let title = format!("an `Idempotency-Key` has 1 to {KEY_BYTES} visible characters");
        Self::new(StatusCode::BAD_REQUEST, "idempotency_key", title).hint("a UUID will do")
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
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "answer", title).into_response()
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
    api.ombud.keep_answer(once, text, api.clock.now()).await?;
    Ok(Response::from_parts(parts, Body::from(body)))
}
