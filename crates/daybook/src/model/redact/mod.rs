//! Secrets leave before anything is recorded or logged: each becomes `[redacted:<8 hex>]`, the start of its
//! HMAC-SHA256 under the installation's key. So an auditor can ask whether a leaked value was ever set, and nobody
//! can read it from the log.
//!
//! Two rules decide: `names` (the members whose values are secrets) and `shapes` (texts that are secrets wherever
//! they stand). What is redacted already stays as it is, so redacting twice changes nothing.

mod known;
mod names;
mod shapes;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;

use names::{Class, Name};

/// Levels of arrays and objects that are looked into. A container below them is replaced as a whole.
const MAX_DEPTH: usize = 64;

/// JSON inside a string inside JSON ...: as many layers are looked into; in deeper ones the shapes still count.
const MAX_LAYERS: usize = 3;

/// A text that still changes after so many rounds is replaced as a whole. One round does, save for contrived texts.
const MAX_ROUNDS: usize = 4;

/// Replaces secrets. Cheap to share; holds the installation's redaction key and never shows it.
#[derive(Clone)]
pub struct Redactor {
    key: [u8; 32],
    /// The names of members that have been met and hold no secret themselves: the columns of a table come again and again.
    met: Arc<RwLock<HashMap<String, Name>>>,
}

/// How many names are remembered, and of what length.
const MOST_NAMES: usize = 4096;
const LONGEST_NAME: usize = 64;

impl fmt::Debug for Redactor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Redactor")
    }
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place {
    class: Class,
    depth: usize,
    layer: usize,
}

impl Place {
    fn below(self, class: Class) -> Place {
        // What stands below a secret is secret whatever its own name.
        let class = match (self.class, class) {
            (Class::Secret, _) | (_, Class::Plain) => self.class,
            (_, own) => own,
        };
        Place { class, depth: self.depth + 1, ..self }
    }
}

impl Redactor {
    pub fn new(key: [u8; 32]) -> Redactor {
        Redactor { key, met: Arc::default() }
    }

    /// What takes the place of this secret: `[redacted:<first 8 hex of HMAC-SHA256>]`, the same for the same secret.
    pub fn digest(&self, secret: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(secret.as_bytes());
        let mut text = String::from(shapes::MARKER_START);
        for byte in mac.finalize().into_bytes().iter().take(4) {
            text.push_str(&format!("{byte:02x}"));
        }
        text.push(']');
        text
    }

    /// Replaces every secret in the value, in member names too.
    pub fn redact(&self, value: &mut Value) {
        self.walk(value, Place { class: Class::Plain, depth: 0, layer: 0 });
    }

    /// [`Redactor::redact`] for the value of a member or column of this name.
    pub fn redact_member(&self, name: &str, value: &mut Value) {
        let class = names::classify(name).of(value);
        self.walk(value, Place { class, depth: 0, layer: 0 });
    }

