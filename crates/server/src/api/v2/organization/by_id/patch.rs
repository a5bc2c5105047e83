//! `PATCH /v2/organization/{organization_id}`

use axum::extract::State;
use daybook::manage::organizations;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::organization::shape;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::organizations::PATCH_ORGANIZATION_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut request = call.request(&PATCH_ORGANIZATION_REQUEST)?;
    request.insert("organization_id".to_owned(), call.param("organization_id").into());
    let done = app.record(&call, request, organizations::patch).await?;
    Ok(Reply::recorded(done, |row| shape::with_members(&row).into()))
}
