//! `GET /health/readiness/details`: for holders of a key.
//!
//! What LiteLLM's dashboard reads here is about LiteLLM's own process (its cache, its HTTP client, its log callbacks); the
//! answer is what a LiteLLM without any of that gives.

use axum::extract::State;
use axum::response::Response;
use daybook::manage::settings;
use daybook::model::row::{Row, RowExt as _};
use daybook::row;
use serde_json::Value;

use crate::api::LITELLM_VERSION;
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Response {
    let mut more = row! {
        "cache": cache_kind(&app, &call).await,
        "litellm_version": LITELLM_VERSION,
        "success_callbacks": [],
        "use_aiohttp_transport": true,
        "log_level": "WARNING",
        "is_detailed_debug": false,
        "show_no_redis_warning": true,
        "show_env_credential_login_warning": true,
    };
    if let Some(trouble) = app.signer().trouble() {
        more.insert("log_trouble".to_owned(), trouble.into());
    }
    if let Some(alarm) = app.self_check().alarm {
        more.insert("log_alarm".to_owned(), serde_json::json!({"position": alarm.position, "what": alarm.what}));
    }
    super::respond(&app, more).await
}

/// The kind of cache that is configured. A database that is away is what the answer says anyway.
async fn cache_kind(app: &App, call: &Call) -> Value {
    let ask = app.ask(call, Row::new());
    let Ok(mut session) = app.store().read().await else { return Value::Null };
    settings::cache_settings(&mut session, &ask).await.map_or(Value::Null, |settings| settings.value("type"))
}
