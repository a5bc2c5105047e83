//! Virtual keys: who may make and change them, what they default to, what a change brings with it.
//!
//! A raw key passes through [`insert_key`] and [`regenerate`] and is forgotten there: rows, entries and logs know its hash
//! (`token`) and its last four characters (`key_name`).

mod alias;
mod block;
mod budget;
mod bulk;
pub(in crate::manage) mod defaults;
mod delete;
pub mod generate;
pub mod info;
pub mod list;
pub mod permission;
mod regenerate;
mod reset_spend;
mod update;

use serde_json::json;

use super::{Caller, Refusal, Why};
use crate::model::actor::MASTER_USER;
use crate::model::row::Row;
use crate::model::secret::{hash_key, key_name};
use crate::model::table;
use crate::store::{Change, by};

pub(in crate::manage) use alias::claim as claim_alias;
pub use block::{block, unblock};
pub use bulk::{MAX_BULK, check_bulk, team_keys};
pub use delete::{Deleted, delete};
pub use generate::{Generated, generate, service_account};
pub use regenerate::regenerate;
pub use reset_spend::reset_spend;
pub use update::{update, update_of_team};

/// Keys of the dashboard's logins belong to this team; no list shows them.
pub const DASHBOARD_TEAM: &str = "litellm-dashboard";

/// Inserts a key row: `columns`, and what every key has. The raw key is hashed here and goes no further.
pub async fn insert_key(change: &mut Change, raw: &str, columns: Row) -> Result<Row, Refusal> {
    let now = change.now_text();
    let principal = &change.actor().principal;
    let signature = if principal.is_master { Some(MASTER_USER.to_owned()) } else { principal.user_id.clone() };
    let mut row = crate::row! {
        "token": hash_key(raw),
        "key_name": key_name(raw),
        "created_at": now,
        "created_by": signature,
        "updated_at": now,
        "updated_by": signature,
    };
    for (name, empty) in empty_columns() {
        row.insert(name.to_owned(), empty);
    }
    row.extend(columns);
    Ok(change.insert(&table::KEYS, row).await?)
}

/// Removes a key and keeps its last state in the archive; `None` when there is no such key.
pub async fn archive_key(change: &mut Change, token: &str) -> Result<Option<Row>, Refusal> {
    Ok(change.archive(&table::KEYS, &by("token", token), &table::DELETED_KEYS, Row::new()).await?)
}

/// Columns that are never null, and what they hold instead.
pub fn empty_columns() -> impl Iterator<Item = (&'static str, serde_json::Value)> {
    let lists = ["models", "allowed_cache_controls", "allowed_routes", "policies", "access_group_ids"];
    let objects =
        ["aliases", "config", "permissions", "metadata", "model_max_budget", "budget_fallbacks", "router_settings"];
    lists.into_iter().map(|name| (name, json!([]))).chain(objects.into_iter().map(|name| (name, json!({}))))
}

/// A key as a message shows it: of a raw one only what everybody may see.
fn shown(key: &str) -> String {
    if key.starts_with("sk-") { key_name(key) } else { key.to_owned() }
}

/// The refusal for a key that is not there.
pub fn not_found(param: &str, message: impl Into<String>) -> Refusal {
    Refusal::proxy(Why::NotFound, "not_found_error", Some(param), message)
}

/// What only proxy admins say of a new key, for those that come along with something else.
pub(in crate::manage) fn check_said(caller: &Caller, request: &Row) -> Result<(), Refusal> {
    permission::check_admin_members(caller, request, &Row::new())?;
    permission::check_service_account(caller, request, &Row::new())?;
    permission::check_admin_metadata(caller, false, request, &Row::new())
}
