//! The pages as their readers get them: rendered, escaped, protected.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use tower::ServiceExt;

use super::api::Kind;
use super::i18n::Text;
use super::language::Language;
use super::sample::{self, Samples, frame};
use super::view::*;
use super::{App, PAGE_BODY_BYTES, render, router};

/// Every page in a language, with its name.
fn all(language: Language) -> Vec<(&'static str, String)> {
    let at = |page: Page| frame(language, page, page.path());
    let show = Some(Verdict::Broken);
    vec![
        (
            "statement",
            render::statement(&at(Page::Statement), &sample::statement()).unwrap(),
        ),
        (
            "board",
            render::board(&at(Page::Board), &sample::board(), None).unwrap(),
        ),
        (
            "broken",
            render::board(&at(Page::Board), &sample::board(), show).unwrap(),
        ),
        (
            "versions",
            render::versions(&at(Page::Versions), &sample::versions()).unwrap(),
        ),
        (
            "diff",
            render::diff(&at(Page::Versions), &sample::diff()).unwrap(),
        ),
        (
            "cookies",
            render::cookies(&at(Page::Cookies), &sample::cookies()).unwrap(),
        ),
        (
            "forecast",
            render::forecast(&at(Page::Forecast), &sample::forecast()).unwrap(),
        ),
        ("filling", render::filling(&at(Page::Board), 42).unwrap()),
        (
            "problems",
            render::problems(&at(Page::Statement), Kind::names()).unwrap(),
        ),
        (
            "problem",
            render::problem(&at(Page::Statement), Kind::Undeclared.name()).unwrap(),
        ),
        (
            "error",
            render::error(&at(Page::Statement), "absent").unwrap(),
        ),
    ]
}

#[test]
fn every_page_keeps_to_the_content_security_policy() {
    for language in Language::ALL {
        for (name, html) in all(language) {
            for forbidden in [
                "<script",
                " style=",
                "<style",
                " onclick",
                "javascript:",
                "src=\"http",
            ] {
                assert!(!html.contains(forbidden), "{name}: {forbidden}");
            }
            assert!(
                html.contains(&format!("<html lang=\"{}\">", language.tag())),
                "{name}"
            );
            assert_eq!(html.matches("<h1").count(), 1, "{name}");
        }
    }
}

/// A key that has no text would be shown as it is.
#[test]
fn no_page_shows_a_key_or_an_id_twice() {
    for (name, html) in Language::ALL.into_iter().flat_map(all) {
        let mut ids: Vec<&str> = html
            .split(" id=\"")
            .skip(1)
            .filter_map(|part| part.split('"').next())
            .collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: an id twice");
        for key in [
            ">nav-",
            ">foot-",
            ">board-",
            ">error-",
            ">problem-",
            ">problems-",
            ">verdict-",
            ">effect-",
            ">figure-",
        ] {
            assert!(!html.contains(key), "{name}: {key}");
        }
    }
}

#[test]
fn the_statement_shows_its_rules_and_their_verdicts() {
    let frame = frame(Language::En, Page::Statement, "/");
    let html = render::statement(&frame, &sample::statement()).unwrap();
    for shown in [
        "<code class=\"phrase\">1 year after last activity</code>",
        "<code class=\"phrase then\">erase</code>",
        "<dl id=\"rule-profiling\">",
        "<a href=\"#rule-profiling\">one year</a>",
        "href=\"/board#P3.2.5\"",
        "GDPR 6(1)(f)",
        "18 March 2026",
        "<h3 id=\"profiling\">",
        "<h4>A heading</h4>",
        "28 kept",
    ] {
        assert!(html.contains(shown), "{shown}");
    }
}

#[test]
fn the_board_shows_what_is_asked_for() {
    let frame = frame(Language::Nb, Page::Board, "/board?show=broken");
    let html = render::board(&frame, &sample::board(), Some(Verdict::Broken)).unwrap();
    assert!(html.contains("id=\"P3.2.5\"") && !html.contains("id=\"P3.2.4\""));
    assert!(html.contains("Nei. Ett løfte er brutt."));
    assert!(html.contains("1\u{a0}204"), "numbers are the reader's");
    assert!(
        html.contains("href=\"/board?show=broken&#38;lang=en\""),
        "the switch keeps the view"
    );
    let none = BoardView {
        promises: vec![],
        ..sample::board()
    };
    let html = render::board(&frame, &none, None).unwrap();
    assert!(html.contains("Ingen løfter har denne tilstanden."));
}

#[test]
fn a_forecast_has_a_chart_and_its_figures() {
    let frame = frame(Language::En, Page::Forecast, "/forecast");
    let html = render::forecast(&frame, &sample::forecast()).unwrap();
    assert!(
        html.contains("<title id=\"chart-title\">") && html.contains("<desc id=\"chart-text\">")
    );
    assert!(html.contains("January 2027: 1,306"));
    assert!(html.contains("<td class=\"count\">1,180</td>"));
}

const EVIL: &str = "<script>alert(1)</script>\"'&";

fn evil(text: &mut String) {
    EVIL.clone_into(text);
}

