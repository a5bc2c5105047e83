//! `POST /user/password/change`: users change their own password, and must know the old one.

use serde_json::Value;

use super::hash_new_password;
use super::update::revoke_sessions;
use crate::manage::{Ask, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::secret::verify_password;
use crate::model::table;
use crate::store::{Change, by};

/// Replaces the caller's password. Their other sessions of the dashboard end.
pub async fn change_password(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let user_id = ask.caller.user_id().unwrap_or_default().to_owned();
    let key = by("user_id", &user_id);
    let Some(user) = change.find(&table::USERS, &key).await? else {
        return Err(Refusal::error(Why::NotFound, format!("User not found: {user_id}")));
    };
    let Some(stored) = user.text("password") else {
        return Err(Refusal::error(Why::Invalid, "No password is set for this user. Ask an admin to set one."));
    };
    if !verify_password(ask.request.text("current_password").unwrap_or_default(), stored) {
        return Err(Refusal::error(Why::Unauthorized, "The current password is not correct."));
    }
    let new = ask.request.text("new_password").unwrap_or_default();
    if verify_password(new, stored) {
        return Err(Refusal::error(Why::Invalid, "The new password must differ from the current one."));
    }
    let hash = hash_new_password(change, new)?;
    let values = crate::row! {
        "password": hash,
        "password_reset_required": false,
        "last_breach_check_at": Value::Null,
        "updated_at": change.now_text(),
    };
    let updated = change.update(&table::USERS, &key, values).await?;
    let session = ask.caller.key.as_ref().and_then(|key| key.text("token"));
    revoke_sessions(change, &user_id, session).await?;
    Ok(updated.map_or(user, |updated| updated.now))
}
