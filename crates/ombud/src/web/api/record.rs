//! `/records`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use ombud_store::RecordId;
use serde_json::{Map, Value};

use super::body::{Body, NewRecord, Shown, Stored};
use super::{Api, Problem};
use crate::flow::FlowError;
use crate::flow::record::{Incoming, fields};

pub(super) async fn add(
    State(api): State<Api>,
    Body(record): Body<NewRecord>,
) -> Result<(StatusCode, Json<Stored>), Problem> {
    let NewRecord {
        collection,
        subject,
        fields,
        anchors,
    } = record;
    let incoming = Incoming {
        collection,
        subject: subject.into(),
        fields,
        anchors,
    };
    let stored = api.ombud.add_record(incoming, api.clock.now()).await?;
    let answer = Stored {
        record: stored.record.to_string(),
        due: stored.due,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

pub(super) async fn show(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<Shown>, Problem> {
    let record = api
        .ombud
        .record(parse(&id)?)
        .await?
        .ok_or(FlowError::NotFound("record"))?;
    Ok(Json(Shown {
        record: record.id.to_string(),
        collection: record.collection.clone(),
        created_at: record.created_at,
        fields: fields(&record),
    }))
}

pub(super) async fn rectify(
    State(api): State<Api>,
    Path(id): Path<String>,
    Body(changes): Body<Map<String, Value>>,
) -> Result<StatusCode, Problem> {
    api.ombud
        .rectify(parse(&id)?, changes, api.clock.now())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn erase(
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    api.ombud.erase_record(parse(&id)?, api.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An id that does not read is the id of no record.
pub(super) fn parse(id: &str) -> Result<RecordId, FlowError> {
    id.parse().map_err(|_| FlowError::NotFound("record"))
}
