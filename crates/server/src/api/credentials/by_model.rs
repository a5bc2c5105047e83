//! `GET /credentials/by_model/{model_id}`

use axum::extract::State;
use daybook::manage::{access, credentials};

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    access::check_admin_view(&call.caller).map_err(wrapped)?;
    let mut session = app.store().read().await.map_err(wrapped)?;
    let id = call.param("model_id");
    let found = credentials::by_model(&mut session, app.store().sealer(), &app.rules(), id).await.map_err(wrapped)?;
    Ok(Reply::json(shape::credential(&found)))
}
