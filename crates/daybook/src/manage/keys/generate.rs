//! New keys: `/key/generate`, `/key/service-account/generate`.

use serde_json::{Value, json};

use super::budget;
use super::defaults::{self, Unset};
use super::permission::{self, Route};
use super::{alias, insert_key};
use crate::manage::callbacks::seal_callbacks;
use crate::manage::{Ask, Caller, Refusal, Rules, Why, parts};
use crate::model::duration::expires_at;
use crate::model::row::{Row, RowExt as _};
use crate::model::secret::hash_key;
use crate::model::table;
use crate::model::time;
use crate::store::{Change, Lock, by};

/// A key as its maker gets it: the only time that the raw key is shown.
#[derive(Debug)]
pub struct Generated {
    pub raw: String,
    pub row: Row,
    /// The budget that was made along with it.
    pub budget: Option<Row>,
}

/// Columns that hold what the request member of the same name says.
const COPIED: &[&str] = &[
    "key_alias",
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
    "budget_duration",
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

/// Makes a key. One that exists already is handed back as it stands: scripts that run again rely on it.
pub async fn generate(change: &mut Change, ask: &Ask) -> Result<Generated, Refusal> {
    create(change, ask, Route::Generate).await
}

/// Makes a key that belongs to a team and to no user.
pub async fn service_account(change: &mut Change, ask: &Ask) -> Result<Generated, Refusal> {
    let refuse = |message: &str| Err(Refusal::text(Why::Invalid, message));
    let Some(team_id) = ask.request.text("team_id") else {
        return refuse("team_id is required for service account keys. Please specify `team_id` in the request body.");
    };
    if change.find(&table::TEAMS, &by("team_id", team_id)).await?.is_none() {
        return refuse("team_id does not exist in the database. Please specify a valid `team_id` in the request body.");
    }
    let mut ask = ask.clone();
    let mut metadata = ask.request.object("metadata").cloned().unwrap_or_default();
    if metadata.value("service_account_id").is_null() {
        let id = ask.request.text("key_alias").map_or_else(|| change.new_id(), str::to_owned);
        metadata.insert("service_account_id".to_owned(), id.into());
    }
    ask.request.insert("metadata".to_owned(), Value::Object(metadata));
    ask.request.insert("user_id".to_owned(), Value::Null);
    create(change, &ask, Route::GenerateServiceAccount).await
}

async fn create(change: &mut Change, ask: &Ask, route: Route) -> Result<Generated, Refusal> {
    let mut request = ask.request.clone();
    budget::check_amounts(&request)?;
    // What the caller may is asked of what the caller said: the configuration's defaults are the admin's words.
    check_maker(change, ask, &mut request, route).await?;
    defaults::apply(&ask.rules, &mut request);
    defaults::bound(&ask.rules, &mut request, Unset::Bound)?;
    if route == Route::GenerateServiceAccount {
        request.insert("user_id".to_owned(), Value::Null);
    }
    budget::check_amounts(&request)?;
    if route == Route::GenerateServiceAccount {
        check_service_name(change, ask).await?;
    }
    let raw = match request.text("key") {
        Some(raw) => {
            check_raw_key(&ask.rules, raw)?;
            raw.to_owned()
        }
        None => change.new_key(),
    };
    let mut columns = columns(&ask.rules, change.now(), &request)?;
    hold_owner(change, &ask.caller, &request).await?;
    check_references(change, &ask.caller, &request).await?;
    let token = hash_key(&raw);
    if request.text("key").is_some() {
        change.lock_name(&format!("key:{token}")).await?;
        if let Some(row) = change.find(&table::KEYS, &by("token", &token)).await? {
            return Ok(Generated { raw, row, budget: None });
        }
    }
    if let Some(wanted) = request.text("key_alias") {
        alias::claim(change, wanted, None).await?;
    }
    let mut metadata = columns.object("metadata").cloned().unwrap_or_default();
    parts::check_changed_by_flag(ask.caller.is_admin(), &metadata)?;
    seal_callbacks(change, &ask.rules, &mut metadata)?;
    columns.insert("metadata".to_owned(), Value::Object(metadata));
    budget::check_guarantees(change, &columns).await?;

    let mut made = None;
    if let Some(soft_budget) = request.float("soft_budget") {
        let limits = crate::row! {
            "soft_budget": soft_budget,
            "model_max_budget": columns.get("model_max_budget").cloned().unwrap_or_else(|| json!({})),
        };
        let signature = ask.caller.signature().unwrap_or_else(|| ask.caller.principal.name());
        let budget = parts::insert_budget(change, None, limits, &signature).await?;
        columns.insert("budget_id".to_owned(), budget.value("budget_id"));
        made = Some(budget);
    }
    if let Some(wanted) = request.object("object_permission") {
        let id = parts::save_object_permission(change, wanted, None).await?;
        columns.insert("object_permission_id".to_owned(), id.into());
    }
    let row = insert_key(change, &raw, columns).await?;
    Ok(Generated { raw, row, budget: made })
}

/// The form of a key that the request brings along.
fn check_raw_key(rules: &Rules, raw: &str) -> Result<(), Refusal> {
    if rules.disable_custom_api_keys {
        let message = "Custom API key values are disabled by your administrator. Keys must be auto-generated.";
        return Err(Refusal::error(Why::Forbidden, message));
    }
    if !raw.starts_with("sk-") {
        let characters: Vec<char> = raw.chars().collect();
        let shown = match characters.len() {
            0..=8 => "****".to_owned(),
            length => {
                let text = |part: &[char]| part.iter().collect::<String>();
                format!("{}****{}", text(&characters[..4]), text(&characters[length - 4..]))
            }
        };
        let message = format!("Invalid key format. LiteLLM Virtual Key must start with 'sk-'. Received: {shown}");
        return Err(Refusal::error(Why::Invalid, message));
    }
    if raw.chars().count() < 16 {
        let message = "Invalid key format. LiteLLM Virtual Key must be at least 16 characters long.";
        return Err(Refusal::error(Why::Invalid, message));
    }
    if !rules.master_key_hash.is_empty() && hash_key(raw) == rules.master_key_hash {
        return Err(Refusal::error(Why::Invalid, "The master key cannot be a virtual key."));
    }
    Ok(())
}

/// Whether the caller may make this key; fills in the owner of a key that a user makes.
async fn check_maker(change: &mut Change, ask: &Ask, request: &mut Row, route: Route) -> Result<(), Refusal> {
    let caller = &ask.caller;
    let team = match request.text("team_id") {
        Some(team_id) => change.find(&table::TEAMS, &by("team_id", team_id)).await?,
        None => None,
    };
    defaults::check_settings(&ask.rules, caller, team.as_ref(), request)?;
    if caller.is_admin() {
        return Ok(());
    }
    if route == Route::Generate {
        match (request.text("user_id"), caller.user_id()) {
            (Some(wanted), own) if Some(wanted) != own => {
                return Err(Refusal::text(
                    Why::Forbidden,
                    format!(
                        "User can only create keys for themselves. Got user_id={wanted}, Your ID={}",
                        own.unwrap_or("None")
                    ),
                ));
            }
            (None, Some(own)) => {
                request.insert("user_id".to_owned(), own.into());
            }
            _ => {}
        }
    }
    if let Some(team_id) = request.text("team_id") {
        let Some(team) = &team else {
            return Err(Refusal::text(
                Why::Invalid,
                format!(
                    "Team not found for team_id={team_id}. Non-admin users cannot create keys for non-existent teams."
                ),
            ));
        };
        if !caller.administers_team(team) {
            // A service account's key acts for its team, which is whom the permission is given to.
            let own_team = caller.principal.service_account_id.is_some() && caller.team_id() == Some(team_id);
            if caller.team_role(team).is_none() && !own_team {
                let user = caller.user_id().unwrap_or("None");
                return Err(Refusal::text(Why::Invalid, format!("User={user} not assigned to team={team_id}")));
            }
            permission::check_member(team, route)?;
        }
    }
    permission::check_admin_members(caller, request, &Row::new())?;
    if route == Route::Generate {
        permission::check_service_account(caller, request, &Row::new())?;
    }
    let manages = team.as_ref().is_some_and(|team| caller.administers_team(team));
    permission::check_admin_metadata(caller, manages, request, &Row::new())?;
    // A key that begins below zero could spend more than its budget.
    parts::check_amount(request, "spend")?;
    check_own_budget(caller, request)
}

/// Holds the user whose key it is to be, so that a deletion of the user waits for the key, or the key for the deletion. A
/// caller who is gone by then makes no key; an admin may make one for an id that no user has.
pub(super) async fn hold_owner(change: &mut Change, caller: &Caller, request: &Row) -> Result<(), Refusal> {
    let Some(user_id) = request.text("user_id") else { return Ok(()) };
    let owner = change.find(&table::USERS, &by("user_id", user_id)).await?;
    let was_there = caller.user.as_ref().is_some_and(|user| user.text("user_id") == Some(user_id));
    if owner.is_none() && was_there && !caller.is_master() {
        return Err(Refusal::text(Why::Unauthorized, format!("User={user_id} has been deleted.")));
    }
    Ok(())
}

/// The log names a service account by its id, which therefore is nobody else's name.
async fn check_service_name(change: &mut Change, ask: &Ask) -> Result<(), Refusal> {
    let metadata = ask.request.object("metadata");
    let Some(name) = metadata.and_then(|metadata| metadata.text("service_account_id")) else { return Ok(()) };
    parts::check_reserved_name(name)?;
    if ask.caller.is_admin() {
        return Ok(());
    }
    match change.session().row(&table::USERS, &by("user_id", name), Lock::No).await? {
        Some(_) => Err(Refusal::error(
            Why::Invalid,
            format!("{name} is the id of a user. A service account needs a name of its own."),
        )),
        None => Ok(()),
    }
}

/// Nobody but an admin hands out more than their own key may spend.
pub(super) fn check_own_budget(caller: &Caller, request: &Row) -> Result<(), Refusal> {
    let own = caller.key.as_ref().and_then(|key| key.float("max_budget"));
    match (request.float("max_budget"), own) {
        (Some(wanted), Some(own)) if !caller.is_admin() && wanted > own => Err(Refusal::error(
            Why::Invalid,
            format!(
                "max_budget ({}) cannot exceed the caller's own max_budget ({}).",
                parts::python_float(wanted),
                parts::python_float(own)
            ),
        )),
        _ => Ok(()),
    }
}

/// What a key refers to must be there, and the caller must belong to its organization.
pub(super) async fn check_references(change: &mut Change, caller: &Caller, request: &Row) -> Result<(), Refusal> {
    if let Some(id) = request.text("organization_id") {
        if !caller.is_admin() && caller.organization_role(id).is_none() {
            return Err(Refusal::text(Why::Forbidden, format!("Caller is not a member of organization_id={id}")));
        }
        if change.find(&table::ORGANIZATIONS, &by("organization_id", id)).await?.is_none() {
            return Err(Refusal::text(
                Why::Invalid,
                format!(
                    "Organization doesn't exist in db. Organization={id}. Create organization via `/organization/new` \
                     call."
                ),
            ));
        }
    }
    if let Some(id) = request.text("budget_id") {
        budget::check_budget_exists(change, id).await?;
    }
    if let Some(id) = request.text("project_id")
        && change.find(&table::PROJECTS, &by("project_id", id)).await?.is_none()
    {
        return Err(Refusal::error(Why::Invalid, format!("Project not found, passed project_id={id}")));
    }
    Ok(())
}

/// The columns of a new key, without what the database has to be asked for.
pub fn columns(rules: &Rules, now: jiff::Timestamp, request: &Row) -> Result<Row, Refusal> {
    let mut columns = Row::new();
    for name in COPIED {
        if let Some(value) = request.get(*name).filter(|value| !value.is_null()) {
            columns.insert((*name).to_owned(), value.clone());
        }
    }
    let metadata = request.object("metadata").cloned().unwrap_or_default();
    columns.insert("metadata".to_owned(), Value::Object(parts::merge_metadata(metadata, request)));
    if let Some(budgets) = request.object("model_max_budget") {
        columns.insert("model_max_budget".to_owned(), Value::Object(budget::model_budgets(budgets)?));
    }
    if let Some(duration) = request.text("duration") {
        columns.insert("expires".to_owned(), after(now, duration)?);
    }
    columns.insert("budget_reset_at".to_owned(), parts::budget_reset_at(rules, now, request.text("budget_duration")));
    if !request.value("budget_limits").is_null() {
        columns.insert("budget_limits".to_owned(), parts::budget_limits(rules, now, request)?);
    }
    if let (Some(true), Some(interval)) = (request.flag("auto_rotate"), request.text("rotation_interval")) {
        columns.insert("key_rotation_at".to_owned(), after(now, interval)?);
    }
    let key_type = request.text("key_type").unwrap_or("default");
    columns.insert("key_type".to_owned(), key_type.into());
    if let Some(routes) = preset_routes(key_type) {
        columns.insert("allowed_routes".to_owned(), json!([routes]));
    }
    Ok(columns)
}

/// The routes that a type of key is restricted to.
pub(super) fn preset_routes(key_type: &str) -> Option<&'static str> {
    match key_type {
        "management" => Some("management_routes"),
        "read_only" => Some("info_routes"),
        "llm_api" => Some("llm_api_routes"),
        _ => None,
    }
}

/// The instant so much later, in the wire form; what is no duration is refused in LiteLLM's words.
pub(super) fn after(now: jiff::Timestamp, duration: &str) -> Result<Value, Refusal> {
    match expires_at(now, duration) {
        Ok(instant) => Ok(Value::String(time::wire(instant))),
        Err(error) => Err(Refusal::text(Why::Invalid, error.to_string())),
    }
}
