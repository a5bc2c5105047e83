//! `GET /credentials`

use axum::extract::State;
use daybook::manage::{access, credentials};
use serde_json::json;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::api::shape::list;
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    access::check_admin_view(&call.caller).map_err(wrapped)?;
    let mut session = app.store().read().await.map_err(wrapped)?;
    let found = credentials::list(&mut session, app.store().sealer()).await.map_err(wrapped)?;
    Ok(Reply::json(json!({ "success": true, "credentials": list(found.iter().map(shape::stored)) })))
}
