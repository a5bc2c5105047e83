//! `daybook ledger new-origin`: the way on with a database that went back, or a key that is lost.
//!
//! The entries stay, and so do their sequence numbers; what changes is the name under which they are vouched for, and the first
//! entry under it names the last checkpoint under the old one. Whoever kept one sees what is missing.

use anyhow::Context as _;
use clap::Args;
use daybook::ledger::{Keyring, private_file};
use daybook::store::{Change, Store, StoreError, list_checkpoints};
use tlog::SignedCheckpoint;

use super::{Log, actor, open_to_change, say};
use crate::cli::Settings;
use crate::signing;

/// Published checkpoints that are looked at at a time.
const PAGE: usize = 100;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The new name, such as audit.example.com/log2. Without it the host's name and eight random digits.
    #[arg(long)]
    origin: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Log { config, found, store } = open_to_change(arguments.settings).await?;
    let head = found.head.context("the log has no head")?;
    let last = signing::last_signed(&config)?;
    let previous = match last.read()? {
        // What was signed last, which may know of entries that are gone; else what the database still has.
        Some(checkpoint) if checkpoint.checkpoint().origin() == head.origin => Some(checkpoint.to_string()),
        _ => newest_published(&store, &head.origin).await?,
    };
    let bore_before = |name: &str| {
        anyhow::ensure!(
            found.log_keys.iter().all(|key| key.name() != name),
            "the log bore the name {name} before, and is called {} now: copy the present key here",
            head.origin
        );
        Ok(())
    };
    let path = config.ledger.signing_key_file.clone();
    // What to put back when the change fails, once the file was written.
    let mut written: Option<Option<Keyring>> = None;
    let keys = match signing::find(&config)? {
        // A key for another name is there already: given for this, or left by an attempt that was cut off.
        Some((keys, _)) if keys.origin() != head.origin => {
            bore_before(keys.origin())?;
            keys
        }
        Some((_, signing::Origin::Given)) => anyhow::bail!(
            "the signing key is given by the configuration: make one for the new name with `daybook keygen NAME`, give it \
             instead of the present one, and run this again"
        ),
        present => {
            let origin = arguments.origin.clone().unwrap_or_else(|| signing::fresh_origin(store.random()));
            let keys =
                Keyring::generate(&origin, store.random()).with_context(|| format!("{origin} cannot name a log"))?;
            anyhow::ensure!(keys.origin() != head.origin, "the log is called {origin} already");
            bore_before(keys.origin())?;
            let present = present.map(|(keys, _)| keys);
            if let Some(keys) = &present {
                let kept = path.with_extension(format!("{:08x}.old", keys.current().verifier().id()));
                keys.replace(&kept)?;
                say(&format!("The old key is kept in {}", kept.display()))?;
            }
            keys.replace(&path)?;
            written = Some(present);
            keys
        }
    };
    if let Some(wanted) = arguments.origin.as_deref().filter(|wanted| *wanted != keys.origin()) {
        anyhow::bail!("the signing key that is there is for {}, not for {wanted}", keys.origin());
    }
    let (origin, vkey) = (keys.origin().to_owned(), keys.current().verifier().to_string());
    let (name, key, note) = (origin.clone(), vkey.clone(), previous.clone());
    let change = store.change(&actor("daybook ledger new-origin"), async move |change: &mut Change| {
        change.set_origin(&name, &key, note.as_deref()).await?;
        Ok::<_, StoreError>(())
    });
    let done = match (change.await, written) {
        (Ok(done), _) => done,
        // It may have happened, and then the new key is the log's.
        (Err(error @ StoreError::Uncertain(_)), _) => return Err(error.into()),
        (Err(error), Some(previous)) => {
            let back = match previous {
                Some(keys) => keys.replace(&path).map_err(anyhow::Error::from),
                None => std::fs::remove_file(&path).map_err(anyhow::Error::from),
            };
            back.with_context(|| format!("the old key could not be put back into {}", path.display()))?;
            return Err(error.into());
        }
        (Err(error), None) => return Err(error.into()),
    };
    if let Some(note) = &previous {
        let kept = last.path().with_extension("old");
        private_file::replace(&kept, note).with_context(|| format!("cannot write {}", kept.display()))?;
    }
    store.close().await;
    let seq = done.receipts.first().map_or(0, |receipt| receipt.seq);
    say(&format!(
        "The log is now {origin}, signed with {vkey}\nEntry {seq} tells of the last checkpoint under the name {}. Start the \
         server again,\nand give the new key to whoever verifies.",
        head.origin
    ))
}

/// The newest published checkpoint of this name; there may be later ones of a name before it.
async fn newest_published(store: &Store, origin: &str) -> anyhow::Result<Option<String>> {
    let mut session = store.read().await?;
    let mut below = u64::MAX;
    loop {
        let published = list_checkpoints(&mut session, below, PAGE).await?;
        let Some(last) = published.last() else { return Ok(None) };
        below = last.size;
        let of_this_name = |note: &str| {
            SignedCheckpoint::parse(note.as_bytes()).is_ok_and(|signed| signed.checkpoint().origin() == origin)
        };
        if let Some(found) = published.into_iter().find(|published| of_this_name(&published.note)) {
            return Ok(Some(found.note));
        }
    }
}
