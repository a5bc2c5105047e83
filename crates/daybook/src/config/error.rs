//! What is wrong with the configuration, and where: file and line, environment variable, or command line.
//!
//! A message names the setting and what is expected. It shows the value found only where that cannot be a secret.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a setting's value came from. Displayed as `default`, `config.yaml:12`, `config.yaml:12 (environment NAME)`,
/// `environment NAME` or `command line --port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A line of the file, or of a file that it includes.
    File {
        /// The file, as it was named or found.
        path: Arc<Path>,
        /// Counted from 1: the line of the setting's name.
        line: u64,
        /// The variable, when the file says `os.environ/NAME` or sets `NAME` under `environment_variables`.
        variable: Option<String>,
    },
    /// An environment variable.
    Environment(String),
    /// A command-line argument, as it is written: `--port`.
    CommandLine(&'static str),
}

impl Origin {
    /// The same place, by way of an environment variable.
    pub(super) fn through(&self, name: &str) -> Self {
        match self {
            Self::File { path, line, .. } => {
                Self::File { path: Arc::clone(path), line: *line, variable: Some(name.to_owned()) }
            }
            _ => Self::Environment(name.to_owned()),
        }
    }

    /// The environment variable that the value passed through.
    pub(super) fn variable(&self) -> Option<&str> {
        match self {
            Self::File { variable, .. } => variable.as_deref(),
            Self::Environment(name) => Some(name),
            Self::Default | Self::CommandLine(_) => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line, variable } => {
                write!(f, "{}:{line}", path.display())?;
                match variable {
                    Some(name) => write!(f, " (environment {name})"),
                    None => Ok(()),
                }
            }
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::CommandLine(argument) => write!(f, "command line {argument}"),
        }
    }
}

/// Why the configuration cannot be used. Each message stands alone: it begins with the place.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file named on the command line or by `CONFIG_FILE_PATH`, or one it includes, cannot be read.
    #[error("{}: cannot be read: {reason}", file.display())]
    Unreadable {
        /// The file as it was named.
        file: PathBuf,
        /// What the operating system said.
        reason: std::io::Error,
    },
    /// The file is not YAML.
    #[error("{}:{line}:{column}: {message}", file.display())]
    Syntax {
        /// The file as it was named or found.
        file: PathBuf,
        /// Counted from 1.
        line: u64,
        /// Counted from 1, in characters.
        column: u64,
        /// The parser's message, without text of the file.
        message: String,
    },
    /// `include` is not a list of files, or names one that does not exist. The wording is LiteLLM's.
    #[error("{origin}: {message}")]
    Include {
        /// The line of the entry.
        origin: Origin,
        /// LiteLLM's message.
        message: String,
    },
    /// A setting that Daybook uses has a value it cannot use, or `daybook:` holds a name it does not know.
    #[error("{origin}: {setting}: {problem}")]
    Invalid {
        /// The file and line, variable or argument that set it.
        origin: Origin,
        /// Section and name: `daybook.port`.
        setting: String,
        /// What is expected and, unless it may be a secret, what was found.
        problem: String,
    },
}
