//! `GET /statement` and `GET /statement/versions/{date}`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::civil::{Date, Time};
use serde_json::{Value, json};

use super::problem::Refusals;
use super::{Api, Kind, Problem, shape};

/// The statement in force
#[utoipa::path(get, path = "/statement", tag = "Statement",
    responses((status = 200, body = shape::Statement), Refusals))]
pub(super) async fn current(State(api): State<Api>) -> Json<Value> {
    Json(describe(&api.ombud.statement))
}

/// The statement in force on a day
///
/// The version in force at the end of the day, in the controller's time zone.
#[utoipa::path(get, path = "/statement/versions/{date}", tag = "Statement",
    params(("date" = String, Path, format = Date, description = "The day, as 2026-03-18")),
    responses(
        (status = 200, body = shape::Statement),
        (status = 404, description = "No version was in force", body = Problem, content_type = "application/problem+json"),
        Refusals,
    ))]
pub(super) async fn version(
    State(api): State<Api>,
    Path(date): Path<String>,
) -> Result<Json<Value>, Problem> {
    let zone = &api.ombud.book.calendar.zone;
    let end = date
        .parse::<Date>()
        .ok()
        .and_then(|day| day.tomorrow().ok());
    let end = end.and_then(|day| {
        zone.to_ambiguous_timestamp(day.to_datetime(Time::midnight()))
            .compatible()
            .ok()
    });
    let Some(end) = end.and_then(|end| end.checked_sub(jiff::SignedDuration::from_millis(1)).ok())
    else {
        let problem = Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            Kind::Date,
            "this is not a day",
        );
        return Err(problem.hint("write the day as 2026-03-18"));
    };
    Ok(Json(describe(&api.ombud.statement_at(end).await?)))
}

fn describe(statement: &ombud_core::statement::Statement) -> Value {
    let files = statement
        .folder
        .files()
        .map(|(path, text)| (path.to_owned(), Value::from(text)));
    json!({
        "version": statement.version,
        "title": statement.published.header.title,
        "effective": statement.published.header.effective,
        "controller": statement.published.header.controller,
        "activities": statement.published.activities,
        "files": files.collect::<serde_json::Map<_, _>>(),
    })
}
