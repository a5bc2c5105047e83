//! `/key/block`, `/key/unblock`

use super::not_found;
use super::permission::{self, Standing};
use crate::manage::{Ask, Refusal, Why};
use crate::model::entry::Action;
use crate::model::row::{Row, RowExt as _};
use crate::model::secret::token_of;
use crate::model::table;
use crate::store::{Change, by};

/// Refuses the key until it is unblocked. A key that is blocked already stays as it is.
pub async fn block(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    flip(change, ask, Action::Blocked).await
}

pub async fn unblock(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    flip(change, ask, Action::Unblocked).await
}

async fn flip(change: &mut Change, ask: &Ask, action: Action) -> Result<Row, Refusal> {
    let key = ask.request.text("key").unwrap_or_default();
    if !is_key(key) {
        return Err(Refusal::proxy(Why::Invalid, "bad_request_error", Some("key"), "Invalid key format."));
    }
    let token = token_of(key);
    let Some(row) = change.find(&table::KEYS, &by("token", &token)).await? else {
        return Err(if ask.caller.is_admin() {
            not_found("key", "Key not found.")
        } else {
            Refusal::error(Why::NotFound, format!("Key not found: {token}"))
        });
    };
    let (standing, _) = permission::standing(change.session(), &ask.caller, &row).await?;
    if standing > Standing::TeamAdmin {
        let route = if action == Action::Blocked { "/key/block" } else { "/key/unblock" };
        return Err(Refusal::error(
            Why::Forbidden,
            format!(
                "Only proxy admins, team admins, or org admins can call {route}. user_role={}, user_id={}",
                ask.caller.stated_role(),
                ask.caller.user_id().unwrap_or("None")
            ),
        ));
    }
    if row.flag("blocked").unwrap_or(false) == (action == Action::Blocked) {
        return Ok(row);
    }
    // `updated_by` stays: it says who set the key's properties.
    let now = change.now_text();
    let values = crate::row! { "blocked": action == Action::Blocked, "updated_at": now, "settings_updated_at": now };
    match change.update_as(action, &table::KEYS, &by("token", &token), values).await? {
        Some(updated) => Ok(updated.now),
        None => Err(not_found("key", "Key not found.")),
    }
}

/// A raw key or its hash, by form.
fn is_key(text: &str) -> bool {
    let raw = text.strip_prefix("sk-").is_some_and(|rest| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    });
    let hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (3..=100).contains(&text.len()) && (raw || hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_recognised_by_its_form() {
        let hash = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b";
        for good in ["sk-1", "sk-A_b-9", hash] {
            assert!(is_key(good), "{good}");
        }
        for bad in ["", "sk-", "sk-a b", "bad key!", &hash[1..], &format!("sk-{}", "a".repeat(98)), "sk-ä"] {
            assert!(!is_key(bad), "{bad}");
        }
    }
}
