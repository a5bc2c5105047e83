//! `POST /user/password/change`: users change their own password, and must know the old one.
//!
//! Verifying and hashing are slow on purpose. They come first and outside of the change, or whoever tries passwords would
//! keep everybody else from writing.

use serde_json::Value;

use super::check_new_password;
use super::update::revoke_sessions;
use crate::manage::{Ask, Refusal, Why};
use crate::model::random::Random;
use crate::model::row::{Row, RowExt as _};
use crate::model::secret::{hash_password, verify_password};
use crate::model::table;
use crate::store::{Change, by};

/// A password that may take the place of the one that was verified.
#[derive(Debug)]
pub struct NewPassword {
    user_id: String,
    /// What was stored when the old password was verified.
    verified: String,
    hash: String,
}

/// Verifies the old password of a request against the user's row, and hashes the new one. Takes its time.
pub fn settle_password(user: &Row, request: &Row, random: &dyn Random) -> Result<NewPassword, Refusal> {
    let Some(stored) = user.text("password") else {
        return Err(Refusal::error(Why::Invalid, "No password is set for this user. Ask an admin to set one."));
    };
    let old = request.text("current_password").unwrap_or_default();
    let new = request.text("new_password").unwrap_or_default();
    if !verify_password(old, stored) {
        return Err(incorrect());
    }
    if old == new {
        return Err(Refusal::error(Why::Invalid, "The new password must differ from the current one."));
    }
    check_new_password(new)?;
    Ok(NewPassword {
        user_id: user.text("user_id").unwrap_or_default().to_owned(),
        verified: stored.to_owned(),
        hash: hash_password(new, random),
    })
}

/// The hash of a password that an admin sets, or `None` for one that will be refused. Takes its time.
pub fn hash_new_password(password: &str, random: &dyn Random) -> Option<String> {
    check_new_password(password).ok().map(|()| hash_password(password, random))
}

/// Puts the new password in the place of the one that was verified. The user's other sessions of the dashboard end.
pub async fn change_password(change: &mut Change, ask: &Ask, new: &NewPassword) -> Result<Row, Refusal> {
    let key = by("user_id", &new.user_id);
    let user = change.find(&table::USERS, &key).await?.unwrap_or_default();
    // Somebody may have set another one in the meantime.
    if user.text("password") != Some(&new.verified) {
        return Err(incorrect());
    }
    let values = crate::row! {
        "password": new.hash,
        "password_reset_required": false,
        "last_breach_check_at": Value::Null,
        "updated_at": change.now_text(),
    };
    let updated = change.update(&table::USERS, &key, values).await?;
    let session = ask.caller.key.as_ref().and_then(|key| key.text("token"));
    revoke_sessions(change, &new.user_id, session).await?;
    Ok(updated.map_or(user, |updated| updated.now))
}

fn incorrect() -> Refusal {
    Refusal::error(Why::Unauthorized, "The current password is not correct.")
}
