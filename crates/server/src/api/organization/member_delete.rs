//! `DELETE /organization/member_delete`

use axum::extract::State;
use daybook::manage::organizations;

use super::shape;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::organizations::ORGANIZATION_MEMBER_DELETE_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&ORGANIZATION_MEMBER_DELETE_REQUEST)?;
    let done = app.record(&call, request, organizations::delete_member).await?;
    Ok(Reply::recorded(done, |gone| gone.map(|membership| shape::raw_member(&membership)).into()))
}
