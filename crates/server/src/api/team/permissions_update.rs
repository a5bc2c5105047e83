//! `POST /team/permissions_update`

use axum::extract::State;
use daybook::manage::teams;

use super::shape;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::UPDATE_TEAM_MEMBER_PERMISSIONS_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&UPDATE_TEAM_MEMBER_PERMISSIONS_REQUEST)?;
    let done = app.record(&call, request, teams::update_permissions).await?;
    Ok(Reply::recorded(done, |team| shape::team(&team).into()))
}
