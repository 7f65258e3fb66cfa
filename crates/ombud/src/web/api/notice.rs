//! `GET /notices`.

use axum::Json;
use axum::extract::State;
use ombud_core::access::Right;

use super::caller::Caller;
use super::problem::{Keyed, Refusals};
use super::{Api, Problem, shape};
use crate::flow::notice::Outstanding;

/// Whom to warn or ask
///
/// What waits for a message to its person before it may end, the most urgent first, at most a
/// thousand: send the message, then tell `warned` or `asked` of the record (`POST /anchors`), and it is
/// gone from here. The record is shown for this with `only_for=notice`. Needs a key that may read the
/// activities; others are left out.
#[utoipa::path(get, path = "/notices", tag = "Records", security(("key" = [])),
    responses((status = 200, body = Vec<shape::Outstanding>), Keyed, Refusals))]
pub(super) async fn notices(
    State(api): State<Api>,
    caller: Caller,
) -> Result<Json<Vec<Outstanding>>, Problem> {
    let read = |activity: &str| caller.key.access.allows(Right::Read, activity);
    Ok(Json(api.ombud.notices(read, api.clock.now()).await?))
}
