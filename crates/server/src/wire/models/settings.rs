//! Request models of the settings: `/config/*`, `/update/*`, `/cache/settings`, `/config_overrides/*`, `/invitation/*`.

use super::{
    super::{
        model::{
            Bounds, Default, Field, Kind, Model, boolean, float, float_in, int, int_in, list, list_of, literal, map_of,
            object, text, texts,
        },
        query::QueryModel,
    },
    teams::KEY_MANAGEMENT_ROUTES,
    users::{TEAMS, USER_ROLE},
};

/// `general_settings`. The last three are not LiteLLM's to set here; the server goes by them all the same.
pub static CONFIG_GENERAL_SETTINGS: Model = Model::new(
    "ConfigGeneralSettings",
    &[
        object("accounting_capture"),
        boolean("accounting_sync_ack").or_not_null(Default::Bool(false)),
        float_in("accounting_sync_ack_timeout_seconds", Bounds::POSITIVE).or_not_null(Default::Float(20.0)),
        literal("accounting_sync_ack_failure_policy", &["fail_closed", "log"])
            .or_not_null(Default::Text("fail_closed")),
        list("request_tag_mappings"),
        text("completion_model"),
        int_in("max_in_flight_requests_per_worker", Bounds::POSITIVE),
        int_in("max_queued_requests_per_worker", Bounds::at_least(0.0)),
        float_in("admission_queue_timeout_seconds", Bounds::POSITIVE).or_not_null(Default::Float(1.0)),
        list("plugins"),
        text("key_management_system"),
        boolean("use_google_kms"),
        boolean("use_azure_key_vault"),
        text("master_key"),
        boolean("dangerously_permit_weak_or_unset_master_key"),
        object("coordination_redis"),
        boolean("fail_closed_rate_limit_enforcement"),
        text("control_plane_url"),
        boolean("allow_cli_sso_verification_uri_complete"),
        boolean("include_call_id_in_error_body"),
        boolean("enable_claude_code_gateway"),
        object("claude_code_gateway_managed_settings"),
        text("database_url"),
        int("database_connection_pool_limit"),
        float("database_connection_timeout"),
        float("database_connect_timeout"),
        float("database_socket_timeout"),
        float("database_max_idle_connection_lifetime"),
        object("database_extra_connection_params"),
        boolean("database_disable_prepared_statements"),
        literal("database_type", &["dynamo_db"]),
        object("database_args"),
        boolean("otel"),
        text("custom_auth"),
        int("max_parallel_requests"),
        int("global_max_parallel_requests"),
        int_in("user_api_key_cache_max_size", Bounds::POSITIVE),
        int("max_request_size_mb"),
        int("max_batch_file_size_mb"),
        int_in("max_batch_file_records", Bounds::POSITIVE),
        int_in("max_batch_file_uploads_per_day", Bounds::POSITIVE),
        int_in("max_file_downloads_per_minute", Bounds::POSITIVE),
        int("max_file_size_mb"),
        texts("allowed_file_extensions"),
        texts("blocked_file_extensions"),
        int("max_response_size_mb"),
        int_in("proxy_config_reload_interval_seconds", Bounds::POSITIVE).or_not_null(Default::Int(30)),
        boolean("cancel_on_disconnect"),
        boolean("infer_model_from_keys"),
        boolean("background_health_checks"),
        int("health_check_interval").or_not_null(Default::Int(300)),
        int("health_check_concurrency"),
        boolean("health_check_skip_disabled_background_models").or_not_null(Default::Bool(false)),
        texts("background_health_check_model_groups"),
        boolean("model_list_healthy_only"),
        boolean("return_wildcard_routes"),
        list("alerting"),
        list("alert_types"),
        object("alert_to_webhook_url"),
        object("alerting_args"),
        int("alerting_threshold"),
        literal("ui_access_mode", &["admin_only", "all"]),
        int_in("max_failed_login_attempts_per_source", Bounds::at_least(1.0)),
        map_of("max_failed_login_attempts_per_source_overrides", &Kind::INT),
        int_in("failed_login_window_seconds", Bounds::at_least(1.0)),
        int_in("failed_login_block_seconds", Bounds::at_least(1.0)),
        list("allowed_routes"),
        boolean("reject_clientside_metadata_tags"),
        boolean("vector_store_deny_by_default").or_not_null(Default::Bool(false)),
        boolean("search_tool_deny_by_default").or_not_null(Default::Bool(false)),
        literal("missing_session_id", &["generate", "reject", "omit"]),
        boolean("enable_public_model_hub").or_not_null(Default::Bool(false)),
        float("pass_through_request_timeout"),
        float_in("responses_websocket_session_limit_seconds", Bounds::between(60.0, 7200.0))
            .or_not_null(Default::Float(3600.0)),
        list("pass_through_endpoints"),
        boolean("enable_openai_websocket_passthrough"),
        texts("vertex_ai_pass_through_drop_anthropic_betas"),
        texts("transcribe_media_buckets"),
        text("user_header_name"),
        list("user_header_mappings"),
        list("supported_db_objects"),
        literal("self_serve_budget_policy", &["disabled", "lower_only", "ceiling"]),
        text("user_mcp_management_mode"),
        boolean("store_prompts_in_spend_logs"),
        boolean("claude_code_marketplace_auth_required").or_not_null(Default::Bool(false)),
        boolean("disable_requester_ip_address_logging"),
        object("spend_logs_metadata_fields"),
        boolean("disable_auto_add_proxy_admin_to_teams"),
        boolean("enforce_fallback_model_access"),
        boolean("disable_fallbacks_on_per_model_rate_limits"),
        object("scheduled_job_stagger"),
        object("spend_capture_rate_check"),
        text("maximum_spend_logs_retention_period"),
        text("maximum_autorouter_session_retention_period"),
        text("maximum_health_check_retention_period"),
        text("maximum_daily_tag_spend_retention_period"),
        text("maximum_spend_logs_size"),
        text("maximum_spend_logs_cleanup_target_size"),
        text("maximum_spend_logs_size_check_interval"),
        boolean("use_spend_logs_partitioning"),
        int("maximum_spend_logs_cleanup_batch_size"),
        int("maximum_spend_logs_cleanup_max_batches"),
        text("maximum_spend_logs_cleanup_run_budget"),
        text("maximum_spend_logs_cleanup_batch_timeout"),
        texts("mcp_internal_ip_ranges"),
        list("mcp_advertised_versions"),
        list("mcp_disabled_capabilities"),
        list("mcp_allowed_clients"),
        boolean("mcp_require_explicit_server_scope").or_not_null(Default::Bool(false)),
        text("mcp_client_id_header"),
        texts("mcp_trusted_proxy_ranges"),
        int_in("mcp_xff_num_trusted_hops", Bounds::at_least(1.0)),
        boolean("mcp_prefer_client_id_metadata_document"),
        texts("trusted_proxy_ranges"),
        boolean("store_model_in_db"),
        boolean("forward_client_headers_to_llm_api"),
        texts("mcp_required_fields"),
        int("password_policy_min_length"),
        boolean("password_policy_require_uppercase"),
        boolean("password_policy_require_lowercase"),
        boolean("password_policy_require_numbers"),
        boolean("password_policy_require_special_characters"),
        boolean("disable_password_login_when_sso_enabled"),
        boolean("disable_responses_id_security"),
        boolean("allow_unmanaged_response_ids"),
        boolean("disable_env_credential_login"),
        boolean("disable_budget_reservation"),
        boolean("apply_user_budget_to_team_keys"),
        boolean("agent_access_default_deny").or_not_null(Default::Bool(false)),
        boolean("user_url_validation"),
        texts("user_url_allowed_hosts"),
        texts("provider_url_destination_allowed_hosts"),
        texts("admin_only_routes"),
        texts("allowed_ips"),
        boolean("disable_custom_api_keys"),
    ],
);

