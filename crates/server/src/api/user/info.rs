//! `GET /user/info`: one user, or for an admin who names nobody an overview of all keys and teams.

use axum::extract::State;
use daybook::manage::users;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::users::USER_INFO_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let query = call.query(&USER_INFO_QUERY)?;
    let own = call.caller.user_id();
    let mut session = app.store().read().await.map_err(wrapped)?;
    match query.str("user_id") {
        None if call.caller.is_admin() => {
            let own = own.unwrap_or_default();
            let overview = users::overview(&mut session, own).await.map_err(wrapped)?;
            Ok(Reply::json(shape::overview(own, overview)))
        }
        wanted => {
            let user_id = wanted.or(own).unwrap_or("None");
            let info = users::get(&mut session, user_id).await.map_err(wrapped)?;
            Ok(Reply::json(shape::info(info)))
        }
    }
}
