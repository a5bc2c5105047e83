//! `GET /model/info`, and by its other name `GET /v1/model/info`

use axum::extract::State;
use daybook::manage::models;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::list;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::deployments::MODEL_INFO_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let question = call.query(&MODEL_INFO_QUERY)?.into_map();
    let mut session = app.store().read().await?;
    let found = models::info(&mut session, app.store(), &app.rules(), &call.caller, &question).await?;
    Ok(Reply::json(json!({ "data": list(found) })))
}
