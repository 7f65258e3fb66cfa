//! The HTTP API under `/api/v1`: JSON in, JSON out, problem documents for what goes wrong.
//!
//! A handler parses, calls one flow and answers; it decides nothing. The clock is read once a
//! request. A handler that touches personal data takes a `Caller`: an application whose key is bound
//! to the activity. Every call is described where it is handled, and [`openapi`] collects them.

mod act;
pub(super) mod at_once;
mod batch;
mod board;
mod body;
mod caller;
mod description;
mod evidence;
mod forecast;
mod kind;
mod may;
mod misfit;
mod notice;
mod plain;
mod problem;
mod record;
mod repeat;
mod shape;
mod statement;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use tokio::sync::Notify;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use description::openapi;
pub use kind::{Kind, PROBLEMS};
pub use problem::Problem;

use crate::clock::Clock;
use crate::flow::Ombud;

/// The greatest body that a call accepts, in bytes; a batch has no end, but its lines have.
pub const API_BODY_BYTES: usize = 1024 * 1024;

/// What calls need.
#[derive(Debug, Clone)]
pub struct Api {
    ombud: Ombud,
    clock: Clock,
    /// Told when something may have come due at once.
    wake: Arc<Notify>,
    keys: Arc<caller::Keys>,
}

impl Api {
    /// Calls over these flows; `wake` is told when something may have come due at once.
    pub fn new(ombud: Ombud, clock: Clock, wake: Arc<Notify>) -> Self {
        Self {
            ombud,
            clock,
            wake,
            keys: Arc::default(),
        }
    }
}

/// The calls.
pub fn router(api: Api) -> Router {
    let once = axum::middleware::from_fn_with_state(api.clone(), repeat::once);
    let (calls, _) = reads().merge(writes().layer(once)).split_for_parts();
    calls
        .route("/openapi.json", get(description::serve))
        .route("/evidence/tile/{*path}", get(evidence::tile))
        .layer(DefaultBodyLimit::max(API_BODY_BYTES))
        .with_state(api)
}

/// Every call with its description. What is not described here is not served. The path of a tile has
/// slashes, which no template of `OpenAPI` says, so tiles are routed by hand.
fn described() -> OpenApiRouter<Api> {
    reads().merge(writes()).routes(routes!(evidence::tile))
}

/// Calls that change nothing.
fn reads() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(may::may))
        .routes(routes!(batch::batch))
        .routes(routes!(record::show))
        .routes(routes!(act::standing))
        .routes(routes!(notice::notices))
        .routes(routes!(board::board))
        .routes(routes!(forecast::forecast))
        .routes(routes!(statement::current))
        .routes(routes!(statement::version))
        .routes(routes!(evidence::checkpoint))
        .routes(routes!(evidence::key))
        .routes(routes!(evidence::prove))
}

/// Calls that act: sent again with the same `Idempotency-Key`, they act once.
fn writes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(record::add))
        .routes(routes!(record::rectify, record::erase))
        .routes(routes!(act::tell))
        .routes(routes!(act::anchor))
}
