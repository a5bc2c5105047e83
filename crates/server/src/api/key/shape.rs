//! Keys as the endpoints show them.

use daybook::manage::keys::Generated;
use daybook::manage::keys::info::Info;
use daybook::manage::keys::list::Listing;
use daybook::model::actor::MASTER_USER;
use daybook::model::row::{Row, RowExt as _};
use daybook::model::secret::hash_key;
use daybook::model::table;
use daybook::store::key_list::Status;
use serde_json::{Value, json};

use crate::api::shape::{budget_row, list, pick, with_offsets};
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

/// The budget that was made along with a key.
pub fn budget(row: &Row) -> Value {
    let mut shown = budget_row(row);
    if shown.value("model_max_budget").is_null() {
        shown.insert("model_max_budget".to_owned(), json!({}));
    }
    Value::Object(shown)
}

/// A key's row in the order of LiteLLM's schema, without the hash.
const ROW: &[&str] = &[
    "key_name",
    "key_alias",
    "soft_budget_cooldown",
    "spend",
    "total_spend",
    "expires",
    "models",
    "aliases",
    "config",
    "router_settings",
    "user_id",
    "team_id",
    "agent_id",
    "project_id",
    "permissions",
    "max_parallel_requests",
    "metadata",
    "blocked",
    "tpm_limit",
    "rpm_limit",
    "tpd_limit",
    "max_budget",
    "budget_duration",
    "budget_reset_at",
    "allowed_cache_controls",
    "allowed_routes",
    "key_type",
    "policies",
    "access_group_ids",
    "model_spend",
    "model_max_budget",
    "budget_fallbacks",
    "budget_id",
    "organization_id",
    "object_permission_id",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "settings_updated_at",
    "last_active",
    "rotation_count",
    "auto_rotate",
    "rotation_interval",
    "last_rotation_at",
    "key_rotation_at",
    "budget_limits",
];

/// LiteLLM_VerificationToken, in its order; the overview of users shows keys so too.
pub(in crate::api) const MODEL: &[&str] = &[
    "token",
    "key_name",
    "key_alias",
    "spend",
    "total_spend",
    "max_budget",
    "expires",
    "models",
    "aliases",
    "config",
    "user_id",
    "team_id",
    "agent_id",
    "project_id",
    "max_parallel_requests",
    "metadata",
    "tpm_limit",
    "rpm_limit",
    "tpd_limit",
    "budget_duration",
    "budget_reset_at",
    "allowed_cache_controls",
    "allowed_routes",
    "key_type",
    "permissions",
    "model_spend",
    "model_max_budget",
    "budget_fallbacks",
    "soft_budget_cooldown",
    "blocked",
    "litellm_budget_table",
    "budget_id",
    "org_id",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "settings_updated_at",
    "last_active",
    "object_permission_id",
    "object_permission",
    "access_group_ids",
    "rotation_count",
    "auto_rotate",
    "rotation_interval",
    "last_rotation_at",
    "key_rotation_at",
    "router_settings",
    "budget_limits",
];

/// What the archive adds to [`MODEL`].
const DELETED: &[&str] =
    &["id", "organization_id", "deleted_at", "deleted_by", "deleted_by_api_key", "litellm_changed_by"];

/// What UserAPIKeyAuth adds to [`MODEL`]: computed for a request in LiteLLM, empty in a list.
const AUTH: &[&str] = &[
    "team_spend",
    "team_alias",
    "team_tpm_limit",
    "team_rpm_limit",
    "team_tpd_limit",
    "team_max_budget",
    "team_soft_budget",
    "team_model_max_budget",
    "team_models",
    "team_blocked",
    "soft_budget",
    "team_model_aliases",
    "team_member",
    "team_metadata",
    "team_object_permission_id",
    "team_member_spend",
    "team_member_tpm_limit",
    "team_member_rpm_limit",
    "end_user_id",
    "end_user_tpm_limit",
    "end_user_rpm_limit",
    "end_user_tpd_limit",
    "end_user_max_budget",
    "end_user_model_max_budget",
    "organization_alias",
    "organization_max_budget",
    "organization_tpm_limit",
    "organization_rpm_limit",
    "organization_metadata",
    "project_alias",
    "project_metadata",
    "last_refreshed_at",
    "api_key",
    "user_role",
    "allowed_model_region",
    "parent_otel_span",
    "rpm_limit_per_model",
    "tpm_limit_per_model",
    "user_tpm_limit",
    "user_rpm_limit",
    "user_email",
    "user_spend",
    "user_max_budget",
    "user_model_max_budget",
    "request_route",
    "is_session_token",
    "user",
    "created_by_user",
    "end_user_object_permission",
    "team_object_permission",
    "jwt_claims",
];

