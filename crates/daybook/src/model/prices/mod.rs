//! What models cost and can: facts of a public table, for the names that people give their providers' models.
//!
//! The table is part of the program; nothing of it is parsed before somebody asks, and then the one line that is asked for.
//! README.md beside it says where it is from.

mod parameters;

use std::collections::HashSet;
use std::sync::LazyLock;

use serde_json::Value;

use super::row::{Row, RowExt as _};

pub use parameters::supported_parameters;

/// The members of a model's facts, in the order in which they are shown.
const MEMBERS: &str = include_str!("members.txt");

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(include_str!("table.tsv")));

/// Providers whose models are not in the table, or not under their name.
const MORE_PROVIDERS: &[&str] = &[
    "aiohttp_openai",
    "azure",
    "azure_text",
    "bedrock",
    "clarifai",
    "custom",
    "custom_openai",
    "datarobot",
    "docker_model_runner",
    "github",
    "hosted_vllm",
    "huggingface",
    "infinity",
    "litellm_proxy",
    "llamafile",
    "lm_studio",
    "maritalk",
    "ollama_chat",
    "oobabooga",
    "openai_like",
    "openrouter",
    "petals",
    "predibase",
    "sagemaker_chat",
    "text-completion-openai",
    "topaz",
    "triton",
    "vertex_ai",
    "vllm",
    "xinference",
];

struct Table {
    members: Vec<&'static str>,
    /// In order of name.
    lines: Vec<&'static str>,
    /// Names with capitals, which are found in any spelling.
    capitals: Vec<&'static str>,
    providers: HashSet<&'static str>,
}

impl Table {
    fn new(text: &'static str) -> Table {
        let mut lines = text.lines();
        let members: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
        let lines: Vec<&str> = lines.collect();
        let provider = members.iter().position(|name| *name == "litellm_provider").unwrap_or_default();
        let marker = format!("\t{provider}=\"");
        let providers = lines.iter().filter_map(|line| {
            let (_, rest) = line.split_once(&marker)?;
            Some(family(rest.split('"').next()?))
        });
        let providers = providers.chain(MORE_PROVIDERS.iter().copied()).collect();
        let capitals = lines.iter().map(|line| name_of(line));
        let capitals = capitals.filter(|name| name.bytes().any(|byte| byte.is_ascii_uppercase())).collect();
        Table { members, lines, capitals, providers }
    }

    /// The name as the table spells it, and what stands there.
    fn find(&self, name: &str) -> Option<(&'static str, Row)> {
        self.exact(name).or_else(|| self.exact(&name.to_lowercase())).or_else(|| {
            let spelled = self.capitals.iter().find(|have| have.eq_ignore_ascii_case(name))?;
            self.exact(spelled)
        })
    }

    fn exact(&self, name: &str) -> Option<(&'static str, Row)> {
        let index = self.lines.binary_search_by(|line| name_of(line).cmp(name)).ok()?;
        let line = self.lines[index];
        let facts = line.split('\t').skip(1).filter_map(|cell| {
            let (member, value) = match cell.split_once('=') {
                Some((member, value)) => (member, serde_json::from_str(value).ok()?),
                None => (cell, Value::Bool(true)),
            };
            Some(((*self.members.get(member.parse::<usize>().ok()?)?).to_owned(), value))
        });
        Some((name_of(line), facts.collect()))
    }
}

fn name_of(line: &str) -> &str {
    line.split('\t').next().unwrap_or_default()
}

/// `vertex_ai-language-models` is Vertex AI, `bedrock_converse` is Bedrock.
fn family(provider: &str) -> &str {
    match provider {
        "bedrock_converse" => "bedrock",
        "cohere_chat" => "cohere",
        "vertex_ai_beta" => "vertex_ai",
        _ => ["vertex_ai", "fireworks_ai"]
            .into_iter()
            .find(|family| provider.strip_prefix(family).is_some_and(|rest| rest.starts_with('-')))
            .unwrap_or(provider),
    }
}

