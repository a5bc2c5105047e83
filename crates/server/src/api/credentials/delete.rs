//! `DELETE /credentials/{credential_name}`

use axum::extract::State;
use daybook::manage::credentials;
use daybook::row;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = row! { "name_in_path": call.param("credential_name") };
    let done = app.record(&call, request, credentials::delete).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |()| shape::done("deleted")))
}
