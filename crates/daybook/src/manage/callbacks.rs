//! The secrets in `metadata.logging` of teams and keys: where their calls are logged to is the data plane's business, and
//! what it needs to sign in there is stored as it expects it, encrypted: see [`crate::model::sealed`].

use serde_json::Value;

use super::{Refusal, Rules, Why};
use crate::model::row::Row;
use crate::model::sealed::{self, CALLBACK_PREFIX, SealingKey};
use crate::store::Change;

/// A word of a variable's name that says that its value is secret.
const SECRET_WORDS: &[&str] = &[
    "access",
    "apikey",
    "auth",
    "authorization",
    "cert",
    "certificate",
    "credential",
    "credentials",
    "dsn",
    "headers",
    "key",
    "pass",
    "passphrase",
    "password",
    "private",
    "secret",
    "token",
];

/// Encrypts the secret variables of every callback in the metadata of a new team or key; what our key has encrypted already
/// stays.
pub(super) fn seal_callbacks(change: &Change, rules: &Rules, metadata: &mut Row) -> Result<(), Refusal> {
    seal_callbacks_over(change, rules, metadata, &Row::new())
}

/// [`seal_callbacks`] for metadata that takes the place of `stored`: an encrypted variable of it stays, whatever its key.
pub(super) fn seal_callbacks_over(
    change: &Change,
    rules: &Rules,
    metadata: &mut Row,
    stored: &Row,
) -> Result<(), Refusal> {
    let of_entries = metadata.get_mut("logging").and_then(Value::as_array_mut).into_iter().flatten();
    for variables in of_entries.filter_map(|entry| entry.get_mut("callback_vars")?.as_object_mut()) {
        seal_variables(change, rules, variables, stored)?;
    }
    let older = metadata.get_mut("callback_settings").and_then(|older| older.get_mut("callback_vars"));
    match older.and_then(Value::as_object_mut) {
        Some(variables) => seal_variables(change, rules, variables, stored),
        None => Ok(()),
    }
}

fn seal_variables(change: &Change, rules: &Rules, variables: &mut Row, stored: &Row) -> Result<(), Refusal> {
    for (name, value) in variables.iter_mut() {
        let Some(text) = value.as_str().filter(|text| is_open(name, text, rules.encryption_key.as_ref(), stored))
        else {
            continue;
        };
        let Some(key) = &rules.encryption_key else {
            let message = format!(
                "{name} cannot be stored safely: no encryption key is configured. Set LITELLM_SALT_KEY, or a master key \
                 of your own."
            );
            return Err(Refusal::error(Why::Invalid, message));
        };
        *value = format!("{CALLBACK_PREFIX}{}", change.seal(key, text)).into();
    }
    Ok(())
}

/// Whether the value must be encrypted still. One that is only marked as encrypted is a text like any other, whatever its
/// name: the data plane could not read it, and a start would take our key for the wrong one.
fn is_open(name: &str, text: &str, key: Option<&SealingKey>, stored: &Row) -> bool {
    match text.strip_prefix(CALLBACK_PREFIX) {
        Some(sealed) => !opens(key, sealed) && !is_stored(stored, text),
        None => is_secret(name, text),
    }
}

fn opens(key: Option<&SealingKey>, sealed: &str) -> bool {
    key.is_some_and(|key| sealed::open(key, sealed).is_some())
}

/// Whether a callback of this metadata has such a variable.
fn is_stored(metadata: &Row, text: &str) -> bool {
    let has = |holder: &Value| holder["callback_vars"].as_object().is_some_and(|all| all.values().any(|v| v == text));
    let of_entries = metadata.get("logging").and_then(Value::as_array);
    of_entries.into_iter().flatten().chain(metadata.get("callback_settings")).any(has)
}

/// Whether the value is a secret: by its name, or because it is an address with a password in it. A reference to the data
/// plane's environment is none.
fn is_secret(name: &str, text: &str) -> bool {
    if text.is_empty() || text.starts_with("os.environ/") {
        return false;
    }
    let name = name.to_lowercase();
    let by_name = name.split(|c: char| !c.is_alphanumeric()).any(|word| SECRET_WORDS.contains(&word));
    by_name || text.split_once("://").is_some_and(|(_, rest)| rest.split('/').next().is_some_and(|at| at.contains('@')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::random::SeededRandom;
    use crate::row;

    #[test]
    fn what_is_only_marked_as_encrypted_is_encrypted_unless_it_is_stored_already() {
        let (ours, theirs) = (SealingKey::new("ours"), SealingKey::new("theirs"));
        let sealed = |key| format!("{CALLBACK_PREFIX}{}", sealed::seal(key, "x", &SeededRandom::new(1)));
        let open = |text: &str, stored: &Row| is_open("langfuse_secret_key", text, Some(&ours), stored);
        let nothing = Row::new();
        assert!(!open(&sealed(&ours), &nothing));
        for text in ["litellm_enc::BBBB".to_owned(), sealed(&theirs)] {
            assert!(open(&text, &nothing));
            assert!(is_open("langfuse_host", &text, Some(&ours), &nothing));
            assert!(!open(&text, &row! { "logging": [{"callback_vars": {"langfuse_secret_key": text}}] }));
            assert!(!open(&text, &row! { "callback_settings": {"callback_vars": {"langfuse_secret_key": text}} }));
            assert!(open(&text, &row! { "logging": ["odd", {"callback_vars": "odd"}], "note": text }));
        }
    }

    #[test]
    fn a_variable_is_secret_by_its_name_or_by_a_password_in_an_address() {
        for (name, text, secret) in [
            ("langfuse_public_key", "pk", true),
            ("langfuse_secret_key", "sk", true),
            ("LANGSMITH_API_KEY", "x", true),
            ("slack_token", "x", true),
            ("langfuse_host", "https://h", false),
            ("langfuse_host", "https://user:pass@h/x", true),
            ("langsmith_project", "p", false),
            ("otel-headers", "x-auth=1", true),
            ("api_key", "os.environ/KEY", false),
            ("api_key", "", false),
            ("monkey", "x", false),
        ] {
            assert_eq!(is_secret(name, text), secret, "{name}={text}");
        }
    }
}
