//! `GET /get/ui_settings`: public, because the dashboard asks before anybody signs in.

use axum::extract::State;
use daybook::manage::settings::{self, UI_FIELDS};
use daybook::model::row::Row;
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::settings_page::texts;
use crate::app::App;

pub async fn handle(State(app): State<App>) -> Result<Reply, ApiError> {
    let mut session = app.store().read().await?;
    let stored = settings::ui_settings(&mut session).await?;
    let (mut values, mut source, mut properties) = (Row::new(), Row::new(), Row::new());
    for field in UI_FIELDS {
        let default = (field.default)();
        let from = match (stored.get(field.name), &default) {
            (Some(_), _) => "db",
            (None, Value::Null) => "unset",
            (None, _) => "default",
        };
        let value = stored.get(field.name).cloned().unwrap_or(default);
        values.insert(field.name.to_owned(), value);
        source.insert(field.name.to_owned(), from.into());
        let mut shown = json!({ "description": field.about, "type": field.kind });
        if field.kind == "array" {
            shown["items"] = texts();
        }
        properties.insert(field.name.to_owned(), shown);
    }
    for derived in ["enable_ptu_cost_attribution", "apply_user_budget_to_team_keys"] {
        values.insert(derived.to_owned(), json!(false));
        source.insert(derived.to_owned(), "default".into());
    }
    Ok(Reply::json(json!({
        "values": values,
        "field_schema": { "description": "Flags of the dashboard", "properties": properties },
        "source": source,
    })))
}
