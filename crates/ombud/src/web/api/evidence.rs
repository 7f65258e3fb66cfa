//! `/evidence`: the log for everyone, as C2SP tlog-tiles, and proofs for those who hold a receipt.
//!
//! Leaves are hashes of entries; no call here tells what an entry says.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use ombud_core::evidence::{Receipt, Resource};

use super::body::Body;
use super::problem::{Missing, Refusals};
use super::{Api, Problem, shape};
use crate::flow::FlowError;

const TEXT: &str = "text/plain; charset=utf-8";

/// The log's checkpoint
///
/// A signed note (C2SP tlog-checkpoint). The tiles of the log are served beside it, below
/// `/evidence/tile/`. Each leaf holds the hash of one entry.
#[utoipa::path(get, path = "/evidence/checkpoint", tag = "Evidence",
    responses((status = 200, body = String, content_type = "text/plain; charset=utf-8"), Missing))]
pub(super) async fn checkpoint(State(api): State<Api>) -> Result<Response, Problem> {
    let note = api.ombud.checkpoint().await?;
    let note = note.ok_or(FlowError::NotFound("checkpoint yet"))?;
    Ok(([(CONTENT_TYPE, TEXT)], note).into_response())
}

/// The key that verifies the log and its receipts
///
/// As `name+hash+base64`, the form of the Go checksum database. Whoever verifies should have it from
/// somewhere else too.
#[utoipa::path(get, path = "/evidence/key", tag = "Evidence",
    responses((status = 200, body = String, content_type = "text/plain; charset=utf-8")))]
pub(super) async fn key(State(api): State<Api>) -> Response {
    let key = api.ombud.store.log_key().public().to_string();
    ([(CONTENT_TYPE, TEXT)], key + "\n").into_response()
}

/// A tile of the log, or the leaves below it
///
/// As [C2SP tlog-tiles](https://c2sp.org/tlog-tiles) says: the path has slashes, and is
/// `<level>/<place>` for a tile of hashes and `entries/<place>` for leaves, with `.p/<width>` at its end
/// where the tile is not full yet. A tile never changes.
#[utoipa::path(get, path = "/evidence/tile/{path}", tag = "Evidence",
    params(("path" = String, Path, description = "The path, for example `0/000` or `entries/000.p/12`")),
    responses((status = 200, body = String, content_type = "application/octet-stream"), Missing))]
pub(super) async fn tile(
    State(api): State<Api>,
    Path(path): Path<String>,
) -> Result<Response, Problem> {
    let absent = || FlowError::NotFound("tile");
    let resource = Resource::parse(&path).ok_or_else(absent)?;
    let bytes = api.ombud.tile(resource).await?.ok_or_else(absent)?;
    let headers = [
        (CONTENT_TYPE, "application/octet-stream"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((StatusCode::OK, headers, bytes).into_response())
}

/// Add to a receipt the proof that the log holds it
///
/// Send the `receipt` that a call answered with; a few seconds later the log holds its entry, and the
/// receipt comes back with the proof. It can then be verified without asking anyone.
#[utoipa::path(post, path = "/evidence/prove", tag = "Evidence", request_body = shape::SignedReceipt,
    responses((status = 200, body = shape::SignedReceipt), Missing, Refusals))]
pub(super) async fn prove(
    State(api): State<Api>,
    Body(receipt): Body<Receipt>,
) -> Result<Json<Receipt>, Problem> {
    Ok(Json(api.ombud.prove(receipt).await?))
}
