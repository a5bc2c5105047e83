//! One value that somebody gave for a setting, and its reading as the type that Daybook needs.
//!
//! A variable's value is text, so a text is also read as a boolean or a number where it is one. An error names the place and
//! shows the value, unless the setting is a secret or the value came from a variable that the file refers to.

use std::time::Duration;

use serde_json::Value;

use super::document::{Content, Mapping, Node};
use super::error::{ConfigError, Origin};
use super::network::Network;
use super::secret::Secret;

/// A value, its setting and its origin.
pub(super) struct Given {
    setting: String,
    node: Node,
}

impl Given {
    pub fn new(setting: String, node: Node) -> Self {
        Self { setting, node }
    }

    pub fn origin(&self) -> &Origin {
        &self.node.origin
    }

    /// An error at this place. The problem must not hold a secret.
    pub fn refuse(&self, problem: impl Into<String>) -> ConfigError {
        ConfigError::Invalid {
            origin: self.node.origin.clone(),
            setting: self.setting.clone(),
            problem: problem.into(),
        }
    }

    /// `expected ..., found ...`, with the value.
    pub fn expected(&self, what: &str) -> ConfigError {
        let found = match &self.node.content {
            Content::Bool(value) => value.to_string(),
            Content::Number(value) => value.to_string(),
            Content::Text(text) if !self.may_be_secret(text) => format!("{text:?}"),
            _ => self.node.kind().to_owned(),
        };
        self.refuse(format!("expected {what}, found {found}"))
    }

    fn may_be_secret(&self, text: &str) -> bool {
        let by_reference = matches!(self.node.origin, Origin::File { variable: Some(_), .. });
        by_reference || text.starts_with("sk-") || text.contains("://") || text.chars().count() > 60
    }

    pub fn text(&self) -> Result<String, ConfigError> {
        match &self.node.content {
            Content::Text(text) if !text.trim().is_empty() => Ok(text.clone()),
            Content::Text(_) => Err(self.refuse("must not be empty")),
            _ => Err(self.expected("a string (in quotes)")),
        }
    }

    pub fn secret(&self) -> Result<Secret, ConfigError> {
        match &self.node.content {
            Content::Text(text) if !text.trim().is_empty() => Ok(Secret::new(text.clone())),
            Content::Text(_) => Err(self.refuse("must not be empty")),
            _ => Err(self.refuse(format!("expected a string (in quotes), found {}", self.node.kind()))),
        }
    }

