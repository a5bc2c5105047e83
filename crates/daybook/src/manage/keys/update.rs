//! Changes to a key: `/key/update` and what the bulk endpoints and `/key/regenerate` share with it.

use serde_json::{Value, json};

use super::defaults::{self, Unset};
use super::generate::{after, check_own_budget, check_references, hold_owner, preset_routes};
use super::permission::{self, Route, Standing};
use super::{alias, budget, empty_columns, not_found};
use crate::manage::callbacks::seal_callbacks_over;
use crate::manage::{self, Ask, Caller, Refusal, Why, parts};
use crate::model::row::{Row, RowExt as _};
use crate::model::secret::token_of;
use crate::model::table;
use crate::store::{Change, budgets, by, keys, teams};

/// Columns that hold what the request member of the same name says; null clears them.
const COPIED: &[&str] = &[
    "models",
    "spend",
    "max_budget",
    "user_id",
    "team_id",
    "agent_id",
    "max_parallel_requests",
    "tpm_limit",
    "rpm_limit",
    "tpd_limit",
    "allowed_cache_controls",
    "config",
    "permissions",
    "budget_fallbacks",
    "blocked",
    "aliases",
    "budget_id",
    "allowed_routes",
    "router_settings",
    "access_group_ids",
    "organization_id",
    "project_id",
    "auto_rotate",
    "rotation_interval",
];

/// Members that decide what a key may spend, and whether it may at all: its user does not set them.
const ADMIN_MEMBERS: &[&str] = &[
    "blocked",
    "organization_id",
    "max_budget",
    "soft_budget",
    "spend",
    "budget_duration",
    "budget_limits",
    "budget_id",
    "model_max_budget",
    "budget_fallbacks",
    "temp_budget_increase",
    "temp_budget_expiry",
];

/// Changes the key that `key` names, else the one that `key_alias` names. Gives the key as it was named and its row.
pub async fn update(change: &mut Change, ask: &Ask) -> Result<(String, Row), Refusal> {
    update_within(change, ask, None).await
}

/// [`update`], for the keys of the team that `of_team` names: any other key is one that is not there.
pub async fn update_of_team(change: &mut Change, ask: &Ask) -> Result<(String, Row), Refusal> {
    update_within(change, ask, Some(ask.request.text("of_team").unwrap_or_default())).await
}

async fn update_within(change: &mut Change, ask: &Ask, team_id: Option<&str>) -> Result<(String, Row), Refusal> {
    let mut request = ask.request.clone();
    defaults::bound(&ask.rules, &mut request, Unset::Leave)?;
    budget::check_amounts(&request)?;
    let (named, token) = match (request.text("key"), request.text("key_alias")) {
        (Some(key), _) => (key.to_owned(), token_of(key)),
        (None, wanted) => {
            let token = only_one(change, wanted.unwrap_or_default()).await?;
            // The alias says which key; it is not a new one.
            request.shift_remove("key_alias");
            (token.clone(), token)
        }
    };
    let found = change.find(&table::KEYS, &by("token", &token)).await?;
    let Some(key) = found.filter(|key| team_id.is_none() || key.text("team_id") == team_id) else {
        return Err(not_found("key", "Key not found."));
    };
    let standing = permission::check_change(change.session(), &ask.caller, &key, Route::Update).await?;
    let values = values(change, ask, standing, &key, &request).await?;
    Ok((named, save(change, ask, &token, values).await?))
}

/// Writes columns of a key, with its bookkeeping.
pub(super) async fn save(change: &mut Change, ask: &Ask, token: &str, mut values: Row) -> Result<Row, Refusal> {
    values.extend(bookkeeping(change, ask));
    match change.update(&table::KEYS, &by("token", token), values).await? {
        Some(updated) => Ok(updated.now),
        None => Err(not_found("key", "Key not found.")),
    }
}

/// What every change of a key sets besides.
pub(super) fn bookkeeping(change: &Change, ask: &Ask) -> Row {
    let now = change.now_text();
    crate::row! { "updated_at": now, "updated_by": ask.caller.signature(), "settings_updated_at": now }
}

