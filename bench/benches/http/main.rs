//! How many decisions a second leave over HTTP, beside a bare handler that knows its answer.
//!
//! Both are served in this process, each as it is outside of it, and take turns; the same client asks both
//! the same questions, over connections that are kept. `--people N` sets how many people there are.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark reports on standard output"
)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::routing::post;
use axum::{Json, Router};
use ombud::clock::Clock;
use ombud::flow::Ombud;
use ombud::web::api::Api;
use ombud::web::live::Live;
use ombud::web::{self, App, Filling, Metrics, Site};
use ombud_bench::figure::{figure, median, processor_seconds};
use ombud_bench::load::{Connection, call, rate};
use ombud_bench::people::{consent, consents, email, ombud};
use ombud_bench::{Failed, argument};
use ombud_core::access::{Access, EVERY_ACTIVITY, Reach};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;

const CONNECTIONS: usize = 32;
const ROUNDS: usize = 9;
const LASTING: Duration = Duration::from_secs(2);
/// Lines of one batch.
const LINES: usize = 500_000;
/// The names of the threads that serve the bare handler, and ours, begin so.
const SERVERS: [&str; 2] = ["bare", "ombud-serve"];

fn main() -> Result<(), Failed> {
    let people = argument("--people", 100_000)?;
    let servers = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name(SERVERS[0])
        .build()?;
    let directory = tempfile::tempdir()?;
    let (ombud, token) = servers.block_on(async {
        let ombud = ombud(directory.path()).await?;
        let began = Instant::now();
        consent(&ombud, people, Clock::system().now()).await?;
        println!("{people} people in {:.1} s", began.elapsed().as_secs_f64());
        let all = Reach::new([EVERY_ACTIVITY.to_owned()]);
        let access = Access {
            read: all,
            write: Reach::default(),
        };
        let token = ombud
            .add_key("bench", &access, Clock::system().now())
            .await?;
        Ok::<_, Failed>((ombud, token.ok_or("the name is taken")?))
    })?;
    let token = token.secret();
    let asked: Vec<_> = questions(people).collect();
    let calls: Vec<_> = asked
        .iter()
        .map(|(_, question)| call("/api/v1/may", token, "application/json", question))
        .collect();
    let ours = servers.block_on(product(ombud))?;
    let constant = servers.block_on(check(ours, &calls, &asked))?;
    let bare = post(async move || Json(constant));
    let bare = Router::new().route("/api/v1/may", bare);
    let bare = servers.block_on(serve(bare))?;

    one_by_one(bare, ours, calls)?;
    in_batches(ours, token, &asked)
}

/// Questions about people in an order that looks random, each once.
fn questions(people: usize) -> impl Iterator<Item = (usize, String)> {
    // A step that has no divisor in common with the number of people, for it is a prime beyond it.
    (0..people).map(move |turn| {
        let number = turn * 1_000_003 % people;
        let email = email(number);
        let question = format!(r#"{{"subject":{{"email":"{email}"}},"activity":"newsletters"}}"#);
        (number, question)
    })
}

/// Serves what `ombud serve` serves, as it does, until the process ends.
async fn product(ombud: Ombud) -> Result<SocketAddr, Failed> {
    let (clock, whole) = (Clock::system(), Arc::new(Filling::whole()));
    let (wake, metrics) = (Arc::new(Notify::new()), Arc::new(Metrics::new()));
    let versions = ombud.timeline(clock.now()).await?;
    let sites = versions.map(|ombud| {
        let pages = Live::new(ombud.clone(), clock.clone(), Arc::clone(&whole));
        let app = App {
            pages: Arc::new(pages),
            metrics: Arc::clone(&metrics),
        };
        let api = Api::new(ombud.clone(), clock.clone(), Arc::clone(&wake));
        Site::new(app, api)
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(web::serve(listener, sites, clock, std::future::pending()));
    Ok(address)
}

/// Serves as anyone does, until the process ends.
async fn serve(router: Router) -> Result<SocketAddr, Failed> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(axum::serve(listener, router).into_future());
    Ok(address)
}

/// Asks every question once, and returns one of the answers: they must be right before they are
/// timed, and are in memory from then on.
async fn check(
    ours: SocketAddr,
    calls: &[Vec<u8>],
    asked: &[(usize, String)],
) -> Result<Value, Failed> {
    let mut connection = Connection::open(ours).await?;
    let mut last = Value::Null;
    let began = Instant::now();
    for (call, (number, question)) in calls.iter().zip(asked) {
        last = serde_json::from_slice(connection.ask(call).await?)?;
        if last.get("may") != Some(&consents(*number).into()) {
            return Err(format!("{question}: {last}").into());
        }
    }
    let each = began.elapsed().as_secs_f64() / figure(calls.len());
    println!(
        "first time, from the database: {:.1} µs a question",
        each * 1e6
    );
    Ok(last)
}

fn one_by_one(bare: SocketAddr, ours: SocketAddr, calls: Vec<Vec<u8>>) -> Result<(), Failed> {
    let calls = Arc::new(calls);
    let mut ratios = Vec::new();
    let (mut bares, mut all) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (bare, bare_used) = measure(bare, &calls)?;
        let (ours, ours_used) = measure(ours, &calls)?;
        println!(
            "bare {bare:8.0}/s, {bare_used:5.1} µs of the server's processor; ombud {ours:8.0}/s, {ours_used:5.1} µs: {:.3}",
            ours / bare
        );
        bares.push(bare);
        all.push(ours);
        ratios.push(ours / bare);
    }
    println!(
        "POST /may, {CONNECTIONS} connections, medians of {ROUNDS} rounds: bare {:.0}/s, ombud {:.0}/s, ratio {:.3}",
        median(bares),
        median(all),
        median(ratios)
    );
    Ok(())
}

/// Requests a second, and what one takes of the server's processor, in microseconds.
fn measure(address: SocketAddr, calls: &Arc<Vec<Vec<u8>>>) -> Result<(f64, f64), Failed> {
    let (began, used) = (Instant::now(), server_seconds());
    let rate = rate(address, calls, CONNECTIONS, LASTING)?;
    let used = server_seconds() - used;
    Ok((rate, used / (rate * began.elapsed().as_secs_f64()) * 1e6))
}

fn server_seconds() -> f64 {
    SERVERS.into_iter().map(processor_seconds).sum()
}

/// One batch after another over one connection: no more than one processor can work on it.
fn in_batches(ours: SocketAddr, token: &str, asked: &[(usize, String)]) -> Result<(), Failed> {
    let lines = asked.iter().map(|(_, question)| question.as_str());
    let lines: Vec<&str> = lines.cycle().take(LINES).collect();
    let kind = "application/x-ndjson";
    let batch = call("/api/v1/may/batch", token, kind, &(lines.join("\n") + "\n"));
    let sender = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let (began, used) = (Instant::now(), server_seconds());
        let answered = sender.block_on(async {
            let connection = Connection::open(ours).await?;
            connection.stream(batch.clone()).await
        })?;
        if answered != LINES {
            return Err(format!("{answered} answers to {LINES} lines").into());
        }
        let (took, used) = (began.elapsed(), server_seconds() - used);
        let (wall, core) = (figure(LINES) / took.as_secs_f64(), figure(LINES) / used);
        println!("batch: {wall:8.0} identities/s, {core:8.0} a second of the server's processor");
        rates.push(core);
    }
    println!(
        "POST /may/batch, {LINES} lines, median of {ROUNDS} rounds: {:.0} identities/s a core",
        median(rates)
    );
    Ok(())
}
