//! Every error of the web in one place: pages for people, problem documents for programs.
//!
//! Handlers answer a bare status. What becomes of it is decided here, so that an unknown address, a
//! refused body and a failure look the same wherever they arise.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use super::App;
use super::language::Reader;
use super::render::{self, Frame};

/// The media type of problem documents (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Gives an error the form that its reader understands.
pub(super) async fn show(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let api = parts.uri.path().starts_with("/api/");
    let reader = (!api).then(|| Reader::of(&parts));
    let response = next.run(Request::from_parts(parts, body)).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    match reader {
        None => problem(response),
        Some(reader) => page(&app, &reader, response),
    }
}

fn problem(response: Response) -> Response {
    let done = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == PROBLEM_JSON);
    if done {
        return response;
    }
    let status = response.status();
    let title = status.canonical_reason().unwrap_or("Error");
    let document = json!({ "type": "about:blank", "title": title, "status": status.as_u16() });
    let body = Json(document).into_response().into_body();
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    parts
        .headers
        .insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    Response::from_parts(parts, body)
}

fn page(app: &App, reader: &Reader, response: Response) -> Response {
    let status = response.status();
    let frame = Frame::new(app.pages.site(), reader, None);
    let Ok(html) = render::error(&frame, kind(status)) else {
        return status.into_response();
    };
    let body = Html(html).into_response().into_body();
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    parts.headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    Response::from_parts(parts, body)
}

/// The family of texts for a status: `error-<kind>-title`, `error-<kind>-text`.
fn kind(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => "absent",
        StatusCode::SERVICE_UNAVAILABLE => "unready",
        refused if refused.is_client_error() => "refused",
        _ => "failed",
    }
}
