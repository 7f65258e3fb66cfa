//! `/ledger`, `/standing` and `/anchors`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ombud_core::access::Right;
use ombud_core::anchor;
use ombud_core::standing::Act;

use super::body::{Body, Clocks, NewAct, NewAnchor, Receipt, Standing, Standings, Who};
use super::caller::Caller;
use super::problem::{Keyed, Missing, Refusals};
use super::{Api, Kind, Problem};
use crate::flow::anchor::{Counted, Target};
use crate::flow::decision::EVERYWHERE;
use crate::flow::ledger::Told;
use crate::flow::once::Command;

/// Tell what a person chose
///
/// When the call returns, the choice holds: no later question gets the old answer. Needs a key that
/// may write the activity.
#[utoipa::path(post, path = "/ledger", tag = "Choices", security(("key" = [])), request_body = NewAct,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send this again")),
    responses((status = 201, body = Receipt), Keyed, Refusals))]
pub(super) async fn tell(
    State(api): State<Api>,
    caller: Caller,
    command: Command,
    Body(act): Body<NewAct>,
) -> Result<(StatusCode, Json<Receipt>), Problem> {
    caller.may(Right::Write, &act.activity)?;
    let told = Told {
        activity: act.activity,
        act: act.act,
        at: act.at.unwrap_or(command.at),
        language: act.language,
        channel: act.channel,
        notice: act.notice,
    };
    let receipt = api.ombud.tell(&act.subject.into(), told, command).await?;
    // What came due meanwhile is let go of.
    let lets_go = matches!(receipt.act, Act::Lift | Act::Reject);
    if lets_go || !receipt.effects.erased.is_empty() {
        api.wake.notify_one();
    }
    Ok((StatusCode::CREATED, Json(receipt.into())))
}

/// Where a person stands
///
/// In the activities that the key may read, and in all of them at once (`*`). Identities never stand
/// in an address, so this is a POST; it changes nothing.
#[utoipa::path(post, path = "/standing", tag = "Choices", security(("key" = [])), request_body = Who,
    responses((status = 200, body = Standings), Keyed, Refusals))]
pub(super) async fn standing(
    State(api): State<Api>,
    caller: Caller,
    Body(who): Body<Who>,
) -> Result<Json<Standings>, Problem> {
    let all = api.ombud.standings(&who.subject.into()).await?;
    let shown = all.into_iter().filter(|stands| {
        stands.activity == EVERYWHERE || caller.key.access.allows(Right::Read, &stands.activity)
    });
    let standings = shown.map(Standing::from);
    let standings = standings.collect();
    Ok(Json(Standings { standings }))
}

/// Tell a fact that clocks count from
///
/// Of a record, or of all that a person has in a collection. What no phrase of the collection can use is
/// refused, with what it can use. Needs a key that may write the activity.
#[utoipa::path(post, path = "/anchors", tag = "Records", security(("key" = [])), request_body = NewAnchor,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes it safe to send this again")),
    responses((status = 200, body = Clocks), Keyed, Missing, Refusals))]
pub(super) async fn anchor(
    State(api): State<Api>,
    caller: Caller,
    command: Command,
    Body(anchor): Body<NewAnchor>,
) -> Result<Json<Clocks>, Problem> {
    let target = match (anchor.record, anchor.subject, anchor.collection) {
        (Some(id), None, None) => {
            Target::Record(super::record::writable(&api, &caller, command, &id).await?)
        }
        (None, Some(subject), Some(collection)) => {
            caller.may_in(Right::Write, &collection)?;
            Target::Collection(subject.into(), collection)
        }
        _ => {
            let title = "an anchor belongs to a record, or to a subject and a collection";
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, Kind::Anchor, title);
            return Err(problem.hint("send `record`, or `subject` with `collection`"));
        }
    };
    let told = anchor::Told {
        anchor: anchor.anchor,
        at: anchor.at.unwrap_or(command.at),
        ends: anchor.ends,
        until: anchor.until,
        value: anchor.value,
        reason: anchor.reason,
    };
    let Counted { clocks, due } = api.ombud.set_anchor(&target, &told, command).await?;
    if due {
        api.wake.notify_one();
    }
    Ok(Json(Clocks { clocks }))
}
