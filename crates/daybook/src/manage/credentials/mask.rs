//! What is shown of a credential: of a secret its ends, of everything else the value.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::redact::Redactor;
use crate::model::row::Row;

/// Parts of a name for which its value is a secret.
const SECRET: &[&str] = &["authorization", "token", "key", "secret", "credentials", "password", "passwd"];

/// How many characters of a secret are shown, half of them at each end; a shorter one is not shown at all.
const SHOWN: usize = 4;

const STARS: &str = "****";
const SHORT: &str = "*****";

/// The values as they are shown.
pub fn masked(values: &Row) -> Row {
    values.iter().map(|(name, value)| (name.clone(), shown(is_secret(name), value))).collect()
}

/// Whether a value is what [`masked`] shows of another; of an array or object, whether anything in it is.
pub(super) fn is_mask(name: &str, value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| is_mask(name, value)),
        Value::Array(list) => list.iter().any(|value| is_mask(name, value)),
        Value::String(text) if is_secret(name) => is_masked_text(text),
        Value::String(text) => text.contains(SHORT),
        _ => false,
    }
}

fn is_masked_text(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let half = SHOWN / 2;
    text == SHORT
        || (characters.len() == SHOWN + STARS.len() && characters[half..half + STARS.len()].iter().all(|c| *c == '*'))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRET.iter().any(|part| name.contains(part))
}

fn shown(secret: bool, value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(masked(members)),
        Value::Array(list) => list.iter().map(|value| shown(secret, value)).collect(),
        Value::String(text) if secret => mask(text).into(),
        Value::Number(number) if secret => mask(&number.to_string()).into(),
        Value::String(text) => without_secrets(text).into(),
        other => other.clone(),
    }
}

fn mask(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() <= SHOWN {
        return SHORT.to_owned();
    }
    let half = SHOWN / 2;
    let start: String = characters[..half].iter().collect();
    let end: String = characters[characters.len() - half..].iter().collect();
    format!("{start}{STARS}{end}")
}

/// The text with stars for the secrets in it, such as the password of an address.
fn without_secrets(text: &str) -> String {
    const START: &str = "[redacted:";
    // The key does not matter: no digest is left in what is shown.
    let Cow::Owned(mut rest) = Redactor::new([0; 32]).redact_text(text) else { return text.to_owned() };
    let mut clean = String::with_capacity(rest.len());
    while let Some((before, after)) = rest.split_once(START) {
        clean.push_str(before);
        clean.push_str(SHORT);
        rest = after.split_once(']').map_or("", |(_, rest)| rest).to_owned();
    }
    clean + &rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

    #[test]
    fn a_secret_is_masked_at_any_depth_and_in_any_form() {
        let values = row! {
            "api_keys": ["sk-topsecret1234", "abc"], "cfg": {"password": 12345678901_i64, "list": [{"token": "abcdefgh"}]},
            "dsn": "postgres://u:the-password@h/x", "note": "nothing", "on": true, "n": 7,
        };
        let shown = masked(&values);
        assert_eq!(
            shown,
            row! {
                "api_keys": ["sk****34", "*****"], "cfg": {"password": "12****01", "list": [{"token": "ab****gh"}]},
                "dsn": "postgres://u:*****@h/x", "note": "nothing", "on": true, "n": 7,
            }
        );
        for name in ["api_keys", "cfg", "dsn"] {
            assert!(is_mask(name, &shown[name]) && !is_mask(name, &values[name]), "{name}");
        }
    }

    #[test]
    fn of_a_secret_only_its_ends_are_shown() {
        let values = row! {
            "api_key": "sk-topsecret1234", "api_base": "https://h", "aws_secret_access_key": "abc",
            "vertex_credentials": {"private_key": "0123456789", "project_id": "p"},
        };
        let shown = masked(&values);
        assert_eq!(
            shown,
            row! {
                "api_key": "sk****34", "api_base": "https://h", "aws_secret_access_key": "*****",
                "vertex_credentials": {"private_key": "01****89", "project_id": "p"},
            }
        );
        assert!(is_mask("api_key", &shown["api_key"]) && is_mask("aws_secret_access_key", &"*****".into()));
        assert!(!is_mask("api_key", &"sk-topsecret1234".into()) && !is_mask("api_base", &"sk****34".into()));
    }
}
