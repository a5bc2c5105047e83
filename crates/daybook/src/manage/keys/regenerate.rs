//! `/key/regenerate`: a key keeps everything but its value.

use jiff::Timestamp;

use super::defaults::{self, Unset};
use super::permission::{self, Route};
use super::update::{bookkeeping, values};
use super::{Generated, budget, shown};
use crate::manage::{Ask, Refusal, Why};
use crate::model::duration::expires_at;
use crate::model::row::{Row, RowExt as _};
use crate::model::secret::{hash_key, key_name, token_of};
use crate::model::{table, time};
use crate::store::{Change, by, keys};

/// What a request says about the new value alone. (`new_master_key` is null wherever this is asked.)
const ABOUT_VALUE: &[&str] = &["new_key", "grace_period", "new_master_key"];

/// Gives a key a new value and changes what else the request says. The row as it was goes to the archive; the old value
/// is honoured for a while when a grace period says so.
pub async fn regenerate(change: &mut Change, ask: &Ask) -> Result<Generated, Refusal> {
    let mut request = ask.request.clone();
    if !request.value("new_master_key").is_null() {
        let message = "The master key is set in the configuration, it cannot be regenerated.";
        return Err(Refusal::error(Why::Invalid, message));
    }
    let Some(named) = request.text("key").filter(|named| !named.is_empty()).map(str::to_owned) else {
        return Err(Refusal::error(Why::Invalid, "No key passed in."));
    };
    let raw = match request.text("new_key") {
        Some(raw) => {
            check_new_key(ask, raw)?;
            raw.to_owned()
        }
        None => change.new_key(),
    };
    request.shift_remove("key");
    defaults::bound(&ask.rules, &mut request, Unset::Leave)?;
    budget::check_amounts(&request)?;

    let token = token_of(&named);
    let new_token = hash_key(&raw);
    change.lock_name(&format!("key:{new_token}")).await?;
    let Some(key) = change.find(&table::KEYS, &by("token", &token)).await? else {
        return Err(Refusal::error(Why::NotFound, format!("Key {} not found.", shown(&named))));
    };
    let standing = permission::check_change(change.session(), &ask.caller, &key, Route::Regenerate).await?;
    // Whoever may only give the key a new value changes nothing else along with it.
    if request.keys().any(|name| !ABOUT_VALUE.contains(&name.as_str())) {
        permission::check_change(change.session(), &ask.caller, &key, Route::Update).await?;
    }
    if change.find(&table::KEYS, &by("token", &new_token)).await?.is_some() {
        return Err(Refusal::error(Why::Invalid, "New key already exists."));
    }
    let mut values = values(change, ask, standing, &key, &request).await?;
    values.extend(bookkeeping(change, ask));
    values.insert("token".to_owned(), new_token.clone().into());
    values.insert("key_name".to_owned(), key_name(&raw).into());

    let rotated = change.rotate(&table::KEYS, &by("token", &token), values, &table::DELETED_KEYS, Row::new()).await?;
    let Some(rotated) = rotated else { return Err(Refusal::error(Why::NotFound, "Key not found.")) };
    let grace = request.text("grace_period").or(ask.rules.rotation_grace_period.as_deref());
    if let Some(revoke_at) = grace.and_then(|grace| grace_end(change.now(), grace)) {
        keep_honouring(change, &token, &new_token, revoke_at).await?;
    }
    Ok(Generated { raw, row: rotated.now, budget: None })
}

fn check_new_key(ask: &Ask, raw: &str) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::error(Why::Invalid, message));
    if ask.rules.disable_custom_api_keys {
        let message = "Custom API key values are disabled by your administrator. Keys must be auto-generated.";
        return Err(Refusal::error(Why::Forbidden, message));
    }
    if !raw.starts_with("sk-") {
        return refuse(
            "New key must start with 'sk-'. This is to distinguish a key hash (used by litellm for logging / internal \
             logic) from the actual key.",
        );
    }
    if raw.chars().count() < 16 {
        return refuse("New key must be at least 16 characters long.");
    }
    if hash_key(raw) == ask.rules.master_key_hash {
        return refuse("The master key cannot be a virtual key.");
    }
    Ok(())
}

/// The end of a grace period; a text that is no duration, or no time at all, is no grace period.
fn grace_end(now: Timestamp, grace: &str) -> Option<Timestamp> {
    expires_at(now, grace).ok().filter(|end| *end > now)
}

/// Notes that the old value stands for the new one until the grace period ends, and so do those it had replaced itself.
async fn keep_honouring(
    change: &mut Change,
    token: &str,
    new_token: &str,
    revoke_at: Timestamp,
) -> Result<(), Refusal> {
    for older in keys::list_replaced_by(change.session(), token).await? {
        let id = older.text("id").unwrap_or_default();
        change.update(&table::DEPRECATED_KEYS, &by("id", id), crate::row! { "active_token_id": new_token }).await?;
    }
    let revoke_at = time::wire(revoke_at);
    let values = crate::row! { "active_token_id": new_token, "revoke_at": revoke_at };
    // A value can come back to a key and be replaced again.
    if change.update(&table::DEPRECATED_KEYS, &by("token", token), values).await?.is_some() {
        return Ok(());
    }
    let row = crate::row! {
        "id": change.new_id(),
        "token": token,
        "active_token_id": new_token,
        "revoke_at": revoke_at,
        "created_at": change.now_text(),
    };
    change.insert(&table::DEPRECATED_KEYS, row).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_duration_is_no_grace_period() {
        let now: Timestamp = "2026-11-21T20:00:00Z".parse().unwrap();
        assert_eq!(grace_end(now, "24h"), Some("2026-11-22T20:00:00Z".parse().unwrap()));
        for none in ["", "soon", "5", "0s", "-1"] {
            assert_eq!(grace_end(now, none), None, "{none}");
        }
    }
}
