//! `/model_group/info`: what the deployments of a name can do together.

use serde_json::{Value, json};

use super::access::{Listing, View};
use super::catalog::{Deployment, deployments};
use crate::manage::{Caller, Refusal, Rules};
use crate::model::prices;
use crate::model::row::{Row, RowExt as _};
use crate::row;
use crate::store::{Session, Store};

/// Levels of effort in their order, and the fact that says that a model takes it.
const EFFORTS: &[(&str, &str)] = &[
    ("none", "supports_none_reasoning_effort"),
    ("minimal", "supports_minimal_reasoning_effort"),
    ("low", "supports_low_reasoning_effort"),
    ("medium", ""),
    ("high", ""),
    ("xhigh", "supports_xhigh_reasoning_effort"),
    ("max", "supports_max_reasoning_effort"),
];

const LIMITS: &[&str] = &["tpm", "rpm", "itpm", "otpm"];

const CAPABILITIES: &[&str] = &[
    "supports_parallel_function_calling",
    "supports_vision",
    "supports_web_search",
    "supports_url_context",
    "supports_reasoning",
    "supports_function_calling",
];

/// The groups that the caller may use, or the one that is named.
pub async fn groups(
    session: &mut Session,
    store: &Store,
    rules: &Rules,
    caller: &Caller,
    wanted: Option<&str>,
) -> Result<Vec<Row>, Refusal> {
    let all = deployments(session, store.sealer(), rules).await?;
    let view = View::new(caller, &all);
    let names = if caller.sees_everything() { view.proxy_names() } else { view.names(&Listing::default()) };
    let names = names.into_iter().filter(|name| wanted.is_none_or(|wanted| name == wanted));
    let by_name = view.by_name();
    Ok(names.map(|name| group(&name, by_name.get(name.as_str()).map_or(&[], Vec::as_slice))).collect())
}

fn group(name: &str, behind: &[&Deployment]) -> Row {
    let mut group = row! {
        "model_group": name, "providers": [], "max_input_tokens": null, "max_output_tokens": null,
        "input_cost_per_token": null, "output_cost_per_token": null, "input_cost_per_pixel": null, "mode": "chat",
        "tpm": null, "rpm": null, "itpm": null, "otpm": null,
        "supports_parallel_function_calling": false, "supports_vision": false, "supports_web_search": false,
        "supports_url_context": false, "supports_reasoning": false, "supports_function_calling": false,
        "supports_fast_mode": false, "supported_reasoning_efforts": null, "supported_openai_params": [],
        "configurable_clientside_auth_params": null, "description": null, "supported_endpoints": null,
        "supports_background_chat": false, "is_public_model_group": false, "health_status": null,
        "health_response_time": null, "health_checked_at": null, "custom_tags": null, "custom_metadata": null,
    };
    let mut providers: Vec<&str> = Vec::new();
    let mut endpoints: Vec<Value> = Vec::new();
    let mut efforts: Option<Vec<&str>> = None;
    let mut efforts_known = true;
    for (index, model) in behind.iter().enumerate() {
        if !providers.contains(&model.provider()) {
            providers.push(model.provider());
        }
        let facts = facts(model);
        for limit in ["max_input_tokens", "max_output_tokens", "input_cost_per_token", "output_cost_per_token"] {
            raise(&mut group, limit, facts.float(limit));
        }
        for capability in CAPABILITIES {
            if facts.flag(capability) == Some(true) {
                group.insert((*capability).to_owned(), true.into());
            }
        }
        if index == 0 {
            group.insert("mode".to_owned(), facts.value("mode"));
            group.insert("input_cost_per_pixel".to_owned(), facts.value("input_cost_per_pixel"));
        }
        let takes = facts.value("supported_openai_params");
        if index == 0 || !takes.is_null() {
            group.insert("supported_openai_params".to_owned(), takes);
        }
        endpoints.extend(
            facts
                .list("supported_endpoints")
                .iter()
                .filter(|item| !endpoints.contains(item))
                .cloned()
                .collect::<Vec<_>>(),
        );
        for limit in LIMITS {
            let own = [&model.params, &model.info].into_iter().find_map(|row| row.int(limit));
            if let Some(own) = own {
                let sum = group.int(limit).unwrap_or(0).saturating_add(own);
                group.insert((*limit).to_owned(), sum.into());
            }
        }
        if let Some(list) = model.params.get("configurable_clientside_auth_params").filter(|list| !list.is_null()) {
            group.insert("configurable_clientside_auth_params".to_owned(), list.clone());
        }
        match (reasoning_efforts(model, &facts), &mut efforts) {
            (None, _) => efforts_known = false,
            (Some(own), None) => efforts = Some(own),
            (Some(own), Some(common)) => common.retain(|effort| own.contains(effort)),
        }
    }
    let description = behind.iter().find_map(|model| model.info.text("description"));
    group.insert("description".to_owned(), json!(description));
    if efforts_known {
        group.insert("supported_reasoning_efforts".to_owned(), json!(efforts));
    }
    if !endpoints.is_empty() {
        group.insert("supported_endpoints".to_owned(), endpoints.into());
    }
    group.insert("providers".to_owned(), json!(providers));
    group
}

