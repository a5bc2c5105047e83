//! The members of `general_settings` that the dashboard lists, and those of `litellm_settings` that it lists with them. Most
//! of them are the data plane's: here they are kept and recorded.

use serde_json::{Value, json};

use crate::manage::{Refusal, Why};

/// A member: its name, the type that the dashboard draws, its default and what it is about.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: &'static str,
    pub default: fn() -> Value,
    pub about: &'static str,
}

impl Field {
    const fn new(name: &'static str, kind: &'static str, default: fn() -> Value, about: &'static str) -> Field {
        Field { name, kind, default, about }
    }
}

/// The one member with members.
pub const PASS_THROUGH: &str = "pass_through_endpoints";

/// In LiteLLM's order.
#[rustfmt::skip]
pub const GENERAL: &[Field] = &[
    Field::new("request_tag_mappings", "RequestTagMappings", || Value::Null, "Which baggage values become tags of a request"),
    Field::new("max_in_flight_requests_per_worker", "Integer", || Value::Null, "maximum concurrent requests handled by each worker"),
    Field::new("max_queued_requests_per_worker", "Integer", || Value::Null, "maximum requests waiting for a worker slot"),
    Field::new("admission_queue_timeout_seconds", "Float", || json!(1.0), "maximum time a request waits for a worker slot"),
    Field::new("max_parallel_requests", "Integer", || Value::Null, "maximum parallel requests for each api key"),
    Field::new("global_max_parallel_requests", "Integer", || Value::Null, "global max parallel requests to allow for a proxy instance."),
    Field::new("user_api_key_cache_max_size", "Integer", || Value::Null, "How many keys, teams and users a worker keeps in memory"),
    Field::new("max_request_size_mb", "Integer", || Value::Null, "The largest request, in MB"),
    Field::new("max_batch_file_size_mb", "Integer", || Value::Null, "The largest batch file, in MB"),
    Field::new("max_batch_file_records", "Integer", || Value::Null, "The most lines in a batch file"),
    Field::new("max_batch_file_uploads_per_day", "Integer", || Value::Null, "The most batch files of a key in a day"),
    Field::new("max_file_downloads_per_minute", "Integer", || Value::Null, "The most downloads of a file by a key in a minute"),
    Field::new("max_file_size_mb", "Integer", || Value::Null, "The largest uploaded file, in MB"),
    Field::new("allowed_file_extensions", "List", || Value::Null, "The only kinds of file that may be uploaded"),
    Field::new("blocked_file_extensions", "List", || Value::Null, "Kinds of file that may not be uploaded"),
    Field::new("max_response_size_mb", "Integer", || Value::Null, "The largest response, in MB"),
    Field::new("proxy_config_reload_interval_seconds", "Integer", || json!(30), "How often what is stored is read again, in seconds"),
    Field::new("cancel_on_disconnect", "Boolean", || Value::Null, "A call ends when its caller is gone"),
    Field::new("return_wildcard_routes", "Boolean", || Value::Null, "The list of models has wildcards in it"),
    Field::new("pass_through_endpoints", "PydanticModel", || Value::Null, "Paths that are passed on to another address"),
    Field::new("transcribe_media_buckets", "List", || Value::Null, "Buckets that anybody may transcribe from"),
    Field::new("store_prompts_in_spend_logs", "Boolean", || Value::Null, "Prompts and answers are kept in spend logs"),
    Field::new("disable_requester_ip_address_logging", "Boolean", || Value::Null, "Spend logs hold no addresses of callers"),
    Field::new("disable_auto_add_proxy_admin_to_teams", "Boolean", || Value::Null, "Admins who make a team do not become its members"),
    Field::new("disable_fallbacks_on_per_model_rate_limits", "Boolean", || Value::Null, "A rate limit of one model is final"),
    Field::new("maximum_spend_logs_retention_period", "String", || Value::Null, "How long spend logs are kept"),
    Field::new("maximum_health_check_retention_period", "String", || Value::Null, "How long health checks are kept"),
    Field::new("maximum_daily_tag_spend_retention_period", "String", || Value::Null, "How long daily spend by tag is kept"),
    Field::new("maximum_spend_logs_cleanup_batch_size", "Integer", || Value::Null, "How many spend logs are removed at a time"),
    Field::new("maximum_spend_logs_cleanup_max_batches", "Integer", || Value::Null, "How many times in one run"),
    Field::new("maximum_spend_logs_cleanup_run_budget", "String", || Value::Null, "How long one run may take"),
    Field::new("maximum_spend_logs_cleanup_batch_timeout", "String", || Value::Null, "How long one removal may take"),
    Field::new("mcp_internal_ip_ranges", "List", || Value::Null, "Networks from which internal MCP servers are seen"),
    Field::new("mcp_disabled_capabilities", "List", || Value::Null, "What MCP servers do not offer"),
    Field::new("mcp_allowed_clients", "TypedDictionary", || Value::Null, "The MCP clients that may connect"),
    Field::new("mcp_client_id_header", "String", || Value::Null, "The header that names an MCP client"),
    Field::new("mcp_trusted_proxy_ranges", "List", || Value::Null, "Networks of proxies in front of MCP"),
    Field::new("mcp_xff_num_trusted_hops", "Integer", || Value::Null, "How many proxies stand in front of MCP"),
    Field::new("mcp_prefer_client_id_metadata_document", "Boolean", || Value::Null, "MCP clients are known by their metadata document"),
    Field::new("store_model_in_db", "Boolean", || Value::Null, "Models and settings are kept in the database"),
    Field::new("forward_client_headers_to_llm_api", "Boolean", || Value::Null, "Headers of clients are passed on to providers"),
    Field::new("mcp_required_fields", "List", || Value::Null, "What a new MCP server must say"),
    Field::new("apply_user_budget_to_team_keys", "Boolean", || Value::Null, "A user's budget counts for keys of teams too"),
    Field::new("agent_access_default_deny", "Boolean", || json!(false), "Agents are only for those who are named"),
];

