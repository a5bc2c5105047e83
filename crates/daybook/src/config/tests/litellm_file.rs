//! A file as it stands beside a LiteLLM in production.

use std::time::Duration;

use serde_json::json;

use super::*;

const FULL: &str = r#"# production
include: [models/more.yaml]
model_list:
  - model_name: gpt-4o
    litellm_params: &azure
      model: azure/gpt-4o-eu
      api_base: https://example-eu.openai.azure.com/
      api_key: os.environ/AZURE_API_KEY
      api_version: "2024-10-21"
      rpm: 1_000
    model_info: {id: eu-1, mode: chat}
  - model_name: gpt-4o
    litellm_params:
      <<: *azure
      model: azure/gpt-4o-us
      timeout: 1e2
  - model_name: "*"
    litellm_params: {model: "openai/*", api_key: os.environ/MISSING}

router_settings:
  routing_strategy: usage-based-routing-v2
  redis_host: os.environ/REDIS_HOST
  num_retries: 2
  fallbacks: [{"gpt-4o": ["*"]}]
  model_group_alias: {"gpt-4": "gpt-4o"}

litellm_settings:
  drop_params: yes
  set_verbose: False
  cache: on
  cache_params: {type: redis, ttl: 600}
  callbacks: ["langfuse", "prometheus", custom_callbacks.handler]
  success_callback: [s3_v2]
  audit_log_callbacks: ["s3_v2"]
  s3_callback_params:
    s3_bucket_name: os.environ/AWS_BUCKET_NAME
  request_timeout: 600
  json_logs: true
  store_audit_logs: true
  timezone: Europe/Berlin
  budget_reset_time: 06:30
  default_team_params: {max_budget: 100, budget_duration: 30d, models: [gpt-4o]}
  default_internal_user_params:
    user_role: internal_user
    max_budget: 0.5
  default_key_generate_params: {max_parallel_requests: 10}
  upperbound_key_generate_params: {duration: 90d, tpm_limit: 1000}
  key_generation_settings:
    team_key_generation: {allowed_team_member_roles: [admin]}
    personal_key_generation: {allowed_user_roles: [proxy_admin]}
  default_team_settings:
    - team_id: a
      langfuse_secret: os.environ/LANGFUSE_SECRET

guardrails:
  - guardrail_name: pii
    litellm_params: {guardrail: presidio, mode: pre_call, default_on: true}

mcp_servers:
  deepwiki: {url: "https://mcp.example/mcp", auth_type: none}

general_settings:
  master_key: os.environ/MASTER_KEY
  database_url: "postgresql://llm:s3cr3t@db.example:5432/litellm?schema=gateway&connection_limit=20&sslmode=require"
  database_connection_pool_limit: 100
  proxy_batch_write_at: 60
  proxy_budget_rescheduler_min_time: 597
  store_model_in_db: True
  litellm_key_header_name: X-Gateway-Key
  alerting: ["slack"]
  alerting_args: {daily_report_frequency: 43200}
  alert_to_webhook_url: {llm_exceptions: "https://hooks.slack.example/x"}
  admin_only_routes: ["/model/new"]
  allowed_ips: ["127.0.0.1", "10.0.0.0/8"]
  disable_auto_add_proxy_admin_to_teams: no
  disable_custom_api_keys: true
  pass_through_endpoints:
    - path: /v1/rerank
      target: https://api.cohere.com/v1/rerank
      headers: {Authorization: os.environ/COHERE}

environment_variables:
  REDIS_HOST: redis.example
  AWS_BUCKET_NAME: os.environ/BUCKET
  LANGFUSE_DEBUG: true

daybook:
  changed_by_header: off
  data_dir: /var/lib/daybook
  host: "::"
  port: 4100
  max_body_bytes: 2097152
  request_timeout: 30
  database_timeout: 2.5
  shutdown_timeout: 10
  database_connections: 20
  origin: audit.example.com/log
  trusted_proxies: [10.0.0.0/8, "::1"]
"#;