#[test]
fn nothing_from_outside_becomes_markup() {
    let mut frame = frame(Language::En, Page::Statement, EVIL);
    let site = &mut frame.site;
    for text in [&mut site.organisation, &mut site.address] {
        evil(text);
    }
    (site.phone, site.email) = (Some(EVIL.to_owned()), Some(EVIL.to_owned()));
    site.authority = Some(LinkView {
        text: EVIL.to_owned(),
        href: EVIL.to_owned(),
    });
    site.request_form = Some(EVIL.to_owned());

    let pages = [
        render::statement(&frame, &evil_statement()),
        render::board(&frame, &evil_board(), None),
        render::diff(&frame, &evil_diff()),
        render::cookies(&frame, &evil_cookies()),
        render::forecast(&frame, &evil_forecast()),
    ];
    for html in pages {
        let html = html.unwrap();
        assert!(html.contains("alert(1)"));
        assert!(!html.contains("<script"));
        assert!(!html.contains("&#60;/script&#62;\""), "quotes are escaped");
    }
}

fn evil_statement() -> StatementView {
    let mut statement = sample::statement();
    evil(&mut statement.title);
    evil(&mut statement.version.hash);
    let section = &mut statement.sections[1];
    section.html = super::markdown::to_html(EVIL, 3);
    for text in [&mut section.number, &mut section.id, &mut section.title] {
        evil(text);
    }
    evil(&mut section.promises[0].id);
    let rule = &mut section.rules[0];
    evil(&mut rule.title);
    evil(&mut rule.activity);
    evil(&mut rule.bases[0].name);
    evil(&mut rule.bases[0].article);
    let keep = &mut rule.keeps[0];
    for text in [
        &mut keep.collection,
        &mut keep.phrase,
        &mut keep.meaning,
        &mut keep.then,
    ] {
        evil(text);
    }
    evil(&mut rule.recipients[0]);
    evil(&mut rule.decisions[0].why);
    evil(&mut rule.decisions[0].owner);

    statement
}

fn evil_board() -> BoardView {
    let mut board = sample::board();
    let row = &mut board.promises[0];
    for text in [
        &mut row.id,
        &mut row.says,
        &mut row.because[0],
        &mut row.section.title,
    ] {
        evil(text);
    }
    row.figures[0] = FigureView {
        name: EVIL.to_owned(),
        value: FigureValue::Words(EVIL.to_owned()),
        alarming: true,
    };

    board
}

#[test]
fn p6_1_a_change_of_no_section_has_no_label() {
    let frame = frame(Language::En, Page::Versions, "/versions");
    let page = render::diff(&frame, &sample::diff()).unwrap();
    let labels = page.matches("change-section").count();
    let changes = page.matches("change-what").count();
    assert_eq!((labels, changes), (2, 3), "{page}");
}

fn evil_diff() -> DiffView {
    let mut diff = sample::diff();
    let change = &mut diff.changes[0];
    evil(&mut change.what);
    change.section = Some(EVIL.to_owned());
    let section = &mut diff.sections[0];
    for text in [&mut section.number, &mut section.title, &mut section.before] {
        evil(text);
    }
    diff
}

fn evil_cookies() -> CookiesView {
    let mut cookies = sample::cookies();
    let group = &mut cookies.groups[0];
    let cookie = &mut group.cookies[0];
    for text in [
        &mut group.id,
        &mut group.title,
        &mut group.purpose,
        &mut cookie.name,
    ] {
        evil(text);
    }
    for text in [&mut cookie.purpose, &mut cookie.keep, &mut cookie.recipient] {
        evil(text);
    }
    cookies
}

fn evil_forecast() -> ForecastView {
    let mut forecast = sample::forecast();
    evil(&mut forecast.activities[0].title);
    evil(&mut forecast.activities[0].section.id);
    forecast
}

fn server() -> Router {
    let api = Router::new().route(
        "/known",
        axum::routing::post(|_: String| async { "posted" }),
    );
    router(
        App {
            pages: Arc::new(Samples),
            metrics: Arc::default(),
        },
        api,
    )
}

