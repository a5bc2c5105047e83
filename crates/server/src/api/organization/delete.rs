//! `DELETE /organization/delete`

use axum::extract::State;
use daybook::manage::organizations;

use super::shape;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::list;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::organizations::DELETE_ORGANIZATION_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&DELETE_ORGANIZATION_REQUEST)?;
    let done = app.record(&call, request, organizations::delete).await?;
    Ok(Reply::recorded(done, |gone| list(gone.iter().map(shape::with_members))))
}
