//! `/records`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use ombud_core::access::{Right, Sight};
use ombud_core::decision::Use;
use ombud_store::{Record, RecordId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{Asked, Body, Changes, Erased, NewRecord, Shown, Stored};
use super::caller::Caller;
use super::problem::{Keyed, Missing, Refusals};
use super::{Api, Problem, shape};
use crate::flow::FlowError;
use crate::flow::once::Command;
use crate::flow::record::{Incoming, fields};
use crate::flow::rectify::OldIdentity;

/// Hand in a record
///
/// Stored in the vault if the statement declares it and a basis is in force; else nothing is. Needs a
/// key that may write the activity.
#[utoipa::path(post, path = "/records", tag = "Records", security(("key" = [])), request_body = NewRecord,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send this again")),
    responses((status = 201, body = Stored), Keyed, Refusals))]
pub(super) async fn add(
    State(api): State<Api>,
    caller: Caller,
    command: Command,
    Body(record): Body<NewRecord>,
) -> Result<(StatusCode, Json<Stored>), Problem> {
    let NewRecord {
        collection,
        subject,
        fields,
        anchors,
    } = record;
    caller.may_in(Right::Write, &collection)?;
    let incoming = Incoming {
        collection,
        subject: subject.into(),
        fields,
        anchors,
    };
    let stored = api.ombud.add_record(incoming, command).await?;
    let answer = Stored {
        record: stored.record.to_string(),
        due: stored.due,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// What a record is to be seen for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SeenFor {
    /// The use: while processing is restricted, only some uses are left
    #[serde(default, rename = "use")]
    #[param(schema_with = shape::use_for, required = false)]
    use_for: Use,
    /// The purpose that a law keeps the record for beyond its time, for example `bookkeeping`; `notice`
    /// to warn or ask the person
    only_for: Option<String>,
}

/// Show a record
///
/// The evidence tells that it was shown. Needs a key that may read its activity; to every other key
/// the record is absent.
#[utoipa::path(get, path = "/records/{id}", tag = "Records", security(("key" = [])),
    params(("id" = String, Path, description = "The id of the record"), SeenFor),
    responses((status = 200, body = Shown), Keyed, Missing, Refusals))]
pub(super) async fn show(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(seen_for): Asked<SeenFor>,
) -> Result<Json<Shown>, Problem> {
    let record = reachable(&api, &caller, Right::Read, &id).await?;
    let sight = Sight {
        use_for: seen_for.use_for,
        only_for: seen_for.only_for,
    };
    let shown = api.ombud.show_record(record.id, sight, api.clock.now());
    let record = shown.await?.ok_or(FlowError::NotFound("record"))?;
    Ok(Json(Shown {
        record: record.id.to_string(),
        collection: record.collection.clone(),
        created_at: record.created_at,
        fields: fields(&record),
    }))
}

/// What becomes of an identity that the record names no more.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Rectified {
    /// `stays`: it was right, and is still the person's; `wrong`: it was never the person's, and is taken
    /// from them unless another record of theirs names it. What was opted out of by it stays so
    #[serde(default)]
    #[param(schema_with = shape::old_identity, required = false)]
    old_identity: OldIdentity,
}

/// Put new values in the place of a record's
///
/// `null` takes an optional field out (GDPR Article 16). A new address or name to sign in with becomes the
/// person's, and what was told by the old one still counts. Needs a key that may write the activity.
#[utoipa::path(patch, path = "/records/{id}", tag = "Records", security(("key" = [])), request_body = Changes,
    params(
        ("id" = String, Path, description = "The id of the record"),
        Rectified,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send this again"),
    ),
    responses((status = 204, description = "Changed"), Keyed, Missing, Refusals))]
pub(super) async fn rectify(
    State(api): State<Api>,
    caller: Caller,
    command: Command,
    Path(id): Path<String>,
    Asked(rectified): Asked<Rectified>,
    Body(changes): Body<Changes>,
) -> Result<StatusCode, Problem> {
    let id = writable(&api, &caller, command, &id).await?;
    let Rectified { old_identity } = rectified;
    api.ombud
        .rectify(id, changes.0, old_identity, command)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Erase a record
///
/// When the call returns, the record was read back as gone, and no copy of the data that is put back
/// brings it back. The person and everything else of theirs stays, and so does what a law asks to keep of the record.
/// Needs a key that may write the activity.
#[utoipa::path(delete, path = "/records/{id}", tag = "Records", security(("key" = [])),
    params(
        ("id" = String, Path, description = "The id of the record"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send this again"),
    ),
    responses((status = 200, body = Erased), Keyed, Missing, Refusals))]
pub(super) async fn erase(
    State(api): State<Api>,
    caller: Caller,
    command: Command,
    Path(id): Path<String>,
) -> Result<Json<Erased>, Problem> {
    let id = writable(&api, &caller, command, &id).await?;
    let erased = api.ombud.erase_record(id, command).await?;
    Ok(Json(erased.into()))
}

/// The id of a record that the caller may write. Of a command that was carried out before, the record may
/// be gone by now: whoever sends it again reached it then.
pub(super) async fn writable(
    api: &Api,
    caller: &Caller,
    command: Command,
    id: &str,
) -> Result<RecordId, Problem> {
    if let (Some(once), Ok(id)) = (command.once, id.parse())
        && api.ombud.is_done(once).await?
    {
        return Ok(id);
    }
    Ok(reachable(api, caller, Right::Write, id).await?.id)
}

/// The record, if there is one and the caller has the right in its activity: the two are answered
/// alike, so that no key learns what others store.
async fn reachable(api: &Api, caller: &Caller, right: Right, id: &str) -> Result<Record, Problem> {
    // An id that does not read is the id of no record.
    let id: RecordId = id.parse().map_err(|_| FlowError::NotFound("record"))?;
    let found = api.ombud.record(id).await?;
    let reached = found.filter(|record| caller.may_in(right, &record.collection).is_ok());
    Ok(reached.ok_or(FlowError::NotFound("record"))?)
}