/// `POST /config/update`
pub static CONFIG_YAML: Model = Model::new(
    "ConfigYAML",
    &[
        object("environment_variables"),
        list("model_list"),
        object("litellm_settings"),
        Field::new("general_settings", Kind::Model(&CONFIG_GENERAL_SETTINGS)),
        list("worker_registry"),
        object("router_settings"),
    ],
);

const GENERAL: &[&str] = &["general_settings"];
/// `POST /config/field/update`
pub static CONFIG_FIELD_UPDATE: Model = Model::new(
    "ConfigFieldUpdate",
    &[
        text("field_name").required(),
        Field { nullable: true, ..Field::new("field_value", Kind::Any).required() },
        literal("config_type", GENERAL).required(),
    ],
);
/// `POST /config/field/delete`
pub static CONFIG_FIELD_DELETE: Model =
    Model::new("ConfigFieldDelete", &[literal("config_type", GENERAL).required(), text("field_name").required()]);
/// `GET /config/field/info`
pub static CONFIG_FIELD_INFO_QUERY: QueryModel =
    QueryModel::new("ConfigFieldInfoQuery", &[text("field_name").required()]);
/// `GET /config/list`
pub static CONFIG_LIST_QUERY: QueryModel =
    QueryModel::new("ConfigListQuery", &[literal("config_type", GENERAL).required()]);
