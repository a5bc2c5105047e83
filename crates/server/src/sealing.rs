//! The key that stored credentials are encrypted with: where it comes from, and whether it fits what is stored.
//!
//! LiteLLM's rule is the salt key, else the master key. Without either, a server with a database file of its own makes a salt
//! key at its first start and keeps it in a file beside that database: never in it, since whoever had the one would have the
//! other. Beside a PostgreSQL nothing is made: replicas would each make their own, and LiteLLM could read none.

use std::fmt;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use daybook::config::{Config, Database};
use daybook::model::random::{self, SystemRandom};
use daybook::model::sealed::SealingKey;
use daybook::store::{SealedValues, unopenable};

/// Where the key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    SaltKey,
    /// A file that a first start made.
    File(PathBuf),
    MasterKey,
    /// There is none: what must be encrypted cannot be stored.
    None,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::SaltKey => f.write_str("LITELLM_SALT_KEY"),
            Origin::File(path) => write!(f, "the file {}", path.display()),
            Origin::MasterKey => f.write_str("the master key"),
            Origin::None => f.write_str("no key"),
        }
    }
}

/// The file beside a database file, whether it is there or not.
pub fn file_of(config: &Config) -> Option<PathBuf> {
    match &config.database {
        Database::Sqlite { path } => Some(path.with_file_name("salt_key")),
        Database::Postgres { .. } => None,
    }
}

/// The key as configured, or as an earlier start has made it. A file that was made wins over a master key that is set later:
/// what was encrypted with it must stay readable.
pub fn find(config: &Config) -> anyhow::Result<(Option<SealingKey>, Origin)> {
    if let Some(key) = &config.general.salt_key {
        return Ok((Some(SealingKey::new(key.expose())), Origin::SaltKey));
    }
    if let Some(path) = file_of(config)
        && let Some(text) = read(&path)?
    {
        return Ok((Some(SealingKey::new(&text)), Origin::File(path)));
    }
    match &config.general.master_key {
        Some(key) => Ok((Some(SealingKey::new(key.expose())), Origin::MasterKey)),
        None => Ok((None, Origin::None)),
    }
}

fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => anyhow::bail!("{} is empty: put the salt key back", path.display()),
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read the salt key in {}", path.display())),
    }
}

/// Makes the file, for the owner alone. Another start may have been faster: its key is everybody's then.
pub fn make(path: &Path) -> anyhow::Result<SealingKey> {
    let cannot = || format!("cannot write the salt key to {}", path.display());
    // Whole or not at all: a file that is there is never empty.
    let draft = path.with_file_name(format!("salt_key.{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let key = random::new_key(&SystemRandom);
    let mut file = options.open(&draft).with_context(cannot)?;
    file.write_all(format!("{key}\n").as_bytes()).and_then(|()| file.sync_all()).with_context(cannot)?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft).with_context(cannot)?;
    match linked {
        Ok(()) => Ok(SealingKey::new(&key)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let theirs = read(path)?.with_context(cannot)?;
            Ok(SealingKey::new(&theirs))
        }
        Err(error) => Err(error).with_context(cannot),
    }
}

/// Refuses a key that does not fit what is stored, and warns of what it does not open: see [`closed`].
pub fn check(found: &[SealedValues], key: Option<&SealingKey>, origin: &Origin, config: &Config) -> anyhow::Result<()> {
    for (table, count) in closed(found, key, origin, config)? {
        tracing::warn!(table, count, "stored values are encrypted with another key than {origin}, and not readable");
    }
    Ok(())
}

/// How many values the key does not open, by table. Refuses a key that opens none of those that were found: the data plane
/// would call providers with nonsense, and every entry about such a row would be worthless. A few that are not readable are
/// no reason not to start: LiteLLM beside us, or a hand, may have written them.
pub fn closed(
    found: &[SealedValues],
    key: Option<&SealingKey>,
    origin: &Origin,
    config: &Config,
) -> anyhow::Result<Vec<(&'static str, usize)>> {
    let closed = unopenable(found, key);
    let all: usize = found.iter().map(|found| found.values.len()).sum();
    if closed.iter().map(|(_, count)| count).sum::<usize>() < all || all == 0 {
        return Ok(closed);
    }
    let counts: Vec<String> = closed
        .iter()
        .map(|(table, count)| format!("{count} {} in {table}", if *count == 1 { "value" } else { "values" }))
        .collect();
    let file = match file_of(config) {
        Some(path) if *origin == Origin::None || *origin == Origin::MasterKey => {
            format!(" (Was it made by a first start? Then put {} back.)", path.display())
        }
        _ => String::new(),
    };
    anyhow::bail!(
        "encrypted with another key than {origin}, and not readable: {}, of the newest that were looked at. Set \
         LITELLM_SALT_KEY to the key that they were encrypted with: LiteLLM's salt key or, where it has none, its master \
         key.{file}",
        counts.join(", ")
    )
}
