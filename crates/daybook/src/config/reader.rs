//! Reading settings one by one: from the command line, else the file, else the environment, else the default.
//!
//! Whatever is read is also noted, with its origin, for `Config::sources`. That a list of settings is complete is so
//! because there is no other way to read one.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::document::{Content, Mapping, Node};
use super::environment::Overlay;
use super::error::{ConfigError, Origin};
use super::given::Given;
use super::network::Network;
use super::secret::Secret;

/// One setting as it was found: what `daybook doctor` prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Section and name, `daybook.port`, or a variable's name when it has no place in the file.
    pub setting: String,
    /// The value; `set` or `not set` for a secret, the members' names for a mapping.
    pub value: String,
    /// Who set it.
    pub origin: Origin,
}

/// The merged file, the environment, and what has been read from them so far.
pub(super) struct Reader<'a> {
    root: &'a Mapping,
    environment: &'a Overlay<'a>,
    pub sources: Vec<Source>,
    pub warnings: Vec<String>,
}

impl<'a> Reader<'a> {
    pub fn new(root: &'a Mapping, environment: &'a Overlay<'a>) -> Self {
        Self { root, environment, sources: Vec::new(), warnings: Vec::new() }
    }

    /// A section of the file; one that is absent or null has no members.
    pub fn section(&mut self, name: &'static str) -> Result<Section<'_, 'a>, ConfigError> {
        let members = members(self.root, name, name)?;
        Ok(Section { reader: self, name, members })
    }

    /// A section within a section; `full` is its name for people.
    pub fn subsection(
        &mut self,
        outer: &'static str,
        name: &str,
        full: &'static str,
    ) -> Result<Section<'_, 'a>, ConfigError> {
        let inner = match members(self.root, outer, outer)? {
            Some(outer) => members(outer, name, full)?,
            None => None,
        };
        Ok(Section { reader: self, name: full, members: inner })
    }

    /// A variable under the name of the setting that it gives. An empty one counts as absent.
    pub fn variable(&self, setting: &str, name: &str) -> Option<Given> {
        let (value, origin) = self.environment.find(name)?;
        (!value.is_empty()).then(|| {
            let content = Content::Text(value.to_owned());
            Given::new(setting.to_owned(), Node { content, origin })
        })
    }

    /// Notes a setting.
    pub fn note(&mut self, setting: impl Into<String>, value: String, origin: Origin) {
        self.sources.push(Source { setting: setting.into(), value, origin });
    }
}

/// The members of a mapping within a mapping.
fn members<'a>(within: &'a Mapping, name: &str, full: &str) -> Result<Option<&'a Mapping>, ConfigError> {
    let Some(node) = within.get(name) else { return Ok(None) };
    match &node.content {
        Content::Null => Ok(None),
        Content::Mapping(members) => Ok(Some(members)),
        _ => Err(ConfigError::Invalid {
            origin: node.origin.clone(),
            setting: full.to_owned(),
            problem: format!("expected a mapping, found {}", node.kind()),
        }),
    }
}

/// One section of the file.
pub(super) struct Section<'r, 'a> {
    pub reader: &'r mut Reader<'a>,
    name: &'static str,
    members: Option<&'a Mapping>,
}

impl Section<'_, '_> {
    /// `section.name`.
    pub fn setting(&self, name: &str) -> String {
        format!("{}.{name}", self.name)
    }

    /// What the file says; null is silence, and so is a variable that is missing or empty (which is warned about).
    pub fn find(&mut self, name: &str) -> Option<Given> {
        let node = self.members?.get(name)?;
        let silent = match &node.content {
            Content::Null => true,
            Content::Text(text) => text.is_empty() && node.origin.variable().is_some(),
            _ => false,
        };
        let setting = self.setting(name);
        if !silent {
            return Some(Given::new(setting, node.clone()));
        }
        if node.origin.variable().is_some() {
            self.reader.warnings.push(format!("{}: {setting}: the variable is not set", node.origin));
        }
        None
    }

    /// A setting without a default: from the file, else from the first variable that is set.
    pub fn optional<T: Show>(
        &mut self,
        name: &str,
        variables: &[&str],
        parse: impl Fn(&Given) -> Result<T, ConfigError>,
    ) -> Result<Option<T>, ConfigError> {
        let setting = self.setting(name);
        let given =
            self.find(name).or_else(|| variables.iter().find_map(|variable| self.reader.variable(&setting, variable)));
        let value = given.as_ref().map(parse).transpose()?;
        let shown = value.as_ref().map_or_else(|| "not set".to_owned(), Show::show);
        let origin = given.map_or(Origin::Default, |given| given.origin().clone());
        self.reader.note(setting, shown, origin);
        Ok(value)
    }

    /// A setting with a default.
    pub fn or<T: Show>(
        &mut self,
        name: &str,
        variables: &[&str],
        parse: impl Fn(&Given) -> Result<T, ConfigError>,
        default: T,
    ) -> Result<T, ConfigError> {
        let value = self.optional(name, variables, parse)?;
        Ok(value.unwrap_or_else(|| {
            if let Some(source) = self.reader.sources.last_mut() {
                source.value = default.show();
            }
            default
        }))
    }

    /// A setting that the command line may override. What the file says is checked all the same.
    pub fn overridden<T: Show>(
        &mut self,
        argument: (&'static str, Option<T>),
        name: &str,
        variables: &[&str],
        parse: impl Fn(&Given) -> Result<T, ConfigError>,
        default: T,
    ) -> Result<T, ConfigError> {
        let value = self.or(name, variables, parse, default)?;
        let (argument, Some(overriding)) = argument else {
            return Ok(value);
        };
        if let Some(source) = self.reader.sources.last_mut() {
            source.value = overriding.show();
            source.origin = Origin::CommandLine(argument);
        }
        Ok(overriding)
    }

    /// Refuses a name that is not in the list.
    pub fn refuse_unknown(&self, known: &[&str]) -> Result<(), ConfigError> {
        let members = self.members.map_or(&[][..], |Mapping(members)| members);
        match members.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, node)) => Err(ConfigError::Invalid {
                origin: node.origin.clone(),
                setting: self.setting(name),
                problem: format!("unknown setting, expected one of {}", known.join(", ")),
            }),
        }
    }
}

/// How a value is shown in `Config::sources`. A secret shows only that it is set.
pub(super) trait Show {
    fn show(&self) -> String;
}

impl Show for Secret {
    fn show(&self) -> String {
        "set".to_owned()
    }
}

impl Show for Value {
    fn show(&self) -> String {
        match self {
            Value::Object(members) => {
                let names: Vec<&str> = members.keys().map(String::as_str).collect();
                format!("{{{}}}", names.join(", "))
            }
            _ => "set".to_owned(),
        }
    }
}

impl Show for PathBuf {
    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl Show for Duration {
    fn show(&self) -> String {
        format!("{} s", self.as_secs_f64())
    }
}

impl<T: Show> Show for Vec<T> {
    fn show(&self) -> String {
        let items: Vec<String> = self.iter().map(Show::show).collect();
        format!("[{}]", items.join(", "))
    }
}

macro_rules! show_as_displayed {
    ($($shown:ty),*) => { $(impl Show for $shown {
        fn show(&self) -> String {
            self.to_string()
        }
    })* };
}
show_as_displayed!(String, bool, u16, u32, usize, Network, jiff::civil::Time);
