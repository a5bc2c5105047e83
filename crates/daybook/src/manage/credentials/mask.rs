//! What is shown of a credential: of a secret its ends, of everything else the value.

use serde_json::Value;

use crate::model::row::Row;

/// Parts of a name for which its value is a secret.
const SECRET: &[&str] = &["authorization", "token", "key", "secret", "credentials", "password", "passwd"];

/// How many characters of a secret are shown, half of them at each end; a shorter one is not shown at all.
const SHOWN: usize = 4;

const STARS: &str = "****";
const SHORT: &str = "*****";

/// The values as they are shown.
pub fn masked(values: &Row) -> Row {
    values
        .iter()
        .map(|(name, value)| (name.clone(), if is_secret(name) { mask(value) } else { value.clone() }))
        .collect()
}

/// Whether a value is what [`masked`] shows of another.
pub(super) fn is_mask(name: &str, value: &Value) -> bool {
    let Some(text) = value.as_str().filter(|_| is_secret(name)) else { return false };
    let characters: Vec<char> = text.chars().collect();
    let half = SHOWN / 2;
    text == SHORT
        || (characters.len() == SHOWN + STARS.len() && characters[half..half + STARS.len()].iter().all(|c| *c == '*'))
}

fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRET.iter().any(|part| name.contains(part))
}

fn mask(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(masked(members)),
        Value::String(text) => {
            let characters: Vec<char> = text.chars().collect();
            if characters.len() <= SHOWN {
                return SHORT.into();
            }
            let half = SHOWN / 2;
            let start: String = characters[..half].iter().collect();
            let end: String = characters[characters.len() - half..].iter().collect();
            format!("{start}{STARS}{end}").into()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

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
