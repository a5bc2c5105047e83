//! The product's program as a child: how long it takes to its first answer, and its memory.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::load::{self, Connection};
use crate::place::{MASTER_KEY, Place};

/// The program with the environment of a database, and nothing else of this process's.
pub async fn command(place: &Place, name: &str) -> anyhow::Result<Command> {
    let program = program()?;
    let mut command = Command::new(program);
    command.env_clear().envs(place.environment(name).await?).kill_on_drop(true);
    Ok(command)
}

/// Beside this program, in the same build.
fn program() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name("daybook");
    anyhow::ensure!(program.exists(), "{} is not there: `cargo xtask bench` builds it", program.display());
    Ok(program)
}

/// A server that answers.
pub struct Serving {
    pub address: SocketAddr,
    /// From its start to its first answer to `GET /audit`.
    pub took: Duration,
    child: Child,
}

impl Serving {
    pub async fn start(mut command: Command) -> anyhow::Result<Serving> {
        command.args(["serve", "--host", "127.0.0.1", "--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let begin = Instant::now();
        let mut child = command.spawn()?;
        let mut out = BufReader::new(child.stdout.take().context("no standard output")?).lines();
        let address = loop {
            let line = out.next_line().await?.context("the server ended before it listened")?;
            if let Some((_, address)) = line.split_once("listens on http://") {
                break address.trim().parse()?;
            }
        };
        // What it goes on to say is read, so that nothing stops it.
        tokio::spawn(async move { while let Ok(Some(_)) = out.next_line().await {} });
        let answer = Connection::open(address).await?.ask(&load::get("/audit", MASTER_KEY)).await?;
        let took = begin.elapsed();
        anyhow::ensure!(answer.status == 200, "GET /audit: {}", answer.status);
        Ok(Serving { address, took, child })
    }

    /// What is resident now, in bytes.
    pub fn resident(&self) -> anyhow::Result<u64> {
        memory(self.child.id().context("the server has ended")?, "VmRSS").context("no memory is said")
    }

    pub async fn stop(mut self) -> anyhow::Result<()> {
        let id = self.child.id().context("the server has ended")?;
        std::process::Command::new("kill").args(["-TERM", &id.to_string()]).status()?;
        let status = self.child.wait().await?;
        anyhow::ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

/// Runs a command to its end. Gives how long it took and the most memory that it had, in bytes.
pub async fn run(mut command: Command) -> anyhow::Result<(Duration, u64)> {
    let begin = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn()?;
    let id = child.id().context("the program has ended")?;
    let mut most = 0;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            () = tokio::time::sleep(Duration::from_millis(10)) => most = most.max(memory(id, "VmHWM").unwrap_or(0)),
        }
    };
    anyhow::ensure!(status.success(), "the program ended with {status}");
    Ok((begin.elapsed(), most))
}

fn memory(process: u32, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
