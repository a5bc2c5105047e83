//! `daybook doctor`: what `daybook serve` would find and do, without doing it. It makes no file and writes no row.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use daybook::config::{Config, Database, Environment, Overrides};
use daybook::ledger::{LastSigned, holds};
use daybook::model::secret::hex;
use daybook::query;
use daybook::store::{Inspection, inspect};

use super::banner::origin;
use crate::{run, sealing, signing};

pub async fn run(overrides: Overrides) -> anyhow::Result<()> {
    let config = Config::load(&overrides, &Environment::from_process())?;
    let mut report = String::new();
    settings(&mut report, &config)?;
    let checked = checks(&mut report, &config).await;
    // What was found is worth reading even when a check failed.
    std::io::stdout().lock().write_all(report.as_bytes()).context("cannot write to the standard output")?;
    checked
}

fn settings(report: &mut String, config: &Config) -> anyhow::Result<()> {
    match &config.file {
        Some(file) => writeln!(report, "Settings, from {}", file.display())?,
        None => writeln!(report, "Settings, without a file")?,
    }
    let sources = config.sources();
    let name_width = sources.iter().map(|source| source.setting.len()).max().unwrap_or(0);
    let value_width = sources.iter().map(|source| source.value.chars().count()).max().unwrap_or(0).min(40);
    for source in sources {
        let (setting, value, origin) = (&source.setting, &source.value, source.origin.to_string());
        writeln!(report, "  {setting:name_width$}  {value:value_width$}  {origin}")?;
    }
    for warning in config.warnings() {
        writeln!(report, "  warning: {warning}")?;
    }
    Ok(())
}

async fn checks(report: &mut String, config: &Config) -> anyhow::Result<()> {
    let line = |report: &mut String, name: &str, text: &str| writeln!(report, "  {name:10}  {text}");
    writeln!(report, "\nWhat serve would do")?;
    line(report, "address", &address(config).await?)?;
    let place = config.database.describe();
    if let Database::Sqlite { path } = &config.database {
        usable_folder(path)?;
    }
    let found =
        inspect(&run::location(config), &run::pooling(config)).await.with_context(|| format!("cannot use {place}"))?;
    let reached = if found.exists { "answers" } else { "is not there yet and would be made" };
    line(report, "database", &format!("{place} {reached}"))?;
    line(report, "schema", &schema(&found, &place)?)?;
    line(report, "master key", &master_key(config, &found))?;
    line(report, "salt key", &salt_key(config, &found)?)?;
    let log = match &found.head {
        Some(head) => {
            format!("origin {}, {} entries, root {}", head.origin, head.size, hex(&head.root.to_bytes()))
        }
        None => "none yet; the first start makes an empty one".to_owned(),
    };
    line(report, "log", &log)?;
    if found.unadopted > 0 {
        let text = format!(
            "{} rows of the audit table are LiteLLM's and not in the log: `daybook ledger adopt` brings them in",
            found.unadopted
        );
        line(report, "adoption", &text)?;
    }
    let path = run::index_file(config);
    let index = match query::look_at_file(&path) {
        Some((rows, bytes)) => {
            let each = bytes as u64 / rows.max(1);
            format!("{}: {rows} rows in {} MB of memory, {each} bytes a row", path.display(), bytes.div_ceil(1 << 20))
        }
        None => "no file of it: the next start builds it, and answers from the tables meanwhile".to_owned(),
    };
    line(report, "index", &index)?;
    line(report, "log key", &log_key(config, &found)?)?;
    last_signed(report, config, &found).await?;
    let recording = if config.litellm.store_audit_logs {
        "on: every change leaves its entries".to_owned()
    } else {
        let by = origin(config, "litellm_settings.store_audit_logs");
        format!("OFF: changes would be carried out and NOT recorded (store_audit_logs is false, {by})")
    };
    line(report, "audit log", &recording)?;
    Ok(())
}

/// An address that is taken may be taken by the very server whose settings are looked at, so that is no failure.
async fn address(config: &Config) -> anyhow::Result<String> {
    let (host, port) = (&config.daybook.host, config.daybook.port);
    match run::listen(config).await {
        Ok(_) => Ok(format!("{host}:{port} is free")),
        Err(error) if error.is::<run::AddressTaken>() => {
            Ok(format!("{host}:{port} is taken: by this server, if it is running; else serve would refuse to start"))
        }
        Err(error) => Err(error),
    }
}

