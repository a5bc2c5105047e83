//! `GET /team/{team_id}/members/me`

use axum::extract::State;
use daybook::manage::teams;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::team::shape;
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut session = app.store().read().await?;
    let membership = teams::my_membership(&mut session, &call.caller, call.param("team_id")).await?;
    Ok(Reply::json(shape::my_membership(&membership)))
}
