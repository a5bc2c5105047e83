//! `daybook ledger`: what is done to the log itself, on the record. A server may be running beside; it takes a new key when it
//! is started again.

mod adopt;
mod new_origin;
mod retire_key;
mod rotate_key;

use std::io::Write as _;

use anyhow::Context as _;
use clap::Subcommand;
use daybook::config::{Config, Environment};
use daybook::ledger::{Signer, fit};
use daybook::model::actor::Actor;
use daybook::store::{Inspection, Options, Store, inspect};

use super::Settings;
use crate::{run as server, signing};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the rows of LiteLLM's audit table that LiteLLM wrote by itself into the log.
    Adopt(adopt::Arguments),
    /// Give the log another name and key, after its database went back or its key was lost. The first entry under the new name
    /// tells of the last checkpoint under the old one.
    NewOrigin(new_origin::Arguments),
    /// Sign with a fresh key, and for a while with the present one beside it.
    RotateKey(Settings),
    /// End the time in which an earlier key signs beside the present one.
    RetireKey(retire_key::Arguments),
}

pub async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Adopt(arguments) => adopt::run(arguments).await,
        Command::NewOrigin(arguments) => new_origin::run(arguments).await,
        Command::RotateKey(settings) => rotate_key::run(settings).await,
        Command::RetireKey(arguments) => retire_key::run(arguments).await,
    }
}

/// A log that is there, and its configuration.
pub struct Log {
    pub config: Config,
    pub found: Inspection,
    pub store: Store,
}

/// Opens the log that `serve` would serve with these settings. One that is not there yet is not made.
pub async fn open(settings: Settings) -> anyhow::Result<Log> {
    let config = Config::load(&settings.into(), &Environment::from_process())?;
    let place = config.database.describe();
    let cannot = || format!("cannot use {place}");
    let (location, pooling) = (server::location(&config), server::pooling(&config));
    let found = inspect(&location, &pooling).await.with_context(cannot)?;
    anyhow::ensure!(found.head.is_some(), "{place} holds no log yet: `daybook serve` makes it");
    anyhow::ensure!(
        found.schema_version >= found.known_version,
        "{place} has schema version {}, and this program needs {}: `daybook serve` brings it up to date",
        found.schema_version,
        found.known_version
    );
    let options = Options { pooling, audit: config.litellm.store_audit_logs, ..Options::new(location) };
    let store = Store::open(options).await.with_context(cannot)?;
    Ok(Log { config, found, store })
}

/// [`open`] for what changes the log's keys or its name, which must leave an entry.
async fn open_to_change(settings: Settings) -> anyhow::Result<Log> {
    let log = open(settings).await?;
    anyhow::ensure!(
        log.store.audit(),
        "changes are not recorded (store_audit_logs is false), and this one must be: nothing was changed"
    );
    Ok(log)
}

/// Refuses to go on with a database that went back. Where the signing key is not, there is nothing to tell it by.
pub async fn refuse_what_went_back(log: &Log, who: &Actor) -> anyhow::Result<()> {
    if let Some((keys, _)) = signing::find(&log.config)? {
        fit(&keys, log.found.head.as_ref(), &log.found.log_keys)?;
        let last = signing::last_signed(&log.config)?;
        Signer::open(log.store.clone(), keys, last, who).await?.check().await?;
    }
    Ok(())
}

/// Whoever runs a command.
pub fn actor(command: &str) -> Actor {
    let account = ["SUDO_USER", "USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    Actor::command_line(account.as_deref(), command)
}

/// Says something to whoever runs a command.
pub fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).context("cannot write to the standard output")
}
