//! `POST /may` as it is asked most often, answered on the spot.
//!
//! The usual question names one person by one identity, comes whole with its head, shows a key that
//! was shown a moment ago, and is answered from memory. Then nothing has to be waited for, so that no
//! limit of time is needed, and nothing is refused, so that no refusal is worded here. Every other
//! request is given back as it came, to be answered by [`may`](super::may) itself.

use std::ops::ControlFlow::{self, Break, Continue};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderMap, Method};
use futures_util::{FutureExt as _, StreamExt as _, stream};
use jiff::Timestamp;
use ombud_core::access::Right;

use super::body::Decided;
use super::caller::Caller;
use super::{API_BODY_BYTES, Api, plain};
use crate::flow::decision::Question;

/// What is answered here, and nothing else.
pub(in crate::web) const METHOD: &str = "POST";
/// Where it is asked.
pub(in crate::web) const PATH: &str = "/api/v1/may";

/// What an answer takes at most, nearly always.
const ANSWER_BYTES: usize = 512;

impl Api {
    /// Breaks off with the answer to the usual question, as JSON; any other request goes on as it came.
    pub(in crate::web) fn at_once(&self, request: Request) -> ControlFlow<Vec<u8>, Request> {
        if request.method() != Method::POST
            || request.uri().path() != PATH
            || !usual(request.headers())
        {
            return Continue(request);
        }
        let now = self.clock.now();
        let Some(caller) = Caller::remembered(self, request.headers(), now) else {
            return Continue(request);
        };
        let (head, body) = request.into_parts();
        match whole(body) {
            Ok(body) => match self.recall(&caller, &body, now) {
                Some(answer) => Break(answer),
                None => Continue(Request::from_parts(head, Body::from(body))),
            },
            Err(body) => Continue(Request::from_parts(head, body)),
        }
    }

    fn recall(&self, caller: &Caller, body: &[u8], now: Timestamp) -> Option<Vec<u8>> {
        let question = plain::question(body)?;
        let Question {
            activity, use_for, ..
        } = question;
        caller.may(Right::Read, activity).ok()?;
        let answer = self.ombud.recall(&question, now)?;
        let decided: Decided = self.ombud.decision(answer, activity, use_for, now).into();
        let mut written = Vec::with_capacity(ANSWER_BYTES);
        serde_json::to_writer(&mut written, &decided).ok()?;
        Some(written)
    }
}

/// Whether a head asks for nothing that is looked at elsewhere: browsers say where a call comes from,
/// and JSON may be called by other names.
fn usual(headers: &HeaderMap) -> bool {
    let json = headers.get(CONTENT_TYPE);
    json.is_some_and(|kind| kind == "application/json")
        && !headers.contains_key(ORIGIN)
        && !headers.contains_key("sec-fetch-site")
}

/// A body that has come whole and in one piece; any other as it was.
fn whole(body: Body) -> Result<Bytes, Body> {
    let mut parts = body.into_data_stream().fuse();
    let first = parts.next().now_or_never();
    let second = match &first {
        Some(Some(Ok(part))) if part.len() <= API_BODY_BYTES => parts.next().now_or_never(),
        _ => None,
    };
    match (first, second) {
        (Some(Some(Ok(whole))), Some(None)) => Ok(whole),
        (first, second) => {
            let come = [first, second].into_iter().flatten().flatten();
            Err(Body::from_stream(stream::iter(come).chain(parts)))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    /// A body that comes in these parts, each after it was asked for once in vain where it says so.
    fn body(parts: &'static [(&'static str, bool)]) -> Body {
        let parts = parts.iter().map(|(part, late)| async move {
            if *late {
                tokio::task::yield_now().await;
            }
            Ok::<_, axum::Error>(*part)
        });
        Body::from_stream(stream::iter(parts).then(|part| part))
    }

    #[tokio::test]
    async fn a_body_is_taken_whole_or_given_back_whole() {
        let rows: [(&[(&str, bool)], bool); 6] = [
            (&[("abc", false)], true),
            (&[("abc", true)], false),
            (&[("ab", false), ("c", false)], false),
            (&[("ab", false), ("c", true)], false),
            (&[("a", true), ("b", false), ("c", true)], false),
            (&[], false),
        ];
        for (parts, at_once) in rows {
            let all: String = parts.iter().map(|(part, _)| *part).collect();
            match whole(body(parts)) {
                Ok(whole) => assert!(at_once && whole == all, "{parts:?}"),
                Err(rest) => {
                    assert!(!at_once, "{parts:?}");
                    let rest = to_bytes(rest, usize::MAX).await.unwrap();
                    assert_eq!(rest, all, "{parts:?}");
                }
            }
        }
        let longer = Body::from("x".repeat(API_BODY_BYTES + 1));
        assert!(whole(longer).is_err());
        assert!(whole(Body::empty()).is_err());
    }
}
