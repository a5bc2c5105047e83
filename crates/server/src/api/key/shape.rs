//! Keys as the endpoints show them.

use daybook::manage::keys::Generated;
use daybook::model::row::{Row, RowExt as _};
use daybook::model::secret::hash_key;
use serde_json::{Value, json};

use crate::api::shape::pick;
use crate::wire::models::keys::UPDATE_ROUTER_CONFIG;

/// GenerateKeyResponse, in its order. Members that no column stands behind are null: LiteLLM keeps them in `metadata`.
pub const GENERATED: &[&str] = &[
    "key_alias",
    "duration",
    "models",
    "spend",
    "max_budget",
    "user_id",
    "team_id",
    "agent_id",
    "max_parallel_requests",
    "metadata",
    "tpm_limit",
    "rpm_limit",
    "budget_duration",
    "budget_limits",
    "allowed_cache_controls",
    "config",
    "permissions",
    "model_max_budget",
    "budget_fallbacks",
    "model_rpm_limit",
    "model_tpm_limit",
    "mcp_rpm_limit",
    "tag_rpm_limit",
    "guardrails",
    "policies",
    "prompts",
    "blocked",
    "aliases",
    "object_permission",
    "key",
    "tpd_limit",
    "default_estimated_output_tokens",
    "default_estimated_output_tokens_per_model",
    "budget_id",
    "end_user_budget_id",
    "tags",
    "disable_global_guardrails",
    "enable_prompt_caching",
    "throttle_on_budget_exceeded",
    "enforced_params",
    "allowed_routes",
    "allowed_passthrough_routes",
    "denied_passthrough_routes",
    "allowed_vector_store_indexes",
    "rpm_limit_type",
    "tpm_limit_type",
    "router_settings",
    "access_group_ids",
    "key_name",
    "key_type",
    "expires",
    "token_id",
    "organization_id",
    "project_id",
    "litellm_budget_table",
    "token",
    "created_by",
    "updated_by",
    "created_at",
    "updated_at",
];

/// The answer to `/key/generate`.
pub fn generated(key: Generated) -> Value {
    let token = key.row.value("token");
    let mut body = generated_row(&key);
    body.insert("policies".to_owned(), Value::Null);
    body.insert("token".to_owned(), token);
    body.insert("litellm_budget_table".to_owned(), key.budget.as_ref().map_or(Value::Null, budget));
    Value::Object(body)
}

/// The answer to `/key/regenerate`: the new hash stands in `token_id` alone.
pub fn regenerated(key: Generated) -> Value {
    let mut body = generated_row(&key);
    body.insert("token".to_owned(), Value::Null);
    Value::Object(body)
}

fn generated_row(key: &Generated) -> Row {
    let mut body = pick(&key.row, GENERATED);
    body.insert("key".to_owned(), key.raw.clone().into());
    body.insert("token_id".to_owned(), hash_key(&key.raw).into());
    let settings = key.row.object("router_settings").cloned().unwrap_or_default();
    body.insert("router_settings".to_owned(), Value::Object(UPDATE_ROUTER_CONFIG.fields_of(&settings).with_defaults()));
    // Here the windows are of the form of pydantic's dates, in the row they are texts.
    if let Some(Value::Array(windows)) = body.get_mut("budget_limits") {
        for window in windows.iter_mut().filter_map(Value::as_object_mut) {
            *window = pick(window, &["budget_duration", "max_budget", "reset_at"]);
            if let Some(Value::String(text)) = window.get_mut("reset_at")
                && let Some(rest) = text.strip_suffix("+00:00")
            {
                *text = format!("{rest}Z");
            }
        }
    }
    body
}

/// A row of the budget table with LiteLLM's relations, which are not loaded.
pub fn budget(row: &Row) -> Value {
    let mut shown = pick(row, BUDGET);
    let relations = [
        "organization",
        "projects",
        "keys",
        "end_users",
        "tags",
        "model_access_groups",
        "team_membership",
        "organization_membership",
    ];
    for name in relations {
        shown.insert(name.to_owned(), Value::Null);
    }
    if shown.value("model_max_budget").is_null() {
        shown.insert("model_max_budget".to_owned(), json!({}));
    }
    if shown.value("allowed_models").is_null() {
        shown.insert("allowed_models".to_owned(), Value::Array(Vec::new()));
    }
    Value::Object(shown)
}

const BUDGET: &[&str] = &[
    "budget_id",
    "max_budget",
    "soft_budget",
    "max_parallel_requests",
    "tpm_limit",
    "rpm_limit",
    "tpd_limit",
    "model_max_budget",
    "budget_duration",
    "budget_reset_at",
    "allowed_models",
    "temp_budget_increase",
    "temp_budget_expiry",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
];
