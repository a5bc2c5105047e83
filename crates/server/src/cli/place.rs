//! Where a command finds its log, how it opens it, and who runs it.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use daybook::config::{Config, Environment, Overrides};
use daybook::ledger::Signer;
use daybook::model::actor::Actor;
use daybook::store::{Options, Store, inspect};

use crate::{run, signing};

/// The settings of a command that works on the log and listens nowhere.
#[derive(Debug, Args)]
pub struct Place {
    /// A LiteLLM config.yaml.
    #[arg(long, short)]
    config: Option<PathBuf>,
    /// Where the SQLite database lives.
    #[arg(long)]
    data_dir: Option<PathBuf>,
}

/// What a command is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Look,
    Change,
}

impl Place {
    /// Opens a log that is there. Nothing is made or brought up to date by it: that is for `daybook serve`.
    pub async fn open(self, access: Access) -> anyhow::Result<Store> {
        let Place { config, data_dir } = self;
        let overrides = Overrides { config, data_dir, ..Overrides::default() };
        let config = Config::load(&overrides, &Environment::from_process())?;
        let place = config.database.describe();
        let found = inspect(&run::location(&config), &run::pooling(&config)).await;
        let found = found.with_context(|| format!("cannot use {place}"))?;
        let ready = found.exists && found.schema_version == found.known_version && found.head.is_some();
        anyhow::ensure!(
            ready,
            "there is no log of this version in {place}: `daybook serve` makes it or brings it up to date"
        );
        let mut options = Options::new(run::location(&config));
        options.pooling = run::pooling(&config);
        options.audit = config.litellm.store_audit_logs;
        let store = Store::open(options).await.with_context(|| format!("cannot use {place}"))?;
        if access == Access::Change {
            // A database that went back must not go on from there. Where the key is not, there is nothing to tell it by.
            if let Some((keys, _)) = signing::check(&config, &found).unwrap_or_default() {
                let last = signing::last_signed(&config)?;
                Signer::open(store.clone(), keys, last, &actor("daybook")).await?.check().await?;
            }
        }
        Ok(store)
    }
}

/// Whoever runs this program, by the name that the operating system has for them.
pub fn actor(command: &str) -> Actor {
    Actor::command_line(&user().unwrap_or_else(|| "unknown".to_owned()), command)
}

#[cfg(unix)]
fn user() -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    // Of this very process: what the environment says can be anything.
    let id = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let mut lines = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let name = lines.find(|fields| fields.get(2) == Some(&id.as_str())).map(|fields| fields[0].to_owned());
    Some(name.unwrap_or(id))
}

#[cfg(not(unix))]
fn user() -> Option<String> {
    std::env::var("USERNAME").ok()
}
