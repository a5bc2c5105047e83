//! `POST /team/new`

use axum::extract::State;
use daybook::manage::teams;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::NEW_TEAM_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&NEW_TEAM_REQUEST)?;
    let done = app.record(&call, request, teams::create).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |team| shape::team(&team).into()))
}
