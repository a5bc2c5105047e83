//! The configuration as its users see it: files in a folder, an environment, a command line.

#![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

mod anchors;
mod databases;
mod errors;
mod includes;
mod litellm_file;
mod precedence;
mod secrets;
mod yaml;

use std::path::PathBuf;

use super::*;

/// A folder with configuration files, an environment and a command line.
struct Setup {
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
    overrides: Overrides,
}

/// `config.yaml` with this text, an empty environment.
fn file(text: &str) -> Setup {
    let mut setup = nothing().and_file("config.yaml", text);
    setup.overrides.config = Some(setup.folder.path().join("config.yaml"));
    setup
}

/// No file, an empty environment.
fn nothing() -> Setup {
    Setup { folder: tempfile::tempdir().unwrap(), environment: Vec::new(), overrides: Overrides::default() }
}

impl Setup {
    fn and_file(self, name: &str, text: &str) -> Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn overridden(mut self, overrides: Overrides) -> Self {
        let config = self.overrides.config.take();
        self.overrides = Overrides { config, ..overrides };
        self
    }

    fn try_load(&self) -> Result<Config, ConfigError> {
        Config::load(&self.overrides, &self.environment.iter().cloned().collect())
    }

    fn load(&self) -> Config {
        self.try_load().unwrap_or_else(|error| panic!("{error}"))
    }

    /// The error without the temporary folder's name.
    fn error(&self) -> String {
        match self.try_load() {
            Ok(_) => panic!("the configuration was accepted"),
            Err(error) => self.local(&error.to_string()),
        }
    }

    /// Where a setting came from, without the temporary folder's name.
    fn source(&self, setting: &str) -> String {
        let config = self.load();
        let source = config.sources().iter().find(|source| source.setting == setting);
        let source = source.unwrap_or_else(|| panic!("{setting} is not listed"));
        self.local(&format!("{} <- {}", source.value, source.origin))
    }

    fn local(&self, text: &str) -> String {
        let folder = format!("{}/", self.folder.path().display());
        text.replace(&folder, "")
    }
}