fn full() -> Setup {
    file(FULL)
        .and_file(
            "models/more.yaml",
            "model_list:\n- model_name: claude\n  litellm_params: {model: anthropic/claude}\n",
        )
        .variable("MASTER_KEY", "sk-1234")
        .variable("AZURE_API_KEY", "azure")
        .variable("BUCKET", "audit-logs")
}

#[test]
fn a_full_litellm_file_is_read_as_it_is() {
    let config = full().load();

    let litellm = &config.litellm;
    assert!(litellm.store_audit_logs);
    assert_eq!(litellm.timezone.iana_name(), Some("Europe/Berlin"));
    assert_eq!(litellm.budget_reset_time, jiff::civil::time(6, 30, 0, 0));
    assert_eq!(litellm.default_team_params, json!({"max_budget": 100, "budget_duration": "30d", "models": ["gpt-4o"]}));
    assert_eq!(litellm.default_internal_user_params, json!({"user_role": "internal_user", "max_budget": 0.5}));
    assert_eq!(
        litellm.key_generation_settings["personal_key_generation"],
        json!({"allowed_user_roles": ["proxy_admin"]})
    );

    let general = &config.general;
    assert_eq!(general.master_key.as_ref().unwrap().expose(), "sk-1234");
    assert!(general.store_model_in_db);
    assert_eq!(general.litellm_key_header_name.as_deref(), Some("X-Gateway-Key"));
    assert_eq!(general.admin_only_routes, ["/model/new"]);
    assert!(!general.disable_auto_add_proxy_admin_to_teams);
    assert!(general.disable_custom_api_keys);
    let allowed = general.allowed_ips.as_ref().unwrap();
    assert!(allowed.iter().any(|network| network.contains([10, 1, 2, 3].into())));

    let Database::Postgres { url, schema } = &config.database else {
        panic!("{:?}", config.database);
    };
    assert_eq!(url.expose(), "postgresql://llm:s3cr3t@db.example:5432/litellm?sslmode=require");
    assert_eq!(schema, "gateway");
    assert_eq!(config.database.describe(), "PostgreSQL at db.example:5432/litellm (schema gateway)");

    let daybook = &config.daybook;
    assert_eq!(daybook.changed_by_header, ChangedByHeader::Off);
    assert_eq!(daybook.data_dir, PathBuf::from("/var/lib/daybook"));
    assert_eq!((daybook.host.as_str(), daybook.port), ("::", 4100));
    assert_eq!(daybook.max_body_bytes, 2_097_152);
    assert_eq!(daybook.request_timeout, Duration::from_secs(30));
    assert_eq!(daybook.database_timeout, Duration::from_millis(2500));
    assert_eq!(daybook.shutdown_timeout, Duration::from_secs(10));
    assert_eq!(daybook.database_connections, 20);
    assert_eq!(daybook.origin.as_deref(), Some("audit.example.com/log"));
    assert!(daybook.trusted_proxies[1].contains("::1".parse().unwrap()));
}

#[test]
fn sections_are_merged_and_references_replaced_at_any_depth() {
    let config = full().load();
    let models = config.section("model_list");
    let names: Vec<_> = models.as_array().unwrap().iter().map(|m| &m["model_name"]).collect();
    assert_eq!(names, ["gpt-4o", "gpt-4o", "*", "claude"]);
    assert_eq!(models[0]["litellm_params"]["api_key"], "azure");
    assert_eq!(models[1]["litellm_params"]["api_key"], "azure");
    assert_eq!(models[1]["litellm_params"]["model"], "azure/gpt-4o-us");
    assert_eq!(models[2]["litellm_params"]["api_key"], json!(null));

    let litellm = config.section("litellm_settings");
    assert_eq!(litellm["drop_params"], true);
    assert_eq!(litellm["cache"], true);
    assert_eq!(litellm["s3_callback_params"]["s3_bucket_name"], "audit-logs");
    assert_eq!(config.section("router_settings")["redis_host"], "redis.example");
    assert_eq!(config.section("include"), &json!(null));
    assert_eq!(config.section("guardrails")[0]["guardrail_name"], "pii");
}