/// What the table knows of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Its name in the table.
    pub key: String,
    /// What is known, and nothing that is not.
    pub facts: Row,
}

impl Known {
    /// The facts in the order in which LiteLLM shows them, with `null` for what is not known.
    pub fn shown(&self, model: &str, provider: Option<&str>) -> Row {
        let mut shown = crate::row! { "key": self.key };
        let limit = |name| self.facts.get(name).filter(|limit| limit.as_f64().is_some_and(|limit| limit > 0.0));
        let most = limit("max_output_tokens").or_else(|| limit("max_input_tokens"));
        shown.insert("max_tokens".to_owned(), most.cloned().unwrap_or(Value::Null));
        for name in members() {
            shown.insert(name.to_owned(), self.facts.value(name));
        }
        for (name, value) in &self.facts {
            shown.entry(name).or_insert_with(|| value.clone());
        }
        shown.insert("supported_openai_params".to_owned(), supported_parameters(model, provider));
        shown
    }
}

fn members() -> impl Iterator<Item = &'static str> {
    MEMBERS.lines().filter(|line| !line.starts_with('#'))
}

/// The provider that a name says, and the rest of it: `("openai", "gpt-4o")` for `openai/gpt-4o` and, by the table, for
/// `gpt-4o`.
pub fn split(model: &str) -> (Option<&str>, &str) {
    if let Some((provider, rest)) = model.split_once('/')
        && TABLE.providers.contains(provider)
    {
        return (Some(provider), rest);
    }
    let facts = TABLE.find(model).map(|(_, facts)| facts);
    let provider = facts.and_then(|facts| facts.text("litellm_provider").map(str::to_owned));
    let provider = provider.and_then(|provider| TABLE.providers.get(family(&provider)).copied());
    (provider, model)
}

/// What is known of a model, under the provider that is given or that its name says.
pub fn find(model: &str, provider: Option<&str>) -> Option<Known> {
    let (prefix, rest) = match model.split_once('/') {
        Some((prefix, rest)) if provider.map_or_else(|| TABLE.providers.contains(prefix), |own| own == prefix) => {
            (Some(prefix), rest)
        }
        _ => (None, model),
    };
    let provider = provider.or(prefix);
    let mut names = Vec::new();
    if let Some(provider) = provider {
        names.push(format!("{provider}/{rest}"));
    }
    names.extend([model.to_owned(), rest.to_owned()]);
    let stripped = stripped(rest, provider);
    if let Some(provider) = provider {
        names.extend([format!("{provider}/{stripped}"), stripped, format!("{provider}/{model}")]);
    } else {
        names.push(stripped);
    }
    names.iter().find_map(|name| {
        let (key, facts) = TABLE.find(name)?;
        serves(provider, facts.text("litellm_provider")).then(|| Known { key: key.to_owned(), facts })
    })
}

/// Whether an entry of the table speaks for this provider.
fn serves(provider: Option<&str>, of_entry: Option<&str>) -> bool {
    let (Some(provider), Some(of_entry)) = (provider, of_entry) else { return true };
    match provider {
        "litellm_proxy" | "github" => true,
        "azure_ai" => matches!(of_entry, "azure_ai" | "azure" | "openai"),
        "vertex_ai" | "fireworks_ai" => of_entry.starts_with(provider),
        _ if provider.starts_with("bedrock") => of_entry.starts_with("bedrock"),
        _ => provider == of_entry,
    }
}

/// The name without what a version or a fine-tuning adds to it.
fn stripped(model: &str, provider: Option<&str>) -> String {
    if matches!(provider, Some("vertex_ai" | "gemini" | "databricks")) {
        return match model.rsplit_once('-') {
            Some((name, version)) if !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()) => {
                name.to_owned()
            }
            _ => model.to_owned(),
        };
    }
    if matches!(provider, Some("bedrock" | "bedrock_converse")) {
        let model = model.rsplit('/').next().unwrap_or(model);
        let regional = model.split_once('.').filter(|(region, _)| {
            matches!(*region, "us" | "eu" | "apac" | "ap" | "au" | "jp" | "ca" | "sa" | "global" | "us-gov")
        });
        return regional.map_or(model, |(_, rest)| rest).to_owned();
    }
    if model.starts_with("ft:") {
        return model.splitn(3, ':').take(2).collect::<Vec<_>>().join(":");
    }
    let dated = model.len().checked_sub("-2024-08-06".len()).and_then(|at| Some((model.get(..at)?, model.get(at..)?)));
    match dated {
        Some((name, date)) if is_date(date) => name.to_owned(),
        _ => model.to_owned(),
    }
}

