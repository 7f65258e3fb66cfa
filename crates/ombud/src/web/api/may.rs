//! `POST /may`.

use axum::Json;
use axum::extract::State;
use ombud_core::access::Right;

use super::body::{Body, Decided, Question};
use super::caller::Caller;
use super::problem::{Keyed, Refusals};
use super::{Api, Problem};

/// May this person's data be used for this, now?
///
/// Asked before every use. A `no` has a reason and an article, and is answered with 200. Needs a key
/// that may read the activity.
#[utoipa::path(post, path = "/may", tag = "Decisions", security(("key" = [])), request_body = Question,
    responses((status = 200, body = Decided), Keyed, Refusals))]
pub(super) async fn may(
    State(api): State<Api>,
    caller: Caller,
    Body(question): Body<Question>,
) -> Result<Json<Decided>, Problem> {
    Ok(Json(decide(&api, &caller, question).await?))
}

/// Answers one question, for a caller that may ask it.
pub(super) async fn decide(
    api: &Api,
    caller: &Caller,
    question: Question,
) -> Result<Decided, Problem> {
    let Question {
        subject,
        activity,
        use_for,
    } = question;
    caller.may(Right::Read, &activity)?;
    let now = api.clock.now();
    let decision = api
        .ombud
        .may(&subject.into(), &activity, use_for, now)
        .await?;
    Ok(decision.into())
}
