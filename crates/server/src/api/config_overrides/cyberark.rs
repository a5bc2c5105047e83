//! `/config_overrides/cyberark`

use axum::extract::State;
use daybook::manage::settings::{self, Manager};
use daybook::model::row::Row;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::CYBERARK_CONFIG;

static MANAGER: Manager = Manager::CYBERARK;

pub async fn update(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&CYBERARK_CONFIG)?;
    let done = app.record(&call, request, settings::update_cyberark).await?;
    Ok(super::answer(done, &MANAGER, "updated"))
}

pub async fn show(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    super::show(&app, &call, &MANAGER).await
}

pub async fn delete(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let done = app.record(&call, Row::new(), settings::delete_cyberark).await?;
    Ok(super::answer(done, &MANAGER, "deleted"))
}