async fn only_one(change: &mut Change, wanted: &str) -> Result<String, Refusal> {
    let found = keys::list_by_alias(change.session(), wanted).await?;
    match found.as_slice() {
        [] => Err(not_found("key_alias", format!("Key not found. No key with key_alias='{wanted}'."))),
        [key] => Ok(key.text("token").unwrap_or_default().to_owned()),
        _ => Err(Refusal::proxy(
            Why::Invalid,
            "bad_request_error",
            Some("key_alias"),
            format!("Multiple keys share key_alias='{wanted}', so it cannot be used as an identifier."),
        )),
    }
}

/// The columns that a request changes. Writes the rows that belong to the key (its budget, its object permission).
pub(super) async fn values(
    change: &mut Change,
    ask: &Ask,
    standing: Standing,
    key: &Row,
    request: &Row,
) -> Result<Row, Refusal> {
    let caller = &ask.caller;
    check_allowed(caller, standing, key, request)?;
    if request.value("user_id") != key.value("user_id") {
        hold_owner(change, caller, request).await?;
    }
    check_references(change, caller, request).await?;
    if let Some(wanted) = request.text("key_alias") {
        alias::claim(change, wanted, key.text("token")).await?;
    }
    let mut values = columns(ask, change.now(), key, request)?;
    if let Some(metadata) = values.get_mut("metadata").and_then(Value::as_object_mut) {
        let stored = key.object("metadata").cloned().unwrap_or_default();
        seal_callbacks_over(change, &ask.rules, metadata, &stored)?;
    }
    let mut wanted = key.clone();
    wanted.extend(values.clone());
    if request.contains_key("team_id") && request.value("team_id") != key.value("team_id") {
        check_team(change, caller, key, &wanted).await?;
    }
    if ["tpm_limit", "rpm_limit", "tpm_limit_type", "rpm_limit_type", "metadata", "team_id", "organization_id"]
        .iter()
        .any(|name| request.contains_key(*name))
    {
        budget::check_guarantees(change, &wanted).await?;
    }
    if let Some(soft_budget) = request.get("soft_budget")
        && let Some(id) = save_soft_budget(change, caller, key, &wanted, soft_budget).await?
    {
        values.insert("budget_id".to_owned(), id.into());
    }
    if let Some(permission) = request.object("object_permission") {
        let id = parts::save_object_permission(change, permission, key.text("object_permission_id")).await?;
        values.insert("object_permission_id".to_owned(), id.into());
    }
    Ok(values)
}

fn check_allowed(caller: &Caller, standing: Standing, key: &Row, request: &Row) -> Result<(), Refusal> {
    if caller.is_admin() {
        return Ok(());
    }
    if let Some(wanted) = request.get("user_id").filter(|wanted| **wanted != key.value("user_id")) {
        return Err(match wanted.as_str() {
            None => Refusal::text(Why::Forbidden, "Non-admin users cannot remove the user_id from a key."),
            Some(wanted) => Refusal::error(
                Why::Forbidden,
                format!(
                    "Non-admin caller is not allowed to rebind the key from user={} to user={wanted}",
                    key.text("user_id").unwrap_or("None")
                ),
            ),
        });
    }
    if standing > Standing::TeamAdmin
        && let Some(name) =
            ADMIN_MEMBERS.iter().find(|name| request.contains_key(**name) && differs(key, request, name))
    {
        return Err(Refusal::error(
            Why::Forbidden,
            format!("Only proxy admins, team admins, or org admins can change `{name}` of a key."),
        ));
    }
    if request.contains_key("organization_id") && differs(key, request, "organization_id") {
        // Neither out of an organization nor into one, but by whoever administers both.
        let administers = |row: &Row| row.text("organization_id").is_none_or(|id| caller.is_org_admin(id));
        if request.text("organization_id").is_none() || !administers(key) || !administers(request) {
            let message = "Only proxy admins, and admins of both organizations, can move a key between organizations.";
            return Err(Refusal::text(Why::Forbidden, message));
        }
    }
    permission::check_admin_members(caller, request, key)?;
    permission::check_service_account(caller, request, key)?;
    permission::check_admin_metadata(caller, standing <= Standing::TeamAdmin, request, key)?;
    check_own_budget(caller, request)
}

