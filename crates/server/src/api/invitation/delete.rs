//! `POST /invitation/delete`

use axum::extract::State;
use daybook::manage::invitations;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::INVITATION_DELETE;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&INVITATION_DELETE)?;
    let done = app.record(&call, request, invitations::delete).await?;
    Ok(Reply::recorded(done, |row| super::shape(&row)))
}
