//! Request models of `/team/*`.

use serde_json::{Map, Value};

use super::{
    super::{
        model::{
            Bounds, Default, Field, Kind, Model, boolean, datetime, float, float_in, int, int_in, list, list_of,
            literal, map_of, object, subclass, text, texts,
        },
        problem::Problem,
        query::QueryModel,
    },
    keys::{
        ALLOWED_VECTOR_STORE_INDEXES, BUDGET_LIMITS, ESTIMATED_OUTPUT_TOKENS, ESTIMATED_OUTPUT_TOKENS_PER_MODEL,
        OBJECT_PERMISSION, ROUTER_SETTINGS, RPM_LIMIT, TPM_LIMIT,
    },
};

const ROLES: &[&str] = &["admin", "user"];
const RATE_LIMIT_TYPES: &[&str] = &["guaranteed_throughput", "best_effort_throughput"];

/// What a team member may be allowed to call (`KeyManagementRoutes`), in the order LiteLLM lists them.
pub const KEY_MANAGEMENT_ROUTES: &[&str] = &[
    "/key/generate",
    "/key/update",
    "/key/delete",
    "/key/info",
    "/key/regenerate",
    "/key/service-account/generate",
    "/key/{key_id}/regenerate",
    "/key/list",
    "/key/block",
    "/key/unblock",
    "/key/bulk_update",
    "/team/key/bulk_update",
    "/team/daily/activity",
    "/team/daily/activity/aggregated",
    "/team/daily/activity/aggregated/keys",
    "/team/daily/activity/aggregated/search",
    "/team/daily/activity/aggregated/model_top_keys",
    "/team/daily/activity/export",
    "/spend/logs",
    "/spend/logs/v2",
    "/key/{key_id}/reset_spend",
    "/key/aliases",
    "/key/access_group_assignment",
    "/auto_router/manage",
];

/// A person on a team's roster.
pub static MEMBER: Model =
    Model::new("Member", &[text("user_id"), text("user_email"), literal("role", ROLES).required()]).before(user_named);
const A_MEMBER: Kind = Kind::Model(&MEMBER);

/// The budget of one model, in the names of today or of yesterday.
pub static BUDGET_CONFIG: Model =
    Model::new("BudgetConfig", &[float("max_budget"), text("budget_duration"), int("tpm_limit"), int("rpm_limit")])
        .renamed(&[("time_period", "budget_duration"), ("budget_limit", "max_budget")])
        .own_init();
const BUDGET: Kind = Kind::Model(&BUDGET_CONFIG);

/// What a team has in LiteLLM's own words; the response of `/team/new` begins with the same members.
pub const TEAM_BASE: &[Field] = &[
    text("team_alias"),
    text("team_id"),
    text("organization_id"),
    texts("admins").or_not_null(Default::EmptyList),
    texts("members").or_not_null(Default::EmptyList),
    list_of("members_with_roles", &A_MEMBER).or_not_null(Default::EmptyList),
    texts("team_member_permissions"),
    object("metadata"),
    int("tpm_limit"),
    int("rpm_limit"),
    int("tpd_limit"),
    float("max_budget"),
    float("soft_budget"),
    text("budget_duration"),
    BUDGET_LIMITS,
    texts("models").or_not_null(Default::EmptyList),
    boolean("blocked").or_not_null(Default::Bool(false)),
    object("router_settings"),
    texts("access_group_ids"),
    texts("default_team_member_models"),
];

subclass!(
    NEW_TEAM_FIELDS = TEAM_BASE
        + [
            TPM_LIMIT,
            RPM_LIMIT,
            ROUTER_SETTINGS,
            object("model_aliases"),
            map_of("model_max_budget", &BUDGET),
            list("tags"),
            texts("guardrails"),
            texts("policies"),
            texts("prompts"),
            OBJECT_PERMISSION,
            list("allowed_passthrough_routes"),
            texts("denied_passthrough_routes"),
            boolean("disable_global_guardrails"),
            boolean("require_trace_id"),
            object("secret_manager_settings"),
            map_of("model_rpm_limit", &Kind::INT),
            literal("rpm_limit_type", RATE_LIMIT_TYPES),
            literal("tpm_limit_type", RATE_LIMIT_TYPES),
            map_of("model_tpm_limit", &Kind::INT),
            ESTIMATED_OUTPUT_TOKENS,
            ESTIMATED_OUTPUT_TOKENS_PER_MODEL,
            map_of("mcp_rpm_limit", &Kind::INT),
            float("team_member_budget"),
            int("team_member_rpm_limit"),
            int("team_member_tpm_limit"),
            text("team_member_key_duration"),
            text("team_member_budget_duration"),
            map_of("team_member_model_max_budget", &BUDGET),
            ALLOWED_VECTOR_STORE_INDEXES,
            object("enforced_batch_output_expires_after"),
            object("enforced_file_expires_after"),
        ]
);
/// `POST /team/new`
pub static NEW_TEAM_REQUEST: Model = Model::new("NewTeamRequest", NEW_TEAM_FIELDS);

