//! `PATCH /credentials/{credential_name}`

use axum::extract::State;
use daybook::manage::credentials;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::credentials::UPDATE_CREDENTIAL_ITEM;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut request = call.request(&UPDATE_CREDENTIAL_ITEM)?;
    request.insert("name_in_path".to_owned(), call.param("credential_name").into());
    let done = app.record(&call, request, credentials::update).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |()| shape::done("updated")))
}
