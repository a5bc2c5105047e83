//! The program as it is run: what it prints, and how it exits.

mod config;
mod doctor;
mod export;
mod ledger;
mod sealing;
mod secrets;
mod serve;
mod upkeep;
mod verify;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;

use daybook::store::Location;
use daybook::testing::TestDb;

/// The program with nothing of this process's environment.
fn daybook() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daybook"));
    command.env_clear();
    command
}

/// The environment that names a test's database.
fn on(db: &TestDb, command: Command) -> Command {
    at(&db.location, db.folder(), command)
}

/// The environment that names a database and the folder for all else.
fn at(location: &Location, folder: &Path, mut command: Command) -> Command {
    match location {
        Location::Sqlite { path } => command.env("DATABASE_URL", format!("sqlite:{}", path.display())),
        Location::Postgres { url, .. } => command.env("DATABASE_URL", url),
    };
    command.env("DAYBOOK_DATA_DIR", folder);
    command
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A program that serves, and what it said when it began to.
struct Serving {
    child: Child,
    /// `http://127.0.0.1:40001`
    base: String,
    banner: String,
    /// Reads the standard error as it comes: a full pipe would stop the server.
    log: Option<JoinHandle<String>>,
}

impl Serving {
    /// Starts `daybook serve` on a free port and waits until it answers.
    fn start(mut command: Command) -> Serving {
        command.args(["serve", "--host", "127.0.0.1", "--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        let log = std::thread::spawn(move || std::io::read_to_string(stderr).unwrap());
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut banner = String::new();
        // The master key is the banner's last line; on a first start the commands that use it follow.
        while !banner.contains("  master key  ")
            || (banner.contains("  master key  sk-") && !banner.contains("/audit -H"))
        {
            if out.read_line(&mut banner).unwrap() == 0 {
                panic!("it did not start: {}", log.join().unwrap());
            }
        }
        let base = banner.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        Serving { child, base, banner, log: Some(log) }
    }

    /// Stops it as a service manager would, and gives what it wrote to the log.
    fn stop(mut self) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let log = self.log.take().unwrap().join().unwrap();
        assert!(self.child.wait().unwrap().success(), "{log}");
        log
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A file with this text.
fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}