fn is_date(text: &str) -> bool {
    text.bytes().enumerate().all(|(index, byte)| match index {
        0 | 5 | 8 => byte == b'-',
        _ => byte.is_ascii_digit(),
    })
}

/// Whether a member is a price: what LiteLLM fills in from the table, so that what a client sends back of it is not kept.
pub fn is_price(name: &str) -> bool {
    if name == "output_vector_size" || name == "prompt_cache_min_tokens" {
        return false;
    }
    let rate = (name.contains("_cost") || name.starts_with("cost_")) && name != "cost_per_ptu_per_hour";
    rate || matches!(name, "tiered_pricing") || (name.starts_with("regional_") && name.contains("uplift_multiplier"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(model: &str, provider: Option<&str>) -> Option<String> {
        find(model, provider).map(|known| known.key)
    }

    #[test]
    fn a_model_is_found_by_the_names_that_people_give_it() {
        for (model, provider, found) in [
            ("gpt-4o", None, Some("gpt-4o")),
            ("openai/gpt-4o", None, Some("gpt-4o")),
            ("gpt-4o", Some("openai"), Some("gpt-4o")),
            ("OPENAI/GPT-4o", None, None),
            ("openai/GPT-4o", None, Some("gpt-4o")),
            ("azure/gpt-4o", None, Some("azure/gpt-4o")),
            ("gpt-4o", Some("anthropic"), None),
            ("anthropic/gpt-4o", None, None),
            ("ft:gpt-3.5-turbo:my-org:custom:id", None, Some("ft:gpt-3.5-turbo")),
            ("nobody-has-this-model", None, None),
            ("", None, None),
        ] {
            assert_eq!(key(model, provider).as_deref(), found, "{model} {provider:?}");
        }
    }

    #[test]
    fn facts_are_those_of_the_table() {
        let known = find("openai/gpt-4o-mini", None).unwrap();
        let shown = known.shown("openai/gpt-4o-mini", None);
        assert_eq!(shown["key"], "gpt-4o-mini");
        assert_eq!(shown["input_cost_per_token"], 1.5e-7);
        assert_eq!(shown["max_tokens"], 16384);
        assert_eq!(shown["supports_vision"], true);
        assert!(shown["supports_reasoning"].is_null());
        assert_eq!(shown.keys().next_back().map(String::as_str), Some("supported_openai_params"));
        // Every line can be read, and found by its name.
        for line in &TABLE.lines {
            let (name, facts) = TABLE.exact(name_of(line)).unwrap();
            assert_eq!(facts.len(), line.split('\t').count() - 1, "{name}");
        }
    }

    #[test]
    fn the_provider_is_in_the_name_or_in_the_table() {
        assert_eq!(split("openai/gpt-4o"), (Some("openai"), "gpt-4o"));
        assert_eq!(split("gpt-4o"), (Some("openai"), "gpt-4o"));
        assert_eq!(split("hosted_vllm/org/model"), (Some("hosted_vllm"), "org/model"));
        assert_eq!(split("org/model"), (None, "org/model"));
    }

    #[test]
    fn what_a_token_costs_is_a_price_and_how_many_fit_is_not() {
        for name in ["input_cost_per_token", "cache_read_input_token_cost_flex", "ocr_cost_per_page", "tiered_pricing"]
        {
            assert!(is_price(name), "{name}");
        }
        for name in ["max_tokens", "mode", "output_vector_size", "supports_vision", "base_model", "tpm"] {
            assert!(!is_price(name), "{name}");
        }
    }
}
