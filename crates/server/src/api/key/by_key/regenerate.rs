//! `POST /key/{key}/regenerate`

use axum::extract::State;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::key::regenerate::run;
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let key = call.param("key").to_owned();
    run(app, call, Some(key)).await
}
