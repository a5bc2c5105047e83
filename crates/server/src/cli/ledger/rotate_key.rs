//! `daybook ledger rotate-key`.

use daybook::ledger::{Signer, fit};

use super::{Log, actor, open_to_change, say};
use crate::cli::Settings;
use crate::signing;

pub async fn run(settings: Settings) -> anyhow::Result<()> {
    let Log { config, found, store } = open_to_change(settings).await?;
    let (keys, path) = match signing::find(&config)? {
        Some((keys, signing::Origin::File(path))) => (keys, path),
        Some(_) => anyhow::bail!(
            "the signing key is given by the configuration: make one with `daybook keygen {}`, put it before the present \
             one (parted by a space), and start the server again, which records the change",
            found.head.map(|head| head.origin).unwrap_or_default()
        ),
        None => anyhow::bail!(
            "there is no signing key in {}: `daybook serve` makes the first one",
            config.ledger.signing_key_file.display()
        ),
    };
    fit(&keys, found.head.as_ref(), &found.log_keys)?;
    let who = actor("daybook ledger rotate-key");
    // A log that went back gets no key, and neither does the file.
    Signer::open(store.clone(), keys.clone(), signing::last_signed(&config)?, &who).await?.check().await?;
    let rotated = keys.rotated(store.random())?;
    // The file first: a start after a crash finds the new key beside the old one and records it then.
    rotated.replace(&path)?;
    let fresh = rotated.current().verifier().to_string();
    Signer::open(store.clone(), rotated, signing::last_signed(&config)?, &who).await?;
    store.close().await;
    say(&format!(
        "The log's key is now {fresh}\nThe one before it, {}, signs beside it. Start the server again, give the new key to \
         whoever verifies,\nand end the time of the old one with `daybook ledger retire-key`.",
        keys.current().verifier()
    ))
}
