//! `POST /model/delete`

use axum::extract::State;
use daybook::manage::models;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::deployments::MODEL_INFO_DELETE;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&MODEL_INFO_DELETE)?;
    let done = app.record(&call, request, models::delete).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |id| json!({ "message": format!("Model: {id} deleted successfully") })))
}
