//! `POST /user/update`: changes one user, and makes the row when an admin names one that does not exist.

use serde_json::{Value, json};

use super::{blank, check_email_is_free, check_may_give_role, check_new_password, is_nothing, lock_email};
use crate::manage::{Ask, Caller, Refusal, Why, keys, parts};
use crate::model::entry::Action;
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by, users};

/// Members that can be cleared with null; of the others LiteLLM takes null and empty for not sent.
const CLEARABLE: &[&str] =
    &["max_budget", "budget_duration", "tpm_limit", "rpm_limit", "model_max_budget", "object_permission"];

/// Members that become columns as they are.
const COLUMNS: &[&str] = &[
    "user_alias",
    "user_email",
    "user_role",
    "team_id",
    "models",
    "spend",
    "max_budget",
    "max_parallel_requests",
    "tpm_limit",
    "rpm_limit",
    "budget_duration",
    "allowed_cache_controls",
    "model_max_budget",
];

/// What users may change of themselves.
const OWN: &[&str] = &["user_id", "user_email", "user_alias", "password"];

/// Changes the user that `user_id`, else `user_email`, names. Gives the row as it then is. `hash` is what
/// [`super::hash_new_password`] has made of the request's password, before the change began.
pub async fn update(change: &mut Change, ask: &Ask, hash: Option<&str>) -> Result<Row, Refusal> {
    let request = meant(&ask.request);
    check(&request)?;
    let email = request.text("user_email").map(str::to_owned);
    // Before any row: two changes that lock the one and then the other must do so in the same order.
    if let Some(email) = &email {
        lock_email(change, email).await?;
    }
    let before = find_named(change, &request).await?;
    check_permission(&ask.caller, &request, before.as_ref())?;
    if let Some(email) = &email {
        check_email_is_free(change, email, before.as_ref().and_then(|user| user.text("user_id"))).await?;
    }
    match before {
        Some(before) => update_row(change, ask, &request, hash, &before).await,
        None => insert(change, ask, &request, hash).await,
    }
}

async fn insert(change: &mut Change, ask: &Ask, request: &Row, hash: Option<&str>) -> Result<Row, Refusal> {
    let user_id = request.text("user_id").map_or_else(|| change.new_id(), str::to_owned);
    let mut row = blank(change, &user_id);
    row.extend(columns(change, ask, request, &row).await?);
    row.extend(password(request, hash)?);
    Ok(change.insert_as(Action::Updated, &table::USERS, row).await?)
}

async fn update_row(
    change: &mut Change,
    ask: &Ask,
    request: &Row,
    hash: Option<&str>,
    before: &Row,
) -> Result<Row, Refusal> {
    let user_id = before.text("user_id").unwrap_or_default();
    let mut values = columns(change, ask, request, before).await?;
    values.extend(password(request, hash)?);
    // The address that named the row does not rewrite it in another case.
    if request.text("user_id").is_none() {
        values.shift_remove("user_email");
    }
    let new_password = values.contains_key("password");
    values.insert("updated_at".to_owned(), change.now_text().into());
    let updated = change.update(&table::USERS, &by("user_id", user_id), values).await?;
    if new_password {
        revoke_sessions(change, user_id, None).await?;
    }
    Ok(updated.map_or_else(|| before.clone(), |updated| updated.now))
}

