//! How long the program takes until it is ready, what it holds in memory at rest, and how long the board
//! takes, over a million records.
//!
//! The program is the real one, built before with `cargo build --release -p ombud`. `--records N` sets how
//! many records there are; `--filled DIR` keeps what was filled in for the next run.
#![expect(
    clippy::print_stdout,
    reason = "a benchmark reports on standard output"
)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ombud::clock::Clock;
use ombud_bench::figure::{median, megabytes};
use ombud_bench::people::{filled, ombud};
use ombud_bench::{Failed, argument};

const ROUNDS: usize = 11;
/// How long the program is left alone before its memory is read.
const REST: Duration = Duration::from_secs(5);
/// One record in so many is past due.
const DUE_OF: usize = 1_000_000_000;

fn main() -> Result<(), Failed> {
    let count = argument("--records", 1_000_000)?;
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/ombud");
    let runtime = tokio::runtime::Runtime::new()?;
    let directory = runtime.block_on(async {
        let began = Instant::now();
        let (directory, _) = filled(count, DUE_OF, Clock::system().now()).await?;
        println!("{count} records in {:.0} s", began.elapsed().as_secs_f64());
        Ok::<_, Failed>(directory)
    })?;
    let (mut starts, mut pss, mut rss) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (mut serving, address) = serve(&program, directory.path())?;
        let took = ready(&mut serving, address)?;
        starts.push(took.as_secs_f64() * 1e3);
        if round + 3 >= ROUNDS {
            std::thread::sleep(REST);
            let process = serving.id().to_string();
            pss.push(megabytes(&process, "smaps_rollup", "Pss"));
            rss.push(megabytes(&process, "status", "VmRSS"));
        }
        serving.kill()?;
        serving.wait()?;
    }
    println!("ready after {:.0} ms, median of {ROUNDS}", median(starts));
    println!(
        "at rest: PSS {:.0} MB, RSS {:.0} MB",
        median(pss),
        median(rss)
    );
    let boards = runtime.block_on(async {
        let ombud = ombud(directory.path()).await?;
        let mut boards = Vec::new();
        for _ in 0..ROUNDS {
            let began = Instant::now();
            drop(ombud.board(Clock::system().now()).await?);
            boards.push(began.elapsed().as_secs_f64() * 1e3);
        }
        Ok::<_, Failed>(boards)
    })?;
    println!("board in {:.0} ms, median of {ROUNDS}", median(boards));
    Ok(())
}

fn serve(program: &Path, directory: &Path) -> Result<(Child, SocketAddr), Failed> {
    // A port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let serving = Command::new(program)
        .arg("serve")
        .arg("--data")
        .arg(directory.join("data"))
        .arg("--keys")
        .arg(directory.join("keys"))
        .arg("--listen")
        .arg(address.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok((serving, address))
}

/// Asks until the program says that it is ready.
fn ready(serving: &mut Child, address: SocketAddr) -> Result<Duration, Failed> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_mins(1) {
        if is_ready(address).unwrap_or_default() {
            return Ok(began.elapsed());
        }
        if serving.try_wait()?.is_some() {
            return Err("the program ended".into());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Err("the program is not ready after a minute".into())
}

fn is_ready(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer.starts_with(b"HTTP/1.1 200 "))
}
