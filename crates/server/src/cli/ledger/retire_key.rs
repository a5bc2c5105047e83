//! `daybook ledger retire-key`.

use clap::Args;
use daybook::ledger::{Signer, fit};
use daybook::store::{Change, StoreError};

use super::{Log, actor, open_to_change, say};
use crate::cli::Settings;
use crate::signing;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The public half of the key that is to sign no more; without it every key but the present one.
    vkey: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Log { config, found, store } = open_to_change(arguments.settings).await?;
    let Some((keys, origin)) = signing::find(&config)? else {
        anyhow::bail!("there is no signing key: the log's present key must be here for another one to go");
    };
    fit(&keys, found.head.as_ref(), &found.log_keys)?;
    let current = keys.current().verifier().to_string();
    let present = found.log_keys.iter().filter(|key| key.retired_at.is_none()).map(|key| key.vkey.clone());
    let going: Vec<String> = match &arguments.vkey {
        Some(vkey) if *vkey == current => anyhow::bail!("{vkey} is the log's present key: rotate it first"),
        Some(vkey) => present.filter(|key| key == vkey).collect(),
        None => present.filter(|key| *key != current).collect(),
    };
    if going.is_empty() {
        return say(&format!("No key to retire: the log is signed with {current} alone."));
    }
    let who = actor("daybook ledger retire-key");
    // Nothing goes on the record of a log that went back, and the present key is on it before the old one goes.
    let signer = Signer::open(store.clone(), keys.clone(), signing::last_signed(&config)?, &who).await?;
    signer.check().await?;
    let retired = going.clone();
    let change = store.change(&who, async move |change: &mut Change| {
        for vkey in &retired {
            change.retire_log_key(vkey).await?;
        }
        Ok::<_, StoreError>(())
    });
    change.await?;
    if let signing::Origin::File(path) = origin {
        going.iter().fold(keys, |keys, vkey| keys.without(vkey)).replace(&path)?;
    }
    store.close().await;
    say(&format!("Retired: {}\nStart the server again, so that it signs with {current} alone.", going.join(", ")))
}
