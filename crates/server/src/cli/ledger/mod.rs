//! `daybook ledger`: what is done to the log as a whole.

mod adopt;

use clap::Subcommand;

use super::Place;

#[derive(Debug, Subcommand)]
pub enum Ledger {
    /// Bring the rows of LiteLLM's audit table that LiteLLM wrote by itself into the log.
    Adopt {
        #[command(flatten)]
        place: Place,
        /// Say how many rows there are, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

pub async fn run(command: Ledger) -> anyhow::Result<()> {
    match command {
        Ledger::Adopt { place, dry_run } => adopt::run(place, dry_run).await,
    }
}
