//! The members whose values are secrets. An explicit list: what is not on it is shown, unless its shape gives it away.
//!
//! Names are compared in lower case with words parted by `_`: `x-api-key`, `apiKey` and `litellm_params.api_key` are
//! all `..._api_key`; a final number (`api_key_2`) does not count.

use serde_json::Value;

/// What a member's name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Nothing.
    Plain,
    /// Every string and number in it is a secret.
    Secret,
    /// As `SomeToken`, but a sha256 is the public name of a key: `token` is the key's id in LiteLLM's tables.
    Token,
    /// Every string in it is a secret; numbers are counts, limits or prices.
    SomeToken,
    /// HTTP headers by name.
    Headers,
    /// Secret when it is a container; a string is none (`"env": "production"`).
    Variables,
}

impl Class {
    /// The class of this very value under a name of this class.
    pub(super) fn of(self, value: &Value) -> Class {
        match self {
            Class::Variables if value.is_object() || value.is_array() => Class::Secret,
            Class::Variables => Class::Plain,
            class => class,
        }
    }
}

/// Secret when this is the whole name.
const WHOLE: &[&str] = &[
    "auth_value",
    "bearer",
    "callback_vars",
    "client_assertion",
    "code_verifier",
    "cookies",
    "credential_values",
    "environment_variables",
    "env_vars",
    "gcs_path_service_account",
    "key",
    "new_key",
    "old_key",
    "otp",
    "pass",
    "pwd",
    "raw_key",
    "saml_response",
    "service_account_json",
    "totp",
    "virtual_key",
];

/// Secret when the name is or ends in these words.
const ENDINGS: &[&str] = &[
    "access_key",
    "access_key_id",
    "account_key",
    "api_key",
    "api_keys",
    "approle_secret_id",
    "auth_header",
    "auth_key",
    "authorization",
    "basic_auth",
    "client_key",
    "connection_string",
    "cookie",
    "credential",
    "credentials",
    "database_extra_connection_params",
    "database_url",
    "dsn",
    "encryption_key",
    "hmac_key",
    "jwt",
    "license_key",
    "master_key",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "password_hash",
    "passwords",
    "plugin_key",
    "private_key",
    "proxy_auth",
    "qdrant_key",
    "salt_key",
    "secret",
    "secret_access_key",
    "secret_key",
    "secret_keys",
    "secrets",
    "service_account_key",
    "service_key",
    "shared_access_key",
    "shared_key",
    "signing_key",
    "space_key",
    "subscription_key",
    "webhook_url",
];

/// Tokens that are secrets even as a number or a hash.
const TOKENS: &[&str] = &["access_token", "azure_ad_token", "aws_session_token", "id_token", "refresh_token"];

/// Written without any separator, secret at the end of a name.
const RUN_TOGETHER: &[&str] = &[
    "accesskey",
    "accesstoken",
    "apikey",
    "authtoken",
    "bearertoken",
    "clientsecret",
    "connectionstring",
    "databaseurl",
    "masterkey",
    "passwd",
    "password",
    "privatekey",
    "refreshtoken",
    "secret",
    "secretkey",
    "sessiontoken",
];

/// Readable although the end of the name says otherwise: hashes, prices, and who did it (`changed_by_api_key`).
const READABLE: &[&str] = &["by_api_key", "hashed_token", "per_token"];

const HEADERS: &[&str] = &["headers", "extra_headers", "static_headers"];

/// A header whose name holds one of these is secret.
const HEADER_PARTS: &[&str] =
    &["auth", "cookie", "credential", "jwt", "key", "passw", "secret", "session", "signature", "token"];

/// In texts only: parameters of signed URLs and connection strings.
const PARAMETERS: &[&str] = &["sig", "signature", "x_amz_signature"];

/// Members that name what a sibling holds, and those siblings.
const PAIR_NAMES: &[&str] = &["name", "key", "field_name", "param_name", "header", "header_name", "variable"];
const PAIR_VALUES: &[&str] = &["value", "field_value", "param_value", "header_value"];