/// A member that is sent with the value it has already changes nothing.
fn differs(key: &Row, request: &Row, name: &str) -> bool {
    let (stored, wanted) = (key.value(name), request.value(name));
    stored != wanted && (stored.as_f64().is_none() || stored.as_f64() != wanted.as_f64())
}

fn columns(ask: &Ask, now: jiff::Timestamp, key: &Row, request: &Row) -> Result<Row, Refusal> {
    let mut columns = Row::new();
    for name in COPIED.iter().copied().chain(["key_alias"]) {
        if let Some(value) = request.get(name) {
            columns.insert(name.to_owned(), value.clone());
        }
    }
    // What cannot be null is emptied; an amount spent is not forgotten.
    for (name, empty) in empty_columns() {
        if columns.get(name).is_some_and(Value::is_null) {
            columns.insert(name.to_owned(), empty);
        }
    }
    if columns.get("spend").is_some_and(Value::is_null) {
        columns.shift_remove("spend");
    }
    if request.contains_key("metadata") || parts::sends_metadata_fields(request) {
        columns.insert("metadata".to_owned(), Value::Object(metadata(ask, key, request)?));
    }
    if let Some(budgets) = request.get("model_max_budget") {
        let budgets = budgets.as_object().cloned().unwrap_or_default();
        columns.insert("model_max_budget".to_owned(), Value::Object(budget::model_budgets(&budgets)?));
    }
    if let Some(duration) = request.get("duration") {
        let expires = match duration.as_str() {
            None | Some("-1") => Value::Null,
            Some(duration) => after(now, duration)?,
        };
        columns.insert("expires".to_owned(), expires);
    }
    if let Some(duration) = request.get("budget_duration") {
        columns.insert("budget_duration".to_owned(), duration.clone());
        columns.insert("budget_reset_at".to_owned(), parts::budget_reset_at(&ask.rules, now, duration.as_str()));
    }
    if let Some(limits) = request.get("budget_limits") {
        let limits = if limits.is_null() { Value::Null } else { parts::budget_limits(&ask.rules, now, request)? };
        columns.insert("budget_limits".to_owned(), limits);
    }
    if request.contains_key("auto_rotate") || request.contains_key("rotation_interval") {
        let get = |name: &str| columns.get(name).cloned().unwrap_or_else(|| key.value(name));
        let at = match (get("auto_rotate").as_bool(), get("rotation_interval").as_str()) {
            (Some(true), Some(interval)) => after(now, interval)?,
            _ => Value::Null,
        };
        columns.insert("key_rotation_at".to_owned(), at);
    }
    if let Some(key_type) = request.text("key_type") {
        columns.insert("key_type".to_owned(), key_type.into());
        if let Some(routes) = preset_routes(key_type) {
            columns.insert("allowed_routes".to_owned(), json!([routes]));
        }
    }
    Ok(columns)
}

/// The metadata after the change: what was sent replaces the old, the members kept in it are merged in.
fn metadata(ask: &Ask, key: &Row, request: &Row) -> Result<Row, Refusal> {
    let stored = key.object("metadata").cloned().unwrap_or_default();
    let base = match request.get("metadata") {
        Some(sent) => sent.as_object().cloned().unwrap_or_default(),
        None => stored.clone(),
    };
    let metadata = parts::merge_metadata(base, request);
    if let Some(id) = stored.get("service_account_id").filter(|id| !id.is_null())
        && metadata.get("service_account_id") != Some(id)
    {
        let message = "service_account_id is immutable once set and cannot be changed via update.";
        return Err(Refusal::text(Why::Invalid, message));
    }
    parts::check_changed_by_flag(ask.caller.is_admin(), &metadata)?;
    Ok(metadata)
}

