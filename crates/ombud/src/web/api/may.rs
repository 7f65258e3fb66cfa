//! `POST /may`.

use axum::Json;
use axum::extract::State;

use super::body::{Body, Decided, Question};
use super::{Api, Problem};

pub(super) async fn may(
    State(api): State<Api>,
    Body(question): Body<Question>,
) -> Result<Json<Decided>, Problem> {
    let Question {
        subject,
        activity,
        use_for,
    } = question;
    let decision = api
        .ombud
        .may(&subject.into(), &activity, use_for, api.clock.now())
        .await?;
    Ok(Json(decision.into()))
}
