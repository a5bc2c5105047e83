//! `POST /team/member_delete`

use axum::extract::State;
use daybook::manage::teams;

use super::shape;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::TEAM_MEMBER_DELETE_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&TEAM_MEMBER_DELETE_REQUEST)?;
    let done = app.record(&call, request, teams::delete_member).await?;
    Ok(Reply::recorded(done, |team| shape::team(&team).into()))
}
