//! The order in which LiteLLM shows the members of a model.

use serde_json::Value;

use crate::model::prices;
use crate::model::row::Row;

/// Prices that are shown among what is known of a model, first of all.
pub const MIRRORED: &[&str] = &[
    "input_cost_per_token",
    "output_cost_per_token",
    "input_cost_per_character",
    "output_cost_per_character",
    "cache_read_input_token_cost",
    "explicit_cache_read_input_token_cost",
    "cache_creation_input_token_cost",
    "cache_creation_input_token_cost_above_1hr",
    "cache_creation_input_token_cost_above_12hr",
    "cache_creation_input_token_cost_above_12hr_flex",
    "cache_creation_input_token_cost_above_12hr_priority",
    "cache_creation_input_token_cost_above_12hr_above_272k_tokens",
    "cache_creation_input_token_cost_above_12hr_above_272k_tokens_flex",
    "cache_creation_input_token_cost_above_12hr_above_272k_tokens_priority",
    "cache_creation_input_token_cost_above_12hr_batches",
    "cache_creation_input_token_cost_above_12hr_ultrafast",
    "cache_creation_input_token_cost_above_12hr_above_272k_tokens_batches",
    "cache_creation_input_token_cost_above_12hr_above_272k_tokens_ultrafast",
    "tiered_pricing",
];

/// What opens a provider's door, and where the door is: what a stored credential can hold.
pub const CREDENTIALS: &[&str] = &[
    "api_key",
    "api_base",
    "api_version",
    "azure_ad_token",
    "tenant_id",
    "client_id",
    "client_secret",
    "azure_scope",
    "azure_username",
    "azure_password",
    "vertex_project",
    "vertex_location",
    "vertex_credentials",
    "region_name",
    "gcs_bucket_name",
    "bucket_name",
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "aws_region_name",
    "aws_session_name",
    "aws_profile_name",
    "aws_role_name",
    "aws_web_identity_token",
    "aws_sts_endpoint",
    "aws_external_id",
    "aws_session_tags",
    "aws_bedrock_runtime_endpoint",
    "aws_bedrock_control_plane_endpoint",
    "aws_bedrock_project_id",
    "s3_bucket_name",
    "s3_endpoint_url",
    "s3_region_name",
    "s3_access_key_id",
    "s3_secret_access_key",
    "s3_encryption_key_id",
    "s3_bucket_owner",
    "aws_batch_role_arn",
    "s3_output_bucket_name",
    "bedrock_tags",
    "watsonx_region_name",
    "anthropic_federation_rule_id",
    "anthropic_organization_id",
    "anthropic_service_account_id",
    "anthropic_federation_workspace_id",
    "anthropic_identity_token_file",
    "anthropic_identity_token",
    "anthropic_identity_source",
    "anthropic_issuer_url",
    "anthropic_issuer_subject",
    "anthropic_issuer_audience",
    "anthropic_issuer_ttl_seconds",
    "anthropic_issuer_signing_key_ref",
    "anthropic_keycloak_token_url",
    "anthropic_keycloak_client_id",
    "anthropic_keycloak_auth_method",
    "anthropic_keycloak_client_secret_ref",
    "anthropic_keycloak_scope",
    "anthropic_disable_workload_identity_federation",
    "openai_identity_provider_id",
    "openai_service_account_id",
    "openai_identity_token_file",
    "token_exchange_endpoint",
    "token_exchange_profile",
    "token_exchange_scope",
    "token_exchange_audience",
];

/// The other parameters of a provider's call; prices and credentials come before, what is not listed after.
const PARAMETERS: &[&str] = &[
    "custom_llm_provider",
    "responses_api_version",
    "tpm",
    "rpm",
    "itpm",
    "otpm",
    "tpd",
    "rpd",
    "daily_reset_time",
    "timeout",
    "stream_timeout",
    "timeout_by_service_tier",
    "stream_timeout_by_service_tier",
    "max_retries",
    "drop_params",
    "organization",
    "configurable_clientside_auth_params",
    "litellm_credential_name",
    "provider_affinity_header",
    "litellm_trace_id",
    "max_file_size_mb",
    "default_api_key_tpm_limit",
    "default_api_key_rpm_limit",
    "max_budget",
    "budget_duration",
    "keepalive_seconds",
    "allow_client_keepalive_override",
    "use_in_pass_through",
    "use_litellm_proxy",
    "use_chat_completions_api",
    "use_xai_oauth",
    "chatgpt_auth_file",
    "fireworks_forward_user_id",
    "merge_reasoning_content_in_choices",
    "thought_signature_in_tool_call_id",
    "model_info",
    "mock_response",
    "tags",
    "tag_regex",
    "auto_router_config_path",
    "auto_router_config",
    "auto_router_default_model",
    "auto_router_embedding_model",
    "auto_router_max_input_chars",
    "auto_router_routing_compression",
    "auto_router_model_compression",
    "complexity_router_config",
    "complexity_router_default_model",
    "adaptive_router_default_model",
    "adaptive_router_config",
    "quality_router_config",
    "quality_router_default_model",
    "vector_store_id",
    "milvus_text_field",
    "milvus_db_name",
    "milvus_partition_names",
    "valkey_host",
    "valkey_port",
    "valkey_password",
    "valkey_ssl",
    "valkey_text_field",
    "valkey_embedding_field",
    "model",
];

const INFO: &[&str] = &[
    "enforce_supported_endpoints",
    "id",
    "db_model",
    "updated_at",
    "updated_by",
    "created_at",
    "created_by",
    "base_model",
    "pricing_provider",
    "tier",
    "team_id",
    "team_public_model_name",
    "member_auto_router",
    "blocked",
    "discoverable",
];

/// `litellm_params` in its order.
pub fn parameters(row: Row) -> Row {
    sorted(row, |name| match MIRRORED.iter().position(|have| *have == name) {
        Some(index) => index,
        None if prices::is_price(name) => MIRRORED.len(),
        None => 1000 + parameters_in_order().position(|have| have == name).unwrap_or(usize::MAX - 1000),
    })
}

fn parameters_in_order() -> impl Iterator<Item = &'static str> {
    CREDENTIALS.iter().chain(PARAMETERS).copied()
}

/// `model_info` in its order.
pub fn info(row: Row) -> Row {
    sorted(row, |name| match MIRRORED.iter().position(|have| *have == name) {
        Some(index) => index,
        None => 1000 + INFO.iter().position(|have| *have == name).unwrap_or(INFO.len()),
    })
}

/// Members that are not known keep their order, after those that are.
fn sorted(row: Row, place: impl Fn(&str) -> usize) -> Row {
    let mut members: Vec<(String, Value)> = row.into_iter().collect();
    members.sort_by_key(|(name, _)| place(name));
    members.into_iter().collect()
}
