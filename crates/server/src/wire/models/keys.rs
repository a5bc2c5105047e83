//! Request models of `/key/*`, and what other models share with them.

use serde_json::{Map, Value};

use super::super::{
    fields::Fields,
    model::{
        Bounds, Default, Field, Kind, Model, boolean, datetime, float, int, int_in, list, list_of, literal, map_of,
        model, object, subclass, text, texts,
    },
    problem::Problem,
    query::QueryModel,
};

const RATE_LIMIT_TYPES: &[&str] = &["guaranteed_throughput", "best_effort_throughput", "dynamic"];
const KEY_TYPES: &[&str] = &["llm_api", "management", "read_only", "default"];
const TEXTS: Kind = Kind::ListOf(&Kind::Str);

/// One budget window of a key, team or user.
pub static BUDGET_LIMIT_ENTRY: Model = Model::new(
    "BudgetLimitEntry",
    &[text("budget_duration").required(), float("max_budget").required(), datetime("reset_at")],
);
/// Which vector store indexes a key or team may use.
pub static ALLOWED_VECTOR_STORE_INDEX_ITEM: Model = Model::new(
    "AllowedVectorStoreIndexItem",
    &[text("index_name").required(), list_of("index_permissions", &Kind::Literal(&["read", "write"])).required()],
);
/// What a key, team or user may reach besides models.
pub static OBJECT_PERMISSION_BASE: Model = Model::new(
    "LiteLLM_ObjectPermissionBase",
    &[
        texts("mcp_servers"),
        texts("mcp_access_groups"),
        map_of("mcp_tool_permissions", &TEXTS),
        texts("mcp_toolsets"),
        texts("blocked_tools"),
        texts("vector_stores"),
        texts("agents"),
        texts("agent_access_groups"),
        texts("models"),
        texts("search_tools"),
        boolean("mcp_tool_search_enabled"),
        texts("skills"),
    ],
);
/// Router settings of a key or team. Retry policies and routing groups are objects of the data plane, taken as they are.
pub static UPDATE_ROUTER_CONFIG: Model = Model::new(
    "UpdateRouterConfig",
    &[
        object("routing_strategy_args"),
        text("routing_strategy"),
        list_of("routing_groups", &Kind::Object),
        object("retry_policy"),
        map_of("model_group_retry_policy", &Kind::Object),
        map_of("model_group_affinity_config", &TEXTS),
        int("allowed_fails"),
        float("cooldown_time"),
        int("num_retries"),
        float("timeout"),
        int("max_retries"),
        float("retry_after"),
        list_of("fallbacks", &Kind::Object),
        list_of("context_window_fallbacks", &Kind::Object),
        list_of("content_policy_fallbacks", &Kind::Object),
        map_of("model_group_alias", &Kind::OneOf(&[("str", Kind::Str), ("dict[any,any]", Kind::Object)]))
            .or(Default::EmptyObject),
        boolean("enable_tag_filtering"),
        map_of("weights", &Kind::MapOf(&Kind::Float(Bounds::NOT_NEGATIVE))),
        text("tag_routing_prefix"),
        list_of("optional_pre_call_checks", &Kind::Literal(PRE_CALL_CHECKS)),
        boolean("fallback_on_unsupported_params"),
    ],
);
const PRE_CALL_CHECKS: &[&str] = &[
    "prompt_caching",
    "router_budget_limiting",
    "responses_api_deployment_check",
    "deployment_affinity",
    "session_affinity",
    "forward_client_headers_by_model_group",
    "enforce_model_rate_limits",
    "encrypted_content_affinity",
];
const INDEX_ITEM: Kind = Kind::Model(&ALLOWED_VECTOR_STORE_INDEX_ITEM);
const BUDGET_LIMIT: Kind = Kind::Model(&BUDGET_LIMIT_ENTRY);

/// `budget_limits: list[BudgetLimitEntry]|null`
pub const BUDGET_LIMITS: Field = list_of("budget_limits", &BUDGET_LIMIT);
/// `object_permission: LiteLLM_ObjectPermissionBase|null`
pub const OBJECT_PERMISSION: Field = model("object_permission", &OBJECT_PERMISSION_BASE);
/// `router_settings: UpdateRouterConfig|null`
pub const ROUTER_SETTINGS: Field = model("router_settings", &UPDATE_ROUTER_CONFIG);
/// `allowed_vector_store_indexes: list[AllowedVectorStoreIndexItem]|null`
pub const ALLOWED_VECTOR_STORE_INDEXES: Field = list_of("allowed_vector_store_indexes", &INDEX_ITEM);
/// `tpm_limit: int|null (>=0)`
pub const TPM_LIMIT: Field = int_in("tpm_limit", Bounds::NOT_NEGATIVE);
/// `rpm_limit: int|null (>=0)`
pub const RPM_LIMIT: Field = int_in("rpm_limit", Bounds::NOT_NEGATIVE);
/// `default_estimated_output_tokens: int>0|null`
pub const ESTIMATED_OUTPUT_TOKENS: Field = int_in("default_estimated_output_tokens", Bounds::POSITIVE);
/// `default_estimated_output_tokens_per_model: Mapping[str, int>0]|null`
pub const ESTIMATED_OUTPUT_TOKENS_PER_MODEL: Field =
    map_of("default_estimated_output_tokens_per_model", &Kind::Int(Bounds::POSITIVE));

