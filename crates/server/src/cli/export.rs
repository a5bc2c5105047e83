//! `daybook export`: the log leaves as evidence. It is for the operator on the machine, who has the database and the key;
//! there is no endpoint for it.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use daybook::ledger::Signer;
use daybook::ledger::evidence::{self, Bound, EvidenceError, Exported, Range};
use daybook::query::dates;

use super::Settings;
use super::ledger::{Log, actor, open};
use crate::signing;

/// Signatures that are tried while others erase.
const ATTEMPTS: u32 = 5;

/// What is exported, and to where.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The folder for the bundle: a new or empty one, or one with an older bundle of this log, which is replaced.
    #[arg(long, value_name = "DIR")]
    evidence: PathBuf,
    /// The first entry: its number in the log, or a date as `/audit` takes it.
    #[arg(long, value_name = "NUMBER|DATE", value_parser = first)]
    from: Option<Bound>,
    /// The last entry, or the last day.
    #[arg(long, value_name = "NUMBER|DATE", value_parser = last)]
    to: Option<Bound>,
    #[command(flatten)]
    settings: Settings,
}

const EXPECTED: &str = "neither the number of an entry nor a date such as 2026-11-21 or 2026-11-21T20:00:00Z";

fn first(text: &str) -> Result<Bound, &'static str> {
    text.parse().map(Bound::Seq).ok().or_else(|| dates::from(text).map(Bound::At)).ok_or(EXPECTED)
}

fn last(text: &str) -> Result<Bound, &'static str> {
    text.parse().map(Bound::Seq).ok().or_else(|| dates::until(text).map(Bound::At)).ok_or(EXPECTED)
}

pub(super) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { evidence: folder, from, to, settings } = arguments;
    // An export changes nothing: it brings no database up to date, makes no log, and puts no key on the record.
    let Log { config, found, store } = open(settings).await?;
    let no_key = "the log has no key yet: `daybook serve` makes it";
    let (keys, _) = signing::check(&config, &found)?.context(no_key)?;
    anyhow::ensure!(!found.log_keys.is_empty(), no_key);
    let is_known = |vkey: &str| found.log_keys.iter().any(|key| key.vkey == vkey);
    if let Some(unknown) = keys.verifiers().map(ToString::to_string).find(|vkey| !is_known(vkey)) {
        anyhow::bail!("the log does not know the signing key {unknown} yet: start `daybook serve` with it first");
    }
    let last_signed = signing::last_signed(&config)?;
    let signer = Signer::open(store.clone(), keys, last_signed, &actor("daybook export")).await?;
    let mut attempts = ATTEMPTS;
    let exported = loop {
        let signed = signer.checkpoint().await?;
        attempts -= 1;
        match evidence::export(&store, &signed.checkpoint, &Range { from, to }, &folder).await {
            // The next signature covers it.
            Err(EvidenceError::ErasedSince(_)) if attempts > 0 => {}
            outcome => break outcome,
        }
    };
    store.close().await;
    if let Err(EvidenceError::ErasedSince(_)) = exported {
        anyhow::bail!("the log is being erased from all the time: export it when that has come to its end");
    }
    let Exported { origin, size, from, to } = exported?;
    let shown =
        if (from, to) == (0, size) { String::new() } else { format!(", of which {from} to {} are shown", to - 1) };
    let folder = folder.display();
    writeln!(
        std::io::stdout(),
        "{folder}: {size} entries of {origin}{shown}. {folder}/VERIFY.md says how to check them; keep {folder}/checkpoint \
         where nobody who runs this server can change it."
    )
    .context("cannot write to the standard output")
}
