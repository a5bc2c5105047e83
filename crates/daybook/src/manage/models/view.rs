//! A model as it is shown: without what opens its provider's door, with what the table of prices knows.

use serde_json::{Value, json};

use super::catalog::Deployment;
use super::order;
use crate::manage::parts;
use crate::model::prices;
use crate::model::redact::Redactor;
use crate::model::row::{Row, RowExt as _};
use crate::row;

/// Parameters that are not shown in any form.
const HIDDEN: &[&str] = &[
    "api_key",
    "client_secret",
    "vertex_credentials",
    "vertex_ai_credentials",
    "aws_access_key_id",
    "aws_secret_access_key",
];

/// Names with such a word that hold no secret.
const OPEN: &[&str] = &["litellm_credential_name", "default_api_key_tpm_limit", "default_api_key_rpm_limit"];

/// An item of `/model/info`. `access` is what is said of who may use it.
pub(super) fn shown(model: &Deployment, access: Row, redactor: &Redactor) -> Row {
    let mut info = model.info.clone();
    info.extend(access);
    let mut own: Vec<&String> = model
        .info
        .iter()
        .chain(&model.params)
        .filter(|(name, value)| prices::is_price(name) && !value.is_null())
        .map(|(name, _)| name)
        .collect();
    for name in &own {
        if let Some(price) = model.params.get(*name).filter(|price| !price.is_null()) {
            info.insert((*name).clone(), price.clone());
        }
    }
    own.sort_unstable();
    own.dedup();
    info.insert("pricing_overrides".to_owned(), json!(own));
    if let Some((known, name, provider)) = model.known() {
        for (name, value) in known.shown(&name, provider) {
            info.entry(name).or_insert(value);
        }
    }
    let public_name = model.public_name();
    row! { "model_name": public_name, "litellm_params": parameters(&model.params, redactor), "model_info": info }
}

/// The parameters that may be shown.
pub(super) fn parameters(params: &Row, redactor: &Redactor) -> Row {
    let shown = params.iter().filter(|(name, value)| !HIDDEN.contains(&name.as_str()) && !value.is_null());
    let shown = shown.map(|(name, value)| (name.clone(), masked(name, value, redactor)));
    order::parameters(shown.collect())
}

fn masked(name: &str, value: &Value, redactor: &Redactor) -> Value {
    match value {
        Value::String(text) if is_masked(name) => mask(text).into(),
        // An address can hold a password.
        Value::String(text) if text.contains("://") => redactor.redact_text(text).into(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), masked(name, value, redactor)));
            Value::Object(members.collect())
        }
        Value::Array(list) => list.iter().map(|value| masked(name, value, redactor)).collect(),
        other => other.clone(),
    }
}

fn is_masked(name: &str) -> bool {
    let is_cost = name.to_lowercase().split(['_', '-']).any(|word| word == "cost");
    !OPEN.contains(&name) && !is_cost && parts::has_secret_word(name)
}

/// The ends of a secret; of a short one, how long it is.
fn mask(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    match characters.len() {
        length @ 0..=8 => "*".repeat(length),
        length => {
            let start: String = characters[..4].iter().collect();
            let end: String = characters[length - 4..].iter().collect();
            format!("{start}{}{end}", "*".repeat(length - 8))
        }
    }
}

/// What a list of models says of a name: the kind of model and how much fits into it, as far as that is known.
pub(super) fn listed(name: &str, owner: &str, behind: &[&Deployment]) -> Row {
    let mut entry = row! { "id": name, "object": "model", "created": 1_677_610_602, "owned_by": owner };
    let mut known: Vec<prices::Known> = behind
        .iter()
        .filter_map(|model| {
            let base = model.info.text("base_model").filter(|base| !base.is_empty());
            prices::find(base.unwrap_or(model.model()), None)
        })
        .collect();
    // A name that is a model's own says something too, when nothing better does.
    if known.is_empty() {
        known.extend(prices::find(name, None));
    }
    let stated = |member: &str| behind.iter().find_map(|model| model.info.get(member).filter(|value| !value.is_null()));
    let mode = stated("mode").cloned().or_else(|| known.iter().find_map(|known| known.facts.get("mode").cloned()));
    entry.extend(mode.map(|mode| ("mode".to_owned(), mode)));
    for member in ["max_input_tokens", "max_output_tokens"] {
        let of_table = known.iter().filter_map(|known| known.facts.int(member)).max();
        let own = behind.iter().filter_map(|model| model.info.int(member)).max();
        entry.extend(own.or(of_table).map(|limit| (member.to_owned(), limit.into())));
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_a_door_is_not_shown() {
        let params = row! {
            "model": "azure/x", "api_key": "sk-1", "azure_ad_token": "abcdefghijkl", "max_tokens": 5, "input_cost_per_token": 1.0,
            "api_base": "https://u:hunter2@h/x", "litellm_credential_name": "azure", "extra_headers": {"x-api-key": "12345678901"},
        };
        let shown = parameters(&params, &Redactor::new([1; 32]));
        assert_eq!(shown.keys().collect::<Vec<_>>()[0], "input_cost_per_token");
        assert_eq!(shown["azure_ad_token"], "abcd****ijkl");
        assert_eq!(shown["extra_headers"]["x-api-key"], "1234***8901");
        assert_eq!((shown["litellm_credential_name"].as_str(), shown["max_tokens"].as_i64()), (Some("azure"), Some(5)));
        assert!(!shown.contains_key("api_key"));
        let text = json!(shown).to_string();
        assert!(!text.contains("sk-1") && !text.contains("hunter2"), "{text}");
    }
}
