//! `GET /get/internal_user_settings`

use axum::extract::State;
use daybook::manage::settings;
use daybook::model::row::Row;
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::settings_page::{Setting, page, texts, values};
use crate::app::App;
use crate::auth::Call;

const FIELDS: &[Setting] = &[
    Setting::new("user_role", "string", "Default role assigned to new users created"),
    Setting::new("max_budget", "number", "Default maximum budget (in USD) for new users created"),
    Setting::new("budget_duration", "string", "How often the budget of a new user starts anew"),
    Setting::list("models", texts, "Default list of models that new users can access"),
    Setting::list("teams", texts, "Default teams for new users created"),
];

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let ask = app.ask(&call, Row::new());
    let mut session = app.store().read().await?;
    let stored = settings::part(&mut session, &ask, settings::INTERNAL_USER).await?;
    let shown = values(&stored, FIELDS, |name| match name {
        "user_role" => json!("internal_user_viewer"),
        _ => Value::Null,
    });
    Ok(Reply::json(page(shown, "What new internal users get", FIELDS)))
}
