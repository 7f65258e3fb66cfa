//! Everything that is served under one version of the statement.

use std::fmt;
use std::ops::ControlFlow::{Break, Continue};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use tokio::time::Instant;
use tower::ServiceExt as _;

use super::api::{self, Api, at_once};
use super::metrics::Well;
use super::{App, guard, router};

/// The pages, their files, the probes and the API. Cheap to clone.
#[derive(Clone)]
pub struct Site(Arc<Parts>);

struct Parts {
    router: Router,
    api: Api,
    /// The headers of an answer that is given at once.
    head: HeaderMap,
    /// What is counted of those answers.
    counted: Well,
}

impl Site {
    /// These pages and these calls.
    pub fn new(app: App, api: Api) -> Self {
        let mut head = HeaderMap::new();
        head.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        guard(&mut head);
        Self(Arc::new(Parts {
            counted: app.metrics.well(at_once::METHOD, at_once::PATH),
            router: router(app, api::router(api.clone())),
            api,
            head,
        }))
    }

    /// Answers a request: at once if that can be done, and through the [`router`] otherwise.
    pub async fn answer(&self, request: Request) -> Response {
        let began = Instant::now();
        let parts = &*self.0;
        match parts.api.at_once(request) {
            Break(body) => {
                let mut response = Response::new(Body::from(body));
                parts.head.clone_into(response.headers_mut());
                parts.counted.answered(began.elapsed());
                response
            }
            Continue(request) => {
                let Ok(response) = parts.router.clone().oneshot(request).await;
                response
            }
        }
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Site").finish_non_exhaustive()
    }
}
