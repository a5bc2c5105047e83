//! `POST /team/{team_id}/callback`

use axum::extract::State;
use daybook::manage::teams;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::team::shape;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::ADD_TEAM_CALLBACK;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut request = call.request(&ADD_TEAM_CALLBACK)?;
    request.insert("team_id".to_owned(), call.param("team_id").into());
    let done = app.record(&call, request, teams::add_callback).await?;
    Ok(Reply::recorded(done, |team| json!({ "status": "success", "data": shape::raw_team(&team) })))
}
