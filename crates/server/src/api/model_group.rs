//! `GET /model_group/info`

use axum::extract::State;
use daybook::manage::models;
use daybook::model::row::RowExt as _;
use serde_json::json;

use super::Reply;
use super::error::ApiError;
use super::shape::list;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::deployments::MODEL_GROUP_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let question = call.query(&MODEL_GROUP_QUERY)?.into_map();
    let mut session = app.store().read().await?;
    let wanted = question.text("model_group");
    let found = models::groups(&mut session, app.store(), &app.rules(), &call.caller, wanted).await?;
    Ok(Reply::json(json!({ "data": list(found) })))
}
