//! Request models of `/model/*` and `/models`.

use super::super::{
    fields::Fields,
    model::{
        Bounds, Default, Field, Kind, Model, boolean, float, int, list, map_of, model, object, subclass, text, texts,
    },
    problem::Problem,
    query::QueryModel,
};

/// `name: Any`
const fn any(name: &'static str) -> Field {
    Field::new(name, Kind::Any)
}

/// What a provider is called with, `model` aside (GenericLiteLLMParams).
const PARAMETERS: &[Field] = &[
    float("input_cost_per_token"),
    float("output_cost_per_token"),
    float("input_cost_per_character"),
    float("output_cost_per_character"),
    float("cache_read_input_token_cost"),
    float("explicit_cache_read_input_token_cost"),
    float("cache_creation_input_token_cost"),
    float("cache_creation_input_token_cost_above_1hr"),
    float("cache_creation_input_token_cost_above_12hr"),
    float("cache_creation_input_token_cost_above_12hr_flex"),
    float("cache_creation_input_token_cost_above_12hr_priority"),
    float("cache_creation_input_token_cost_above_12hr_above_272k_tokens"),
    float("cache_creation_input_token_cost_above_12hr_above_272k_tokens_flex"),
    float("cache_creation_input_token_cost_above_12hr_above_272k_tokens_priority"),
    float("cache_creation_input_token_cost_above_12hr_batches"),
    float("cache_creation_input_token_cost_above_12hr_ultrafast"),
    float("cache_creation_input_token_cost_above_12hr_above_272k_tokens_batches"),
    float("cache_creation_input_token_cost_above_12hr_above_272k_tokens_ultrafast"),
    list("tiered_pricing"),
    float("cost_per_second"),
    float("input_cost_per_second"),
    float("input_cost_per_text_message"),
    float("output_cost_per_second"),
    float("output_cost_per_second_1080p"),
    float("output_cost_per_second_480p"),
    float("output_cost_per_second_720p"),
    float("output_cost_per_second_768p"),
    float("output_cost_per_second_2k"),
    float("output_cost_per_second_4k"),
    float("output_cost_per_image_512"),
    float("output_cost_per_image_1024"),
    float("output_cost_per_image_1536"),
    float("input_cost_per_pixel"),
    float("output_cost_per_pixel"),
    float("input_cost_per_token_flex"),
    float("input_cost_per_token_priority"),
    float("input_cost_per_token_balanced"),
    float("input_cost_per_token_ultrafast"),
    float("cache_creation_input_token_cost_above_100k_tokens"),
    float("cache_creation_input_token_cost_above_1hr_above_100k_tokens"),
    float("cache_creation_input_token_cost_above_200k_tokens"),
    float("cache_creation_input_token_cost_above_272k_tokens"),
    float("cache_creation_input_token_cost_above_272k_tokens_priority"),
    float("cache_creation_input_token_cost_above_272k_tokens_flex"),
    float("cache_creation_input_token_cost_above_272k_tokens_ultrafast"),
    float("cache_creation_input_token_cost_flex"),
    float("cache_creation_input_token_cost_priority"),
    float("cache_creation_input_token_cost_ultrafast"),
    float("cache_creation_input_audio_token_cost"),
    float("cache_read_input_token_cost_flex"),
    float("cache_read_input_token_cost_priority"),
    float("cache_read_input_token_cost_balanced"),
    float("cache_read_input_token_cost_ultrafast"),
    float("cache_read_input_token_cost_above_100k_tokens"),
    float("cache_read_input_token_cost_above_200k_tokens"),
    float("cache_read_input_token_cost_above_200k_tokens_priority"),
    float("cache_read_input_token_cost_above_272k_tokens_priority"),
    float("cache_read_input_token_cost_above_272k_tokens_flex"),
    float("cache_read_input_token_cost_above_272k_tokens_ultrafast"),
    float("cache_read_input_token_cost_batches"),
    float("cache_read_input_token_cost_above_100k_tokens_batches"),
    float("cache_read_input_token_cost_above_200k_tokens_batches"),
    float("cache_read_input_token_cost_above_272k_tokens_batches"),
    float("cache_read_input_audio_token_cost_batches"),
    float("cache_creation_input_token_cost_batches"),
    float("cache_creation_input_token_cost_above_100k_tokens_batches"),
    float("cache_creation_input_token_cost_above_200k_tokens_batches"),
    float("cache_creation_input_token_cost_above_272k_tokens_batches"),
    float("cache_read_input_audio_token_cost"),
    float("cache_read_input_audio_token_cost_flex"),
    float("cache_read_input_audio_token_cost_priority"),
    float("cache_read_input_image_token_cost"),
    float("input_cost_per_character_above_128k_tokens"),
    float("input_cost_per_audio_token"),
    float("input_cost_per_audio_token_flex"),
    float("input_cost_per_audio_token_priority"),
    float("input_cost_per_token_cache_hit"),
    float("input_cost_per_token_above_128k_tokens"),
    float("input_cost_per_token_above_100k_tokens"),
    float("input_cost_per_token_above_200k_tokens"),
    float("input_cost_per_token_above_200k_tokens_priority"),
    float("input_cost_per_token_above_272k_tokens_priority"),
    float("input_cost_per_token_above_272k_tokens_flex"),
    float("input_cost_per_token_above_272k_tokens_ultrafast"),
    float("input_cost_per_token_above_200k_tokens_batches"),
    float("input_cost_per_token_above_100k_tokens_batches"),
    float("input_cost_per_token_above_272k_tokens_batches"),
    float("input_cost_per_query"),
    float("input_cost_per_image"),
    float("input_cost_per_image_above_128k_tokens"),
    float("input_cost_per_audio_per_second"),
    float("input_cost_per_audio_per_second_above_128k_tokens"),
    float("input_cost_per_video_per_second"),
    float("input_cost_per_video_per_second_above_128k_tokens"),
    float("input_cost_per_video_per_second_above_15s_interval"),
    float("input_cost_per_video_per_second_above_8s_interval"),
    float("input_cost_per_audio_token_batches"),
    float("input_cost_per_image_token_batches"),
    float("input_cost_per_token_batches"),
    float("input_cost_per_video_token_batches"),
    float("output_cost_per_token_batches"),
    float("output_cost_per_token_flex"),
    float("output_cost_per_token_priority"),
    float("output_cost_per_token_balanced"),
    float("output_cost_per_token_ultrafast"),
    float("output_cost_per_audio_token"),
    float("output_cost_per_token_above_128k_tokens"),
    float("output_cost_per_token_above_100k_tokens"),
    float("output_cost_per_token_above_200k_tokens"),
    float("output_cost_per_token_above_200k_tokens_priority"),
    float("output_cost_per_token_above_272k_tokens_priority"),
    float("output_cost_per_token_above_272k_tokens_flex"),
    float("output_cost_per_token_above_272k_tokens_ultrafast"),
    float("output_cost_per_token_above_200k_tokens_batches"),
    float("output_cost_per_token_above_100k_tokens_batches"),
    float("output_cost_per_token_above_272k_tokens_batches"),
    float("output_cost_per_character_above_128k_tokens"),
    float("output_cost_per_image"),
    float("output_cost_per_image_token"),
    float("output_cost_per_image_token_batches"),
    float("output_cost_per_video_token"),
    float("output_cost_per_reasoning_token"),
    float("output_cost_per_reasoning_token_flex"),
    float("output_cost_per_reasoning_token_priority"),
    float("output_cost_per_video_per_second"),
    float("output_cost_per_audio_per_second"),
    object("search_context_cost_per_query"),
    any("search_queries_cost_per_query"),
    float("google_maps_grounding_cost_per_query"),
    float("citation_cost_per_token"),
    float("cache_read_input_token_cost_above_272k_tokens"),
    float("cache_read_input_token_cost_above_512k_tokens"),
    float("input_cost_per_image_token"),
    float("input_cost_per_video_token"),
    float("input_cost_per_token_above_272k_tokens"),
    float("input_cost_per_token_above_512k_tokens"),
    float("output_cost_per_token_above_272k_tokens"),
    float("output_cost_per_token_above_512k_tokens"),
    int("output_vector_size"),
    float("ocr_cost_per_page"),
    float("ocr_cost_per_page_batches"),
    float("ocr_cost_per_credit"),
    float("annotation_cost_per_page"),
    float("annotation_cost_per_page_batches"),
    float("regional_processing_uplift_multiplier_eu"),
    float("regional_processing_uplift_multiplier_us"),
    float("regional_endpoint_uplift_multiplier"),
    text("api_key"),
    text("api_base"),
    text("api_version"),
    text("azure_ad_token"),
    text("tenant_id"),
    text("client_id"),
    text("client_secret"),
    text("azure_scope"),
    text("azure_username"),
    text("azure_password"),
    text("vertex_project"),
    text("vertex_location"),
    any("vertex_credentials"),
    text("region_name"),
    text("gcs_bucket_name"),
    text("bucket_name"),
    text("aws_access_key_id"),
    text("aws_secret_access_key"),
    text("aws_session_token"),
    text("aws_region_name"),
    text("aws_session_name"),
    text("aws_profile_name"),
    text("aws_role_name"),
    text("aws_web_identity_token"),
    text("aws_sts_endpoint"),
    text("aws_external_id"),
    any("aws_session_tags"),
    text("aws_bedrock_runtime_endpoint"),
    text("aws_bedrock_control_plane_endpoint"),
    text("aws_bedrock_project_id"),
    text("s3_bucket_name"),
    text("s3_endpoint_url"),
    text("s3_region_name"),
    text("s3_access_key_id"),
    text("s3_secret_access_key"),
    text("s3_encryption_key_id"),
    text("s3_bucket_owner"),
    text("aws_batch_role_arn"),
    text("s3_output_bucket_name"),
    list("bedrock_tags"),
    text("watsonx_region_name"),
    text("anthropic_federation_rule_id"),
    text("anthropic_organization_id"),
    text("anthropic_service_account_id"),
    text("anthropic_federation_workspace_id"),
    text("anthropic_identity_token_file"),
    text("anthropic_identity_token"),
    text("anthropic_identity_source"),
    text("anthropic_issuer_url"),
    text("anthropic_issuer_subject"),
    text("anthropic_issuer_audience"),
    int("anthropic_issuer_ttl_seconds"),
    text("anthropic_issuer_signing_key_ref"),
    text("anthropic_keycloak_token_url"),
    text("anthropic_keycloak_client_id"),
    text("anthropic_keycloak_auth_method"),
    text("anthropic_keycloak_client_secret_ref"),
    text("anthropic_keycloak_scope"),
    boolean("anthropic_disable_workload_identity_federation"),
    text("openai_identity_provider_id"),
    text("openai_service_account_id"),
    text("openai_identity_token_file"),
    text("token_exchange_endpoint"),
    text("token_exchange_profile"),
    text("token_exchange_scope"),
    text("token_exchange_audience"),
    text("custom_llm_provider"),
    text("responses_api_version"),
    int("tpm"),
    int("rpm"),
    int("itpm"),
    int("otpm"),
    int("tpd"),
    int("rpd"),
    text("daily_reset_time"),
    any("timeout"),
    any("stream_timeout"),
    map_of("timeout_by_service_tier", &Kind::FLOAT),
    map_of("stream_timeout_by_service_tier", &Kind::FLOAT),
    int("max_retries"),
    any("drop_params"),
    text("organization"),
    any("configurable_clientside_auth_params"),
    text("litellm_credential_name"),
    text("provider_affinity_header"),
    text("litellm_trace_id"),
    float("max_file_size_mb"),
    int("default_api_key_tpm_limit"),
    int("default_api_key_rpm_limit"),
    float("max_budget"),
    text("budget_duration"),
    float("keepalive_seconds"),
    boolean("allow_client_keepalive_override"),
    boolean("use_in_pass_through"),
    boolean("use_litellm_proxy"),
    boolean("use_chat_completions_api"),
    boolean("use_xai_oauth"),
    text("chatgpt_auth_file"),
    boolean("fireworks_forward_user_id"),
    boolean("merge_reasoning_content_in_choices"),
    any("thought_signature_in_tool_call_id"),
    object("model_info"),
    any("mock_response"),
    texts("tags"),
    texts("tag_regex"),
    text("auto_router_config_path"),
    text("auto_router_config"),
    text("auto_router_default_model"),
    text("auto_router_embedding_model"),
    int("auto_router_max_input_chars"),
    text("auto_router_routing_compression"),
    text("auto_router_model_compression"),
    object("complexity_router_config"),
    text("complexity_router_default_model"),
    text("adaptive_router_default_model"),
    object("adaptive_router_config"),
    object("quality_router_config"),
    text("quality_router_default_model"),
    text("vector_store_id"),
    text("milvus_text_field"),
    text("milvus_db_name"),
    texts("milvus_partition_names"),
    text("valkey_host"),
    int("valkey_port"),
    text("valkey_password"),
    boolean("valkey_ssl"),
    text("valkey_text_field"),
    text("valkey_embedding_field"),
];

