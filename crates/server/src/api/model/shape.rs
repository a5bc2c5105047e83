//! Models in the shapes of LiteLLM's responses.

use daybook::model::redact::Redactor;
use daybook::model::row::{Row, RowExt as _};
use serde_json::Value;

use crate::api::shape::pick;

const STORED: &[&str] = &[
    "model_id",
    "model_name",
    "litellm_params",
    "model_info",
    "blocked",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
];

/// What stands for a secret.
const HIDDEN: &str = "*****";

/// The row as it is stored: the texts of `litellm_params` are encrypted, and what is secret in its objects is not shown.
pub fn stored(model: &Row) -> Row {
    let mut shown = pick(model, STORED);
    for name in ["litellm_params", "model_info"] {
        if let Some(members) = model.object(name) {
            shown.insert(name.to_owned(), in_order(members).into());
        }
    }
    if let Some(Value::Object(parameters)) = shown.get_mut("litellm_params") {
        // Only the texts right below are encrypted.
        for (name, value) in parameters.iter_mut().filter(|(_, value)| value.is_object() || value.is_array()) {
            // The key does not matter: no digest is shown.
            Redactor::new([0; 32]).redact_member(name, value);
            hide_digests(value);
        }
    }
    shown
}

/// Puts stars where something was redacted: of a text that holds a secret nothing is shown.
fn hide_digests(value: &mut Value) {
    match value {
        Value::String(text) if text.contains("[redacted:") => *text = HIDDEN.to_owned(),
        Value::Array(items) => items.iter_mut().for_each(hide_digests),
        Value::Object(members) => members.values_mut().for_each(hide_digests),
        _ => {}
    }
}

/// The order that PostgreSQL gives the members of such an object, short names first; SQLite gives the order of the request.
fn in_order(members: &Row) -> Row {
    let mut sorted: Vec<(String, Value)> = members.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    sorted.sort_by(|(left, _), (right, _)| (left.len(), left).cmp(&(right.len(), right)));
    sorted.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use daybook::row;

    use super::*;

    #[test]
    fn what_is_secret_in_an_object_of_a_parameter_is_not_shown() {
        let model = row! { "litellm_params": {
            "model": "sealed", "rpm": 5, "extra_headers": {"Authorization": "Bearer the-secret", "x-trace": "on"},
            "extra_body": {"max_tokens": 7, "list": [{"password": "the-secret"}]},
        } };
        assert_eq!(
            Value::from(stored(&model))["litellm_params"],
            serde_json::json!({
                "model": "sealed", "rpm": 5, "extra_headers": {"Authorization": HIDDEN, "x-trace": "on"},
                "extra_body": {"max_tokens": 7, "list": [{"password": HIDDEN}]},
            })
        );
    }
}
