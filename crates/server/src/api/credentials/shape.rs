//! Credentials in the shapes of LiteLLM's responses.

use daybook::model::row::Row;
use serde_json::{Value, json};

use crate::api::shape::pick;

const SHOWN: &[&str] = &["credential_name", "display_name", "credential_info", "credential_values"];

/// A credential whose values are masked already.
pub fn credential(row: &Row) -> Row {
    let mut shown = pick(row, SHOWN);
    if shown["credential_info"].is_null() {
        shown.insert("credential_info".to_owned(), json!({}));
    }
    shown
}

/// A credential of the database.
pub fn stored(row: &Row) -> Row {
    let mut shown = credential(row);
    shown.insert("source".to_owned(), "db".into());
    shown
}

/// `{"success": true, "message": "Credential created successfully"}`
pub fn done(verb: &str) -> Value {
    json!({ "success": true, "message": format!("Credential {verb} successfully") })
}