subclass!(NEW_PARAMETERS = PARAMETERS + [text("model").required()]);
subclass!(CHANGED_PARAMETERS = PARAMETERS + [text("model")]);

/// The parameters of a new model; others than these are kept.
static LITELLM_PARAMS: Model = Model::new("LiteLLM_Params", NEW_PARAMETERS).keep();
/// The parameters of a model that is changed.
static UPDATE_LITELLM_PARAMS: Model = Model::new("updateLiteLLMParams", CHANGED_PARAMETERS).keep();

/// `POST /model/new`
pub static DEPLOYMENT: Model = Model::new(
    "Deployment",
    &[
        text("model_name").required(),
        model("litellm_params", &LITELLM_PARAMS).required(),
        object("model_info"),
        boolean("blocked"),
    ],
);

const UPDATE_DEPLOYMENT_FIELDS: &[Field] =
    &[text("model_name"), model("litellm_params", &UPDATE_LITELLM_PARAMS), object("model_info"), boolean("blocked")];

subclass!(UPDATE_FIELDS = UPDATE_DEPLOYMENT_FIELDS + [text("id")]);
/// `POST /model/update`; `id` is what LiteLLM's own client sends.
pub static UPDATE_DEPLOYMENT: Model = Model::new("updateDeployment", UPDATE_FIELDS);

