//! Models in the shapes of LiteLLM's responses.

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

/// The row as it is stored: the texts of `litellm_params` are encrypted.
pub fn stored(model: &Row) -> Row {
    let mut shown = pick(model, STORED);
    for name in ["litellm_params", "model_info"] {
        if let Some(members) = model.object(name) {
            shown.insert(name.to_owned(), in_order(members).into());
        }
    }
    shown
}

/// The order that PostgreSQL gives the members of such an object, short names first; SQLite gives the order of the request.
fn in_order(members: &Row) -> Row {
    let mut sorted: Vec<(String, Value)> = members.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    sorted.sort_by(|(left, _), (right, _)| (left.len(), left).cmp(&(right.len(), right)));
    sorted.into_iter().collect()
}
