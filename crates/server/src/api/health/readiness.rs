//! `GET /health/readiness`: public, so it says no more than that the database answers or does not.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use daybook::store::find_head;
use serde_json::json;

use crate::api::{Reply, error};
use crate::app::App;

pub async fn handle(State(app): State<App>) -> Response {
    let found = match app.store().read().await {
        Ok(mut session) => find_head(&mut session).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(_) => Reply::json(json!({"status": "healthy", "db": "connected"})).into_response(),
        Err(cause) => {
            tracing::warn!(error = &cause as &dyn std::error::Error, "not ready");
            error::not_ready(&json!({"status": "unhealthy", "db": "disconnected"}))
        }
    }
}