subclass!(
    PATCH_FIELDS = UPDATE_DEPLOYMENT_FIELDS + [texts("litellm_params_to_remove").or_not_null(Default::EmptyList)]
);
/// `PATCH /model/{model_id}/update`
pub static PATCH_MODEL_REQUEST: Model = Model::new("PatchModelRequest", PATCH_FIELDS).check(check_removals);

fn check_removals(fields: &Fields) -> Result<(), Problem> {
    let removed = fields.strings("litellm_params_to_remove").unwrap_or_default();
    let refuse = |text: &str| Err(Problem::value_error(text));
    if removed.contains(&"model") {
        return refuse("The required litellm_params.model cannot be removed");
    }
    let sent = fields.object("litellm_params");
    let mut both: Vec<&str> =
        removed.into_iter().filter(|name| sent.is_some_and(|sent| sent.contains_key(*name))).collect();
    both.sort_unstable();
    both.dedup();
    if both.is_empty() {
        return Ok(());
    }
    refuse(&format!("Cannot set and remove the same litellm_params keys: {}", both.join(", ")))
}

/// `POST /model/delete`
pub static MODEL_INFO_DELETE: Model = Model::new("ModelInfoDelete", &[text("id").required()]);

/// `POST /model/block`, `POST /model/unblock`
pub static BLOCK_MODEL_REQUEST: Model = Model::new("BlockModelRequest", &[text("model_id").required()]);

