//! `POST /invitation/new`

use axum::extract::State;
use daybook::manage::invitations;

use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::INVITATION_NEW;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&INVITATION_NEW)?;
    let done = app.record(&call, request, invitations::create).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |row| super::shape(&row)))
}
