//! `POST /organization/member_add`

use axum::extract::State;
use daybook::manage::organizations;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::organizations::ORGANIZATION_MEMBER_ADD_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&ORGANIZATION_MEMBER_ADD_REQUEST)?;
    let done = app.record(&call, request, organizations::add_members).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, shape::admitted))
}
