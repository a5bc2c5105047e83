//! The one that asks: requests over connections that are kept, each sent when the one before it is answered.
//!
//! As little as HTTP/1.1 needs, because what the client takes is in what is measured; on a thread of its own, so that it takes
//! the server's threads nothing but their share of the cores.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// A connection that is kept.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer; its body stays in the connection until the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    body: (usize, usize),
}

impl Answer {
    pub fn length(self) -> usize {
        self.body.1 - self.body.0
    }
}

/// A `GET` as it goes over the wire.
pub fn get(path: &str, key: &str) -> Arc<[u8]> {
    let text = format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\n\r\n");
    text.into_bytes().into()
}

impl Connection {
    pub async fn open(address: SocketAddr) -> std::io::Result<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: Vec::with_capacity(1 << 18) })
    }

    pub async fn open_many(address: SocketAddr, count: usize) -> std::io::Result<Vec<Connection>> {
        let mut connections = Vec::with_capacity(count);
        for _ in 0..count {
            connections.push(Connection::open(address).await?);
        }
        Ok(connections)
    }

    pub async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.read_more().await?;
        };
        let text = std::str::from_utf8(&self.buffer[..head]).context("a head that is no text")?;
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let status = status.context("no status")?;
        let length = lines.filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok()).flatten()
        });
        let end = head + length.context("an answer that does not say its length")?;
        while self.buffer.len() < end {
            self.read_more().await?;
        }
        Ok(Answer { status, body: (head, end) })
    }

    pub fn body(&self, answer: Answer) -> &[u8] {
        &self.buffer[answer.body.0..answer.body.1]
    }

    async fn read_more(&mut self) -> anyhow::Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        anyhow::ensure!(read > 0, "the server closed the connection");
        Ok(())
    }
}

/// When a burst ends: at whichever comes first. Each connection asks once at least.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Of all connections together.
    pub requests: usize,
    pub time: Duration,
}

/// What a burst gave.
#[derive(Debug, Default)]
pub struct Burst {
    pub samples: Vec<Duration>,
    pub took: Duration,
    /// Answers that were not 200, or none at all, and how many of each.
    pub errors: BTreeMap<String, usize>,
}

/// Asks over all connections at once, closed loop: connection `k` begins with question `k`, and takes them in their order.
/// The connections come back, new ones in place of broken ones.
pub async fn burst(
    address: SocketAddr,
    connections: &mut Vec<Connection>,
    questions: &Arc<[Arc<[u8]>]>,
    limit: Limit,
) -> anyhow::Result<Burst> {
    let each = limit.requests.div_ceil(connections.len());
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for (first, mut connection) in connections.drain(..).enumerate() {
        let questions = questions.clone();
        tasks.spawn(async move {
            let mut samples = Vec::with_capacity(each.min(1 << 12));
            let mut errors: BTreeMap<String, usize> = BTreeMap::new();
            for at in first..first + each {
                if at > first && begin.elapsed() > limit.time {
                    break;
                }
                let asked = Instant::now();
                let failed = match connection.ask(&questions[at % questions.len()]).await {
                    Ok(answer) if answer.status == 200 => None,
                    Ok(answer) => Some(answer.status.to_string()),
                    Err(error) => {
                        connection = Connection::open(address).await?;
                        Some(format!("{error:#}"))
                    }
                };
                samples.push(asked.elapsed());
                if let Some(what) = failed {
                    *errors.entry(what).or_default() += 1;
                }
            }
            anyhow::Ok((connection, samples, errors))
        });
    }
    let mut burst = Burst::default();
    while let Some(done) = tasks.join_next().await {
        let (connection, samples, errors) = done??;
        connections.push(connection);
        burst.samples.extend(samples);
        errors.into_iter().for_each(|(what, count)| *burst.errors.entry(what).or_default() += count);
    }
    burst.took = begin.elapsed();
    Ok(burst)
}

/// Does the asking on a thread of its own, which it has finished when this is.
pub async fn on_own_thread<T, F>(work: impl FnOnce() -> F + Send + 'static) -> anyhow::Result<T>
where
    T: Send + 'static,
    F: Future<Output = anyhow::Result<T>>,
{
    let (send, receive) = tokio::sync::oneshot::channel();
    std::thread::Builder::new().name("load".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let done = runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(work()));
        let _ = send.send(done);
    })?;
    receive.await.context("the thread that asks has panicked")?
}