/// The row without its hash and with its relations, none of which is loaded.
pub fn row(key: &Row) -> Row {
    let mut shown = pick(key, ROW);
    for name in [
        "litellm_budget_table",
        "litellm_organization_table",
        "litellm_project_table",
        "object_permission",
        "jwt_key_mappings",
    ] {
        shown.insert(name.to_owned(), Value::Null);
    }
    shown
}

/// The row with its hash in front, as `/key/unblock` answers.
pub fn row_with_token(key: &Row) -> Row {
    let mut shown = pick(key, &["token"]);
    shown.extend(row(key));
    shown
}

/// The answer to `/key/update`: the key as it was named, its hash, the row as a plain dict.
pub fn updated((named, key): (String, Row)) -> Value {
    let mut body = Row::new();
    body.insert("key".to_owned(), named.into());
    body.extend(with_offsets(&table::KEYS, row_with_token(&key)));
    Value::Object(body)
}

/// The row in LiteLLM's response model, as `/key/block` answers.
pub fn model(key: &Row) -> Row {
    let mut shown = pick(key, MODEL);
    shown.insert("org_id".to_owned(), key.value("organization_id"));
    shown
}

fn deleted(key: &Row) -> Row {
    let mut shown = model(key);
    shown.extend(pick(key, DELETED));
    shown
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Expired => "expired",
        Status::Revoked => "revoked",
        Status::Deleted => "deleted",
    }
}

/// The row inside `/key/info`: a plain dict, with what belongs to the key.
pub fn info(key: &Info) -> Row {
    let (table, mut shown) = match key.status {
        Status::Deleted => (&table::DELETED_KEYS, deleted(&key.row)),
        _ => (&table::KEYS, row(&key.row)),
    };
    shown.shift_remove("token");
    if let Some(Value::Object(budget)) = key.budget.as_ref().filter(|_| key.status != Status::Deleted).map(budget) {
        shown.insert("litellm_budget_table".to_owned(), Value::Object(with_offsets(&table::BUDGETS, budget)));
    }
    if let Some(permission) = &key.object_permission {
        shown.insert("object_permission".to_owned(), Value::Object(permission.clone()));
    }
    with_offsets(table, shown)
}

/// [`info`] and what the key is now.
pub fn info_with_status(key: &Info) -> Row {
    let mut shown = info(key);
    shown.insert("status".to_owned(), status(key.status).into());
    shown
}

/// The keys of a page, whole.
pub fn listed(page: &Listing) -> Value {
    let of =
        |rows: &[Row], name: &str, id: Value| rows.iter().find(|row| !id.is_null() && row.value(name) == id).cloned();
    let shown = page.rows.iter().map(|key| {
        if page.archived {
            return deleted(key);
        }
        let mut shown = model(key);
        if let Some(found) = of(&page.budgets, "budget_id", key.value("budget_id")) {
            shown.insert("litellm_budget_table".to_owned(), budget(&found));
        }
        if let Some(found) = of(&page.permissions, "object_permission_id", key.value("object_permission_id")) {
            shown.insert("object_permission".to_owned(), Value::Object(found));
        }
        for name in AUTH {
            let empty = match *name {
                "team_models" => json!([]),
                "team_blocked" | "is_session_token" => json!(false),
                "user" => page.users.as_ref().map_or(Value::Null, |users| owner(users, key.value("user_id"))),
                "created_by_user" => {
                    page.users.as_ref().map_or(Value::Null, |users| owner(users, key.value("created_by")))
                }
                _ => Value::Null,
            };
            shown.insert((*name).to_owned(), empty);
        }
        shown
    });
    list(shown)
}

/// Id, e-mail and alias of a user. Whoever holds the master key is shown although no row stands behind the name.
fn owner(users: &[Row], user_id: Value) -> Value {
    match users.iter().find(|user| user.value("user_id") == user_id) {
        Some(user) => Value::Object(user.clone()),
        None if user_id == MASTER_USER => json!({"user_id": MASTER_USER, "user_email": null, "user_alias": null}),
        None => Value::Null,
    }
}
