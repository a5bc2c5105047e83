//! `POST /team/model/delete`

use axum::extract::State;
use daybook::manage::teams;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::team::shape;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::TEAM_MODEL_DELETE_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&TEAM_MODEL_DELETE_REQUEST)?;
    let done = app.record(&call, request, teams::delete_models).await?;
    Ok(Reply::recorded(done, |team| shape::raw_team(&team).into()))
}
