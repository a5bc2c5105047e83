//! `GET /team/available`

use axum::extract::State;
use daybook::manage::teams;

use super::shape;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::list;
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut session = app.store().read().await?;
    let available = teams::available(&mut session, &call.caller, &app.rules()).await?;
    Ok(Reply::json(list(available.iter().map(shape::team))))
}