struct Answer {
    status: StatusCode,
    head: axum::http::HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.head
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

async fn ask(request: Request<Body>) -> Answer {
    let response = server().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    Answer {
        status: parts.status,
        head: parts.headers,
        body,
    }
}

async fn get(address: &str) -> Answer {
    ask(Request::get(address).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_address_table() {
    #[rustfmt::skip]
    let rows = [
        ("/",                               200, "text/html; charset=utf-8", "Privacy statement"),
        ("/?lang=nb",                       200, "text/html; charset=utf-8", "Sist oppdatert"),
        ("/board",                          200, "text/html; charset=utf-8", "Promise board"),
        ("/board?show=kept",                200, "text/html; charset=utf-8", "P3.2.4"),
        ("/board?show=nonsense",            200, "text/html; charset=utf-8", "P1.1"),
        ("/versions",                       200, "text/html; charset=utf-8", "Less protection"),
        ("/versions/2026-03-18",            200, "text/html; charset=utf-8", "Privacy statement"),
        ("/versions/2020-01-01",            404, "text/html; charset=utf-8", "There is no such page"),
        ("/versions/yesterday",             404, "text/html; charset=utf-8", "There is no such page"),
        ("/versions/2025-01-02/2026-03-18", 200, "text/html; charset=utf-8", "What changed"),
        ("/forecast",                       404, "text/html; charset=utf-8", "There is no such page"),
        ("/cookies",                        500, "text/html; charset=utf-8", "Something went wrong"),
        ("/problems",                       200, "text/html; charset=utf-8", "/problems/key_reused"),
        ("/problems/nothing",               404, "text/html; charset=utf-8", "There is no such page"),
        ("/nowhere?lang=nb",                404, "text/html; charset=utf-8", "Siden finnes ikke"),
        ("/static/site.css",                200, "text/css; charset=utf-8",  "@layer"),
        ("/static/icon.svg",                200, "image/svg+xml",            "<svg"),
        ("/static/../Cargo.toml",           404, "text/html; charset=utf-8", "There is no such page"),
        ("/api/v1/nowhere",                 404, "application/problem+json", "\"status\":404"),
        ("/api/v1/known",                   405, "application/problem+json", "\"status\":405"),
        ("/healthz",                        200, "text/plain; charset=utf-8", "ok"),
        ("/readyz",                         503, "text/plain; charset=utf-8", "erasure journal"),
    ];
    for (address, status, kind, shows) in rows {
        let answer = get(address).await;
        assert_eq!(answer.status.as_u16(), status, "{address}");
        assert_eq!(answer.header("content-type"), kind, "{address}");
        assert!(answer.body.contains(shows), "{address}: {}", answer.body);
        assert!(
            !answer.body.contains("on fire"),
            "{address}: a fault is not for readers"
        );
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{address}");
        assert_eq!(
            answer.header("x-content-type-options"),
            "nosniff",
            "{address}"
        );
        assert_ne!(answer.header("cache-control"), "", "{address}");
    }
}

/// The type of a problem is an address that leads to what it means.
#[tokio::test]
async fn every_problem_has_a_page_in_each_language() {
    for name in Kind::names() {
        for language in Language::ALL {
            let answer = get(&format!("/problems/{name}?lang={}", language.tag())).await;
            assert_eq!(answer.status, StatusCode::OK, "{name}");
            let title = Text(language).problem(name, "title");
            assert!(answer.body.contains(&format!("<h1>{title}</h1>")), "{name}");
        }
    }
}

#[tokio::test]
async fn a_chosen_language_is_remembered() {
    assert!(
        get("/?lang=nb")
            .await
            .header("set-cookie")
            .starts_with("lang=nb;")
    );
    assert_eq!(get("/").await.header("set-cookie"), "");
    let request = Request::get("/")
        .header("cookie", "lang=nb")
        .header("accept-language", "en");
    let answer = ask(request.body(Body::empty()).unwrap()).await;
    assert!(answer.body.contains("<html lang=\"nb\">"));
    assert_eq!(answer.header("vary"), "accept-language, cookie");
}

/// Every cookie that a page sets is declared, and lives no longer than the cookie policy says.
#[tokio::test]
async fn p3_2_2_no_page_sets_a_cookie_that_the_policy_does_not_list() {
    let statement = ombud_core::statement::load(crate::bundled::folder()).unwrap();
    let declared = &statement.published.cookies.cookies;
    let pages = [
        "/",
        "/board",
        "/cookies",
        "/versions",
        "/forecast",
        "/nowhere",
    ];
    let mut set = 0;
    for page in pages
        .iter()
        .flat_map(|page| [(*page).to_owned(), format!("{page}?lang=nb")])
    {
        let cookie = get(&page).await.header("set-cookie").to_owned();
        if cookie.is_empty() {
            continue;
        }
        set += 1;
        let name = cookie.split('=').next().unwrap();
        let told = declared
            .get(name)
            .unwrap_or_else(|| panic!("{page} sets {cookie}"));
        assert_eq!(cookie.matches("Max-Age=31536000;").count(), 1, "{cookie}");
        assert_eq!(
            told.stored_for.map(|long| long.to_string()).as_deref(),
            Some("1 year")
        );
    }
    assert!(set > 0);
}

#[tokio::test]
async fn files_are_sent_once() {
    let first = get("/static/site.css").await;
    let request = Request::get("/static/site.css").header("if-none-match", first.header("etag"));
    let second = ask(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (second.status, second.body.as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
}

#[tokio::test]
async fn requests_from_other_sites_and_great_bodies_are_refused() {
    let post = |address: &str, site: &str, size: usize| {
        Request::builder()
            .method(Method::POST)
            .uri(address)
            .header("host", "privacy.example.com")
            .header("sec-fetch-site", site)
            .header("content-length", size)
            .body(Body::from("x".repeat(size)))
            .unwrap()
    };
    let answer = ask(post("/api/v1/known", "cross-site", 1)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(
        ask(post("/api/v1/known", "same-origin", 1)).await.body,
        "posted"
    );
    let answer = ask(post("/board", "same-origin", PAGE_BODY_BYTES + 1)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.contains("This request was refused"));
}
