//! `GET /health/readiness`: public, so it says no more than that the database answers or does not, and that the log cannot be
//! signed when that is so.

pub mod details;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use daybook::query::State as Index;
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
        // Reading goes on; nothing is signed and nothing can be changed.
        Ok(_) if app.signer().trouble().is_some() => {
            let mut body = row! {"status": "unhealthy", "db": "connected", "log": "not signed"};
            body.extend(more);
            error::not_ready(&body.into())
        }
        Ok(_) if app.self_check().alarm.is_some() => {
            let mut body = row! {"status": "unhealthy", "db": "connected", "log": "altered"};
            body.extend(more);
            error::not_ready(&body.into())
        }
        Ok(_) => {
            let mut body = row! {"status": "healthy", "db": "connected"};
            // Every question is answered meanwhile, but not as fast.
            if let Index::Building { done, of } = app.audit_log().status().state {
                body.insert("audit_index".to_owned(), format!("building: {done} of {of} rows").into());
            }
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