/// What the table knows of a deployment, and over it what is said of the deployment itself.
fn facts(model: &Deployment) -> Row {
    let by_name = prices::find(model.model(), None);
    let base = model.info.text("base_model").and_then(|base| Some((prices::find(base, None)?, base)));
    let mut facts = Row::new();
    if let Some(known) = &by_name {
        facts.extend(known.shown(model.model(), None));
    }
    if let Some((known, base)) = &base {
        facts.extend(known.shown(base, None).into_iter().filter(|(_, value)| !value.is_null()));
    }
    if by_name.is_none() && base.is_none() {
        facts.insert("mode".to_owned(), "chat".into());
        let provider = Some(model.provider()).filter(|provider| !provider.is_empty());
        let takes = prices::supported_parameters(model.model(), provider);
        facts.insert("supported_openai_params".to_owned(), if takes.is_null() { json!([]) } else { takes });
    }
    facts.extend(
        model.info.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone())),
    );
    facts
}

fn raise(group: &mut Row, name: &str, value: Option<f64>) {
    if let Some(value) = value
        && group.float(name).is_none_or(|have| value > have)
    {
        group.insert(name.to_owned(), value.into());
    }
}

/// The levels that a deployment takes: none of them for a model that is known not to reason, `None` when nothing is known.
fn reasoning_efforts(model: &Deployment, facts: &Row) -> Option<Vec<&'static str>> {
    if facts.flag("supports_reasoning") == Some(false) {
        return Some(Vec::new());
    }
    let flag = |fact: &str| facts.flag(fact);
    let any_flag = EFFORTS.iter().any(|(_, fact)| flag(fact).is_some());
    if facts.flag("supports_reasoning") != Some(true) && !any_flag {
        // A mode that somebody wrote by hand does not make a model known.
        let known = !facts.value("mode").is_null() && model.info.get("mode").is_none_or(Value::is_null);
        return (known && model.known().is_some()).then(Vec::new);
    }
    if facts.value("reasoning_effort_levels").is_array() {
        let levels = facts.texts("reasoning_effort_levels");
        return Some(
            EFFORTS.iter().map(|(name, _)| *name).filter(|name| levels.iter().any(|level| level == name)).collect(),
        );
    }
    if !any_flag {
        return None;
    }
    let takes = |(name, fact): &(&str, &str)| match *name {
        "none" | "minimal" | "low" => flag(fact) != Some(false),
        "xhigh" | "max" => flag(fact) == Some(true),
        _ => true,
    };
    Some(EFFORTS.iter().filter(|effort| takes(effort)).map(|(name, _)| *name).collect())
}