/// `POST /config/callback/delete`
pub static CALLBACK_DELETE: Model = Model::new("CallbackDelete", &[text("callback_name").required()]);
/// `POST /add/allowed_ip`, `POST /delete/allowed_ip`
pub static IP_ADDRESS: Model = Model::new("IPAddress", &[text("ip").required()]);

/// `PATCH /update/internal_user_settings`
pub static DEFAULT_INTERNAL_USER_PARAMS: Model = Model::new(
    "DefaultInternalUserParams",
    &[
        USER_ROLE.or(Default::Text("internal_user_viewer")),
        float("max_budget"),
        text("budget_duration"),
        texts("models"),
        Field::new("teams", TEAMS),
    ],
);
/// `PATCH /update/default_team_settings`
pub static DEFAULT_TEAM_SSO_PARAMS: Model = Model::new(
    "DefaultTeamSSOParams",
    &[
        texts("models").or_not_null(Default::EmptyList),
        float("max_budget"),
        text("budget_duration"),
        int("tpm_limit"),
        int("rpm_limit"),
        list_of("team_member_permissions", &Kind::Enum(KEY_MANAGEMENT_ROUTES)),
        text("organization_id"),
    ],
);
/// `PATCH /update/ui_theme_settings`
pub static UI_THEME_CONFIG: Model =
    Model::new("UIThemeConfig", &[text("logo_url"), text("logo_url_dark"), text("favicon_url")]);

/// Who may use the dashboard, by a group of the single sign-on.
static UI_ACCESS_MODE: Model = Model::new(
    "AccessControl_UI_AccessMode",
    &[
        literal("type", &["restricted_sso_group"]).required(),
        text("restricted_sso_group").required(),
        text("sso_group_jwt_field").required(),
    ],
);
/// Which groups of the single sign-on have which role.
static ROLE_MAPPINGS: Model = Model::new(
    "RoleMappings",
    &[
        text("provider").required(),
        text("group_claim").required(),
        text("default_role"),
        map_of("roles", &Kind::ListOf(&Kind::Str)).or_not_null(Default::EmptyObject),
    ],
);
/// Which claim of the single sign-on names teams.
static TEAM_MAPPINGS: Model = Model::new("TeamMappings", &[text("team_ids_jwt_field")]);
/// `PATCH /update/sso_settings`
pub static SSO_CONFIG: Model = Model::new(
    "SSOConfig",
    &[
        text("google_client_id"),
        text("google_client_secret"),
        text("microsoft_client_id"),
        text("microsoft_client_secret"),
        text("microsoft_tenant"),
        text("generic_client_id"),
        text("generic_client_secret"),
        text("generic_authorization_endpoint"),
        text("generic_token_endpoint"),
        text("generic_userinfo_endpoint"),
        text("generic_scope"),
        text("saml_idp_metadata_url"),
        text("saml_idp_metadata_xml"),
        text("saml_sp_entity_id"),
        text("saml_allow_unsolicited"),
        text("proxy_base_url"),
        text("user_email"),
        Field::new(
            "ui_access_mode",
            Kind::OneOf(&[("AccessControl_UI_AccessMode", Kind::Model(&UI_ACCESS_MODE)), ("str", Kind::Str)]),
        ),
        Field::new("role_mappings", Kind::Model(&ROLE_MAPPINGS)),
        Field::new("team_mappings", Kind::Model(&TEAM_MAPPINGS)),
    ],
);

