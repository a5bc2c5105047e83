//! `GET /v2/user/info`

use axum::extract::State;
use daybook::manage::users;

use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::api::user::shape;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::users::USER_INFO_V2_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let query = call.query(&USER_INFO_V2_QUERY)?;
    let user_id = query.str("user_id").or(call.caller.user_id()).unwrap_or("None");
    let mut session = app.store().read().await.map_err(wrapped)?;
    let user = users::find_visible(&mut session, &call.caller, user_id).await.map_err(wrapped)?;
    Ok(Reply::json(shape::flat(&user)))
}
