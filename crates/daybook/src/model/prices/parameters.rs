//! Which of OpenAI's request parameters a model takes. Known for OpenAI's own models; of others nothing is said.

use serde_json::Value;

use super::{find, split};
use crate::model::row::RowExt as _;

const EVERY: &[&str] = &[
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "max_tokens",
    "max_completion_tokens",
    "modalities",
    "prediction",
    "n",
    "presence_penalty",
    "seed",
    "stop",
    "stream",
    "stream_options",
    "temperature",
    "top_p",
    "tools",
    "tool_choice",
    "function_call",
    "functions",
    "max_retries",
    "extra_headers",
    "parallel_tool_calls",
    "audio",
    "web_search_options",
    "service_tier",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "store",
];

/// What a model that only searches takes.
const SEARCH: &[&str] = &[
    "max_tokens",
    "max_completion_tokens",
    "stream",
    "stream_options",
    "web_search_options",
    "service_tier",
    "safety_identifier",
    "response_format",
    "user",
    "store",
    "verbosity",
    "max_retries",
    "extra_headers",
];

/// The parameters, or null when nothing is known. The name counts as it is written: of `openai/gpt-4o` LiteLLM takes it that
/// an endpoint of the user's own may be meant, of `gpt-4o` that it is OpenAI's.
pub fn supported_parameters(model: &str, provider: Option<&str>) -> Value {
    let (of_name, rest) = split(model);
    if provider.or(of_name) != Some("openai") {
        return Value::Null;
    }
    let base = rest.rsplit('/').next().unwrap_or(rest);
    let known = find(base, Some("openai"));
    let catalogued = known.as_ref().is_some_and(|known| known.key == model && !model.starts_with("ft:"));
    let can = |name: &str| known.as_ref().and_then(|known| known.facts.flag(name)) == Some(true);

    let mut list: Vec<&str> = EVERY.to_vec();
    if !matches!(model, "gpt-3.5-turbo-16k" | "gpt-4") {
        list.push("response_format");
    }
    if catalogued {
        list.push("user");
    }
    let o_series = base.strip_prefix('o').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let mut refused: Vec<&str> = Vec::new();
    if o_series && known.as_ref().is_some_and(|known| known.key == base) {
        list.push("reasoning_effort");
        refused.extend(["logprobs", "top_p", "presence_penalty", "frequency_penalty", "top_logprobs"]);
        if !can("supports_function_calling") {
            refused.extend(["tools", "tool_choice", "function_call", "functions"]);
        }
        if !can("supports_parallel_function_calling") {
            refused.push("parallel_tool_calls");
        }
        if !can("supports_response_schema") {
            refused.push("response_format");
        }
    } else if base.starts_with("gpt-5") && base.contains("search") {
        list = SEARCH.to_vec();
    } else if base.starts_with("gpt-5") && !base.starts_with("gpt-5-chat") {
        list.extend(["reasoning_effort", "verbosity"]);
        refused.extend(["presence_penalty", "frequency_penalty", "stop", "logit_bias", "modalities", "prediction"]);
        refused.extend(["audio", "web_search_options"]);
        if !can("supports_tool_choice") {
            refused.push("tool_choice");
        }
        if !can("supports_none_reasoning_effort") {
            refused.extend(["logprobs", "top_p", "top_logprobs"]);
        }
    } else if catalogued && base.contains("audio") {
        list.push("audio");
    } else if !catalogued {
        list.push("reasoning_effort");
    }
    list.retain(|name| !refused.contains(name));
    Value::from(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(model: &str, name: &str) -> bool {
        supported_parameters(model, None).as_array().unwrap().contains(&name.into())
    }

    #[test]
    fn a_model_of_the_catalogue_takes_a_user_and_an_endpoint_of_ones_own_an_effort() {
        assert!(takes("gpt-4o", "user") && !takes("gpt-4o", "reasoning_effort"));
        assert!(!takes("openai/gpt-4o", "user") && takes("openai/gpt-4o", "reasoning_effort"));
    }

    #[test]
    fn a_model_that_reasons_takes_no_penalty() {
        for model in ["o3", "openai/o3", "gpt-5", "openai/gpt-5-mini"] {
            assert!(takes(model, "reasoning_effort") && !takes(model, "presence_penalty"), "{model}");
        }
        assert!(supported_parameters("anthropic/claude-x", None).is_null());
    }
}
