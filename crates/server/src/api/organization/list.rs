//! `GET /organization/list`

use axum::extract::State;
use daybook::manage::organizations;

use super::shape;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::list;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::organizations::ORGANIZATION_LIST_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let question = call.query(&ORGANIZATION_LIST_QUERY)?.into_map();
    let mut session = app.store().read().await?;
    let found = organizations::list(&mut session, &call.caller, &question).await?;
    Ok(Reply::json(list(found.iter().map(shape::with_members))))
}