/// A key that goes to another team must fit there. `wanted` is the row as it will be.
async fn check_team(change: &mut Change, caller: &Caller, key: &Row, wanted: &Row) -> Result<(), Refusal> {
    let forbidden = |message: String| Err(Refusal::text(Why::Forbidden, message));
    if let Some(old_id) = key.text("team_id")
        && !caller.is_admin()
    {
        let old = change.find(&table::TEAMS, &by("team_id", old_id)).await?;
        if !old.is_some_and(|old| caller.administers_team(&old)) {
            return forbidden(not_team_admin(caller, old_id));
        }
    }
    let Some(team_id) = wanted.text("team_id") else {
        // Out of its team a key would be under nobody's budget and models.
        return match key.text("team_id") {
            Some(_) if !caller.is_admin() => forbidden("Only proxy admins can take a key out of its team.".to_owned()),
            _ => Ok(()),
        };
    };
    let Some(team) = change.find(&table::TEAMS, &by("team_id", team_id)).await? else {
        return Err(Refusal::error(
            Why::NotFound,
            format!("Team doesn't exist in db. Team={team_id}. Create team via `/team/new` call."),
        ));
    };
    // A member brings a key along when the team lets its members change keys.
    let may_bring = caller.team_role(&team).is_some() && permission::members_may(&team, Route::Update.path());
    if !may_bring && !caller.administers_team(&team) {
        return forbidden(not_team_admin(caller, team_id));
    }
    if let Some(user_id) = wanted.text("user_id")
        && !team.list("members_with_roles").iter().any(|member| member["user_id"] == user_id)
    {
        return forbidden(format!(
            "User={user_id} is not a member of the team={team_id}. Check team members via `/team/info`."
        ));
    }
    let models = team.texts("models");
    if !models.is_empty() && !models.iter().any(|model| model == "all-proxy-models") {
        let foreign =
            wanted.texts("models").into_iter().find(|model| model != "all-team-models" && !models.contains(model));
        if let Some(model) = foreign {
            return forbidden(format!("Team={team_id} does not have access to model={model}."));
        }
    }
    for column in ["tpm_limit", "rpm_limit"] {
        if let (Some(limit), Some(most)) = (wanted.int(column), team.int(column))
            && limit > most
        {
            let token = key.text("token").unwrap_or_default();
            return forbidden(format!(
                "Key={token} has a {column}={limit} which is greater than the team's {column}={most}."
            ));
        }
    }
    Ok(())
}

fn not_team_admin(caller: &Caller, team_id: &str) -> String {
    format!(
        "User={} is not a Proxy Admin or Team Admin for team={team_id}. Please ask your Proxy Admin to allow this action \
         under 'Member Permissions' for this team.",
        caller.user_id().unwrap_or("None")
    )
}

/// Sets the soft budget in the key's own budget row. Gives the id of one that had to be made: a budget that others use, or
/// that the key is only now given, is copied, because nobody else gets this limit.
async fn save_soft_budget(
    change: &mut Change,
    caller: &Caller,
    key: &Row,
    wanted: &Row,
    soft_budget: &Value,
) -> Result<Option<String>, Refusal> {
    let signature = caller.signature().unwrap_or_else(|| caller.principal.name());
    let current = match wanted.text("budget_id") {
        Some(id) => change.find(&table::BUDGETS, &by("budget_id", id)).await?,
        None => None,
    };
    if let Some(budget) = current {
        let id = budget.text("budget_id").unwrap_or_default();
        if budget.value("soft_budget") == *soft_budget {
            return Ok(None);
        }
        let is_own = key.text("budget_id") == Some(id)
            && budgets::list_references(change.session(), id).await?.len() <= 1
            && teams::list_sharing_budget(change.session(), id).await?.is_empty();
        if is_own || caller.is_admin() {
            let values = crate::row! {
                "soft_budget": soft_budget, "updated_at": change.now_text(), "updated_by": signature,
            };
            change.update(&table::BUDGETS, &by("budget_id", id), values).await?;
            return Ok(None);
        }
        let mut limits: Row = manage::budgets::COLUMNS
            .iter()
            .chain(&["budget_reset_at"])
            .map(|name| ((*name).to_owned(), budget.value(name)))
            .collect();
        limits.insert("soft_budget".to_owned(), soft_budget.clone());
        let copy = parts::insert_budget(change, None, limits, &signature).await?;
        return Ok(copy.text("budget_id").map(str::to_owned));
    }
    if soft_budget.is_null() {
        return Ok(None);
    }
    let limits = crate::row! { "soft_budget": soft_budget, "model_max_budget": wanted.value("model_max_budget") };
    let budget = parts::insert_budget(change, None, limits, &signature).await?;
    Ok(budget.text("budget_id").map(str::to_owned))
}
