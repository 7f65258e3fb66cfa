//! `GET /forecast`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::Asked;
use super::problem::Refusals;
use super::{Api, Problem, shape};
use crate::flow::forecast::Forecast;

/// How far ahead.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Ahead {
    /// How many months, the current one included
    #[serde(default = "a_year")]
    #[param(minimum = 1, maximum = 120, default = 12, required = false)]
    months: u8,
}

fn a_year() -> u8 {
    12
}

/// What will be due
///
/// Records that fall due by activity and month, if nothing changes. Figures alone, so no key is
/// needed.
#[utoipa::path(get, path = "/forecast", tag = "Promises", params(Ahead),
    responses((status = 200, body = shape::Forecast), Refusals))]
pub(super) async fn forecast(
    State(api): State<Api>,
    Asked(ahead): Asked<Ahead>,
) -> Result<Json<Forecast>, Problem> {
    let months = ahead.months.clamp(1, 120);
    let now = api.clock.now();
    let forecast = api.ombud.forecast_lately(now, months).await?;
    Ok(Json(Arc::unwrap_or_clone(forecast)))
}
