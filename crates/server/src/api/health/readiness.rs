//! `GET /health/readiness`: public, so it says no more than that the database answers or does not.

pub mod details;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use daybook::row;
use daybook::store::find_head;

use crate::api::{Reply, error};
use crate::app::App;

pub async fn handle(State(app): State<App>) -> Response {
    respond(&app, row! {}).await
}

/// 200 or 503, with `more` behind what the public may know.
async fn respond(app: &App, more: daybook::model::row::Row) -> Response {
    let found = match app.store().read().await {
        Ok(mut session) => find_head(&mut session).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(_) => {
            let mut body = row! {"status": "healthy", "db": "connected"};
            body.extend(more);
            Reply::json(body).into_response()
        }
        Err(cause) => {
            tracing::warn!(error = &cause as &dyn std::error::Error, "not ready");
            let mut body = row! {"status": "unhealthy", "db": "disconnected"};
            body.extend(more);
            error::not_ready(&body.into())
        }
    }
}
