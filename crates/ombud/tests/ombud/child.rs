//! The program itself, as a process of its own: what tests kill, and what they read the logs of.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use ombud::clock::Clock;
use ombud::flow::Ombud;
use ombud_core::access::{Access, EVERY_ACTIVITY, Reach};
use ombud_core::statement::{Statement, load};
use ombud_store::{Config, Store};
use serde_json::Value;

/// `ombud serve`, killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts it over a data directory, with logs of a level, and waits until it listens.
    pub(crate) fn start(data: &Path, more: &[&str], level: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ombud"))
            .arg("--data")
            .arg(data)
            .args(more)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("OMBUD_LOG", level)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let address = line
            .strip_prefix("listening on http://")
            .unwrap()
            .to_owned();
        Self { child, address }
    }

    /// Ends it without a word, as a power cut does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(&mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(asked.success());
        self.child.wait().unwrap()
    }

    /// What it logs. Read it all while the server runs: a full pipe stops the server.
    pub(crate) fn log(&mut self) -> ChildStderr {
        self.child.stderr.take().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill().is_ok();
        let _ = self.child.wait().is_ok();
    }
}

/// Sends a request, and returns the status and body of a whole answer; none if the connection broke.
pub(crate) fn send(
    address: &str,
    (method, path): (&str, &str),
    bearer: &str,
    body: &Value,
) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .ok()?;
    let body = body.to_string();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: {bearer}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.get(9..12)?.parse().ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    let read = serde_json::from_str(body);
    Some((status, read.unwrap_or_else(|_| Value::from(body))))
}

/// The same data in this process, while no other has it.
pub(crate) fn inside(runtime: &tokio::runtime::Runtime, config: &Config) -> Ombud {
    // Read once: a statement takes long to load.
    static STATEMENT: LazyLock<Statement> =
        LazyLock::new(|| load(ombud::bundled::folder()).unwrap());
    let store = Store::open(config).unwrap();
    let statement = STATEMENT.clone();
    let now = Clock::system().now();
    runtime
        .block_on(Ombud::open(store, statement, now))
        .unwrap()
}

/// A new key for everything, as calls send it.
pub(crate) fn bearer(runtime: &tokio::runtime::Runtime, ombud: &Ombud) -> String {
    let everywhere = Access {
        read: Reach::parse(EVERY_ACTIVITY),
        write: Reach::parse(EVERY_ACTIVITY),
    };
    let add = ombud.add_key("tests", &everywhere, Clock::system().now());
    let key = runtime.block_on(add).unwrap().unwrap();
    format!("Bearer {}", key.secret())
}