/// The members that LiteLLM acts upon.
pub(super) fn meant(request: &Row) -> Row {
    request
        .iter()
        .filter(|(name, value)| CLEARABLE.contains(&name.as_str()) || !is_nothing(value))
        .filter(|(name, value)| !(matches!(name.as_str(), "user_email" | "user_id" | "password") && **value == ""))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

pub(super) fn check(request: &Row) -> Result<(), Refusal> {
    parts::check_amount(request, "max_budget")?;
    parts::check_amount(request, "spend")?;
    parts::check_budget_duration(request, "budget_duration")
}

async fn find_named(change: &mut Change, request: &Row) -> Result<Option<Row>, Refusal> {
    if let Some(user_id) = request.text("user_id") {
        return Ok(change.find(&table::USERS, &by("user_id", user_id)).await?);
    }
    let Some(email) = request.text("user_email") else {
        return Err(Refusal::error(Why::Invalid, "Either user id or user email must be provided"));
    };
    match users::find_by_email(change.session(), email).await? {
        Some(user) => Ok(change.find(&table::USERS, &by("user_id", user.text("user_id").unwrap_or_default())).await?),
        None => Ok(None),
    }
}

fn check_permission(caller: &Caller, request: &Row, before: Option<&Row>) -> Result<(), Refusal> {
    if caller.is_admin() {
        return Ok(());
    }
    let Some(before) = before else {
        let named = request.text("user_id").or(request.text("user_email")).unwrap_or_default();
        return Err(Refusal::error(Why::NotFound, format!("User not found: {named}")));
    };
    if before.text("user_id") != caller.user_id() {
        let message = "User does not have permission to update this user. Only PROXY_ADMIN can update other users.";
        return Err(Refusal::error(Why::Forbidden, message));
    }
    if request.contains_key("user_role") {
        return Err(Refusal::error(Why::Forbidden, "Only proxy admins can modify user roles."));
    }
    match request.keys().find(|name| !OWN.contains(&name.as_str())) {
        Some(name) => {
            let message =
                format!("Non-admin users cannot modify '{name}' on their own record. Contact your proxy admin.");
            Err(Refusal::error(Why::Forbidden, message))
        }
        None => Ok(()),
    }
}

/// What the row gets, but for the [`password`].
pub(super) async fn columns(change: &mut Change, ask: &Ask, request: &Row, before: &Row) -> Result<Row, Refusal> {
    let mut values = Row::new();
    for name in COLUMNS {
        if let Some(value) = request.get(*name) {
            values.insert((*name).to_owned(), value.clone());
        }
    }
    if let Some(role) = request.text("user_role") {
        check_may_give_role(&ask.caller, role)?;
    }
    if values.get("model_max_budget") == Some(&Value::Null) {
        values.insert("model_max_budget".to_owned(), json!({}));
    }
    if let Some(duration) = request.get("budget_duration") {
        let reset = parts::budget_reset_at(&ask.rules, change.now(), duration.as_str());
        values.insert("budget_reset_at".to_owned(), reset);
    }
    if request.contains_key("metadata") || parts::sends_metadata_fields(request) {
        let base = request.object("metadata").or(before.object("metadata")).cloned().unwrap_or_default();
        values.insert("metadata".to_owned(), Value::Object(parts::merge_metadata(base, request)));
    }
    match request.get("object_permission") {
        Some(Value::Object(wanted)) => {
            let id = parts::save_object_permission(change, wanted, before.text("object_permission_id")).await?;
            values.insert("object_permission_id".to_owned(), id.into());
        }
        Some(_) => drop(values.insert("object_permission_id".to_owned(), Value::Null)),
        None => {}
    }
    Ok(values)
}

/// The columns of a password that the request sets.
fn password(request: &Row, hash: Option<&str>) -> Result<Row, Refusal> {
    let Some(password) = request.text("password") else { return Ok(Row::new()) };
    check_new_password(password)?;
    let hash = hash.ok_or_else(|| Refusal::text(Why::Internal, "The password was not hashed."))?;
    // Somebody else knows this password.
    Ok(crate::row! { "password": hash, "password_reset_required": true })
}

/// Ends the user's sessions of the dashboard, but not the one that asks.
pub(super) async fn revoke_sessions(change: &mut Change, user_id: &str, but: Option<&str>) -> Result<(), Refusal> {
    let mut tokens: Vec<String> = crate::store::keys::list_by_user(change.session(), user_id)
        .await?
        .iter()
        .filter(|key| key.text("team_id") == Some(users::SESSION_TEAM))
        .filter_map(|key| key.text("token"))
        .filter(|token| Some(*token) != but)
        .map(str::to_owned)
        .collect();
    tokens.sort();
    for token in tokens {
        keys::archive_key(change, &token).await?;
    }
    Ok(())
}
