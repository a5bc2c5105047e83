//! `daybook ledger adopt`.

use daybook::ledger::adopt::adopt;
use daybook::store::count_unadopted;

use crate::cli::place::{Access, actor};
use crate::cli::{Place, say};

/// Rows that are refused and named one by one.
const NAMED: usize = 10;

pub async fn run(place: Place, dry_run: bool) -> anyhow::Result<()> {
    let access = if dry_run { Access::Look } else { Access::Change };
    let store = place.open(access).await?;
    let waiting = count_unadopted(&mut store.read().await?).await?;
    if waiting == 0 {
        say("Every row of the audit table is in the log.")?;
    } else if dry_run {
        say(&format!(
            "{waiting} rows of the audit table are not in the log and would be adopted. Nothing was changed."
        ))?;
    } else {
        let mut said = 0;
        let by = actor("daybook ledger adopt");
        let done = adopt(&store, &by, |adopted| {
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
