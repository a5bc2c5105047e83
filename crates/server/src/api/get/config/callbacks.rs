//! `GET /get/config/callbacks`: what the data plane logs to. Of their variables the names are shown, and that they are set.

use axum::extract::State;
use daybook::manage::access;
use daybook::manage::settings::{self, CALLBACK_LISTS, callback_names};
use daybook::model::document::{ENVIRONMENT_VARIABLES, GENERAL_SETTINGS, LITELLM_SETTINGS};
use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;

/// What stands for a value.
const HIDDEN: &str = "REDACTED";
const KINDS: &[&str] = &["success", "failure", "success_and_failure"];

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    access::check_admin_view(&call.caller)?;
    let ask = app.ask(&call, Row::new());
    let mut session = app.store().read().await?;
    let litellm = settings::effective(&mut session, &ask, LITELLM_SETTINGS).await?;
    let general = settings::effective(&mut session, &ask, GENERAL_SETTINGS).await?;
    let router = settings::effective(&mut session, &ask, "router_settings").await?;
    let variables = settings::effective(&mut session, &ask, ENVIRONMENT_VARIABLES).await?;
    let callbacks: Vec<Value> = CALLBACK_LISTS
        .iter()
        .zip(KINDS)
        .flat_map(|(list, kind)| callback_names(&litellm, list).into_iter().map(move |name| (name, kind)))
        .map(|(name, kind)| json!({ "name": name, "variables": of_callback(&variables, &name), "type": kind }))
        .collect();
    let alerting = general.texts("alerting");
    let mut alerts = Vec::new();
    if alerting.iter().any(|name| name == "slack") {
        alerts.push(json!({
            "name": "slack",
            "variables": of_callback(&variables, "slack"),
            "active_alerts": general.texts("alert_types"),
            "alerts_to_webhook": general.object("alert_to_webhook_url").map(|urls| hidden(urls.keys())),
        }));
    }
    alerts.push(json!({ "name": "email", "variables": of_callback(&variables, "smtp") }));
    alerts.push(json!({ "name": "ms_teams", "variables": of_callback(&variables, "ms") }));
    Ok(Reply::json(json!({
        "status": "success",
        "callbacks": callbacks,
        "alerts": alerts,
        "active_alerting_destinations": alerting,
        "router_settings": settings::hide_secrets(router),
        "available_callbacks": {},
    })))
}

/// The variables that begin with a callback's name: `LANGFUSE_HOST`.
fn of_callback(variables: &Row, name: &str) -> Row {
    let start = format!("{}_", name.split('_').next().unwrap_or(name).to_uppercase());
    hidden(variables.keys().filter(|variable| variable.starts_with(&start)))
}

fn hidden<'a>(names: impl Iterator<Item = &'a String>) -> Row {
    names.map(|name| (name.clone(), HIDDEN.into())).collect()
}