/// What requests for keys and for users have in common (LiteLLM's GenerateRequestBase).
pub const GENERATE_REQUEST_BASE: &[Field] = &[
    text("key_alias"),
    text("duration"),
    list("models").or(Default::EmptyList),
    float("spend").or(Default::Float(0.0)),
    float("max_budget"),
    text("user_id"),
    text("team_id"),
    text("agent_id"),
    int("max_parallel_requests"),
    object("metadata").or(Default::EmptyObject),
    TPM_LIMIT,
    RPM_LIMIT,
    text("budget_duration"),
    BUDGET_LIMITS,
    list("allowed_cache_controls").or(Default::EmptyList),
    object("config").or(Default::EmptyObject),
    object("permissions").or(Default::EmptyObject),
    object("model_max_budget").or(Default::EmptyObject),
    map_of("budget_fallbacks", &TEXTS),
    object("model_rpm_limit"),
    object("model_tpm_limit"),
    map_of("mcp_rpm_limit", &Kind::INT),
    map_of("tag_rpm_limit", &Kind::INT),
    texts("guardrails"),
    texts("policies"),
    texts("prompts"),
    boolean("blocked"),
    object("aliases").or(Default::EmptyObject),
    OBJECT_PERMISSION,
];

subclass!(
    /// What requests for keys have in common.
    KEY_REQUEST_BASE = GENERATE_REQUEST_BASE + [
        text("key"),
        int("tpd_limit"),
        ESTIMATED_OUTPUT_TOKENS,
        ESTIMATED_OUTPUT_TOKENS_PER_MODEL,
        text("budget_id"),
        text("end_user_budget_id"),
        texts("tags"),
        boolean("disable_global_guardrails"),
        boolean("enable_prompt_caching"),
        boolean("throttle_on_budget_exceeded"),
        texts("enforced_params"),
        list("allowed_routes").or(Default::EmptyList),
        list("allowed_passthrough_routes"),
        texts("denied_passthrough_routes"),
        ALLOWED_VECTOR_STORE_INDEXES,
        literal("rpm_limit_type", RATE_LIMIT_TYPES),
        literal("tpm_limit_type", RATE_LIMIT_TYPES),
        ROUTER_SETTINGS,
        texts("access_group_ids"),
    ]
);

subclass!(
    GENERATE_KEY_FIELDS = KEY_REQUEST_BASE
        + [
            float("soft_budget"),
            boolean("send_invite_email"),
            Field::new("key_type", Kind::Enum(KEY_TYPES)).or(Default::Text("default")),
            boolean("auto_rotate").or(Default::Bool(false)),
            text("rotation_interval"),
            text("organization_id"),
            text("project_id"),
        ]
);
/// `POST /key/generate`, `POST /key/service-account/generate`
pub static GENERATE_KEY_REQUEST: Model = Model::new("GenerateKeyRequest", GENERATE_KEY_FIELDS);

subclass!(
    UPDATE_KEY_FIELDS = KEY_REQUEST_BASE
        + [
            float("spend"),
            object("metadata"),
            float("soft_budget"),
            float("temp_budget_increase"),
            datetime("temp_budget_expiry"),
            boolean("auto_rotate"),
            text("rotation_interval"),
            text("organization_id"),
            text("project_id"),
        ]
);
/// `POST /key/update`
pub static UPDATE_KEY_REQUEST: Model =
    Model::new("UpdateKeyRequest", UPDATE_KEY_FIELDS).check(key_named_and_temp_budget_whole);

subclass!(
    REGENERATE_KEY_FIELDS = GENERATE_KEY_FIELDS
        + [float("spend"), object("metadata"), text("new_key"), text("new_master_key"), text("grace_period"),]
);
/// `POST /key/regenerate`, `POST /key/{key}/regenerate` (a missing body is allowed there)
pub static REGENERATE_KEY_REQUEST: Model = Model::new("RegenerateKeyRequest", REGENERATE_KEY_FIELDS);

/// `POST /key/delete`, `POST /v2/key/info`
pub static KEY_REQUEST: Model = Model::new("KeyRequest", &[texts("keys"), texts("key_aliases")]).before(some_key_given);
/// `POST /key/block`, `POST /key/unblock`
pub static BLOCK_KEY_REQUEST: Model = Model::new("BlockKeyRequest", &[text("key").required()]);

