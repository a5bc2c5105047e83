//! A PostgreSQL for one test run: a cluster in a temporary folder, on a free port of this machine only.
//!
//! It is gone afterwards whatever happens. A shell watches over it that waits for the end of its standard input: the pipe
//! closes when this process ends, by whichever way (return, panic, Ctrl-C, kill), and the shell, which ignores the signals
//! that a terminal sends to all of us, stops the server and removes the folder.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

use crate::{step, tools};

const WATCH: &str =
    r#"trap '' INT TERM HUP; cat >/dev/null; "$@" stop -m immediate >/dev/null 2>&1; cd /; rm -rf "$FOLDER""#;

/// For a cluster that is kept: an orderly stop, and nothing is removed.
const WATCH_KEPT: &str = r#"trap '' INT TERM HUP; cat >/dev/null; "$@" stop -m fast >/dev/null 2>&1"#;

pub struct Postgres {
    /// The folder of its programs.
    programs: PathBuf,
    port: u16,
    watch: Child,
}

impl Postgres {
    pub fn start() -> anyhow::Result<Postgres> {
        // The cluster is thrown away: that it would survive a power cut is not worth waiting for.
        Postgres::start_in(&make_folder()?, WATCH, "-c fsync=off -c full_page_writes=off")
    }

    /// A cluster that is kept in a folder, and that survives a power cut like one that is in use: what it takes its time
    /// for is part of what is measured.
    pub fn start_kept(folder: &Path) -> anyhow::Result<Postgres> {
        if !folder.join("data/PG_VERSION").exists() {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
            own(folder)?;
        }
        let settings = "-c shared_buffers=512MB -c max_wal_size=4GB -c maintenance_work_mem=512MB";
        Postgres::start_in(folder, WATCH_KEPT, settings)
            .with_context(|| format!("the server's user must be able to reach {}", folder.display()))
    }

    fn start_in(folder: &Path, watch: &str, settings: &str) -> anyhow::Result<Postgres> {
        let programs = tools::postgres()?;
        let data = folder.join("data");
        let pg_ctl = [programs.join("pg_ctl").into_os_string(), "-D".into(), data.clone().into_os_string()];
        // From here on, what is made is also removed, unless it is to be kept.
        let mut watching = Command::new("sh");
        watching.args(["-c", watch, "sh"]).args(as_server_user(&pg_ctl)).env("FOLDER", folder).stdin(Stdio::piped());
        let watch = watching.spawn().context("cannot run sh")?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Postgres { programs, port, watch };

        if !data.join("PG_VERSION").exists() {
            let initdb = [server.programs.join("initdb").into_os_string(), "-D".into(), data.into_os_string()];
            let mut make = as_command(&initdb);
            make.args(["-U", "postgres", "--auth=trust", "--locale=C", "--encoding=UTF8", "--no-sync"]);
            step(make.current_dir(folder).stdout(Stdio::null()))?;
        }
        let settings = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='{}' -c max_connections=300 {settings}",
            folder.display()
        );
        let mut start = as_command(&pg_ctl);
        start.args(["-w", "-t", "60", "-o", &settings, "-l"]).arg(folder.join("log")).arg("start");
        let started = step(start.current_dir(folder).stdout(Stdio::null()));
        started.with_context(|| std::fs::read_to_string(folder.join("log")).unwrap_or_default())?;
        Ok(server)
    }

    /// As the superuser.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    pub fn url_of(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}", self.port)
    }

    pub fn create_database(&self, name: &str, template: &str) -> anyhow::Result<()> {
        let sql = format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"");
        step(self.psql("postgres").arg("-c").arg(sql))
    }

    /// psql, connected to a database; the first statement that fails ends it.
    pub fn psql(&self, database: &str) -> Command {
        let own = self.programs.join("psql");
        let mut command = Command::new(if own.exists() { own } else { PathBuf::from("psql") });
        command.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname"]).arg(self.url_of(database));
        // Notices say that what was to be made is there already.
        command.env("PGOPTIONS", "-c client_min_messages=warning");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}

/// A folder that the server's user owns; one user's cluster is nobody else's business.
fn make_folder() -> anyhow::Result<PathBuf> {
    // Root's temporary folder may be closed to the server's user.
    let parent = if tools::is_root() { PathBuf::from("/tmp") } else { std::env::temp_dir() };
    let folder = parent.join(format!("daybook-postgres-{}", std::process::id()));
    std::fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    own(&folder)?;
    Ok(folder)
}

/// Gives a folder to the server's user, and to nobody else.
fn own(folder: &Path) -> anyhow::Result<()> {
    if tools::is_root() {
        step(Command::new("chown").arg("postgres").arg(folder))?;
    }
    step(Command::new("chmod").arg("700").arg(folder))
}

/// The words that run a command as a user who may run PostgreSQL.
fn as_server_user(words: &[std::ffi::OsString]) -> Vec<std::ffi::OsString> {
    let mut all: Vec<std::ffi::OsString> = Vec::new();
    if tools::is_root() {
        all.extend(["runuser", "-u", "postgres", "--"].map(Into::into));
    }
    all.extend_from_slice(words);
    all
}

fn as_command(words: &[std::ffi::OsString]) -> Command {
    let words = as_server_user(words);
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    command
}
