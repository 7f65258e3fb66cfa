//! Calls over HTTP/1.1: connections that are kept, each with one call under way, and next to no work
//! in between, so that what is measured is the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::Failed;
use crate::figure::figure;

/// Threads that send.
const THREADS: usize = 2;

/// A call as it is sent: head and body.
pub fn call(path: &str, token: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Sends calls in turn over so many connections for as long as said, and tells how many were answered
/// a second. Anything but 200 is a failure.
pub fn rate(
    address: SocketAddr,
    calls: &Arc<Vec<Vec<u8>>>,
    connections: usize,
    lasting: Duration,
) -> Result<f64, Failed> {
    let began = Instant::now();
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let calls = Arc::clone(calls);
            std::thread::spawn(move || {
                send(address, &calls, (thread, connections), began + lasting)
            })
        })
        .collect();
    let mut answered = 0;
    for thread in threads {
        answered += thread.join().map_err(|_| "a sender panicked")??;
    }
    Ok(figure(answered) / began.elapsed().as_secs_f64())
}

/// One of the threads: every second connection is its own.
#[tokio::main(flavor = "current_thread")]
async fn send(
    address: SocketAddr,
    calls: &Arc<Vec<Vec<u8>>>,
    (thread, connections): (usize, usize),
    until: Instant,
) -> Result<usize, Failed> {
    let mut tasks = tokio::task::JoinSet::new();
    for connection in (thread..connections).step_by(THREADS) {
        let calls = Arc::clone(calls);
        let first = calls.len() / connections * connection;
        tasks.spawn(async move {
            let mut connection = Connection::open(address).await?;
            let mut answered = 0;
            for call in calls.iter().cycle().skip(first) {
                connection.ask(call).await?;
                answered += 1;
                if Instant::now() >= until {
                    break;
                }
            }
            Ok::<_, Failed>(answered)
        });
    }
    let mut answered = 0;
    while let Some(done) = tasks.join_next().await {
        answered += done??;
    }
    Ok(answered)
}

/// A connection that is kept.
#[derive(Debug)]
pub struct Connection {
    read: OwnedReadHalf,
    write: OwnedWriteHalf,
    got: Vec<u8>,
    /// How long the last head was, and the body that it told of.
    last: (usize, usize),
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self, Failed> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (read, write) = stream.into_split();
        let got = Vec::with_capacity(4_096);
        Ok(Self {
            read,
            write,
            got,
            last: (0, 0),
        })
    }

    /// Sends one call and returns the body of its answer, which says how long it is.
    pub async fn ask(&mut self, call: &[u8]) -> Result<&[u8], Failed> {
        self.write.write_all(call).await?;
        self.got.clear();
        let (head, length) = loop {
            self.more().await?;
            // Most answers are as long as the one before: looking through them would be half the work.
            let (head, length) = self.last;
            if self.got.len() == head + length
                && self.got.starts_with(b"HTTP/1.1 200 ")
                && self
                    .got
                    .get(..head)
                    .is_some_and(|head| head.ends_with(b"\r\n\r\n"))
            {
                break self.last;
            }
            if let Some(head) = find(&self.got, b"\r\n\r\n") {
                break (
                    head + 4,
                    length_of(self.got.get(..head).unwrap_or_default())?,
                );
            }
        };
        self.last = (head, length);
        while self.got.len() < head + length {
            self.more().await?;
        }
        Ok(self.got.get(head..).unwrap_or_default())
    }

    /// Sends one call whose answer comes in chunks, while it is answered, and returns how many lines
    /// the answer has.
    pub async fn stream(mut self, call: Vec<u8>) -> Result<usize, Failed> {
        let mut write = self.write;
        let sending = tokio::spawn(async move {
            write.write_all(&call).await?;
            Ok::<_, std::io::Error>(write)
        });
        let mut lines = 0;
        let mut buffer = vec![0; 256 * 1024];
        let mut tail = Vec::new();
        let mut before = 0;
        // The last chunk is empty; lines of JSON never end like this.
        while !tail.ends_with(b"\r\n0\r\n\r\n") {
            let read = self.read.read(&mut buffer).await?;
            let part = buffer.get(..read).unwrap_or_default();
            if part.is_empty() {
                return Err("the answer ended too early".into());
            }
            lines += line_ends(part, &mut before);
            tail.extend_from_slice(part);
            tail.drain(..tail.len().saturating_sub(7));
        }
        drop(sending.await??);
        Ok(lines)
    }

    async fn more(&mut self) -> Result<(), Failed> {
        if self.read.read_buf(&mut self.got).await? == 0 {
            return Err("the connection was closed".into());
        }
        Ok(())
    }
}

/// How many lines end here, but for those of the chunks themselves. `before` is the byte before.
fn line_ends(part: &[u8], before: &mut u8) -> usize {
    let mut count = 0;
    for byte in part {
        count += usize::from(*byte == b'\n' && *before != b'\r');
        *before = *byte;
    }
    count
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

/// The length of the body, as the head says it.
fn length_of(head: &[u8]) -> Result<usize, Failed> {
    if !head.starts_with(b"HTTP/1.1 200 ") {
        return Err(String::from_utf8_lossy(head).into());
    }
    let name = b"content-length: ";
    let at = find(head, name).ok_or("the answer does not say how long it is")?;
    let digits = head.get(at + name.len()..).unwrap_or_default();
    let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
    Ok(digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0')))
}
