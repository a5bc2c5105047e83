//! `GET /organization/info`, and `POST` of old for several.

use axum::extract::State;
use daybook::manage::organizations;
use daybook::model::row::RowExt as _;

use super::shape;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::list;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::organizations::{ORGANIZATION_INFO_QUERY, ORGANIZATION_REQUEST};

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let question = call.query(&ORGANIZATION_INFO_QUERY)?.into_map();
    let mut session = app.store().read().await?;
    let id = question.text("organization_id").unwrap_or_default();
    let found = organizations::info(&mut session, &call.caller, id).await?;
    Ok(Reply::json(shape::with_members(&found)))
}

pub async fn handle_many(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&ORGANIZATION_REQUEST)?;
    let mut session = app.store().read().await?;
    let found = organizations::info_of_many(&mut session, &call.caller, &request.texts("organizations")).await?;
    Ok(Reply::json(list(found.iter().map(shape::raw))))
}
