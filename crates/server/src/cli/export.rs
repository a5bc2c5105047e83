//! `daybook export`: the log leaves as evidence. It is for the operator on the machine, who has the database and the key;
//! there is no endpoint for it.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use daybook::config::{Config, Environment};
use daybook::ledger::Signer;
use daybook::ledger::evidence::{self, Bound, Exported, Range};
use daybook::model::actor::Actor;
use daybook::query::dates;
use daybook::store::{Options, Store, inspect};

use super::Settings;
use crate::{run, signing};

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
    let config = Config::load(&settings.into(), &Environment::from_process())?;
    let place = config.database.describe();
    let found = inspect(&run::location(&config), &run::pooling(&config))
        .await
        .with_context(|| format!("cannot use {place}"))?;
    // An export makes neither a log nor a key.
    anyhow::ensure!(found.head.is_some(), "there is no log in {place}: `daybook serve` makes it");
    let (keys, _) = signing::check(&config, &found)?.context("the log has no key yet: `daybook serve` makes it")?;
    let options = Options { pooling: run::pooling(&config), ..Options::new(run::location(&config)) };
    let store = Store::open(options).await.with_context(|| format!("cannot use {place}"))?;
    let last_signed = signing::last_signed(&config)?;
    let signer = Signer::open(store.clone(), keys, last_signed, &Actor::system("daybook export")).await?;
    let signed = signer.checkpoint().await?;
    let exported = evidence::export(&store, &signed.checkpoint, &Range { from, to }, &folder).await;
    store.close().await;
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
