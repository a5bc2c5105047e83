//! Where the data plane caches. Settings of the database of that cache, its password among them, encrypted.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{check_admin, check_stored_in_db, sealing_key};
use crate::manage::{Ask, Refusal, parts};
use crate::model::document;
use crate::model::entry::Action;
use crate::model::redact::Redactor;
use crate::model::row::{Row, RowExt as _};
use crate::store::{Change, Session, settings};

const ID: &str = "cache_config";
const HIDDEN: &str = "***REDACTED***";

/// What is hidden by its whole name; a request that leaves one out or sends it hidden keeps it.
const KEPT: &[&str] = &["password", "sentinel_password", "url"];
/// What says which server a password belongs to.
const TARGET: &[&str] = &["host", "port", "url", "redis_startup_nodes", "sentinel_nodes", "service_name"];

/// The settings, decrypted; empty when nobody has set any.
pub async fn cache_settings(session: &mut Session, ask: &Ask) -> Result<Row, Refusal> {
    let key = ask.rules.encryption_key.as_ref();
    Ok(settings::find(session, &document::CACHE, ID, key).await?.unwrap_or_default())
}

/// Replaces the settings, but for secrets that the request does not touch. Gives them with their secrets hidden.
pub async fn update_cache(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    check_admin(ask)?;
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
        *value = shown(name, std::mem::take(value));
    }
    settings
}

fn shown(name: &str, value: Value) -> Value {
    match value {
        // A switch is no secret, whatever its name (`aws_iam_auth`).
        Value::Null | Value::Bool(_) => value,
        _ if is_secret(name) => HIDDEN.into(),
        Value::Object(members) => Value::Object(shown_cache_settings(members)),
        Value::Array(items) => items.into_iter().map(|item| shown("", item)).collect(),
        Value::String(text) => without_secrets(text).into(),
        Value::Number(_) => value,
    }
}

fn is_secret(name: &str) -> bool {
    KEPT.contains(&name) || parts::has_secret_word(name)
}

/// The text, unless it holds a secret such as the password of an address.
fn without_secrets(text: String) -> String {
    // The key does not matter: no digest is shown.
    match Redactor::new([0; 32]).redact_text(&text) {
        Cow::Owned(_) => HIDDEN.to_owned(),
        Cow::Borrowed(_) => text,
    }
}

/// A saved secret stays behind one that came hidden or not at all, as long as it is for the same server: nobody gets it
/// sent to a server of theirs.
fn with_secrets_kept(sent: Row, saved: &Row) -> Row {
    let named = |name: &str| !matches!(sent.get(name), None | Some(Value::Null)) && !is_blank(&sent[name]);
    let elsewhere = ["host", "redis_startup_nodes", "sentinel_nodes"].iter().any(|name| named(name));
    let set = |row: &Row, name: &str| row.get(name).filter(|value| !is_blank(value)).cloned();
    let same_server = TARGET.iter().all(|name| match (set(saved, name), set(&sent, name)) {
        (None, None) => true,
        (_, None) => *name == "url",
        // An address that came hidden is the saved one.
        (saved, Some(sent)) if *name == "url" && sent == HIDDEN => saved.is_some(),
        (None, Some(_)) => false,
        (Some(saved), Some(sent)) => plain(&sent) == plain(&saved) || sent == shown(name, saved),
    });
    let mut merged = sent.clone();
    for (name, value) in sent.iter().filter(|(name, _)| !KEPT.contains(&name.as_str())) {
        let kept = saved.get(name).filter(|kept| *value == shown(name, (*kept).clone()));
        match kept {
            Some(kept) if same_server || kept == value => drop(merged.insert(name.clone(), kept.clone())),
            // Nothing was saved, or it is not for this server: the stand-in itself is no value.
            _ if kept.is_some() || value == HIDDEN => drop(merged.shift_remove(name)),
            _ => {}
        }
    }
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
    fn what_is_shown_hides_secrets_at_any_depth_and_can_be_sent_back() {
        let saved = row! {
            "type": "redis", "host": "h", "redis_url": "redis://:the-pw@h", "gcp_private_key": "k", "aws_iam_auth": true,
            "nested": {"password": "p", "list": [{"token": 5}]}, "ttl": 5,
        };
        let seen = shown_cache_settings(saved.clone());
        assert_eq!(
            seen,
            row! {
                "type": "redis", "host": "h", "redis_url": HIDDEN, "gcp_private_key": HIDDEN, "aws_iam_auth": true,
                "nested": {"password": HIDDEN, "list": [{"token": HIDDEN}]}, "ttl": 5,
            }
        );
        assert_eq!(with_secrets_kept(seen.clone(), &saved), saved);
        let mut elsewhere = seen;
        elsewhere["host"] = "theirs".into();
        assert_eq!(
            with_secrets_kept(elsewhere, &saved),
            row! { "type": "redis", "host": "theirs", "aws_iam_auth": true, "ttl": 5 }
        );
        // A server that is named for the first time is another one, too.
        let saved = row! { "type": "redis", "password": "p" };
        let sent = row! { "type": "redis", "host": "theirs", "password": HIDDEN };
        assert_eq!(with_secrets_kept(sent, &saved).text("password"), None);
    }

    #[test]
    fn an_address_in_one_piece_counts_before_its_parts() {
        let settings = one_target(row! { "url": "redis://h", "host": "other", "ttl": 5 });
        assert_eq!(settings, row! { "url": "redis://h", "ttl": 5 });
    }
}
