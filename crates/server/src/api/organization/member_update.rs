//! `PATCH /organization/member_update`

use axum::extract::State;
use daybook::manage::organizations;

use super::shape;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::organizations::ORGANIZATION_MEMBER_UPDATE_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&ORGANIZATION_MEMBER_UPDATE_REQUEST)?;
    let done = app.record(&call, request, organizations::update_member).await?;
    Ok(Reply::recorded(done, |membership| shape::member(&membership).into()))
}
