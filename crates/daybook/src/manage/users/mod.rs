//! Users: their rows, and what hangs on them. One file an endpoint; here is what several of them need.
//!
//! An address belongs to one user, whatever its case. LiteLLM's table does not hold that, so whoever writes an address
//! first takes the lock that [`email_lock`] names; the roster of a team makes users too and takes the same lock.

mod batch;
mod bulk;
mod create;
mod delete;
mod info;
mod list;
mod password;
mod update;

pub use batch::{Outcome, create_in_batch, delete_in_batch};
pub use bulk::{MAX_AT_ONCE, check_number, update_all};
pub use create::{Created, create};
pub use delete::delete;
pub use info::{Info, Overview, TeamInfo, find_visible, get, overview};
pub use list::{Listed, Question, SORT_COLUMNS, list};
pub use password::{NewPassword, change_password, hash_new_password, settle_password};
pub use update::update;

use serde_json::Value;

use super::{Caller, Refusal, Role, Rules, Why, parts};
use crate::model::actor::MASTER_USER;
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, users};

/// The shortest password that can be set.
const SHORTEST_PASSWORD: usize = 8;

/// The name by which an address is locked.
pub fn email_lock(email: &str) -> String {
    format!("user_email:{}", email.trim().to_lowercase())
}

/// Makes other changes that use this address wait for this one.
async fn lock_email(change: &mut Change, email: &str) -> Result<(), Refusal> {
    Ok(change.lock_name(&email_lock(email)).await?)
}

/// A user whom somebody else's request names for the first time: with the configured defaults, without a key.
pub async fn insert_internal_user(
    change: &mut Change,
    rules: &Rules,
    user_id: &str,
    email: Option<&str>,
) -> Result<Row, Refusal> {
    let defaults = rules.default_internal_user_params.as_object().cloned().unwrap_or_default();
    let duration = defaults.text("budget_duration");
    let mut row = blank(change, user_id);
    row.extend(crate::row! {
        "user_email": email,
        "user_role": defaults.text("user_role").unwrap_or(Role::InternalUser.as_str()),
        "models": defaults.texts("models"),
        "max_budget": defaults.value("max_budget"),
        "budget_duration": duration,
        "budget_reset_at": parts::budget_reset_at(rules, change.now(), duration),
    });
    Ok(change.insert(&table::USERS, row).await?)
}

/// Refuses an address that another user has. The caller holds the lock of the address.
async fn check_email_is_free(change: &mut Change, email: &str, own_id: Option<&str>) -> Result<(), Refusal> {
    match users::find_by_email(change.session(), email).await? {
        Some(user) if user.text("user_id") != own_id => {
            let stored = user.text("user_email").unwrap_or(email);
            Err(Refusal::error(Why::Conflict, format!("User with email {stored} already exists")))
        }
        _ => Ok(()),
    }
}

/// Nobody but an admin makes a user whose name the log uses for somebody else: the master key, or a key without a user.
pub(in crate::manage) fn check_id(by_admin: bool, user_id: &str) -> Result<(), Refusal> {
    if by_admin || (user_id != MASTER_USER && !user_id.starts_with("key:")) {
        return Ok(());
    }
    Err(Refusal::error(Why::Forbidden, format!("The user id {user_id} is reserved.")))
}

/// Only a proxy admin makes admins.
fn check_may_give_role(caller: &Caller, role: &str) -> Result<(), Refusal> {
    if caller.is_admin() || matches!(Role::parse(role), Role::InternalUser | Role::InternalUserViewer) {
        return Ok(());
    }
    let message = format!("Only proxy admins can create administrative users. Attempted role: {role}");
    Err(Refusal::error(Why::Forbidden, message))
}

/// Refuses what is too short to be a password.
fn check_new_password(password: &str) -> Result<(), Refusal> {
    if password.chars().count() >= SHORTEST_PASSWORD {
        return Ok(());
    }
    let message = format!("Password must be at least {SHORTEST_PASSWORD} characters long.");
    Err(Refusal::error(Why::Invalid, message))
}

/// What a new row has where nobody says otherwise, whichever database holds it.
fn blank(change: &Change, user_id: &str) -> Row {
    let now = change.now_text();
    crate::row! {
        "user_id": user_id,
        "teams": [],
        "models": [],
        "metadata": {},
        "allowed_cache_controls": [],
        "policies": [],
        "model_spend": {},
        "model_max_budget": {},
        "spend": 0.0,
        "created_at": now,
        "updated_at": now,
    }
}

/// What a client may see of a user's row.
pub fn without_password(mut user: Row) -> Row {
    user.shift_remove("password");
    user
}

/// Whether LiteLLM takes a member for not sent: null, and an empty list or object.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
