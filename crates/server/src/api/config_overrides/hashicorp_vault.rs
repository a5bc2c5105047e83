//! `/config_overrides/hashicorp_vault`

use axum::extract::State;
use daybook::manage::settings::{self, Manager};
use daybook::model::row::Row;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::HASHICORP_VAULT_CONFIG;

static MANAGER: Manager = Manager::VAULT;

pub async fn update(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&HASHICORP_VAULT_CONFIG)?;
    let done = app.record(&call, request, settings::update_vault).await?;
    Ok(super::answer(done, &MANAGER, "updated"))
}

pub async fn show(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    super::show(&app, &call, &MANAGER).await
}

pub async fn delete(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let done = app.record(&call, Row::new(), settings::delete_vault).await?;
    Ok(super::answer(done, &MANAGER, "deleted"))
}
