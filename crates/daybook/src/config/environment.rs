//! Environment variables: the process's, and over them those of the file's `environment_variables`.
//!
//! The file's variables are an overlay that only the configuration sees: nothing is exported into the process.

use std::collections::BTreeMap;
use std::fmt;

use super::document::{Content, Mapping, Node};
use super::error::{ConfigError, Origin};

/// What LiteLLM writes before the name of a variable whose value is meant.
const REFERENCE: &str = "os.environ/";

/// A set of environment variables. `Debug` shows names only.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables of this process. One whose name or value is not UTF-8 is left out.
    pub fn from_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value of a variable; an empty one is a value.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The environment as the configuration sees it.
pub(super) struct Overlay<'a> {
    given: &'a Environment,
    added: BTreeMap<String, (String, Origin)>,
}

impl<'a> Overlay<'a> {
    /// The given environment with nothing over it.
    pub fn new(given: &'a Environment) -> Self {
        Self { given, added: BTreeMap::new() }
    }

    /// Lays the file's `environment_variables` over the given ones, in their order, and returns a warning for each
    /// variable that it changes. A value may be `os.environ/OTHER`; null, or a reference to nothing, adds nothing.
    pub fn add(&mut self, section: &Node) -> Result<Vec<String>, ConfigError> {
        let mut warnings = Vec::new();
        let members = match &section.content {
            Content::Null => return Ok(warnings),
            Content::Mapping(Mapping(members)) => members,
            _ => {
                return Err(ConfigError::Invalid {
                    origin: section.origin.clone(),
                    setting: "environment_variables".to_owned(),
                    problem: format!("expected a mapping, found {}", section.kind()),
                });
            }
        };
        for (name, node) in members {
            let value = match &node.content {
                Content::Null => continue,
                Content::Text(text) => match text.strip_prefix(REFERENCE) {
                    Some(other) => match self.find(other) {
                        Some((value, _)) => value.to_owned(),
                        None => continue,
                    },
                    None => text.clone(),
                },
                // Python's str(): LiteLLM exports `True`.
                Content::Bool(true) => "True".to_owned(),
                Content::Bool(false) => "False".to_owned(),
                Content::Number(number) => number.to_string(),
                Content::List(_) | Content::Mapping(_) => {
                    return Err(ConfigError::Invalid {
                        origin: node.origin.clone(),
                        setting: format!("environment_variables.{name}"),
                        problem: format!("expected a string, found {}", node.kind()),
                    });
                }
            };
            if self.given.find(name).is_some_and(|given| given != value) {
                warnings
                    .push(format!("{}: environment_variables.{name} overrides the environment's {name}", node.origin));
            }
            self.added.insert(name.clone(), (value, node.origin.through(name)));
        }
        Ok(warnings)
    }

    /// The value of a variable and where it was set.
    pub fn find(&self, name: &str) -> Option<(&str, Origin)> {
        if let Some((value, origin)) = self.added.get(name) {
            return Some((value, origin.clone()));
        }
        let value = self.given.find(name)?;
        Some((value, Origin::Environment(name.to_owned())))
    }

    /// Replaces every `os.environ/NAME` by the variable's value, at any depth; a missing one by null.
    pub fn resolve(&self, node: &mut Node) {
        match &mut node.content {
            Content::Text(text) => {
                let Some(name) = text.strip_prefix(REFERENCE) else {
                    return;
                };
                node.origin = node.origin.through(name);
                node.content = match self.find(name) {
                    Some((value, _)) => Content::Text(value.to_owned()),
                    None => Content::Null,
                };
            }
            Content::List(items) => items.iter_mut().for_each(|item| self.resolve(item)),
            Content::Mapping(Mapping(members)) => {
                members.iter_mut().for_each(|(_, member)| self.resolve(member));
            }
            Content::Null | Content::Bool(_) | Content::Number(_) => {}
        }
    }
}