/// `GET /model/info`
pub static MODEL_INFO_QUERY: QueryModel = QueryModel::new(
    "model_info_v1",
    &[text("litellm_model_id"), boolean("include_team_models"), text("teamId"), boolean("healthy_only")],
);

/// `GET /v2/model/info`
pub static MODEL_INFO_V2_QUERY: QueryModel = QueryModel::new(
    "model_info_v2",
    &[
        text("model"),
        boolean("user_models_only"),
        boolean("include_team_models"),
        boolean("debug"),
        Field::new("page", Kind::Int(Bounds::at_least(1.0))).or_not_null(Default::Int(1)),
        Field::new("size", Kind::Int(Bounds::at_least(1.0))).or_not_null(Default::Int(50)),
        text("search"),
        text("modelId"),
        boolean("use_stored_params").or_not_null(Default::Bool(false)),
        text("teamId"),
        text("sortBy"),
        text("sortOrder").or(Default::Text("asc")),
        boolean("blocked"),
        boolean("exclude_auto_routers"),
        text("access_group"),
        boolean("wildcard_only"),
    ],
);

/// `GET /models`
pub static MODEL_LIST_QUERY: QueryModel = QueryModel::new(
    "model_list",
    &[
        boolean("return_wildcard_routes"),
        text("team_id"),
        boolean("include_model_access_groups"),
        boolean("only_model_access_groups"),
        boolean("include_metadata"),
        text("fallback_type"),
        text("scope"),
        boolean("healthy_only"),
    ],
);

/// `GET /models/{model_id}`
pub static MODEL_QUERY: QueryModel = QueryModel::new("model_info", &[text("team_id"), boolean("healthy_only")]);

/// `GET /model_group/info`
pub static MODEL_GROUP_QUERY: QueryModel = QueryModel::new("model_group_info", &[text("model_group")]);
