//! `daybook ledger adopt`.

use clap::Args;
use daybook::ledger::adopt::adopt;
use daybook::store::count_unadopted;

use super::{actor, open, refuse_what_went_back, say};
use crate::cli::Settings;

/// Rows that are refused and named one by one.
const NAMED: usize = 10;

#[derive(Debug, Args)]
pub struct Arguments {
    /// Say how many rows there are, and change nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: Settings,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { dry_run, settings } = arguments;
    let log = open(settings).await?;
    let who = actor("daybook ledger adopt");
    let store = &log.store;
    let waiting = count_unadopted(&mut store.read().await?).await?;
    if waiting == 0 {
        say("Every row of the audit table is in the log.")?;
    } else if dry_run {
        say(&format!(
            "{waiting} rows of the audit table are not in the log and would be adopted. Nothing was changed."
        ))?;
    } else {
        refuse_what_went_back(&log, &who).await?;
        let mut said = 0;
        let done = adopt(store, &who, |adopted| {
            // A line now and then: a table may have millions of rows.
            if adopted >= said + 100_000 {
                said = adopted;
                tracing::info!("{adopted} of {waiting} rows are in the log");
            }
        });
        let done = done.await?;
        say(&format!("{} rows of the audit table were adopted.", done.adopted))?;
        if !done.refused.is_empty() {
            say(&format!("{} cannot come into the log and stay where they are:", done.refused.len()))?;
            for (id, why) in done.refused.iter().take(NAMED) {
                say(&format!("  {}: {why}", id.chars().take(80).collect::<String>()))?;
            }
        }
    }
    store.close().await;
    Ok(())
}