/// One key of a bulk update.
pub static BULK_UPDATE_KEY_REQUEST_ITEM: Model = Model::new(
    "BulkUpdateKeyRequestItem",
    &[
        text("key").required(),
        text("budget_id"),
        float("max_budget"),
        text("team_id"),
        texts("tags"),
        OBJECT_PERMISSION,
    ],
);
const BULK_ITEM: Kind = Kind::Model(&BULK_UPDATE_KEY_REQUEST_ITEM);
/// `POST /key/bulk_update`
pub static BULK_UPDATE_KEY_REQUEST: Model =
    Model::new("BulkUpdateKeyRequest", &[list_of("keys", &BULK_ITEM).required()]);

/// What `POST /team/key/bulk_update` may change.
pub static KEY_UPDATE_FIELDS: Model = Model::new(
    "KeyUpdateFields",
    &[
        float("max_budget"),
        text("budget_id"),
        text("budget_duration"),
        list("budget_limits"),
        object("model_max_budget"),
        int("tpm_limit"),
        int("rpm_limit"),
        object("model_tpm_limit"),
        object("model_rpm_limit"),
        int("max_parallel_requests"),
        literal("rpm_limit_type", RATE_LIMIT_TYPES),
        literal("tpm_limit_type", RATE_LIMIT_TYPES),
        float("temp_budget_increase"),
        datetime("temp_budget_expiry"),
        text("duration"),
        texts("tags"),
        object("metadata"),
    ],
)
.forbid()
.check(temp_budget_whole);
/// `POST /team/key/bulk_update`
pub static BULK_UPDATE_TEAM_KEYS_REQUEST: Model = Model::new(
    "BulkUpdateTeamKeysRequest",
    &[
        text("team_id").required(),
        texts("key_ids"),
        boolean("all_keys_in_team").or_not_null(Default::Bool(false)),
        model("update_fields", &KEY_UPDATE_FIELDS).required(),
    ],
);
/// `POST /key/{key}/reset_spend`
pub static RESET_SPEND_REQUEST: Model =
    Model::new("ResetSpendRequest", &[float("reset_to").required()]).before(reset_to_is_no_boolean);

/// `GET /key/info`
pub static KEY_INFO_QUERY: QueryModel = QueryModel::new("/key/info", &[text("key")]);
/// `GET /key/list`; sort and status words are checked by the handler, which answers 400.
pub static KEY_LIST_QUERY: QueryModel = QueryModel::new(
    "/key/list",
    &[
        int_in("page", Bounds::at_least(1.0)).or_not_null(Default::Int(1)),
        int_in("size", Bounds::between(1.0, 100.0)).or_not_null(Default::Int(10)),
        text("user_id"),
        text("team_id"),
        text("organization_id"),
        text("key_hash"),
        text("key_alias"),
        text("search"),
        text("project_id"),
        text("access_group_id"),
        text("agent_id"),
        boolean("return_full_object").or_not_null(Default::Bool(false)),
        boolean("include_team_keys").or_not_null(Default::Bool(false)),
        boolean("include_created_by_keys").or_not_null(Default::Bool(false)),
        text("sort_by"),
        text("sort_order").or_not_null(Default::Text("desc")),
        texts("expand"),
        text("status"),
        text("expires"),
        boolean("substring_matching").or_not_null(Default::Bool(false)),
    ],
);
/// `GET /key/aliases`
pub static KEY_ALIASES_QUERY: QueryModel = QueryModel::new(
    "/key/aliases",
    &[
        int_in("page", Bounds::at_least(1.0)).or_not_null(Default::Int(1)),
        int_in("size", Bounds::between(1.0, 100.0)).or_not_null(Default::Int(50)),
        text("search"),
        text("team_id"),
    ],
);
fn key_named_and_temp_budget_whole(fields: &Fields) -> Result<(), Problem> {
    if fields.get("key").is_null() && fields.get("key_alias").is_null() {
        return Err(Problem::value_error("either key or key_alias must be provided"));
    }
    temp_budget_whole(fields)
}

fn temp_budget_whole(fields: &Fields) -> Result<(), Problem> {
    if fields.get("temp_budget_increase").is_null() == fields.get("temp_budget_expiry").is_null() {
        return Ok(());
    }
    Err(Problem::value_error("temp_budget_increase and temp_budget_expiry must be set together"))
}

fn some_key_given(members: &Map<String, Value>) -> Result<(), Vec<Problem>> {
    if ["keys", "key_aliases"].into_iter().any(|name| members.get(name).is_some_and(truthy)) {
        return Ok(());
    }
    Err(vec![Problem::value_error("At least one of 'keys' or 'key_aliases' must be provided.")])
}

fn reset_to_is_no_boolean(members: &Map<String, Value>) -> Result<(), Vec<Problem>> {
    if members.get("reset_to").is_some_and(Value::is_boolean) {
        return Err(vec![Problem::value_error("reset_to must be a number, not a boolean").at("reset_to")]);
    }
    Ok(())
}

/// What Python's `if value:` takes for true.
fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}