/// Members of `litellm_settings`.
#[rustfmt::skip]
pub const LITELLM_FIELDS: &[Field] = &[
    Field::new("budget_exceeded_throttle_percentage", "Float", || Value::Null, "The part of its limits that a key over budget keeps, above 0 and up to 1"),
    Field::new("enable_anthropic_prompt_caching", "Boolean", || json!(false), "Prompts to Claude models are cached"),
    Field::new("anthropic_prompt_caching_ttl", "Select", || Value::Null, "For how long"),
    Field::new("openai_system_messages_first", "Boolean", || json!(false), "System messages come first"),
    Field::new("budget_rollover", "Boolean", || json!(false), "Overspending counts in the next period"),
    Field::new("personal_key_model_access_from_teams", "Boolean", || json!(false), "A personal key has what its owner's teams have"),
    Field::new("max_ui_session_budget", "Dollar", || json!(1.0), "What a session of the dashboard may spend, in dollars"),
];

/// Their choices, and the tab on which each stands.
pub const LITELLM_TYPES: &[(&str, &[&str], Option<&str>)] = &[
    ("budget_exceeded_throttle_percentage", &[], None),
    ("enable_anthropic_prompt_caching", &[], Some("prompt_caching")),
    ("anthropic_prompt_caching_ttl", &["5m", "1h"], Some("prompt_caching")),
    ("openai_system_messages_first", &[], Some("prompt_caching")),
    ("budget_rollover", &[], None),
    ("personal_key_model_access_from_teams", &[], None),
    ("max_ui_session_budget", &[], None),
];

/// The members of a pass-through endpoint: name, Python type, what it is about.
#[rustfmt::skip]
const PASS_THROUGH_FIELDS: &[(&str, &str, &str)] = &[
    ("id", "str | None", "Its id"),
    ("path", "str", "The route to be added to the LiteLLM Proxy Server."),
    ("target", "str", "The URL to which requests for this path should be forwarded."),
    ("headers", "dict", "Headers that are added"),
    ("default_query_params", "dict", "Query parameters that are added"),
    ("include_subpath", "bool", "Paths below it are passed on too"),
    ("cost_per_request", "float", "What a call costs, in dollars"),
    ("timeout", "float | None", "Seconds that a call may take"),
    ("auth", "bool", "A key is needed"),
    ("guardrails", "dict[str, litellm.types.passthrough_endpoints.pass_through_endpoints.PassThroughGuardrailSettings | None] | None", "Guardrails of the path"),
    ("is_from_config", "bool", "It stands in the configuration file"),
    ("methods", "list[str] | None", "Its methods; all when not set"),
];

pub(super) fn pass_through_fields() -> Value {
    let shown = PASS_THROUGH_FIELDS.iter().map(|(name, kind, about)| {
        json!({
            "field_name": name,
            "field_type": kind,
            "field_description": about,
            "field_default_value": null,
            "stored_in_db": null,
        })
    });
    shown.collect()
}

/// The type of a listed member of `litellm_settings`.
pub fn litellm_type(name: &str) -> Option<&'static str> {
    LITELLM_FIELDS.iter().find(|field| field.name == name).map(|field| field.kind)
}

/// The value that is stored for what was sent; nothing and an empty text stand for the default.
pub(super) fn check_litellm(name: &str, kind: &str, value: &Value) -> Result<Value, Refusal> {
    let refuse = |what: &str| Err(Refusal::error(Why::Invalid, format!("{name} must be {what}")));
    if value.is_null() || value == "" {
        let field = LITELLM_FIELDS.iter().find(|field| field.name == name);
        return Ok(field.map_or(Value::Null, |field| (field.default)()));
    }
    match kind {
        "Boolean" if value.is_boolean() => Ok(value.clone()),
        "Boolean" => refuse("true or false"),
        "Select" => {
            let options =
                LITELLM_TYPES.iter().find(|(other, ..)| *other == name).map_or(&[][..], |(_, options, _)| options);
            match value.as_str() {
                Some(text) if options.contains(&text) => Ok(value.clone()),
                _ => refuse(&format!("one of: {}, or empty", options.join(", "))),
            }
        }
        "Float" => match value.as_f64() {
            Some(number) if number > 0.0 && number <= 1.0 => Ok(number.into()),
            _ => refuse("a number in (0, 1] or empty"),
        },
        _ => match value.as_f64() {
            Some(number) if number > 0.0 => Ok(number.into()),
            _ => refuse("a positive dollar amount or empty"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_another_type_is_refused() {
        for (name, kind, value, good) in [
            ("budget_rollover", "Boolean", json!(true), true),
            ("budget_rollover", "Boolean", json!("yes"), false),
            ("anthropic_prompt_caching_ttl", "Select", json!("1h"), true),
            ("anthropic_prompt_caching_ttl", "Select", json!("2h"), false),
            ("budget_exceeded_throttle_percentage", "Float", json!(1), true),
            ("budget_exceeded_throttle_percentage", "Float", json!(1.5), false),
            ("max_ui_session_budget", "Dollar", json!(0), false),
            ("max_ui_session_budget", "Dollar", Value::Null, true),
        ] {
            assert_eq!(check_litellm(name, kind, &value).is_ok(), good, "{name}={value}");
        }
    }
}