const UPDATE_TEAM_FIELDS: &[Field] = &[
    text("team_id").required(),
    text("team_alias"),
    text("organization_id"),
    object("metadata"),
    TPM_LIMIT,
    RPM_LIMIT,
    int("tpd_limit"),
    float("max_budget"),
    float("soft_budget"),
    list("models"),
    boolean("blocked"),
    text("budget_duration"),
    list("tags"),
    object("model_aliases"),
    texts("guardrails"),
    texts("policies"),
    OBJECT_PERMISSION,
    boolean("disable_global_guardrails"),
    boolean("require_trace_id"),
    float("team_member_budget"),
    text("team_member_budget_duration"),
    map_of("team_member_model_max_budget", &BUDGET),
    int("team_member_rpm_limit"),
    int("team_member_tpm_limit"),
    text("team_member_key_duration"),
    list("allowed_passthrough_routes"),
    texts("denied_passthrough_routes"),
    object("secret_manager_settings"),
    texts("prompts"),
    map_of("model_rpm_limit", &Kind::INT),
    map_of("model_tpm_limit", &Kind::INT),
    ESTIMATED_OUTPUT_TOKENS,
    ESTIMATED_OUTPUT_TOKENS_PER_MODEL,
    map_of("mcp_rpm_limit", &Kind::INT),
    ALLOWED_VECTOR_STORE_INDEXES,
    object("enforced_batch_output_expires_after"),
    object("enforced_file_expires_after"),
    ROUTER_SETTINGS,
    texts("access_group_ids"),
    BUDGET_LIMITS,
    texts("default_team_member_models"),
    map_of("model_max_budget", &BUDGET),
];
/// `POST /team/update`
pub static UPDATE_TEAM_REQUEST: Model = Model::new("UpdateTeamRequest", UPDATE_TEAM_FIELDS);
subclass!(PATCH_TEAM_FIELDS = UPDATE_TEAM_FIELDS + [text("team_id")]);
/// `PATCH /team/{team_id}`
pub static PATCH_TEAM_REQUEST: Model = Model::new("PatchTeamRequest", PATCH_TEAM_FIELDS);

/// `POST /team/member_add`
pub static TEAM_MEMBER_ADD_REQUEST: Model = Model::new(
    "TeamMemberAddRequest",
    &[
        Field::new("member", Kind::OneOf(&[("list[Member]", Kind::ListOf(&A_MEMBER)), ("Member", A_MEMBER)]))
            .required(),
        text("team_id").required(),
        float("max_budget_in_team"),
        text("budget_duration"),
        texts("allowed_models"),
    ],
)
.own_init()
.before(members_built_early);
/// `POST /team/member_update`
pub static TEAM_MEMBER_UPDATE_REQUEST: Model = Model::new(
    "TeamMemberUpdateRequest",
    &[
        text("user_id"),
        text("user_email"),
        text("team_id").required(),
        float("max_budget_in_team"),
        literal("role", ROLES),
        int("tpm_limit"),
        int("rpm_limit"),
        text("budget_duration"),
        texts("allowed_models"),
        float_in("temp_budget_increase", Bounds::NOT_NEGATIVE),
        datetime("temp_budget_expiry"),
        map_of("model_max_budget", &BUDGET),
    ],
)
.before(user_named);
/// `POST /team/member_delete`
pub static TEAM_MEMBER_DELETE_REQUEST: Model =
    Model::new("TeamMemberDeleteRequest", &[text("user_id"), text("user_email"), text("team_id").required()])
        .before(user_named);