/// The class of a member.
pub(super) fn classify(name: &str) -> Class {
    let name = words(name);
    match class_of(&name) {
        Class::Plain => match name.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix('_') {
            // `key_1`, `token_2` are any metadata; `api_key_2` is not.
            Some(stem) if !matches!(stem, "key" | "token") => class_of(stem),
            _ => Class::Plain,
        },
        class => class,
    }
}

/// The class of a header.
pub(super) fn classify_header(name: &str) -> Class {
    let lower = name.to_lowercase();
    if HEADER_PARTS.iter().any(|part| lower.contains(part)) { Class::Secret } else { Class::Plain }
}

/// What the name of a member says, wherever it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    class: Class,
    /// `{"name": "api_key", "value": ...}`: it says what `value` is.
    names_pair: bool,
    /// It is the `value` of such a pair.
    pub(super) holds_pair_value: bool,
}

impl Name {
    pub(super) fn of(name: &str) -> Name {
        let words = words(name);
        Name {
            class: classify(name),
            names_pair: PAIR_NAMES.contains(&words.as_str()),
            holds_pair_value: PAIR_VALUES.contains(&words.as_str()),
        }
    }

    /// The class of a member of this name that stands in a value of class `outer`.
    pub(super) fn in_place(self, name: &str, outer: Class) -> Class {
        match (outer, self.class) {
            (Class::Headers, Class::Plain) => classify_header(name),
            (_, class) => class,
        }
    }
}

/// The class of a name in a running text, before `=` or `:`.
pub(super) fn classify_parameter(name: &str) -> Class {
    match classify(name) {
        Class::Secret if words(name) == "key" => Class::Token,
        Class::Plain if PARAMETERS.contains(&words(name).as_str()) => Class::Secret,
        class => class,
    }
}

/// Whether the value of this header may be given away by its name alone in a running text: `x-api-key: ...`.
pub(super) fn is_header_line(name: &str) -> bool {
    let name = words(name);
    ["authorization", "cookie", "x_api_key", "api_key", "x_goog_api_key", "x_litellm_api_key", "subscription_key"]
        .iter()
        .any(|header| name == *header || ends_in(&name, header))
}

/// What `{"name": "api_key", "value": ...}` says about its `value`.
pub(super) fn pair_class<'v>(members: impl Iterator<Item = (Name, &'v Value)>, outer: Class) -> Class {
    let values = members.filter(|(name, _)| name.names_pair).filter_map(|(_, value)| value.as_str());
    let mut classes = values.map(|named| Name::of(named).in_place(named, outer));
    classes.find(|class| *class != Class::Plain).unwrap_or(Class::Plain)
}

/// `os.environ/NAME`: where a secret is to be found, not the secret.
pub(super) fn is_reference(text: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts_name = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.strip_prefix("os.environ/")
        .is_some_and(|name| name.len() <= 128 && name.starts_with(starts_name) && name.chars().all(is_name))
}

/// A sha256 in hex, as LiteLLM writes it.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A short number as text: a limit, not a token.
pub(super) fn is_count(text: &str) -> bool {
    text.len() <= 12 && text.parse::<f64>().is_ok()
}

fn class_of(name: &str) -> Class {
    let is_or_ends_in = |words: &&str| name == *words || ends_in(name, words);
    if READABLE.iter().any(is_or_ends_in) {
        return Class::Plain;
    }
    if HEADERS.iter().any(is_or_ends_in) {
        return Class::Headers;
    }
    if matches!(name, "env" | "environment") {
        return Class::Variables;
    }
    let secret = WHOLE.contains(&name)
        || ENDINGS.iter().chain(TOKENS).any(is_or_ends_in)
        || RUN_TOGETHER.iter().any(|words| name.ends_with(words));
    if secret {
        return Class::Secret;
    }
    match name {
        "token" | "tokens" => Class::Token,
        _ if ends_in(name, "token") || ends_in(name, "tokens") => Class::SomeToken,
        _ => Class::Plain,
    }
}

fn ends_in(name: &str, words: &str) -> bool {
    name.strip_suffix(words).is_some_and(|rest| rest.ends_with('_'))
}

