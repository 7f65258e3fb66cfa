//! `GET /board`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::problem::Refusals;
use super::{Api, Problem, shape};
use crate::flow::board::Board;

/// The promise board
///
/// Every promise with its verdict and the figures measured from the data, at most a minute ago or, while
/// it is measured anew, the time before. Figures alone, so no key is needed.
#[utoipa::path(get, path = "/board", tag = "Promises",
    responses((status = 200, body = shape::Board), Refusals))]
pub(super) async fn board(State(api): State<Api>) -> Result<Json<Board>, Problem> {
    let board = api.ombud.board_lately(api.clock.now()).await?;
    Ok(Json(Arc::unwrap_or_clone(board)))
}
