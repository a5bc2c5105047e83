//! `GET /callbacks/list`

use axum::extract::State;
use daybook::manage::access;
use daybook::manage::settings::{self, callback_names};
use daybook::model::document::LITELLM_SETTINGS;
use daybook::model::row::Row;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    access::check_admin_view(&call.caller)?;
    let ask = app.ask(&call, Row::new());
    let mut session = app.store().read().await?;
    let settings = settings::effective(&mut session, &ask, LITELLM_SETTINGS).await?;
    Ok(Reply::json(json!({
        "success": callback_names(&settings, "success_callback"),
        "failure": callback_names(&settings, "failure_callback"),
        "success_and_failure": callback_names(&settings, "callbacks"),
    })))
}
