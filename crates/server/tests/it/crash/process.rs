//! The real program, as a process that can be killed.

use std::io::BufRead as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

use daybook::store::Location;
use tokio::sync::{oneshot, watch};

pub struct Launch<'a> {
    pub location: &'a Location,
    /// The folder of its own.
    pub data: &'a Path,
    /// Every replica signs with one key.
    pub signing_key: &'a Path,
    /// The statement after which it is killed.
    pub kill_at_statement: Option<u64>,
}

pub struct Process {
    pub address: SocketAddr,
    child: Arc<Mutex<Child>>,
    ended: watch::Receiver<Option<ExitStatus>>,
}

impl Process {
    /// Starts the program and waits until it listens; `None` when it was killed before.
    pub async fn start(launch: Launch<'_>) -> Option<Process> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daybook"));
        command
            .args(["serve", "--host", "127.0.0.1", "--port", "0", "--data-dir"])
            .arg(launch.data)
            .env("LITELLM_MASTER_KEY", "sk-1234")
            .env("DAYBOOK_SIGNING_KEY_FILE", launch.signing_key)
            // The log names every statement, once the database has carried it out.
            .env("DAYBOOK_LOG", if launch.kill_at_statement.is_some() { "error,sqlx::query=debug" } else { "error" })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        match launch.location {
            Location::Sqlite { path } => command.env("DATABASE_URL", format!("sqlite:{}", path.display())),
            Location::Postgres { url, .. } => command.env("DATABASE_URL", url),
        };
        let mut child = command.spawn().unwrap();
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let child = Arc::new(Mutex::new(child));

        let (ending, ended) = watch::channel(None);
        let victim = child.clone();
        let kill_at = launch.kill_at_statement;
        std::thread::spawn(move || {
            let mut statements = 0;
            let mut last_words = String::new();
            for line in std::io::BufReader::new(stderr).split(b'\n') {
                let line = String::from_utf8_lossy(&line.unwrap_or_default()).into_owned();
                if line.contains("sqlx::query") {
                    statements += 1;
                    if Some(statements) == kill_at {
                        let _ = victim.lock().unwrap().kill();
                    }
                } else if !line.trim().is_empty() {
                    last_words = line;
                }
            }
            // The pipe is closed: the process is gone.
            let status = victim.lock().unwrap().wait().unwrap();
            if status.code().is_some() {
                let text = format!("the server ended with {status}: {last_words}\n");
                let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
            }
            let _ = ending.send(Some(status));
        });

        let (found, address) = oneshot::channel();
        std::thread::spawn(move || {
            let mut lines = std::io::BufReader::new(stdout).lines().map_while(Result::ok);
            let address = lines.by_ref().find_map(|line| {
                let (_, rest) = line.split_once("http://")?;
                rest.split(|c: char| c.is_whitespace() || c == '/').next()?.parse().ok()
            });
            let _ = found.send(address);
            // Keep reading: a full pipe would stop the server.
            lines.for_each(drop);
        });
        let address = address.await.unwrap();
        let process = Process { address: address.unwrap_or_else(|| ([127, 0, 0, 1], 0).into()), child, ended };
        if address.is_none() {
            process.wait().await;
            assert!(launch.kill_at_statement.is_some(), "the server did not start");
            return None;
        }
        Some(process)
    }

    /// SIGKILL.
    pub fn kill(&self) {
        let _ = self.child.lock().unwrap().kill();
    }

    /// Until it is gone.
    ///
    /// # Panics
    ///
    /// When it ended by itself.
    pub async fn wait(&self) {
        let status = self.ended.clone().wait_for(Option::is_some).await.unwrap().unwrap();
        assert_eq!(status.code(), None, "a server that nobody has killed goes on: {status}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
