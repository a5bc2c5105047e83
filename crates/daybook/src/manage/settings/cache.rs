//! Where the data plane caches. Settings of the database of that cache, its password among them, encrypted.

use serde_json::{Value, json};

use super::{check_stored_in_db, sealing_key};
use crate::manage::{Ask, Refusal};
use crate::model::document;
use crate::model::entry::Action;
use crate::model::row::{Row, RowExt as _};
use crate::store::{Change, Session, settings};

const ID: &str = "cache_config";
const HIDDEN: &str = "***REDACTED***";

/// What is hidden by its whole name; a request that leaves one out or sends it hidden keeps it.
const KEPT: &[&str] = &["password", "sentinel_password", "url"];
/// A word of a name that makes it a secret.
const WORDS: &[&str] = &[
    "password",
    "secret",
    "key",
    "token",
    "auth",
    "authorization",
    "cookie",
    "credential",
    "credentials",
    "access",
    "private",
    "certificate",
    "fingerprint",
    "tenancy",
];
/// What says which server a password belongs to.
const TARGET: &[&str] = &["host", "port", "url", "redis_startup_nodes", "sentinel_nodes", "service_name"];

/// The settings, decrypted; empty when nobody has set any.
pub async fn cache_settings(session: &mut Session, ask: &Ask) -> Result<Row, Refusal> {
    let key = ask.rules.encryption_key.as_ref();
    Ok(settings::find(session, &document::CACHE, ID, key).await?.unwrap_or_default())
}

/// Replaces the settings, but for secrets that the request does not touch. Gives them with their secrets hidden.
pub async fn update_cache(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    check_stored_in_db(ask)?;
    let key = sealing_key(ask)?;
    let saved = change.find_document(&document::CACHE, ID, Some(key)).await?.unwrap_or_default();
    let sent = ask.request.object("cache_settings").cloned().unwrap_or_default();
    let content = one_target(with_secrets_kept(sent, &saved));
    change.set_document(Action::Updated, &document::CACHE, ID, Some(key), content.clone()).await?;
    Ok(shown_cache_settings(content))
}

/// The settings with their secrets hidden.
pub fn shown_cache_settings(mut settings: Row) -> Row {
    for (name, value) in &mut settings {
        let secret = KEPT.contains(&name.as_str())
            || name.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word));
        if secret && !value.is_null() {
            *value = HIDDEN.into();
        }
    }
    settings
}

/// A saved secret stays behind one that came hidden or not at all, as long as it is for the same server: nobody gets it
/// sent to a server of theirs.
fn with_secrets_kept(sent: Row, saved: &Row) -> Row {
    let named = |name: &str| !matches!(sent.get(name), None | Some(Value::Null)) && !is_blank(&sent[name]);
    let elsewhere = ["host", "redis_startup_nodes", "sentinel_nodes"].iter().any(|name| named(name));
    let same_server = TARGET.iter().all(|name| match saved.get(*name) {
        Some(value) if !is_blank(value) => match (*name, sent.get(*name)) {
            ("url", None) => true,
            ("url", Some(sent)) if is_blank(sent) || sent == HIDDEN => true,
            (_, Some(sent)) => plain(sent) == plain(value),
            (_, None) => false,
        },
        _ => true,
    });
    let mut merged = sent.clone();
    for name in KEPT {
        if sent.get(*name).is_some_and(|value| value != HIDDEN) {
            continue;
        }
        merged.shift_remove(*name);
        if let Some(value) = saved.get(*name).filter(|_| same_server && !(*name == "url" && elsewhere)) {
            merged.insert((*name).to_owned(), value.clone());
        }
    }
    merged
}

/// An address in one piece counts before its parts, except for a cluster.
fn one_target(mut settings: Row) -> Row {
    let whole = settings.text("url").is_some_and(|url| !url.trim().is_empty());
    if whole && settings.get("redis_startup_nodes").is_none_or(is_blank) {
        settings.retain(|name, _| !["host", "port", "db", "password", "username"].contains(&name.as_str()));
    }
    settings
}

fn is_blank(value: &Value) -> bool {
    matches!(value, Value::Null) || value == "" || *value == json!([]) || *value == json!({})
}

/// `6379` and `"6379"` are one port.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

    #[test]
    fn a_hidden_password_keeps_the_saved_one_for_the_same_server_only() {
        let saved = row! { "type": "redis", "host": "h", "port": "6379", "password": "p" };
        let sent = row! { "type": "redis", "host": "h", "port": 6379, "password": HIDDEN };
        assert_eq!(with_secrets_kept(sent, &saved).text("password"), Some("p"));
        let sent = row! { "type": "redis", "host": "theirs", "port": 6379 };
        assert_eq!(with_secrets_kept(sent, &saved).text("password"), None);
        let sent = row! { "host": "h", "port": 6379, "password": null };
        assert!(with_secrets_kept(sent, &saved).value("password").is_null());
    }

    #[test]
    fn an_address_in_one_piece_counts_before_its_parts() {
        let settings = one_target(row! { "url": "redis://h", "host": "other", "ttl": 5 });
        assert_eq!(settings, row! { "url": "redis://h", "ttl": 5 });
    }
}