const fn flag(name: &'static str) -> Field {
    boolean(name).or_not_null(Default::Bool(false))
}
/// `PATCH /update/ui_settings`
pub static UI_SETTINGS: Model = Model::new(
    "UISettings",
    &[
        literal("usage_default_time_range", &["today", "last_7_days", "last_30_days", "month_to_date", "year_to_date"])
            .or_not_null(Default::Text("last_7_days")),
        flag("disable_model_add_for_internal_users"),
        flag("disable_team_admin_delete_team_user"),
        texts("enabled_ui_pages_internal_users"),
        flag("require_auth_for_public_ai_hub"),
        flag("allow_public_health_readiness_details"),
        flag("forward_client_headers_to_llm_api"),
        flag("forward_llm_provider_auth_headers"),
        flag("disable_agents_for_internal_users"),
        flag("allow_agents_for_team_admins"),
        flag("disable_vector_stores_for_internal_users"),
        flag("allow_vector_stores_for_team_admins"),
        flag("scope_user_search_to_org"),
        flag("disable_custom_api_keys"),
        flag("disable_key_generate_for_org_admin"),
        boolean("enable_chat_ui").or_not_null(Default::Bool(true)),
        text("moyai_url"),
        texts("team_admin_editable_team_fields").or_not_null(Default::EmptyList),
    ],
)
.keep();

/// `POST /cache/settings`
pub static CACHE_SETTINGS: Model =
    Model::new("CacheSettingsUpdateRequest", &[Field { nullable: false, ..object("cache_settings").required() }]);
/// `POST /config_overrides/hashicorp_vault`
pub static HASHICORP_VAULT_CONFIG: Model = Model::new(
    "HashicorpVaultConfig",
    &[
        text("vault_addr"),
        text("vault_token"),
        text("approle_role_id"),
        text("approle_secret_id"),
        text("approle_mount_path"),
        text("client_cert"),
        text("client_key"),
        text("vault_cert_role"),
        text("vault_namespace"),
        text("vault_login_namespace"),
        text("vault_secret_namespace"),
        text("vault_mount_name"),
        text("vault_path_prefix"),
    ],
);
/// `POST /config_overrides/cyberark`
pub static CYBERARK_CONFIG: Model = Model::new(
    "CyberArkConfig",
    &[
        text("cyberark_api_base"),
        text("cyberark_account"),
        text("cyberark_username"),
        text("cyberark_api_key"),
        text("client_cert"),
        text("client_key"),
        text("ssl_verify"),
        text("refresh_interval"),
    ],
);

/// `POST /invitation/new`
pub static INVITATION_NEW: Model = Model::new("InvitationNew", &[text("user_id").required()]);
/// `GET /invitation/info`
pub static INVITATION_INFO_QUERY: QueryModel =
    QueryModel::new("InvitationInfoQuery", &[text("invitation_id").required()]);
/// `POST /invitation/update`
pub static INVITATION_UPDATE: Model =
    Model::new("InvitationUpdate", &[text("invitation_id").required(), boolean("is_accepted").required()]);
/// `POST /invitation/delete`
pub static INVITATION_DELETE: Model = Model::new("InvitationDelete", &[text("invitation_id").required()]);
