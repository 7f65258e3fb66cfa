//! Requests for pages: read the address, ask a flow, render.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, REFRESH, SET_COOKIE, VARY};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::App;
use super::api::{Kind, PROBLEMS};
use super::language::Reader;
use super::pages::{Fault, Pages};
use super::render::{self, Frame};
use super::view::{Page, Verdict, Which};

/// Which promises the board shows.
#[derive(Debug, Deserialize)]
pub(super) struct Show {
    show: Option<String>,
}

pub(super) async fn statement(State(app): State<App>, reader: Reader) -> Response {
    answer(app, reader, Page::Statement, |pages, frame| {
        Ok(render::statement(
            frame,
            &pages.statement(frame.text.0, None)?,
        )?)
    })
    .await
}

pub(super) async fn board(
    State(app): State<App>,
    Query(query): Query<Show>,
    reader: Reader,
) -> Response {
    let show = query.show.as_deref().and_then(Verdict::from_name);
    answer(app, reader, Page::Board, move |pages, frame| {
        Ok(render::board(frame, &pages.board(frame.text.0)?, show)?)
    })
    .await
}

pub(super) async fn versions(State(app): State<App>, reader: Reader) -> Response {
    answer(app, reader, Page::Versions, |pages, frame| {
        Ok(render::versions(frame, &pages.versions(frame.text.0)?)?)
    })
    .await
}

pub(super) async fn version(
    State(app): State<App>,
    Path(version): Path<String>,
    reader: Reader,
) -> Response {
    answer(app, reader, Page::Versions, move |pages, frame| {
        Ok(render::statement(
            frame,
            &pages.statement(frame.text.0, Some(&which(&version)?))?,
        )?)
    })
    .await
}

pub(super) async fn diff(
    State(app): State<App>,
    Path((before, after)): Path<(String, String)>,
    reader: Reader,
) -> Response {
    answer(app, reader, Page::Versions, move |pages, frame| {
        Ok(render::diff(
            frame,
            &pages.diff(frame.text.0, &which(&before)?, &which(&after)?)?,
        )?)
    })
    .await
}

pub(super) async fn cookies(State(app): State<App>, reader: Reader) -> Response {
    answer(app, reader, Page::Cookies, |pages, frame| {
        Ok(render::cookies(frame, &pages.cookies(frame.text.0)?)?)
    })
    .await
}

pub(super) async fn forecast(State(app): State<App>, reader: Reader) -> Response {
    answer(app, reader, Page::Forecast, |pages, frame| {
        Ok(render::forecast(frame, &pages.forecast(frame.text.0)?)?)
    })
    .await
}

pub(super) async fn problems(State(app): State<App>, reader: Reader) -> Response {
    answer(app, reader, None, |_, frame| {
        Ok(render::problems(frame, Kind::names())?)
    })
    .await
}

pub(super) async fn problem(
    State(app): State<App>,
    Path(name): Path<String>,
    reader: Reader,
) -> Response {
    answer(app, reader, None, move |_, frame| {
        let known = Kind::names().contains(name.as_str());
        let name = known.then_some(&name).ok_or(Fault::Absent)?;
        Ok(render::problem(frame, name)?)
    })
    .await
}

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

pub(super) async fn readyz(State(app): State<App>) -> Response {
    match tokio::task::spawn_blocking(move || app.pages.ready()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(missing)) => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("{missing}\n")).into_response()
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// A version in an address. What is none is no page.
fn which(text: &str) -> Result<Which, Fault> {
    Which::parse(text).ok_or(Fault::Absent)
}

/// Asks the flows and renders, away from the threads that serve requests. Some pages are about no
/// statement: they are always there.
async fn answer<F>(app: App, reader: Reader, page: impl Into<Option<Page>>, ask: F) -> Response
where
    F: FnOnce(&dyn Pages, &Frame) -> Result<String, Fault> + Send + 'static,
{
    let page = page.into();
    let path = page.map_or(PROBLEMS, Page::path);
    let cookie = reader.cookie();
    let rendered = tokio::task::spawn_blocking(move || {
        let site = app.pages.site();
        if page.is_some_and(|page| !site.pages.contains(&page)) {
            return Err(Fault::Absent);
        }
        let frame = Frame::new(site, &reader, page);
        let measures = page.is_some_and(Page::measures);
        match app.pages.filling().filter(|_| measures) {
            Some(percent) => Ok((render::filling(&frame, percent)?, true)),
            None => Ok((ask(&*app.pages, &frame)?, false)),
        }
    })
    .await;
    let mut response = match rendered {
        Ok(Ok((html, false))) => Html(html).into_response(),
        Ok(Ok((html, true))) => ([(REFRESH, "1")], Html(html)).into_response(),
        Ok(Err(Fault::Absent)) => StatusCode::NOT_FOUND.into_response(),
        Ok(Err(Fault::Closed)) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Ok(Err(Fault::Failed(error))) => {
            tracing::error!(page = path, %error, "a page failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(error) => {
            tracing::error!(page = path, %error, "a page failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("accept-language, cookie"));
    if let Some(cookie) = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
        headers.append(SET_COOKIE, cookie);
    }
    response
}
