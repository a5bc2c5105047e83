//! A YAML file as a tree in which every value remembers the file and line that set it.
//!
//! Owns reading YAML the way LiteLLM's parser (PyYAML, YAML 1.1) does. The trap is the booleans: `yes` and `off` are
//! booleans, `y`, `n` and `"yes"` are not, so the parser reads the YAML 1.2 spellings only and the rest is decided here,
//! from the source text.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use serde_saphyr::{DefaultMessageFormatter, DuplicateKeyPolicy, MessageFormatter, NonFiniteFloatPolicy, Spanned};

use super::error::{ConfigError, Origin};

/// A value and where it was set.
#[derive(Clone)]
pub(super) struct Node {
    pub content: Content,
    pub origin: Origin,
}

/// The kinds of value that YAML and JSON share.
#[derive(Clone)]
pub(super) enum Content {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Mapping(Mapping),
}

/// Names and values in the order of the file, names unique.
#[derive(Clone, Default)]
pub(super) struct Mapping(pub Vec<(String, Node)>);

impl Mapping {
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.0.iter().find_map(|(key, node)| (key == name).then_some(node))
    }

    /// Adds a member or replaces the one of that name.
    pub fn set(&mut self, name: String, node: Node) {
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some((_, present)) => *present = node,
            None => self.0.push((name, node)),
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) -> Option<Node> {
        let position = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(position).1)
    }
}

impl Node {
    /// The value without its places.
    pub fn to_value(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(value) => Value::Bool(*value),
            Content::Number(value) => Value::Number(value.clone()),
            Content::Text(value) => Value::String(value.clone()),
            Content::List(items) => items.iter().map(Node::to_value).collect(),
            Content::Mapping(Mapping(members)) => {
                members.iter().map(|(name, node)| (name.clone(), node.to_value())).collect()
            }
        }
    }

    /// The kind of value, for messages that must not show the value.
    pub fn kind(&self) -> &'static str {
        match self.content {
            Content::Null => "null",
            Content::Bool(_) => "a boolean",
            Content::Number(_) => "a number",
            Content::Text(_) => "a string",
            Content::List(_) => "a list",
            Content::Mapping(_) => "a mapping",
        }
    }
}

/// Parses one YAML document. An empty one is null, as in PyYAML; of a repeated name the last one counts.
pub(super) fn parse(file: &Path, source: &str) -> Result<Node, ConfigError> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        leading_zero_numbers_as_strings: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
    };
    let raw: Spanned<Raw> = serde_saphyr::from_str_with_options(source, options).map_err(|error| {
        let location = error.location();
        ConfigError::Syntax {
            file: file.to_owned(),
            line: location.map_or(1, |at| at.line()),
            column: location.map_or(1, |at| at.column()),
            message: match &error {
                serde_saphyr::Error::MultipleDocuments { .. } => "expected one YAML document, found more".to_owned(),
                error => DefaultMessageFormatter.format_message(error).into_owned(),
            },
        }
    })?;
    let place = Place { path: Arc::from(file), source };
    Ok(place.node(raw, None))
}

struct Place<'a> {
    path: Arc<Path>,
    source: &'a str,
}

impl Place<'_> {
    /// `name_line` is the line of the member's name: a mapping's own line is that of its first member.
    fn node(&self, raw: Spanned<Raw>, name_line: Option<u64>) -> Node {
        let origin = Origin::File {
            path: Arc::clone(&self.path),
            line: name_line.unwrap_or_else(|| raw.referenced.line()),
            variable: None,
        };
        let content = match raw.value {
            Raw::Null => Content::Null,
            Raw::Bool(value) => Content::Bool(value),
            Raw::Number(value) => Content::Number(value),
            Raw::Text(text) => match yaml11_boolean(&text) {
                Some(value) if self.is_plain(&raw.defined, &text) => Content::Bool(value),
                _ => Content::Text(text),
            },
            Raw::List(items) => Content::List(items.into_iter().map(|item| self.node(item, None)).collect()),
            Raw::Mapping(members) => {
                let mut mapping = Mapping::default();
                for (name, value) in members {
                    let node = self.node(value, Some(name.referenced.line()));
                    mapping.set(name.value.unwrap_or_else(|| "null".to_owned()), node);
                }
                Content::Mapping(mapping)
            }
        };
        Node { content, origin }
    }

    /// Whether the scalar is written without quotes, block mark (`|-`) or `!!str`.
    fn is_plain(&self, defined: &serde_saphyr::Location, text: &str) -> bool {
        let offset = defined.span().byte_offset().and_then(|offset| usize::try_from(offset).ok());
        let Some((before, here)) = offset.and_then(|offset| self.source.split_at_checked(offset)) else {
            return false;
        };
        let word_before = before.split_whitespace().next_back().unwrap_or_default();
        here.starts_with(text) && word_before != "!!str" && !word_before.starts_with(['|', '>'])
    }
}

/// PyYAML's spellings beyond `true` and `false`. `y` and `n` are not among them.
fn yaml11_boolean(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// What the YAML parser hands over, before the booleans are decided.
enum Raw {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Mapping(Vec<(Spanned<Option<String>>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Number::from_f64(value).map_or(Raw::Null, Raw::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Raw::Mapping(members))
    }
}
