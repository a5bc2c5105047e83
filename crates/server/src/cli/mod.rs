//! The command line.

mod banner;
mod doctor;
mod erase;
mod export;
mod keygen;
mod ledger;
mod serve;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use daybook::config::Overrides;

/// The audited control plane of an LLM gateway: LiteLLM's management and audit API, every change on the record.
#[derive(Debug, Parser)]
#[command(name = "daybook", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(Settings),
    /// Say what `serve` would do with these settings, and change nothing.
    Doctor(Settings),
    /// Take personal data out of the log. The proofs stay valid; that it was done is an entry of its own.
    Erase(erase::Arguments),
    /// Write the log into a folder, as evidence that others can check offline and with other programs.
    Export(export::Arguments),
    /// Make a key that signs a log, for a secret store: the key on the standard output, its public half beside it.
    Keygen(keygen::Arguments),
    /// What is done to the log itself.
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// Check the whole log: signatures, tree, and what readers see of every entry. Exit code 0: sound, 1: tampered, 2: incomplete
    /// or unreachable.
    Verify(verify::Arguments),
}

/// What the command line can settle; it wins over the file and the environment.
#[derive(Debug, Args)]
struct Settings {
    /// A LiteLLM config.yaml.
    #[arg(long, short)]
    config: Option<PathBuf>,
    /// The address to listen on.
    #[arg(long)]
    host: Option<String>,
    /// The port to listen on.
    #[arg(long, short)]
    port: Option<u16>,
    /// Where the SQLite database lives.
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

impl From<Settings> for Overrides {
    fn from(settings: Settings) -> Overrides {
        let Settings { config, host, port, data_dir } = settings;
        Overrides { config, host, port, data_dir }
    }
}

/// Carries the command out.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match cli.command {
        Command::Serve(settings) => runtime.block_on(serve::run(settings.into())),
        Command::Doctor(settings) => runtime.block_on(doctor::run(settings.into())),
        Command::Erase(arguments) => runtime.block_on(erase::run(arguments)),
        Command::Export(arguments) => runtime.block_on(export::run(arguments)),
        Command::Keygen(arguments) => keygen::run(&arguments),
        Command::Ledger(command) => runtime.block_on(ledger::run(command)),
        Command::Verify(arguments) => return Ok(runtime.block_on(verify::run(arguments))),
    }?;
    Ok(ExitCode::SUCCESS)
}
