//! Clients that write what they send byte by byte, so that a request can be broken off anywhere.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tlog::SignedCheckpoint;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::TEAMS;
use super::moment::{Dice, Moment};
use super::process::Process;

/// A change that the server has said is done.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    pub seq: usize,
    pub what: Change,
}

/// What a replica has answered.
#[derive(Debug, Default)]
pub struct Answered {
    pub changes: Vec<Acknowledged>,
    /// The checkpoints that it has signed.
    pub checkpoints: Vec<SignedCheckpoint>,
}

impl FromIterator<Answered> for Answered {
    fn from_iter<I: IntoIterator<Item = Answered>>(several: I) -> Answered {
        several.into_iter().fold(Answered::default(), |mut all, one| {
            all.changes.extend(one.changes);
            all.checkpoints.extend(one.checkpoints);
            all
        })
    }
}

/// What a client asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Budget { team: String, budget: f64 },
    NewKey { token: String },
    NoKey { token: String },
}

/// A server as its clients see it: it comes and goes.
#[derive(Debug)]
pub struct Replica {
    now: watch::Sender<Now>,
    life: Mutex<Life>,
    answered: Mutex<Answered>,
}

#[derive(Clone, Debug)]
enum Now {
    Down,
    Up(Handle),
    /// For good.
    Ended,
}

#[derive(Clone)]
struct Handle(Arc<Process>);

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.address)
    }
}

/// What has been counted since the server was started.
#[derive(Debug, Default)]
struct Life {
    moment: Option<Moment>,
    requests: u64,
    answers: u64,
}

impl Default for Replica {
    fn default() -> Replica {
        Replica { now: watch::Sender::new(Now::Down), life: Mutex::default(), answered: Mutex::default() }
    }
}

impl Replica {
    /// A server has been started, and is to be killed at a moment.
    pub fn serve(&self, process: Arc<Process>, moment: Moment) {
        *self.life.lock().unwrap() = Life { moment: Some(moment), ..Life::default() };
        self.now.send_replace(Now::Up(Handle(process)));
    }

    pub fn gone(&self) {
        self.now.send_replace(Now::Down);
    }

    pub fn end(&self) {
        self.now.send_replace(Now::Ended);
    }

    /// Kills the server, if there is one.
    pub fn kill(&self) -> bool {
        let now = self.now.borrow();
        if let Now::Up(process) = &*now {
            process.0.kill();
        }
        matches!(*now, Now::Up(_))
    }

    pub fn take_answered(&self) -> Answered {
        std::mem::take(&mut self.answered.lock().unwrap())
    }

    /// Counts a request; how many bytes of it are still to be sent before the kill, if it is the one.
    fn request(&self, length: usize) -> Option<usize> {
        let mut life = self.life.lock().unwrap();
        life.requests += 1;
        match life.moment {
            Some(Moment::Request(number, share)) if number == life.requests => Some(length * share as usize / 16),
            _ => None,
        }
    }

    /// Counts an answer; whether it is the one to be killed after.
    fn answer(&self) -> bool {
        let mut life = self.life.lock().unwrap();
        life.answers += 1;
        matches!(life.moment, Some(Moment::Answer(number)) if number == life.answers)
    }
}

