//! The key that signs the log: given, kept in a file, or made at the first start.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use daybook::config::Config;
use daybook::ledger::{Keyring, LastSigned, fit};
use daybook::model::random::{self, Random};
use daybook::model::secret::hex;
use daybook::store::Inspection;

/// Where the key came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `daybook.ledger.signing_key` or its variable.
    Given,
    /// The file, which was there.
    File(PathBuf),
    /// The file, made by this start.
    Made(PathBuf),
}

/// The configured keys, or those of the file; `None` when there is neither.
pub fn find(config: &Config) -> anyhow::Result<Option<(Keyring, Origin)>> {
    let settings = &config.ledger;
    if let Some(keys) = &settings.signing_key {
        let keys = Keyring::parse(keys.expose()).context("daybook.ledger.signing_key")?;
        return Ok(Some((keys, Origin::Given)));
    }
    let path = &settings.signing_key_file;
    let keys = Keyring::read(path).with_context(|| format!("the signing key in {}", path.display()))?;
    Ok(keys.map(|keys| (keys, Origin::File(path.clone()))))
}

/// The keys, when they fit the log that was found. `None` when this start has to make one, which it may only when the log
/// has none yet.
pub fn check(config: &Config, found: &Inspection) -> anyhow::Result<Option<(Keyring, Origin)>> {
    let keys = find(config)?;
    let Some((keys, origin)) = keys else {
        let present: Vec<&str> =
            found.log_keys.iter().filter(|key| key.retired_at.is_none()).map(|key| key.vkey.as_str()).collect();
        anyhow::ensure!(
            present.is_empty(),
            "the log is signed with a key that is not here: {}. Put it in {} or give it by DAYBOOK_SIGNING_KEY, as every \
             replica needs it. If it is lost, start a new origin with `daybook ledger new-origin`",
            present.join(" or "),
            config.ledger.signing_key_file.display()
        );
        return Ok(None);
    };
    fit(&keys, found.head.as_ref(), &found.log_keys)?;
    if let (None, Some(wanted)) = (&found.head, &config.daybook.origin) {
        anyhow::ensure!(
            wanted == keys.origin(),
            "daybook.origin is {wanted}, and the signing key is for {}: the log and its key bear one name",
            keys.origin()
        );
    }
    Ok(Some((keys, origin)))
}

/// Makes the key of a log that has none, in the file.
pub fn make(config: &Config, found: &Inspection, random: &dyn Random) -> anyhow::Result<(Keyring, Origin)> {
    let origin = match &found.head {
        Some(head) => head.origin.clone(),
        None => config.daybook.origin.clone().unwrap_or_else(|| fresh_origin(random)),
    };
    let path = &config.ledger.signing_key_file;
    make_folder_of(path)?;
    let keys = Keyring::generate(&origin, random)?.create(path)?;
    Ok((keys, Origin::Made(path.clone())))
}

/// The name of a log that nobody has named: the host's and eight random digits.
pub fn fresh_origin(random: &dyn Random) -> String {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host: String = host.trim().chars().filter(|c| c.is_ascii_alphanumeric() || "-.".contains(*c)).collect();
    let host = if host.is_empty() { "daybook".to_owned() } else { host };
    format!("{host}/{}", hex(&random::random_bytes::<4>(random)))
}

/// What was signed last.
pub fn last_signed(config: &Config) -> anyhow::Result<LastSigned> {
    let path = &config.ledger.last_signed_file;
    make_folder_of(path)?;
    Ok(LastSigned::new(path))
}

fn make_folder_of(path: &Path) -> anyhow::Result<()> {
    match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => crate::run::create_private_folder(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display())),
        None => Ok(()),
    }
}
