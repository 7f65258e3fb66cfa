//! `POST /may/batch`: a question a line, an answer a line, in the same order.
//!
//! Lines are read as they come, decided a few at a time, and answered before more are read: a batch
//! of any length takes the same memory.

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use futures_util::stream;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{Decided, Question};
use super::caller::Caller;
use super::may::decide;
use super::problem::{Keyed, Refusals};
use super::{Api, Problem};

/// The media type of lines of JSON.
const NDJSON: &str = "application/x-ndjson";

/// The greatest line that is read, in bytes.
const LINE_BYTES: usize = 16 * 1024;

/// About how many bytes of answers are sent at once.
const ANSWER_BYTES: usize = 32 * 1024;

/// One line of the answer
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum Line {
    /// What was decided
    Decided(Decided),
    /// What is wrong with the line; the others are answered all the same
    Problem(Problem),
}

/// Many decisions
///
/// NDJSON in, NDJSON out: one question a line, as `POST /may` takes it, and one answer a line, in the
/// same order. A line that cannot be answered is answered with a problem document; the others are not
/// touched by it. Any number of lines may be sent.
#[utoipa::path(post, path = "/may/batch", tag = "Decisions", security(("key" = [])),
    request_body(content = Question, content_type = "application/x-ndjson", description = "A question a line"),
    responses(
        (status = 200, body = Line, content_type = "application/x-ndjson", description = "An answer a line"),
        Keyed,
        Refusals,
    ))]
pub(super) async fn batch(State(api): State<Api>, caller: Caller, request: Request) -> Response {
    let lines = Lines::new(request.into_body());
    let answers = stream::unfold(Some(lines), move |lines| {
        let (api, caller) = (api.clone(), caller.clone());
        async move { some_answers(&api, &caller, lines?).await }
    });
    ([(CONTENT_TYPE, NDJSON)], Body::from_stream(answers)).into_response()
}

type Answered = Result<Bytes, std::convert::Infallible>;

/// The answers to the next lines; none after the last.
async fn some_answers(
    api: &Api,
    caller: &Caller,
    mut lines: Lines,
) -> Option<(Answered, Option<Lines>)> {
    let mut answers = Vec::with_capacity(ANSWER_BYTES);
    while answers.len() < ANSWER_BYTES {
        let read = match lines.next().await {
            None if answers.is_empty() => return None,
            None => return Some((Ok(answers.into()), None)),
            Some(read) => read,
        };
        let broken = matches!(read, Err(Unread::Broken));
        let answer = match read {
            Ok(line) => answer(api, caller, &line).await,
            Err(Unread::TooLong) => {
                let title = format!("a line may have {LINE_BYTES} bytes");
                Err(Problem::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "too_large",
                    title,
                ))
            }
            Err(Unread::Broken) => {
                let title = "the rest of the lines could not be read";
                Err(Problem::new(StatusCode::BAD_REQUEST, "body", title))
            }
        };
        let answer = answer.map_or_else(Line::Problem, Line::Decided);
        // Writing to memory does not fail.
        let written = serde_json::to_writer(&mut answers, &answer);
        debug_assert!(written.is_ok(), "an answer can be written");
        answers.push(b'\n');
        if broken {
            return Some((Ok(answers.into()), None));
        }
    }
    Some((Ok(answers.into()), Some(lines)))
}

async fn answer(api: &Api, caller: &Caller, line: &[u8]) -> Result<Decided, Problem> {
    let question: Question = serde_json::from_slice(line).map_err(|_| {
        // Serde's words may quote a value.
        let title = "the line is not a question";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "body", title)
            .hint("send one JSON object a line, as `POST /may` takes it")
    })?;
    decide(api, caller, question).await
}

/// Why a line was not read.
enum Unread {
    TooLong,
    Broken,
}

/// The lines of a body, as they come. Lines of white space alone are no lines.
struct Lines {
    body: BodyDataStream,
    /// What has come and is not read yet.
    waiting: Bytes,
    /// The beginning of a line whose end has not come yet.
    begun: Vec<u8>,
    /// Whether that line is already longer than lines may be.
    too_long: bool,
    ended: bool,
}

impl Lines {
    fn new(body: Body) -> Self {
        Self {
            body: body.into_data_stream(),
            waiting: Bytes::new(),
            begun: Vec::new(),
            too_long: false,
            ended: false,
        }
    }

    /// The next line that is not blank; none after the last.
    async fn next(&mut self) -> Option<Result<Vec<u8>, Unread>> {
        loop {
            let end = self.waiting.iter().position(|byte| *byte == b'\n');
            let part = match end {
                Some(end) => {
                    let part = self.waiting.split_to(end);
                    drop(self.waiting.split_to(1));
                    part
                }
                None => std::mem::take(&mut self.waiting),
            };
            self.too_long |= self.begun.len() + part.len() > LINE_BYTES;
            if !self.too_long {
                self.begun.extend_from_slice(&part);
            }
            if end.is_none() && !self.ended {
                match self.body.next().await {
                    Some(Ok(more)) => self.waiting = more,
                    Some(Err(_)) => return Some(Err(Unread::Broken)),
                    None => self.ended = true,
                }
                continue;
            }
            let line = std::mem::take(&mut self.begun);
            if std::mem::take(&mut self.too_long) {
                return Some(Err(Unread::TooLong));
            }
            if !line.iter().all(u8::is_ascii_whitespace) {
                return Some(Ok(line));
            }
            // Where no line ended, none is left.
            end?;
        }
    }
}
