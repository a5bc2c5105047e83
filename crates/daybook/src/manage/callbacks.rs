//! The secrets in `metadata.logging` of teams and keys: where their calls are logged to is the data plane's business, and
//! what it needs to sign in there is stored as it expects it, encrypted: see [`crate::model::sealed`].

use serde_json::Value;

use super::{Refusal, Rules, Why};
use crate::model::row::Row;
use crate::model::sealed::CALLBACK_PREFIX;
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

/// Encrypts the secret variables of every callback in the metadata of a team or a key; what is encrypted already stays.
pub(super) fn seal_callbacks(change: &Change, rules: &Rules, metadata: &mut Row) -> Result<(), Refusal> {
    let of_entries = metadata.get_mut("logging").and_then(Value::as_array_mut).into_iter().flatten();
    for variables in of_entries.filter_map(|entry| entry.get_mut("callback_vars")?.as_object_mut()) {
        seal_variables(change, rules, variables)?;
    }
    let older = metadata.get_mut("callback_settings").and_then(|older| older.get_mut("callback_vars"));
    match older.and_then(Value::as_object_mut) {
        Some(variables) => seal_variables(change, rules, variables),
        None => Ok(()),
    }
}

fn seal_variables(change: &Change, rules: &Rules, variables: &mut Row) -> Result<(), Refusal> {
    for (name, value) in variables.iter_mut() {
        let Some(text) = value.as_str().filter(|text| is_secret(name, text)) else { continue };
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

/// Whether the value is a secret that is not encrypted yet: by its name, or because it is an address with a password in
/// it. A reference to the data plane's environment is none.
fn is_secret(name: &str, text: &str) -> bool {
    if text.is_empty() || text.starts_with(CALLBACK_PREFIX) || text.starts_with("os.environ/") {
        return false;
    }
    let name = name.to_lowercase();
    let by_name = name.split(|c: char| !c.is_alphanumeric()).any(|word| SECRET_WORDS.contains(&word));
    by_name || text.split_once("://").is_some_and(|(_, rest)| rest.split('/').next().is_some_and(|at| at.contains('@')))
}

#[cfg(test)]
mod tests {
    use super::is_secret;

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
            ("api_key", "litellm_enc::AAAA", false),
            ("api_key", "os.environ/KEY", false),
            ("api_key", "", false),
            ("monkey", "x", false),
        ] {
            assert_eq!(is_secret(name, text), secret, "{name}={text}");
        }
    }
}
