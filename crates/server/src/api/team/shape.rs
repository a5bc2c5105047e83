//! Rows of teams, memberships, users and budgets in the shapes of LiteLLM's responses.
//!
//! A team has two: the model ([`team`], with defaults for what is null) and the row as the database has it ([`raw_team`]).

use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

use crate::api::shape::pick;

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
