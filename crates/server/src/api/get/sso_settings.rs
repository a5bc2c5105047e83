//! `GET /get/sso_settings`

use axum::extract::State;
use daybook::manage::access;
use daybook::manage::settings::{self, SSO_FIELDS, masked};
use daybook::model::row::Row;
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;

/// The scopes that are asked for when nobody says otherwise.
const SCOPE: &str = "openid email profile";

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    access::check_admin_view(&call.caller)?;
    let ask = app.ask(&call, Row::new());
    let mut session = app.store().read().await?;
    let stored = settings::sso_settings(&mut session, &ask).await?.unwrap_or_default();
    let (mut values, mut provenance, mut properties) = (Row::new(), Row::new(), Row::new());
    for field in SSO_FIELDS {
        let has_variable = !field.variable.is_empty();
        let set = stored.get(field.name).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !(has_variable && text.trim().is_empty()),
            _ => true,
        });
        let (value, source) = match set {
            Some(Value::String(text)) if field.secret => (masked(text).into(), "db"),
            Some(value) => (value.clone(), "db"),
            None if field.name == "generic_scope" => (SCOPE.into(), "default"),
            None => (Value::Null, "unset"),
        };
        if has_variable {
            provenance.insert(field.name.to_owned(), source.into());
        }
        values.insert(field.name.to_owned(), value);
        properties.insert(field.name.to_owned(), json!({ "description": field.about, "type": "string" }));
    }
    Ok(Reply::json(json!({
        "values": values,
        "provenance": provenance,
        "field_schema": { "description": "Single sign-on", "properties": properties },
    })))
}
