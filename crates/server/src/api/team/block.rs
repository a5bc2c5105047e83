//! `POST /team/block`

use axum::extract::State;
use daybook::manage::teams;

use super::shape;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::BLOCK_TEAM_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&BLOCK_TEAM_REQUEST)?;
    let done = app.record(&call, request, teams::block).await?;
    Ok(Reply::recorded(done, |team| shape::raw_team(&team).into()))
}