/// Whether the folder of a database file could be made: its closest ancestor that exists is a folder.
fn usable_folder(file: &Path) -> anyhow::Result<()> {
    let mut folder = file.parent();
    while let Some(path) = folder.filter(|path| !path.as_os_str().is_empty()) {
        match std::fs::metadata(path) {
            Ok(found) if found.is_dir() => return Ok(()),
            Ok(_) => anyhow::bail!("cannot make the data folder: {} is not a folder", path.display()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => folder = path.parent(),
            Err(error) => anyhow::bail!("cannot make the data folder: {}: {error}", path.display()),
        }
    }
    Ok(())
}

fn schema(found: &Inspection, place: &str) -> anyhow::Result<String> {
    let Inspection { schema_version: have, known_version: known, .. } = found;
    if have > known {
        anyhow::bail!(
            "cannot use {place}: {}",
            daybook::store::StoreError::NewerSchema { found: *have, known: *known }
        );
    }
    if !found.may_create {
        anyhow::bail!(
            "cannot use {place}: its tables must be brought from version {have} to {known}, and this user may not create \
             in the database and its schema"
        );
    }
    Ok(match (have, known) {
        (0, _) => format!("version {known} would be made"),
        (have, known) if have == known => format!("version {have}, as this program needs it"),
        _ => format!("version {have} would be brought to {known}"),
    })
}

/// What stored secrets are encrypted with, and whether it opens what is stored.
fn salt_key(config: &Config, found: &Inspection) -> anyhow::Result<String> {
    let (key, origin) = sealing::find(config)?;
    let closed = sealing::closed(&found.sealed, key.as_ref(), &origin, config)?;
    let mut said = match (origin, sealing::file_of(config)) {
        (sealing::Origin::None, Some(path)) => format!("none configured: one would be made in {}", path.display()),
        (sealing::Origin::None, None) => {
            "NONE: models and credentials cannot be stored. Set LITELLM_SALT_KEY, or a master key".to_owned()
        }
        (origin, _) => origin.to_string(),
    };
    for (table, count) in closed {
        said.push_str(&format!("; it does NOT open {count} of the newest values in {table}"));
    }
    Ok(said)
}

/// The key that would sign the log, and whether it fits.
fn log_key(config: &Config, found: &Inspection) -> anyhow::Result<String> {
    let path = config.ledger.signing_key_file.display();
    Ok(match signing::check(config, found)? {
        Some((keys, signing::Origin::Given)) => format!("{} (as configured)", keys.current().verifier()),
        Some((keys, _)) => format!("{} (in {path})", keys.current().verifier()),
        None => format!("none yet: one would be made in {path}"),
    })
}

/// Whether the database is where it was when the log was last signed.
async fn last_signed(report: &mut String, config: &Config, found: &Inspection) -> anyhow::Result<()> {
    let mut line = |text: &str| writeln!(report, "  {:10}  {text}", "signed");
    let Some(head) = &found.head else { return Ok(()) };
    let file = LastSigned::new(&config.ledger.last_signed_file);
    let Some(last) = file.read()?.filter(|last| last.checkpoint().origin() == head.origin) else {
        return Ok(line("nothing yet from here")?);
    };
    let signed = *last.checkpoint().head();
    match holds(&run::location(config), &run::pooling(config), signed).await {
        Ok(None) => Ok(line(&format!("a checkpoint of {} entries, which the log bears out", signed.size))?),
        Ok(Some(went_back)) => {
            line(&format!("{went_back}"))?;
            let ways = "Nothing is signed and nothing can be changed until one of these is done:\n  \
                        1. Restore it forward: stop the server, bring back the newest state of the database (replay the write-ahead \
                        log, fail back to\n     the old primary), start again. Nothing is lost.\n  \
                        2. If that state is gone: `daybook ledger new-origin`. The log goes on under a new name; its first entry tells \
                        of the last\n     checkpoint under the old one, so whoever verifies sees what is missing.";
            anyhow::bail!("the log cannot be signed: the database went back.\n  {ways}")
        }
        Err(error) => Err(error).context("cannot read the log"),
    }
}

fn master_key(config: &Config, found: &Inspection) -> String {
    if config.general.master_key.is_some() {
        return format!("as configured ({})", origin(config, "general_settings.master_key"));
    }
    if found.settings.iter().any(|name| name == run::MASTER_KEY_HASH) {
        return "the one that the first start made and showed".to_owned();
    }
    "none configured: one would be made and shown once".to_owned()
}
