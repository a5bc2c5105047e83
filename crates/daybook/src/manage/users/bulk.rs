//! `POST /user/bulk_update` with `all_users`: the same change on every user, in one commit. A list of users is so many
//! single updates, each with its own outcome.

use super::update::{check, columns, meant};
use crate::manage::{Ask, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by, users};

/// How many users one request may change.
pub const MAX_AT_ONCE: i64 = 500;

/// Refuses more than [`MAX_AT_ONCE`].
pub fn check_number(found: i64) -> Result<(), Refusal> {
    if found <= MAX_AT_ONCE {
        return Ok(());
    }
    let message = format!("Maximum {MAX_AT_ONCE} users can be updated at once. Found {found} users.");
    Err(Refusal::error(Why::Invalid, message))
}

/// Changes every user as `user_updates` says. Gives the rows as they were, the newest first, and what was set.
pub async fn update_all(change: &mut Change, ask: &Ask) -> Result<(Vec<Row>, Row), Refusal> {
    if !ask.caller.is_admin() {
        return Err(Refusal::error(Why::Forbidden, "Only PROXY_ADMIN users may update all users."));
    }
    let mut request = meant(ask.request.object("user_updates").unwrap_or(&Row::new()));
    // One name for everybody would be no name.
    for identity in ["user_id", "user_email"] {
        request.shift_remove(identity);
    }
    if request.contains_key("password") {
        return Err(Refusal::error(Why::Invalid, "One password for all users cannot be set."));
    }
    check(&request)?;
    let (found, total) = users::list_newest(change.session(), MAX_AT_ONCE).await?;
    check_number(total)?;
    // Locked in the order of their ids, so that two of these cannot wait for each other.
    let mut ids: Vec<&str> = found.iter().filter_map(|user| user.text("user_id")).collect();
    ids.sort_unstable();
    for user_id in ids {
        let key = by("user_id", user_id);
        let Some(before) = change.find(&table::USERS, &key).await? else { continue };
        let mut values = columns(change, ask, &request, &before).await?;
        values.insert("updated_at".to_owned(), change.now_text().into());
        change.update(&table::USERS, &key, values).await?;
    }
    Ok((found, request))
}
