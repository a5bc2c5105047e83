//! `GET /get/default_team_settings`

use axum::extract::State;
use daybook::manage::settings;
use daybook::model::row::Row;
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::settings_page::{Setting, page, texts, values};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::KEY_MANAGEMENT_ROUTES;

const FIELDS: &[Setting] = &[
    Setting::list("models", texts, "The models of teams that single sign-on makes"),
    Setting::new("max_budget", "number", "What a new team may spend, in dollars"),
    Setting::new("budget_duration", "string", "How often the budget of a new team starts anew"),
    Setting::new("tpm_limit", "integer", "Tokens per minute of a new team"),
    Setting::new("rpm_limit", "integer", "Requests per minute of a new team"),
    Setting::list("team_member_permissions", permissions, "What members of a new team may call"),
    Setting::new("organization_id", "string", "The organization of a new team"),
];

fn permissions() -> Value {
    json!({ "enum": KEY_MANAGEMENT_ROUTES })
}

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let ask = app.ask(&call, Row::new());
    let mut session = app.store().read().await?;
    let stored = settings::part(&mut session, &ask, settings::DEFAULT_TEAM).await?;
    let shown = values(&stored, FIELDS, |name| match name {
        "models" => json!([]),
        _ => Value::Null,
    });
    Ok(Reply::json(page(shown, "What new teams get", FIELDS)))
}
