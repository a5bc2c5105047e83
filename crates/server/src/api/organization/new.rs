//! `POST /organization/new`

use axum::extract::State;
use daybook::manage::organizations;

use super::shape;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::organizations::NEW_ORGANIZATION_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&NEW_ORGANIZATION_REQUEST)?;
    let done = app.record(&call, request, organizations::create).await?;
    Ok(Reply::recorded(done, |row| shape::created(&row).into()))
}
