//! How many choices a second become durable under 64 clients, beside plain inserts that share commits.
//!
//! The floor is one thread that puts rows of the same size into one table of the same kind, as many
//! to a commit as wait for it. Ours does all that a choice asks for: finds the person, keeps the entry,
//! folds the standing, moves the clocks, ties the evidence to its chain and signs a receipt. Both are
//! answered only when everything is on disk. They take turns; `--people N` sets how many there are.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark reports on standard output"
)]

mod floor;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ombud::clock::Clock;
use ombud::flow::Ombud;
use ombud_bench::figure::{figure, median};
use ombud_bench::people::{consent, ombud, told, who};
use ombud_bench::{Failed, argument};
use ombud_core::standing::Act;

use crate::floor::Floor;

const CLIENTS: usize = 64;
const ROUNDS: usize = 9;
const LASTING: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let people = argument("--people", 20_000)?;
    let directory = tempfile::tempdir()?;
    let ombud = ombud(directory.path()).await?;
    consent(&ombud, people, Clock::system().now()).await?;
    let floor = Arc::new(Floor::open(&directory.path().join("floor.db"))?);
    let mut rates: [Vec<f64>; 3] = Default::default();
    for round in 0..ROUNDS {
        let raw = under_way(|client, turn| {
            let floor = Arc::clone(&floor);
            async move { floor.add(round, client, turn).await }
        });
        let raw = raw.await?;
        let again = acts(&ombud, people, round, |_| Act::Consent).await?;
        let minds = acts(&ombud, people, round, |turn| {
            if turn % 2 == 0 {
                Act::Withdraw
            } else {
                Act::Consent
            }
        });
        let minds = minds.await?;
        println!(
            "plain {raw:7.0}/s, consents {again:7.0}/s: {:.2}, withdrawals and consents {minds:7.0}/s: {:.2}",
            again / raw,
            minds / raw
        );
        for (all, one) in rates.iter_mut().zip([raw, again, minds]) {
            all.push(one);
        }
    }
    let [raw, again, minds] = rates.map(median);
    println!("{CLIENTS} clients, synchronous=FULL, medians of {ROUNDS} rounds:");
    println!("plain inserts {raw:.0}/s");
    println!("consents {again:.0}/s, {:.2} of that", again / raw);
    println!(
        "withdrawals and consents in turn {minds:.0}/s, {:.2} of that",
        minds / raw
    );
    Ok(())
}

/// Tells of acts, each client of its own people in turn.
async fn acts(
    ombud: &Ombud,
    people: usize,
    round: usize,
    act: impl Fn(usize) -> Act + Copy + Send + 'static,
) -> Result<f64, Failed> {
    let rate = under_way(move |client, turn| {
        let ombud = ombud.clone();
        async move {
            let own = people / CLIENTS;
            let number = client * own + (round + turn / 2) % own;
            let now = Clock::system().now();
            ombud.tell(&who(number), told(act(turn), now), now).await?;
            Ok(())
        }
    });
    rate.await
}

/// Keeps one write of every client under way, and tells how many were answered a second.
async fn under_way<F>(write: impl Fn(usize, usize) -> F) -> Result<f64, Failed>
where
    F: Future<Output = Result<(), Failed>> + Send + 'static,
{
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    let (mut turns, mut answered) = ([0; CLIENTS], 0);
    for (client, turn) in turns.iter_mut().enumerate() {
        let write = write(client, *turn);
        tasks.spawn(async move { write.await.map(|()| client) });
        *turn += 1;
    }
    while let Some(done) = tasks.join_next().await {
        let client = done??;
        answered += 1;
        if began.elapsed() < LASTING {
            let turn = turns.get_mut(client).ok_or("no such client")?;
            let write = write(client, *turn);
            tasks.spawn(async move { write.await.map(|()| client) });
            *turn += 1;
        }
    }
    Ok(figure(answered) / began.elapsed().as_secs_f64())
}
