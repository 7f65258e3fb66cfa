//! The usual question is answered on the spot, and like every other.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use futures_util::{StreamExt as _, stream};
use jiff::SignedDuration;
use ombud::web::{Site, serve};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::harness::{World, email, site};

type Head<'h> = &'h [(&'static str, &'h str)];

/// Status, headers in order, and body.
async fn ask(site: &Site, head: Head<'_>, body: Body) -> (StatusCode, Vec<String>, Value) {
    let request = Request::post("/api/v1/may");
    let request = head.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let response = site.answer(request.body(body).unwrap()).await;
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    let headers = parts.headers.iter();
    // What the body says of itself is added when it is sent, if it is not there yet.
    let headers = headers.filter(|(name, _)| *name != header::CONTENT_LENGTH);
    let mut headers: Vec<_> = headers.map(|pair| format!("{pair:?}")).collect();
    headers.sort();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    (parts.status, headers, body)
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one story, told from its beginning to its end"
)]
fn an_answer_at_once_is_the_answer_of_the_router() {
    let world = World::sqlite();
    world.tell(&email("anna"), "newsletters", "consent");
    let site = world.wait(async { site(&world.ombud, world.clock()) });
    let bearer = world.bearer();
    let question = json!({ "subject": email("anna"), "activity": "newsletters" }).to_string();
    let half = question.len() / 2;
    world.wait(async {
        let usual: Head<'_> = &[
            ("authorization", bearer),
            ("content-type", "application/json"),
        ];
        let first = ask(&site, usual, Body::from(question.clone())).await;
        assert_eq!((first.0, &first.2["may"]), (StatusCode::OK, &json!(true)));
        assert_eq!(
            ask(&site, usual, Body::from(question.clone())).await,
            first,
            "at once"
        );
        let (begin, end) = question.split_at(half);
        let parts = [begin.to_owned(), end.to_owned()];
        let in_parts = stream::iter(parts).then(|part| async {
            tokio::task::yield_now().await;
            Ok::<_, std::io::Error>(part)
        });
        assert_eq!(
            ask(&site, usual, Body::from_stream(in_parts)).await,
            first,
            "in parts"
        );
        let other: Head<'_> = &[
            ("authorization", bearer),
            ("content-type", "application/json; charset=utf-8"),
            ("sec-fetch-site", "same-origin"),
        ];
        assert_eq!(
            ask(&site, other, Body::from(question.clone())).await,
            first,
            "otherwise"
        );

        let refused: [(Head<'_>, &str, StatusCode); 6] = [
            (
                &[("content-type", "application/json")],
                &question,
                StatusCode::UNAUTHORIZED,
            ),
            (
                &[
                    ("authorization", "Bearer no"),
                    ("content-type", "application/json"),
                ],
                &question,
                StatusCode::UNAUTHORIZED,
            ),
            (
                &[("authorization", bearer)],
                &question,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ),
            (
                &[usual[0], usual[1], ("sec-fetch-site", "cross-site")],
                &question,
                StatusCode::FORBIDDEN,
            ),
            (usual, "{", StatusCode::BAD_REQUEST),
            (usual, "", StatusCode::BAD_REQUEST),
        ];
        for (head, body, status) in refused {
            let answer = ask(&site, head, Body::from(body.to_owned())).await;
            assert_eq!(answer.0, status, "{head:?} {body}");
            assert!(
                answer
                    .1
                    .iter()
                    .any(|header| header.contains("problem+json"))
            );
        }
    });
}

#[test]
fn i1_no_answer_is_given_at_once_beyond_a_withdrawal() {
    let world = World::sqlite();
    world.tell(&email("anna"), "newsletters", "consent");
    let question = json!({ "subject": email("anna"), "activity": "newsletters" });
    for _ in 0..3 {
        assert_eq!(world.post("/may", &question).body["may"], true);
    }
    world.tell(&email("anna"), "newsletters", "withdraw");
    for _ in 0..3 {
        assert_eq!(world.post("/may", &question).body["may"], false);
    }
}

#[test]
fn i6_a_revoked_key_works_no_longer_than_a_second() {
    let world = World::sqlite();
    let question = json!({ "subject": email("anna"), "activity": "newsletters" });
    for _ in 0..2 {
        assert_eq!(world.post("/may", &question).status, StatusCode::OK);
    }
    assert!(
        world
            .wait(world.ombud.revoke_key("tests", world.now()))
            .unwrap()
    );
    world.go_near(world.now() + SignedDuration::from_secs(1), 0);
    assert_eq!(
        world.post("/may", &question).status,
        StatusCode::UNAUTHORIZED
    );
}

/// Sends a call but for the end of its body, and that after a pause.
fn call(address: SocketAddr, bearer: &str, pause: Duration) -> String {
    let question = json!({ "subject": email("anna"), "activity": "newsletters" }).to_string();
    let length = question.len();
    let (begin, end) = question.split_at(length / 2);
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /api/v1/may HTTP/1.1\r\nhost: localhost\r\nauthorization: {bearer}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{begin}"
    );
    stream.write_all(head.as_bytes()).unwrap();
    thread::sleep(pause);
    stream.write_all(end.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn what_was_asked_before_the_end_is_answered() {
    const PAUSE: Duration = Duration::from_millis(300);
    let world = World::sqlite();
    let sites = world
        .wait(world.ombud.clone().timeline(world.now()))
        .unwrap();
    let sites = world.wait(async { sites.map(|ombud| site(ombud, world.clock())) });
    let listener = world.wait(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    thread::scope(|scope| {
        let call = || call(address, world.bearer(), PAUSE * 2);
        let calls: Vec<_> = (0..8).map(|_| scope.spawn(call)).collect();
        // By then all calls are under way, and none is complete.
        let stopped = async { tokio::time::sleep(PAUSE).await };
        world
            .wait(serve(listener, sites, world.clock(), stopped))
            .unwrap();
        assert!(
            TcpStream::connect(address).is_err(),
            "nothing is taken any more"
        );
        for call in calls {
            let answer = call.join().unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        }
    });
}