    pub fn boolean(&self) -> Result<bool, ConfigError> {
        let value = match &self.node.content {
            Content::Bool(value) => Some(*value),
            Content::Text(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" => Some(true),
                "false" | "no" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        };
        value.ok_or_else(|| self.expected("true or false"))
    }

    /// A whole number of at least `least`.
    pub fn whole<T: TryFrom<u64>>(&self, least: u64, what: &str) -> Result<T, ConfigError> {
        let value = match &self.node.content {
            Content::Number(number) => number.as_u64(),
            Content::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        value
            .filter(|value| *value >= least)
            .and_then(|value| T::try_from(value).ok())
            .ok_or_else(|| self.expected(what))
    }

    /// A positive number of seconds, fractions allowed, at most a year.
    pub fn seconds(&self) -> Result<Duration, ConfigError> {
        const YEAR: f64 = 365.0 * 86_400.0;
        let value: Option<f64> = match &self.node.content {
            Content::Number(number) => number.as_f64(),
            Content::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        value
            .filter(|seconds| *seconds > 0.0 && *seconds <= YEAR)
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .filter(|duration| !duration.is_zero())
            .ok_or_else(|| self.expected("a positive number of seconds"))
    }

    /// A mapping, as JSON.
    pub fn mapping(&self) -> Result<Value, ConfigError> {
        match &self.node.content {
            Content::Mapping(_) => Ok(self.node.to_value()),
            _ => Err(self.expected("a mapping")),
        }
    }

    /// A mapping, to be read member by member.
    pub fn members(&self) -> Result<Members<'_>, ConfigError> {
        match &self.node.content {
            Content::Mapping(mapping) => Ok(Members { given: self, mapping }),
            _ => Err(self.expected("a mapping")),
        }
    }

    /// A list, each entry with its own place. In a variable the entries are separated by commas.
    pub fn list<T>(&self, parse: impl Fn(&Given) -> Result<T, ConfigError>) -> Result<Vec<T>, ConfigError> {
        let entry = |index: usize, node: Node| parse(&Given::new(format!("{}[{index}]", self.setting), node));
        match &self.node.content {
            Content::List(items) => items.iter().enumerate().map(|(index, item)| entry(index, item.clone())).collect(),
            Content::Text(text) if self.node.origin.variable().is_some() => text
                .split(',')
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .enumerate()
                .map(|(index, text)| {
                    let content = Content::Text(text.to_owned());
                    let origin = self.node.origin.clone();
                    entry(index, Node { content, origin })
                })
                .collect(),
            _ => Err(self.expected("a list")),
        }
    }

    pub fn network(&self) -> Result<Network, ConfigError> {
        match &self.node.content {
            Content::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
        .ok_or_else(|| self.expected("an IP address or a network such as 10.0.0.0/8"))
    }

    /// What the value is when it is text, or a boolean: `off` in YAML is a boolean.
    pub fn word(&self) -> Option<&str> {
        match &self.node.content {
            Content::Text(text) => Some(text),
            Content::Bool(false) => Some("off"),
            _ => None,
        }
    }
}

/// The members of a mapping that stands within a list, which no variable stands for.
pub(super) struct Members<'a> {
    given: &'a Given,
    mapping: &'a Mapping,
}

impl Members<'_> {
    /// The names, in the order of the file.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.mapping.0.iter().map(|(name, _)| name.as_str())
    }

    /// Whether the file says anything under this name.
    pub fn names(&self, name: &str) -> bool {
        self.mapping.get(name).is_some()
    }

    /// Null is silence.
    pub fn optional<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&Given) -> Result<T, ConfigError>,
    ) -> Result<Option<T>, ConfigError> {
        match self.mapping.get(name) {
            None => Ok(None),
            Some(node) if matches!(node.content, Content::Null) && node.origin.variable().is_none() => Ok(None),
            Some(node) => self.parse(name, node, parse).map(Some),
        }
    }

    pub fn required<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&Given) -> Result<T, ConfigError>,
    ) -> Result<T, ConfigError> {
        self.optional(name, parse)?.ok_or_else(|| self.given.refuse(format!("{name} must be given")))
    }

    /// What the file says, else what the variable does.
    pub fn with_variable<T>(
        &self,
        name: &str,
        variable: Option<&Given>,
        parse: impl Fn(&Given) -> Result<T, ConfigError>,
    ) -> Result<T, ConfigError> {
        match (self.names(name), variable) {
            (false, Some(variable)) => parse(variable),
            _ => self.required(name, parse),
        }
    }

    /// Refuses a name that is not in the list.
    pub fn refuse_unknown(&self, known: &[&str]) -> Result<(), ConfigError> {
        match self.mapping.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, node)) => {
                Err(self.member(name, node).refuse(format!("unknown setting, expected one of {}", known.join(", "))))
            }
        }
    }

    fn parse<T>(
        &self,
        name: &str,
        node: &Node,
        parse: impl FnOnce(&Given) -> Result<T, ConfigError>,
    ) -> Result<T, ConfigError> {
        let member = self.member(name, node);
        // What is referred to must be there: silence here would leave a request without its secret.
        match &node.content {
            Content::Null => Err(member.refuse("the variable is not set")),
            Content::Text(text) if text.is_empty() && node.origin.variable().is_some() => {
                Err(member.refuse("the variable is empty"))
            }
            _ => parse(&member),
        }
    }

    fn member(&self, name: &str, node: &Node) -> Given {
        Given::new(format!("{}.{name}", self.given.setting), node.clone())
    }
}