/// Changes one thing after the other, at whatever server there is, until the replica has ended.
pub async fn work(replica: Arc<Replica>, mut dice: Dice, client: usize) {
    let mut now = replica.now.subscribe();
    let mut keys: Vec<String> = Vec::new();
    let (mut count, mut refused) = (0_u32, 0_u32);
    loop {
        let process = match now.wait_for(|now| !matches!(now, Now::Down)).await.map(|now| now.clone()) {
            Ok(Now::Up(process)) => process.0,
            Ok(Now::Ended | Now::Down) | Err(_) => return,
        };
        let Ok(stream) = TcpStream::connect(process.address).await else {
            // Killed, which its keeper will have noticed in a moment.
            process.wait().await;
            tokio::task::yield_now().await;
            continue;
        };
        let mut connection = Connection { stream, read: Vec::new() };
        loop {
            count += 1;
            let (method, path, body, asked) = plan(&mut dice, client, count, &mut keys);
            let bytes = request_bytes(method, path, &body);
            if let Some(cut) = replica.request(bytes.len()) {
                let _ = connection.stream.write_all(&bytes[..cut]).await;
                process.kill();
                break;
            }
            let Some(answer) = connection.exchange(&bytes).await else { break };
            // What the server cannot do at the moment, it says; it must not be for long.
            if answer.status == 503 {
                refused += 1;
                assert!(refused < 100, "{path} {body}: {answer:?}");
                continue;
            }
            refused = 0;
            assert_eq!(answer.status, 200, "{path} {body}: {answer:?}");
            let what = match asked {
                Asked::Checkpoint => {
                    let signed = SignedCheckpoint::parse(&answer.body).unwrap();
                    replica.answered.lock().unwrap().checkpoints.push(signed);
                    None
                }
                Asked::Change(change) => Some(change),
                Asked::NewKey => {
                    let answer: Value = serde_json::from_slice(&answer.body).unwrap();
                    let token = answer["token"].as_str().expect("a key has a token").to_owned();
                    keys.push(token.clone());
                    Some(Change::NewKey { token })
                }
            };
            if let Some(what) = what {
                let seq = answer.header("x-daybook-audit-seq").expect("a change has a receipt").parse().unwrap();
                replica.answered.lock().unwrap().changes.push(Acknowledged { seq, what });
            }
            if replica.answer() {
                process.kill();
                break;
            }
        }
    }
}

enum Asked {
    Change(Change),
    NewKey,
    Checkpoint,
}

fn plan(
    dice: &mut Dice,
    client: usize,
    count: u32,
    keys: &mut Vec<String>,
) -> (&'static str, &'static str, Value, Asked) {
    match dice.below(10) {
        0 | 1 => {
            let body = json!({"key_alias": format!("k{client}-{count}"), "team_id": "t0"});
            ("POST", "/key/generate", body, Asked::NewKey)
        }
        2 if !keys.is_empty() => {
            // Whether or not an answer comes: nobody asks for it twice.
            let token = keys.swap_remove(dice.below(keys.len() as u64) as usize);
            ("POST", "/key/delete", json!({"keys": [token]}), Asked::Change(Change::NoKey { token }))
        }
        3 | 4 => ("GET", "/ledger/checkpoint", Value::Null, Asked::Checkpoint),
        _ => {
            let team = format!("t{}", dice.below(TEAMS as u64));
            // No two changes ask for the same budget, so each is a change.
            let budget = f64::from(count) * 100.0 + client as f64 + 1.0;
            let body = json!({"team_id": team, "max_budget": budget});
            ("POST", "/team/update", body, Asked::Change(Change::Budget { team, budget }))
        }
    }
}

/// An answer, as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<String> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.into_iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    }
}

/// One request on a connection of its own.
pub async fn call(address: SocketAddr, method: &str, path: &str, body: &Value) -> Option<Answer> {
    let stream = TcpStream::connect(address).await.ok()?;
    Connection { stream, read: Vec::new() }.exchange(&request_bytes(method, path, body)).await
}

fn request_bytes(method: &str, path: &str, body: &Value) -> Vec<u8> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: daybook\r\nauthorization: Bearer sk-1234\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    [head.into_bytes(), body.into_bytes()].concat()
}

/// A connection that is kept.
struct Connection {
    stream: TcpStream,
    /// What has come and has not been read.
    read: Vec<u8>,
}

impl Connection {
    /// `None` when the server went away before the whole answer was there.
    async fn exchange(&mut self, request: &[u8]) -> Option<Answer> {
        let answer = async {
            self.stream.write_all(request).await.ok()?;
            let end = loop {
                if let Some(end) = self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                    break end;
                }
                self.more().await?;
            };
            let head = String::from_utf8(self.read.drain(..end + 4).collect()).unwrap();
            let status = head.split(' ').nth(1).unwrap().parse().unwrap();
            let mut answer = Answer { status, head, body: Vec::new() };
            let length: usize = answer.header("content-length").expect("answers have a length").parse().unwrap();
            while self.read.len() < length {
                self.more().await?;
            }
            answer.body = self.read.drain(..length).collect();
            Some(answer)
        };
        tokio::time::timeout(Duration::from_secs(60), answer).await.expect("the server answers or is gone")
    }

    async fn more(&mut self) -> Option<()> {
        let mut buffer = [0; 4096];
        let count = self.stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        self.read.extend_from_slice(&buffer[..count]);
        Some(())
    }
}