/// `POST /team/bulk_member_add`
pub static BULK_TEAM_MEMBER_ADD_REQUEST: Model = Model::new(
    "BulkTeamMemberAddRequest",
    &[
        text("team_id").required(),
        list_of("members", &A_MEMBER),
        boolean("all_users").or(Default::Bool(false)),
        float("max_budget_in_team"),
    ],
);
/// `POST /team/{team_id}/member/{user_id}/reset_spend`, whose body may be missing.
pub static RESET_MEMBER: Model = Model::new("ResetTeamMemberRequest", &[float("reset_to")]);
/// `POST /team/delete`
pub static DELETE_TEAM_REQUEST: Model = Model::new("DeleteTeamRequest", &[texts("team_ids").required()]);
/// `POST /team/block`, `POST /team/unblock`
pub static BLOCK_TEAM_REQUEST: Model = Model::new("BlockTeamRequest", &[text("team_id").required()]);
/// `POST /team/permissions_update`
pub static UPDATE_TEAM_MEMBER_PERMISSIONS_REQUEST: Model = Model::new(
    "UpdateTeamMemberPermissionsRequest",
    &[text("team_id").required(), texts("team_member_permissions").required()],
);
/// `POST /team/permissions_bulk_update`
pub static BULK_UPDATE_TEAM_MEMBER_PERMISSIONS_REQUEST: Model = Model::new(
    "BulkUpdateTeamMemberPermissionsRequest",
    &[
        list_of("permissions", &Kind::Enum(KEY_MANAGEMENT_ROUTES)).required(),
        texts("team_ids"),
        boolean("apply_to_all_teams").or_not_null(Default::Bool(false)),
    ],
);
const TEAM_MODELS: &[Field] = &[text("team_id").required(), texts("models").required()];
/// `POST /team/model/add`
pub static TEAM_MODEL_ADD_REQUEST: Model = Model::new("TeamModelAddRequest", TEAM_MODELS);
/// `POST /team/model/delete`
pub static TEAM_MODEL_DELETE_REQUEST: Model = Model::new("TeamModelDeleteRequest", TEAM_MODELS);
/// `POST /team/{team_id}/callback`
pub static ADD_TEAM_CALLBACK: Model = Model::new(
    "AddTeamCallback",
    &[
        text("callback_name").required(),
        literal("callback_type", &["success", "failure", "success_and_failure"])
            .or(Default::Text("success_and_failure")),
        map_of("callback_vars", &Kind::Str).required(),
    ],
);

/// `GET /team/info`; without an id the handler answers.
pub static TEAM_INFO_QUERY: QueryModel =
    QueryModel::new("/team/info", &[text("team_id"), int_in("key_limit", Bounds::POSITIVE)]);
/// `GET /team/list`
pub static TEAM_LIST_QUERY: QueryModel = QueryModel::new("/team/list", &[text("user_id"), text("organization_id")]);
/// `GET /v2/team/list`; an unknown `sort_by` is ignored, a wrong `status` is the handler's 400.
pub static TEAM_LIST_V2_QUERY: QueryModel = QueryModel::new(
    "/v2/team/list",
    &[
        text("user_id"),
        text("organization_id"),
        text("team_id"),
        text("team_alias"),
        text("search"),
        literal("search_team_id_match", &["exact", "prefix"]).or_not_null(Default::Text("exact")),
        int_in("page", Bounds::at_least(1.0)).or_not_null(Default::Int(1)),
        int_in("page_size", Bounds::between(1.0, 100.0)).or_not_null(Default::Int(10)),
        text("sort_by"),
        text("sort_order").or_not_null(Default::Text("asc")),
        text("status"),
    ],
);
/// `GET /team/permissions_list`
pub static TEAM_PERMISSIONS_LIST_QUERY: QueryModel =
    QueryModel::new("/team/permissions_list", &[text("team_id").required()]);
/// `GET /team/available`
pub static TEAM_AVAILABLE_QUERY: QueryModel = QueryModel::new("/team/available", &[]);

/// Also for users: a person is named by id or by address.
pub fn user_named(members: &Map<String, Value>) -> Result<(), Vec<Problem>> {
    if ["user_id", "user_email"].into_iter().any(|name| members.get(name).is_some_and(|value| !value.is_null())) {
        return Ok(());
    }
    Err(vec![Problem::value_error("Either user id or user email must be provided")])
}

/// LiteLLM builds the members before the request itself, so their problems stand at the top and alone; of a list, those
/// of the first wrong member.
fn members_built_early(members: &Map<String, Value>) -> Result<(), Vec<Problem>> {
    let first_wrong = match members.get("member") {
        Some(Value::Array(items)) => items
            .iter()
            .filter(|item| item.is_object())
            .map(|item| MEMBER.problems_of(item))
            .find(|problems| !problems.is_empty()),
        Some(member @ Value::Object(_)) => Some(MEMBER.problems_of(member)),
        _ => None,
    };
    match first_wrong {
        Some(problems) if !problems.is_empty() => Err(problems),
        _ => Ok(()),
    }
}
