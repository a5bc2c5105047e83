//! Rows of teams, memberships and budgets in the shapes of LiteLLM's responses.
//!
//! A team has two: the model ([`team`], with defaults for what is null) and the row as the database has it ([`raw_team`]).

use daybook::manage::teams::{Added, Info, Listed};
use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

use crate::api::key::shape as key;
use crate::api::shape::{list, pick};
use crate::api::user::shape as user;

const TEAM: &[&str] = &[
    "team_alias",
    "team_id",
    "organization_id",
    "admins",
    "members",
    "members_with_roles",
    "team_member_permissions",
    "metadata",
    "tpm_limit",
    "rpm_limit",
    "tpd_limit",
    "max_budget",
    "soft_budget",
    "budget_duration",
    "budget_limits",
    "models",
    "blocked",
    "router_settings",
    "access_group_ids",
    "default_team_member_models",
    "spend",
    "max_parallel_requests",
    "budget_reset_at",
    "model_id",
    "model_spend",
    "model_max_budget",
    "policies",
    "allow_team_guardrail_config",
    "litellm_model_table",
    "object_permission",
    "object_permission_id",
    "updated_at",
    "created_at",
];

const RAW_TEAM: &[&str] = &[
    "team_id",
    "team_alias",
    "organization_id",
    "object_permission_id",
    "admins",
    "members",
    "members_with_roles",
    "metadata",
    "max_budget",
    "soft_budget",
    "spend",
    "models",
    "max_parallel_requests",
    "tpm_limit",
    "rpm_limit",
    "tpd_limit",
    "budget_duration",
    "budget_reset_at",
    "blocked",
    "created_at",
    "updated_at",
    "model_spend",
    "model_max_budget",
    "router_settings",
    "team_member_permissions",
    "access_group_ids",
    "policies",
    "default_team_member_models",
    "budget_limits",
    "model_id",
    "allow_team_guardrail_config",
    "litellm_organization_table",
    "litellm_model_table",
    "object_permission",
    "projects",
];

/// Array columns that may be NULL and read as empty.
const LISTS: &[&str] = &["admins", "members", "models"];

/// LiteLLM's `LiteLLM_TeamTable`.
pub fn team(row: &Row) -> Row {
    let mut shown = pick(row, TEAM);
    fill_lists(&mut shown);
    let members: Vec<Value> = row.list("members_with_roles").iter().filter_map(Value::as_object).map(member).collect();
    shown.insert("members_with_roles".to_owned(), members.into());
    if let Some(aliases) = row.object("litellm_model_table") {
        let aliases = json!({
            "id": aliases.value("id"),
            "model_aliases": aliases.value("aliases"),
            "created_by": aliases.value("created_by"),
            "updated_by": aliases.value("updated_by"),
            "team": null,
        });
        shown.insert("litellm_model_table".to_owned(), aliases);
    }
    shown
}

/// The row as LiteLLM's database client gives it, relations included.
pub fn raw_team(row: &Row) -> Row {
    let mut shown = pick(row, RAW_TEAM);
    fill_lists(&mut shown);
    if row.object("members_with_roles").is_some() {
        shown.insert("members_with_roles".to_owned(), json!([]));
    }
    if let Some(aliases) = row.object("litellm_model_table") {
        let aliases = json!({
            "id": aliases.value("id"),
            "model_aliases": aliases.value("aliases"),
            "created_at": aliases.value("created_at"),
            "created_by": aliases.value("created_by"),
            "updated_at": aliases.value("updated_at"),
            "updated_by": aliases.value("updated_by"),
            "team": null,
        });
        shown.insert("litellm_model_table".to_owned(), aliases);
    }
    shown
}

fn fill_lists(row: &mut Row) {
    for name in LISTS {
        if row.value(name).is_null() {
            row.insert((*name).to_owned(), json!([]));
        }
    }
}

/// An entry of a roster.
fn member(row: &Row) -> Value {
    Value::Object(pick(row, &["user_id", "user_email", "role"]))
}

const BUDGET: &[&str] = &[
    "budget_id",
    "soft_budget",
    "max_budget",
    "max_parallel_requests",
    "tpm_limit",
    "rpm_limit",
    "tpd_limit",
    "model_max_budget",
    "budget_duration",
    "allowed_models",
    "temp_budget_increase",
    "temp_budget_expiry",
    "budget_reset_at",
    "created_at",
];