    /// The text without what looks like a secret, for log lines and errors. Knows no member names but those that
    /// stand in the text (`api_key=...`, `"password": "..."`).
    pub fn redact_text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.until_stable(text, |text| self.replace_shapes(text))
    }

    fn walk(&self, value: &mut Value, place: Place) {
        match value {
            Value::Array(_) | Value::Object(_) if place.depth >= MAX_DEPTH => {
                let container = std::mem::take(value);
                *value = Value::String(self.digest(&flat_text(&container)));
                take_apart(container);
            }
            Value::Array(elements) => self.walk_array(elements, place),
            Value::Object(members) => self.walk_object(members, place),
            Value::String(text) => {
                if let Some(replaced) = self.string(text, place) {
                    *text = replaced;
                }
            }
            Value::Number(number) if matches!(place.class, Class::Secret) => {
                *value = Value::String(self.digest(&number.to_string()));
            }
            _ => {}
        }
    }

    fn walk_array(&self, elements: &mut [Value], place: Place) {
        // A header as a pair: ["Authorization", "..."].
        let pair = match (place.class, &*elements) {
            (Class::Headers, [Value::String(name), _]) => names::classify_header(name),
            _ => Class::Plain,
        };
        for (index, element) in elements.iter_mut().enumerate() {
            let own = if index == 1 { pair } else { Class::Plain };
            self.walk(element, place.below(own));
        }
    }

    fn walk_object(&self, members: &mut Map<String, Value>, place: Place) {
        // {"name": "api_key", "value": "..."} and LiteLLM's {"field_name": ..., "field_value": ...}.
        let met: Vec<(Name, bool)> = members.keys().map(|name| self.meet(name)).collect();
        let of_pair = names::pair_class(met.iter().map(|(name, _)| *name).zip(members.values()), place.class);
        let renamed = met.iter().any(|(_, is_clean)| !is_clean);
        for ((text, member), (name, _)) in members.iter_mut().zip(met) {
            let own = match name.in_place(text, place.class) {
                Class::Plain if name.holds_pair_value => of_pair.of(member),
                class => class.of(member),
            };
            self.walk(member, place.below(own));
        }
        if renamed {
            for (name, member) in std::mem::take(members) {
                let mut clean = self.redact_text(&name).into_owned();
                while members.contains_key(&clean) {
                    clean.push('+');
                }
                members.insert(clean, member);
            }
        }
    }

    /// What a name says, and whether it may stay itself.
    fn meet(&self, name: &str) -> (Name, bool) {
        if let Some(met) = self.met.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return (*met, true);
        }
        let said = Name::of(name);
        let is_clean = matches!(self.redact_text(name), Cow::Borrowed(_));
        if is_clean && name.len() <= LONGEST_NAME {
            let mut met = self.met.write().unwrap_or_else(PoisonError::into_inner);
            if met.len() < MOST_NAMES {
                met.insert(name.to_owned(), said);
            }
        }
        (said, is_clean)
    }

    /// What takes the place of this string, if it may not stay.
    fn string(&self, text: &str, place: Place) -> Option<String> {
        if names::is_reference(text) {
            return self.open_string(text, Place { class: Class::Plain, ..place });
        }
        let kept = match place.class {
            Class::Secret => text.is_empty(),
            Class::Token => text.is_empty() || names::is_hash(text) || names::is_count(text),
            Class::SomeToken => text.is_empty() || names::is_count(text),
            Class::Plain | Class::Headers | Class::Variables => return self.open_string(text, place),
        };
        if kept { None } else { self.secret_string(text) }
    }

    /// The digest of the whole text, or of what follows `Bearer` or `Basic`.
    fn secret_string(&self, text: &str) -> Option<String> {
        let secret = shapes::without_scheme(text);
        if shapes::is_marker(secret) {
            return None;
        }
        let scheme = &text[..text.len() - secret.len()];
        Some(format!("{scheme}{}", self.digest(secret)))
    }

    fn open_string(&self, text: &str, place: Place) -> Option<String> {
        if shapes::is_litellm_ciphertext(text) {
            return None;
        }
        let redacted = self.until_stable(text, |text| {
            let inner = self.replace_in_json(text, place);
            let shaped = self.replace_shapes(inner.as_deref().unwrap_or(text));
            shaped.or(inner)
        });
        match redacted {
            Cow::Owned(replaced) => Some(replaced),
            Cow::Borrowed(_) => None,
        }
    }

    /// A text that is itself a JSON object or array, without its secrets. LiteLLM stores some columns so.
    fn replace_in_json(&self, text: &str, place: Place) -> Option<String> {
        let trimmed = text.trim();
        let is_container = (trimmed.starts_with('{') && trimmed.ends_with('}'))
            || (trimmed.starts_with('[') && trimmed.ends_with(']'));
        if !is_container || place.layer >= MAX_LAYERS {
            return None;
        }
        let original: Value = serde_json::from_str(trimmed).ok()?;
        let mut value = original.clone();
        self.walk(&mut value, Place { depth: 0, layer: place.layer + 1, ..place });
        (value != original).then(|| value.to_string())
    }

    fn replace_shapes(&self, text: &str) -> Option<String> {
        let secrets = shapes::find(text);
        if secrets.is_empty() {
            return None;
        }
        let mut clean = String::with_capacity(text.len());
        let mut rest = 0;
        for secret in secrets {
            clean.push_str(&text[rest..secret.start]);
            clean.push_str(&self.digest(&text[secret.clone()]));
            rest = secret.end;
        }
        clean.push_str(&text[rest..]);
        Some(clean)
    }

    /// Replacing one secret can lay another bare (a space goes, and a URL is whole), hence the rounds.
    fn until_stable<'t>(&self, text: &'t str, round: impl Fn(&str) -> Option<String>) -> Cow<'t, str> {
        let Some(mut clean) = round(text) else {
            return Cow::Borrowed(text);
        };
        for _ in 1..MAX_ROUNDS {
            match round(&clean) {
                Some(cleaner) => clean = cleaner,
                None => return Cow::Owned(clean),
            }
        }
        Cow::Owned(self.digest(text))
    }
}

/// The value as compact JSON with members in order of name. Needs no stack, whatever the depth.
fn flat_text(value: &Value) -> String {
    enum Step<'a> {
        Value(&'a Value),
        Name(&'a str),
        Text(&'static str),
    }
    let mut text = String::new();
    let mut steps = vec![Step::Value(value)];
    while let Some(step) = steps.pop() {
        match step {
            Step::Text(part) => text.push_str(part),
            Step::Name(name) => {
                text.push_str(&Value::from(name).to_string());
                text.push(':');
            }
            Step::Value(Value::Array(elements)) => {
                text.push('[');
                steps.push(Step::Text("]"));
                for (index, element) in elements.iter().enumerate().rev() {
                    steps.push(Step::Value(element));
                    steps.push(Step::Text(if index > 0 { "," } else { "" }));
                }
            }
            Step::Value(Value::Object(members)) => {
                text.push('{');
                steps.push(Step::Text("}"));
                let mut sorted: Vec<_> = members.iter().collect();
                sorted.sort_by_key(|(name, _)| *name);
                for (index, (name, member)) in sorted.into_iter().enumerate().rev() {
                    steps.extend([Step::Value(member), Step::Name(name)]);
                    steps.push(Step::Text(if index > 0 { "," } else { "" }));
                }
            }
            Step::Value(leaf) => text.push_str(&leaf.to_string()),
        }
    }
    text
}

/// Drops the value without recursion; `serde_json` itself would overflow the stack on a very deep one.
fn take_apart(value: Value) {
    let mut values = vec![value];
    while let Some(value) = values.pop() {
        match value {
            Value::Array(elements) => values.extend(elements),
            Value::Object(members) => values.extend(members.into_iter().map(|(_, member)| member)),
            _ => {}
        }
    }
}
