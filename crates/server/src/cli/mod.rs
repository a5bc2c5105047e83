//! The command line.

mod banner;
mod doctor;
mod keygen;
mod ledger;
mod serve;

use std::path::PathBuf;

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
    /// Make a key that signs a log, for a secret store: the key on the standard output, its public half beside it.
    Keygen(keygen::Arguments),
    /// What is done to the log itself.
    #[command(subcommand)]
    Ledger(ledger::Command),
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
pub fn run(cli: Cli) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match cli.command {
        Command::Serve(settings) => runtime.block_on(serve::run(settings.into())),
        Command::Doctor(settings) => runtime.block_on(doctor::run(settings.into())),
        Command::Keygen(arguments) => keygen::run(&arguments),
        Command::Ledger(command) => runtime.block_on(ledger::run(command)),
    }
}