/// LiteLLM's `LiteLLM_BudgetTableFull`.
pub fn budget(row: &Row) -> Row {
    let mut shown = pick(row, BUDGET);
    if shown.value("allowed_models").is_null() {
        shown.insert("allowed_models".to_owned(), json!([]));
    }
    shown
}

const MEMBERSHIP: &[&str] = &["user_id", "team_id", "budget_id", "spend", "total_spend", "litellm_budget_table"];

/// LiteLLM's `LiteLLM_TeamMembership`.
pub fn membership(row: &Row) -> Row {
    let mut shown = pick(row, MEMBERSHIP);
    if let Some(of_member) = row.object("litellm_budget_table") {
        shown.insert("litellm_budget_table".to_owned(), budget(of_member).into());
    }
    shown
}

/// The answer of `/team/{team_id}/members/me`.
pub fn my_membership(row: &Row) -> Row {
    let mut shown = membership(row);
    shown.extend(pick(row, &["role", "user_email", "team_alias"]));
    shown
}

/// The answer of `/team/member_add`.
pub fn added(added: &Added) -> Row {
    let mut shown = team(&added.team);
    shown.insert("updated_users".to_owned(), list(added.users.iter().map(user::listed)));
    shown.insert("updated_team_memberships".to_owned(), list(added.memberships.iter().map(membership)));
    shown
}

/// What a team has through access groups, which only the data plane resolves.
const ACCESS_GROUPS: &[&str] =
    &["access_group_models", "access_group_mcp_server_ids", "access_group_agent_ids", "access_group_skill_names"];

/// An element of `/team/list`.
pub fn listed(listed: &Listed) -> Row {
    let mut shown = team(&listed.team);
    shown.insert("team_memberships".to_owned(), list(listed.memberships.iter().map(membership)));
    shown.insert("keys".to_owned(), list(listed.keys.iter().map(key::row_with_token)));
    shown
}

/// An element of `/v2/team/list`.
pub fn list_item(listed: &Listed) -> Row {
    let mut shown = team(&listed.team);
    shown.insert("members_count".to_owned(), listed.team.list("members_with_roles").len().into());
    shown.insert("keys_count".to_owned(), listed.keys_count.into());
    let own = listed.memberships.first().map(|membership| {
        let budget = membership.object("litellm_budget_table").cloned().unwrap_or_default();
        json!({
            "spend": membership.value("spend"),
            "max_budget": budget.value("max_budget"),
            "budget_reset_at": budget.value("budget_reset_at"),
        })
    });
    shown.insert("caller_membership".to_owned(), own.unwrap_or_default());
    for name in ACCESS_GROUPS {
        shown.insert((*name).to_owned(), Value::Null);
    }
    shown
}

/// An element of `/v2/team/list?status=deleted`.
pub fn deleted_team(row: &Row) -> Row {
    let mut shown = team(row);
    shown.extend(pick(row, &["id", "deleted_at", "deleted_by", "deleted_by_api_key", "litellm_changed_by"]));
    shown
}

/// The answer of `/team/info`.
pub fn info(info: &Info) -> Value {
    let mut shown = team(&info.team);
    // The roster has been completed with what the users' rows say.
    shown.insert("members_with_roles".to_owned(), info.team.value("members_with_roles"));
    let member_budget = info.member_budget.as_ref().map(|row| Value::Object(budget(row)));
    shown.insert("team_member_budget_table".to_owned(), member_budget.unwrap_or_default());
    for name in ACCESS_GROUPS.iter().chain(&["unresolved_access_group_ids", "access_group_details"]) {
        shown.insert((*name).to_owned(), Value::Null);
    }
    shown.insert("organization_models".to_owned(), json!(info.organization_models));
    shown.insert("model_max_budget_usage".to_owned(), json!({}));
    shown.insert("caller_edit_access".to_owned(), json!({ "kind": info.edit_access.as_str() }));
    let memberships = info.memberships.iter().map(|row| {
        let mut shown = membership(row);
        shown.insert("budget_source".to_owned(), row.value("budget_source"));
        shown
    });
    json!({
        "team_id": info.team.value("team_id"),
        "team_info": shown,
        "keys": list(info.keys.iter().map(key::row_with_token)),
        "team_memberships": list(memberships),
    })
}