/// `x-api-key`, `apiKey`, `API key`, `AWSSecretKey` as `x_api_key`, `api_key`, `api_key`, `aws_secret_key`.
fn words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut previous = ' ';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let next_is_lower = letters.peek().is_some_and(|next| next.is_lowercase());
        let starts_word = letter.is_uppercase()
            && (previous.is_lowercase() || previous.is_ascii_digit() || (previous.is_uppercase() && next_is_lower));
        let separates = !letter.is_alphanumeric();
        if (starts_word || separates) && !words.is_empty() && !words.ends_with('_') {
            words.push('_');
        }
        if !separates {
            words.extend(letter.to_lowercase());
        }
        previous = letter;
    }
    words.truncate(words.trim_end_matches('_').len());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_names_are_known_in_every_spelling() {
        for name in [
            "key",
            "api_key",
            "apiKey",
            "APIKey",
            "x-api-key",
            "OPENAI_API_KEY",
            "openaiApiKey",
            "apikey",
            "api_key_2",
            "litellm_params.api_key",
            "new_master_key",
            "password",
            "hashedPassword",
            "password_hash",
            "client_secret",
            "clientSecret",
            "google_client_secret",
            "access_token",
            "refresh_token",
            "id_token",
            "Authorization",
            "Proxy-Authorization",
            "secret",
            "langfuse_secret",
            "langfuse_secret_key",
            "private_key",
            "AWS_SECRET_ACCESS_KEY",
            "AWSSecretAccessKey",
            "aws_access_key_id",
            "s3_aws_secret_access_key",
            "aws_session_token",
            "vertex_credentials",
            "vertex_ai_credentials",
            "azure_ad_token",
            "credential_values",
            "callback_vars",
            "DATABASE_URL",
            "connectionString",
            "slack_webhook_url",
            "Set-Cookie",
            "environment_variables",
            "plugin_key",
            "qdrant_key",
            "redispassword",
            "sslpassword",
            "appsecret",
            "database_extra_connection_params",
        ] {
            assert_eq!(classify(name), Class::Secret, "{name}");
        }
        for name in ["bot_token", "vaultToken", "max_tokens", "slack_bot_tokens"] {
            assert_eq!(classify(name), Class::SomeToken, "{name}");
        }
        assert_eq!(classify("token"), Class::Token);
        assert_eq!(classify("mcp_static_headers"), Class::Headers);
    }

    #[test]
    fn what_reads_of_settings_and_credentials_hide_is_hidden_in_entries_too() {
        for name in [
            "alert_to_webhook_url",
            "database_url",
            "database_extra_connection_params",
            "sentinel_password",
            "vault_token",
            "approle_secret_id",
            "client_key",
            "cyberark_api_key",
            "generic_client_secret",
        ] {
            assert_ne!(classify(name), Class::Plain, "{name}");
        }
        for word in ["authorization", "cookie", "credential", "credentials", "passwd", "password", "secret", "token"] {
            assert_ne!(classify(word), Class::Plain, "{word}");
            assert_ne!(classify(&format!("provider_{word}")), Class::Plain, "{word}");
        }
        let redactor = super::super::Redactor::new([7; 32]);
        for mut value in [
            serde_json::json!({"plugins": [{"name": "a", "plugin_key": "the-secret"}]}),
            serde_json::json!({"pass_through_endpoints": [{"path": "/p", "headers": {"Authorization": "Bearer the-secret"}}]}),
            serde_json::json!({"url": "redis://:the-secret@h"}),
            serde_json::json!({"database_extra_connection_params": {"sslpassword": "the-secret", "options": "the-secret"}}),
        ] {
            redactor.redact(&mut value);
            assert!(!value.to_string().contains("the-secret"), "{value}");
        }
    }

    #[test]
    fn what_an_auditor_reads_stays_readable() {
        for name in [
            "key_alias",
            "key_name",
            "key_type",
            "key_hash",
            "key_1",
            "token_id",
            "active_token_id",
            "hashed_token",
            "token_type",
            "changed_by_api_key",
            "deleted_by_api_key",
            "input_cost_per_token",
            "public_key",
            "langfuse_public_key",
            "budget_id",
            "credential_name",
            "litellm_credential_name",
            "service_account_id",
            "password_reset_required",
            "secret_manager_settings",
            "cache_key",
            "monkey",
            "user_email",
            "",
        ] {
            assert_eq!(classify(name), Class::Plain, "{name}");
        }
    }
}
