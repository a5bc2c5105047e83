//! `cargo xtask clients`: LiteLLM's own Python client and command line against the real program, on both databases.

use std::process::Command;

use anyhow::Context as _;

use crate::postgres::Postgres;
use crate::{cargo, litellm, root, step};

pub fn run() -> anyhow::Result<()> {
    let server = Postgres::start()?;
    on(&server)
}

/// With a server that runs already.
pub fn on(server: &Postgres) -> anyhow::Result<()> {
    let python = litellm::environment()?;
    step(cargo().args(["build", "--locked", "--workspace", "--bin", "daybook"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    // Two installations each: keys go from one to the other.
    let (here, there) = ("clients_here", "clients_there");
    server.create_database(here, "template0")?;
    server.create_database(there, "template0")?;
    let urls = [server.url_of(here), server.url_of(there)];
    let mut running = Vec::new();
    for (name, urls) in [("SQLite", None), ("PostgreSQL", Some(urls))] {
        let mut tests = Command::new(&python);
        tests.current_dir(root().join("crates/server/tests/clients")).args(["run.py", "--daybook"]);
        // What Python compiles is kept, and not in the source tree: the command line is started many times.
        tests.env("PYTHONPYCACHEPREFIX", litellm::folder().join("pycache")).env_remove("PYTHONDONTWRITEBYTECODE");
        tests.arg(target.join("debug/daybook"));
        if let Some(urls) = urls {
            tests.arg("--databases").args(urls);
        }
        eprintln!("xtask: LiteLLM's clients on {name}");
        running.push((name, tests.spawn().context("cannot run python")?));
    }
    let mut failed = Vec::new();
    for (name, mut tests) in running {
        if !tests.wait()?.success() {
            failed.push(name);
        }
    }
    anyhow::ensure!(failed.is_empty(), "LiteLLM's clients failed on {}", failed.join(" and on "));
    Ok(())
}
