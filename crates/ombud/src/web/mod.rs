//! The pages: server-rendered, in the reader's language, without a line of script.
//!
//! A handler reads the address, asks a flow for a view ([`Pages`]), and renders it ([`render`]).
//! Nothing here decides, measures or stores. [`router`] puts the pages, the files they refer to, the
//! probes and the API under one set of protections.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::get;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

pub mod api;
mod asset;
mod chart;
pub mod error;
mod handler;
pub mod i18n;
pub mod language;
mod listen;
pub mod live;
pub mod markdown;
pub mod metrics;
pub mod pages;
mod phrase;
#[cfg(test)]
mod preview;
pub mod redline;
pub mod render;
#[cfg(test)]
mod sample;
mod site;
#[cfg(test)]
mod tests;
pub mod view;

pub use language::Language;
pub use listen::serve;
pub use metrics::Metrics;
pub use pages::{Fault, Filling, Pages};
pub use site::Site;

/// The greatest body that a page accepts, in bytes.
pub const PAGE_BODY_BYTES: usize = 64 * 1024;

/// The longest that an answer may take to begin: measuring a great many records takes a while.
pub const ANSWER_WITHIN: Duration = Duration::from_mins(1);

/// The longest that a body may rest before its next part arrives.
pub const BODY_RESTS_AT_MOST: Duration = Duration::from_secs(30);

/// What requests for pages need.
#[derive(Clone)]
pub struct App {
    /// The flows behind the pages.
    pub pages: Arc<dyn Pages>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("App").finish_non_exhaustive()
    }
}

/// Everything that is served: the pages, their files, the probes, and `api` under `/api/v1`.
///
/// The API sets its own body limits; security headers, the refusal of cross-site requests and the
/// form of errors are common to both.
pub fn router(app: App, api: Router) -> Router {
    let pages = Router::new()
        .route("/", get(handler::statement))
        .route("/board", get(handler::board))
        .route("/forecast", get(handler::forecast))
        .route("/cookies", get(handler::cookies))
        .route("/versions", get(handler::versions))
        .route("/versions/{version}", get(handler::version))
        .route("/versions/{before}/{after}", get(handler::diff))
        .route("/problems", get(handler::problems))
        .route("/problems/{kind}", get(handler::problem))
        .route("/static/{name}", get(asset::serve))
        .layer(RequestBodyLimitLayer::new(PAGE_BODY_BYTES))
        .with_state(app.clone());
    let probes = Router::new()
        .route("/healthz", get(handler::healthz))
        .route("/readyz", get(handler::readyz))
        .route("/metrics", get(metrics::show))
        .with_state(app.clone());
    let observed = from_fn_with_state(Arc::clone(&app.metrics), metrics::observe);
    // The outermost first. Layers that are put on together cost every request less.
    let guarded = (
        from_fn_with_state(app, error::show),
        CsrfLayer::new(),
        RequestBodyTimeoutLayer::new(BODY_RESTS_AT_MOST),
        TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, ANSWER_WITHIN),
    );
    pages
        .nest("/api/v1", api)
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(guarded)
        .merge(probes)
        .layer((map_response(protect), observed))
}

/// Headers that every answer carries. Pages load one style sheet and one icon from here, and nothing
/// else from anywhere.
async fn protect(mut response: Response) -> Response {
    guard(response.headers_mut());
    response
}

fn guard(headers: &mut HeaderMap) {
    let fixed = [
        (
            "content-security-policy",
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-cache"));
}
