//! Every knob: LiteLLM's `config.yaml` and environment variables, Daybook's own section in the same file, and the
//! command line.
//!
//! Owns where a setting may come from, in which order, and what is said when it is wrong. Does not own what a setting
//! does. The order is the command line, the file, the environment, the default. LiteLLM's sections are accepted as people
//! write them: what Daybook does not use is left alone. In `daybook:` an unknown name is an error.
//!
//! Reading order: `document` (YAML with line numbers), `include`, `environment`, `reader` and `given` (one setting), then
//! one file per section. To add a setting of Daybook's: a field, a name and a read in `daybook.rs`.

mod anchors;
mod database;
mod daybook;
mod document;
mod environment;
mod error;
mod general;
mod given;
mod include;
mod ledger;
mod litellm;
mod network;
mod reader;
mod secret;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;

use serde_json::Value;

use document::Mapping;
use environment::Overlay;
use reader::Reader;

pub use anchors::{AnchorSettings, AnchorTarget, LockMode, ObjectLock, S3Settings};
pub use database::Database;
pub use daybook::{ChangedByHeader, DaybookSettings};
pub use environment::Environment;
pub use error::{ConfigError, Origin};
pub use general::GeneralSettings;
pub use ledger::LedgerSettings;
pub use litellm::LitellmSettings;
pub use network::{InvalidNetwork, Network};
pub use reader::Source;
pub use secret::Secret;

/// What the command line says. `None`: nothing.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The file to read. Without it `CONFIG_FILE_PATH`, and without that no file.
    pub config: Option<PathBuf>,
    /// `daybook.host`.
    pub host: Option<String>,
    /// `daybook.port`.
    pub port: Option<u16>,
    /// `daybook.data_dir`.
    pub data_dir: Option<PathBuf>,
}

/// The settings of a server, checked. `Debug` shows no secret.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// `daybook:`.
    pub daybook: DaybookSettings,
    /// `litellm_settings:`, what Daybook uses of it.
    pub litellm: LitellmSettings,
    /// `general_settings:`, what Daybook uses of it.
    pub general: GeneralSettings,
    /// Where everything is kept.
    pub database: Database,
    /// `daybook.ledger:`.
    pub ledger: LedgerSettings,
    sections: Sections,
    sources: Vec<Source>,
    warnings: Vec<String>,
}

impl Config {
    /// Reads the file, if there is one, and puts the sources together. Creates nothing and connects to nothing.
    pub fn load(overrides: &Overrides, environment: &Environment) -> Result<Self, ConfigError> {
        let file = overrides.config.clone().or_else(|| {
            let named = environment.find("CONFIG_FILE_PATH")?;
            (!named.is_empty()).then(|| PathBuf::from(named))
        });
        let mut root = file.as_deref().map(include::load).transpose()?.unwrap_or_default();

        // The file's variables come first: everything else may refer to them.
        let mut overlay = Overlay::new(environment);
        let mut warnings = match root.remove("environment_variables") {
            Some(section) => overlay.add(&section)?,
            None => Vec::new(),
        };
        for (_, node) in &mut root.0 {
            overlay.resolve(node);
        }

        let mut reader = Reader::new(&root, &overlay);
        let daybook = DaybookSettings::read(&mut reader, overrides)?;
        let database = Database::read(&mut reader, &daybook.data_dir)?;
        let ledger = LedgerSettings::read(&mut reader, database.folder().unwrap_or(&daybook.data_dir))?;
        let general = GeneralSettings::read(&mut reader)?;
        let litellm = LitellmSettings::read(&mut reader)?;
        let sources = reader.sources;
        warnings.append(&mut reader.warnings);
        Ok(Self {
            file,
            daybook,
            litellm,
            general,
            database,
            ledger,
            sections: Sections::new(&root),
            sources,
            warnings,
        })
    }

    /// Each setting, its value without secrets, and where it came from.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// What is worth a line in the log at start: variables that the file overrides, references to variables not set.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// A section of the merged file as it stands, references resolved: `model_list`, `router_settings`. Null when there is
    /// none. It may hold secrets.
    pub fn section(&self, name: &str) -> &Value {
        self.sections.0.get(name).unwrap_or(&Value::Null)
    }
}

/// The merged file; `Debug` shows the names of its sections.
#[derive(Clone)]
struct Sections(serde_json::Map<String, Value>);

impl Sections {
    fn new(root: &Mapping) -> Self {
        let members = root.0.iter();
        Self(members.map(|(name, node)| (name.clone(), node.to_value())).collect())
    }
}

impl fmt::Debug for Sections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
