//! `POST /may/batch`: a question a line, an answer a line, in the same order.
//!
//! Lines are read as they come, decided a block at a time, and answered before more are read: a batch
//! of any length takes the same memory.

use std::collections::BTreeMap;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use futures_util::stream;
use ombud_core::access::Right;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{self, Decided};
use super::caller::Caller;
use super::may::decide;
use super::problem::{Keyed, Refusals};
use super::{Api, Kind, Problem, misfit, plain};
use crate::flow::decision::Question;

/// The media type of lines of JSON.
const NDJSON: &str = "application/x-ndjson";

/// The greatest line that is read, in bytes.
const LINE_BYTES: usize = 16 * 1024;

/// The most that is decided at once, in bytes of lines, but for one line that is longer.
const BLOCK_BYTES: usize = 64 * 1024;

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
/// same order; an empty line asks nothing and gets none. A line that cannot be answered is answered with a
/// problem document; the others are not touched by it. Any number of lines may be sent.
#[utoipa::path(post, path = "/may/batch", tag = "Decisions", security(("key" = [])),
    request_body(content = body::Question, content_type = "application/x-ndjson", description = "A question a line"),
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
    let mut answers = Vec::new();
    while answers.is_empty() {
        match lines.next().await {
            None => return None,
            Some(Ok(block)) => answers = answer(api, caller, block).await,
            Some(Err(Broken)) => {
                let title = "the rest of the lines could not be read";
                let problem = Problem::new(StatusCode::BAD_REQUEST, Kind::Body, title);
                write(&mut answers, &Line::Problem(problem));
                return Some((Ok(answers.into()), None));
            }
        }
    }
    Some((Ok(answers.into()), Some(lines)))
}

/// What a line comes to before anything is looked up.
enum Read<'l> {
    /// One of the questions that are decided together.
    Together(Question<'l>),
    /// A question that names a person by several identities.
    Alone(body::Question),
    Problem(Problem),
}

async fn answer(api: &Api, caller: &Caller, block: &[u8]) -> Vec<u8> {
    let lines = block.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.iter().all(u8::is_ascii_whitespace));
    let lines: Vec<Read<'_>> = lines.map(|line| read(caller, line)).collect();
    let together: Vec<Question<'_>> = lines.iter().filter_map(Read::together).collect();
    let now = api.clock.now();
    let mut decided = match api.ombud.may_each(&together, now).await {
        Ok(decided) => decided.into_iter(),
        Err(error) => {
            tracing::error!(%error, "the store could not answer");
            Vec::new().into_iter()
        }
    };
    let mut answers = Vec::with_capacity(block.len() * 6);
    let mut written = BTreeMap::new();
    for line in lines {
        let answer = match line {
            Read::Together(question) => match decided.next() {
                Some(Ok(answer)) => {
                    let Question {
                        activity, use_for, ..
                    } = question;
                    // Answers that differ only in whom they are about are written once.
                    let same = written.entry((activity, use_for, answer));
                    answers.extend_from_slice(same.or_insert_with(|| {
                        let decided = api.ombud.decision(answer, activity, use_for, now);
                        let mut line = Vec::new();
                        write(&mut line, &Line::Decided(decided.into()));
                        line
                    }));
                    continue;
                }
                Some(Err(error)) => Err(error.into()),
                None => Err(Problem::unavailable()),
            },
            Read::Alone(question) => decide(api, caller, question).await,
            Read::Problem(problem) => Err(problem),
        };
        write(
            &mut answers,
            &answer.map_or_else(Line::Problem, Line::Decided),
        );
    }
    answers
}

impl<'l> Read<'l> {
    fn together(&self) -> Option<Question<'l>> {
        match self {
            Self::Together(question) => Some(*question),
            Self::Alone(_) | Self::Problem(_) => None,
        }
    }
}

fn read<'l>(caller: &Caller, line: &'l [u8]) -> Read<'l> {
    if line.len() > LINE_BYTES {
        let title = format!("a line may have {LINE_BYTES} bytes");
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        return Read::Problem(Problem::new(status, Kind::TooLarge, title));
    }
    if let Some(question) = plain::question(line) {
        return match caller.may(Right::Read, question.activity) {
            Ok(()) => Read::Together(question),
            Err(refused) => Read::Problem(refused.into()),
        };
    }
    if let Ok(question) = serde_json::from_slice(line) {
        return Read::Alone(question);
    }
    let title = "the line is not a question";
    let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, Kind::Body, title)
        .hint("send one JSON object a line, as `POST /may` takes it");
    problem.detail = misfit::of::<body::Question>(line);
    Read::Problem(problem)
}

fn write(answers: &mut Vec<u8>, line: &Line) {
    // Writing to memory does not fail.
    let written = serde_json::to_writer(&mut *answers, line);
    debug_assert!(written.is_ok(), "an answer can be written");
    answers.push(b'\n');
}

/// The rest of a body could not be read.
struct Broken;

/// The lines of a body, as they come.
struct Lines {
    body: BodyDataStream,
    /// What has come.
    got: Vec<u8>,
    /// How much of that was given out.
    given: usize,
    ended: bool,
}

impl Lines {
    fn new(body: Body) -> Self {
        Self {
            body: body.into_data_stream(),
            got: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    /// The next lines, whole, at least one; none after the last.
    async fn next(&mut self) -> Option<Result<&[u8], Broken>> {
        loop {
            if let Some(end) = self.end() {
                let begin = std::mem::replace(&mut self.given, end);
                return self.got.get(begin..end).map(Ok);
            }
            if self.ended {
                return None;
            }
            self.got.drain(..self.given);
            self.given = 0;
            // A line that is too long is answered as that, whatever is left of it.
            self.got.truncate(LINE_BYTES + 1);
            match self.body.next().await {
                Some(Ok(more)) => self.got.extend_from_slice(&more),
                Some(Err(_)) => return Some(Err(Broken)),
                None => self.ended = true,
            }
        }
    }

    /// Where the next block ends: with a line, or with the body.
    fn end(&self) -> Option<usize> {
        let waiting = self.got.get(self.given..).unwrap_or_default();
        let block = waiting.get(..BLOCK_BYTES).unwrap_or(waiting);
        let last = block.iter().rposition(|byte| *byte == b'\n');
        let end = last.or_else(|| waiting.iter().position(|byte| *byte == b'\n'));
        let rest = (self.ended && !waiting.is_empty()).then_some(waiting.len());
        end.map(|end| end + 1).or(rest).map(|end| self.given + end)
    }
}
