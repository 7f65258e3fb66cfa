//! `/ledger`, `/standing` and `/anchors`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::body::{Body, NewAct, NewAnchor, Receipt, Who};
use super::{Api, Problem};
use crate::flow::anchor::Target;
use crate::flow::ledger::Told;

pub(super) async fn tell(
    State(api): State<Api>,
    Body(act): Body<NewAct>,
) -> Result<(StatusCode, Json<Receipt>), Problem> {
    let now = api.clock.now();
    let told = Told {
        activity: act.activity,
        act: act.act,
        at: act.at.unwrap_or(now),
        language: act.language,
        channel: act.channel,
        notice: act.notice,
    };
    let receipt = api.ombud.tell(&act.subject.into(), told, now).await?;
    if !receipt.effects.erased.is_empty() {
        api.wake.notify_one();
    }
    Ok((StatusCode::CREATED, Json(receipt.into())))
}

pub(super) async fn standing(
    State(api): State<Api>,
    Body(who): Body<Who>,
) -> Result<Json<Value>, Problem> {
    let standings = api.ombud.standings(&who.subject.into()).await?;
    let shown = standings.into_iter().map(|(activity, standing)| {
        let scope = api
            .ombud
            .book
            .activities
            .get(&activity)
            .map(|rule| rule.scope);
        let position = standing.position(scope.unwrap_or_default());
        json!({ "activity": activity, "position": position, "instants": standing })
    });
    Ok(Json(json!({ "standings": shown.collect::<Vec<_>>() })))
}

pub(super) async fn anchor(
    State(api): State<Api>,
    Body(anchor): Body<NewAnchor>,
) -> Result<Json<Value>, Problem> {
    let target = match (anchor.record, anchor.subject, anchor.collection) {
        (Some(id), None, None) => Target::Record(super::record::parse(&id)?),
        (None, Some(subject), Some(collection)) => Target::Collection(subject.into(), collection),
        _ => {
            let title = "an anchor belongs to a record, or to a subject and a collection";
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "anchor", title);
            return Err(problem.hint("send `record`, or `subject` with `collection`"));
        }
    };
    let clocks = api
        .ombud
        .set_anchor(&target, &anchor.anchor, anchor.at, api.clock.now())
        .await?;
    Ok(Json(json!({ "clocks": clocks })))
}
