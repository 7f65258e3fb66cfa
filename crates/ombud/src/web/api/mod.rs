//! The HTTP API under `/api/v1`: JSON in, JSON out, problem documents for what goes wrong.
//!
//! A handler parses, calls one flow and answers; it decides nothing. The clock is read once a
//! request.

mod act;
mod board;
mod body;
mod may;
mod problem;
mod record;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

pub use problem::Problem;

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::flow::Ombud;

/// The greatest body that a call accepts, in bytes.
pub const API_BODY_BYTES: usize = 1024 * 1024;

/// What calls need.
#[derive(Debug, Clone)]
pub struct Api {
    /// The flows.
    pub ombud: Ombud,
    /// The time.
    pub clock: Clock,
    /// Told when something may have come due at once.
    pub wake: Arc<Notify>,
}

/// The calls.
pub fn router(api: Api) -> Router {
    Router::new()
        .route("/may", post(may::may))
        .route("/records", post(record::add))
        .route(
            "/records/{id}",
            get(record::show)
                .patch(record::rectify)
                .delete(record::erase),
        )
        .route("/ledger", post(act::tell))
        .route("/standing", post(act::standing))
        .route("/anchors", post(act::anchor))
        .route("/board", get(board::board))
        .route("/statement", get(board::statement))
        .route("/statement/versions/{date}", get(board::version))
        .layer(DefaultBodyLimit::max(API_BODY_BYTES))
        .with_state(api)
}
