//! The project's own commands. `cargo xtask test` is what the README tells a newcomer to run, and what CI runs.

mod arch;
mod bench;
mod browser;
mod ci;
mod clients;
mod coverage;
mod crash;
mod foreign;
mod fuzz;
mod litellm;
mod postgres;
mod prices;
mod screenshots;
mod source;
mod test;
mod tools;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Context as _;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Every test, with a PostgreSQL of their own beside SQLite.
    Test {
        /// What cargo test, or cargo nextest run, gets besides: a package, a filter.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// The tests on PostgreSQL once more, on a database that LiteLLM's own migrations made; part of `test`.
    BesideLitellm {
        /// Parts of the names of the tests to run, when it is not to be all.
        filters: Vec<String>,
    },
    /// LiteLLM's own Python client and command line against the program; part of `test`.
    Clients,
    /// An evidence bundle in the hands of Go, Python and openssl; part of `test`.
    Foreign,
    /// What is served of LiteLLM's management plane, what each route leaves on the record, and what tests it.
    Coverage,
    /// Format, lints, architecture, then every test.
    Ci {
        /// Afterwards what takes long: hundreds of kills of the server, a minute of fuzzing for each parser.
        #[arg(long)]
        long: bool,
    },
    /// Fuzz every parser of the log, on this toolchain.
    Fuzz {
        /// How long for each.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Kill the server in the middle of its work, again and again.
    Crash {
        /// On each database.
        #[arg(long, default_value_t = 200)]
        kills: u32,
        /// What the moments are drawn from.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// What a proof, a check and a recorded change cost, in a release build.
    Bench(bench::Options),
    /// Pictures of every page: light, dark, narrow.
    Screenshots,
    /// Which module may know which.
    Arch,
    /// Makes the table of prices and capabilities anew.
    Prices {
        /// LiteLLM's model_prices_and_context_window.json, or the backup in its package.
        json: PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Task::Test { arguments } => test::run(&arguments),
        Task::Ci { long } => ci::run(long),
        Task::Fuzz { seconds } => fuzz::run(seconds),
        Task::Crash { kills, seed } => crash::run(kills, seed),
        Task::Bench(options) => bench::run(&options),
        Task::BesideLitellm { filters } => test::run_beside_litellm(&filters),
        Task::Coverage => coverage::run(),
        Task::Clients => clients::run(),
        Task::Foreign => foreign::run(),
        Task::Screenshots => screenshots::run(),
        Task::Arch => arch::run(),
        Task::Prices { json } => prices::run(&json),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace").to_owned()
}

/// The cargo that runs us.
fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    if std::env::var_os("CI").is_some() {
        // Nothing is built twice there.
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

/// Shows the command, runs it and expects success.
fn step(command: &mut Command) -> anyhow::Result<()> {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    let line = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    eprintln!("xtask: {line}");
    let status = command.status().with_context(|| format!("cannot run {line}"))?;
    anyhow::ensure!(status.success(), "{line}: {status}");
    Ok(())
}
