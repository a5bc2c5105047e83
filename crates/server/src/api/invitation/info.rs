//! `GET /invitation/info`

use axum::extract::State;
use daybook::manage::{access, invitations};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::INVITATION_INFO_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let query = call.query(&INVITATION_INFO_QUERY)?;
    access::check_admin_view(&call.caller)?;
    let mut session = app.store().read().await?;
    let row = invitations::get(&mut session, query.str("invitation_id").unwrap_or_default()).await?;
    Ok(Reply::json(super::shape(&row)))
}
