//! `GET /credentials/by_name/{credential_name}`

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
    let name = call.param("credential_name");
    let found = credentials::by_name(&mut session, app.store().sealer(), name).await.map_err(wrapped)?;
    Ok(Reply::json(shape::stored(&found)))
}
