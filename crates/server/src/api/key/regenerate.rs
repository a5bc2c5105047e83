//! `POST /key/regenerate`: the key is named in the body. [`run`] serves `/key/{key}/regenerate` too.

use axum::extract::State;
use daybook::manage::keys;
use daybook::model::row::Row;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::keys::REGENERATE_KEY_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    run(app, call, None).await
}

/// A missing body is an empty one.
pub async fn run(app: App, call: Call, key: Option<String>) -> Result<Reply, ApiError> {
    let mut request = match &call.json {
        Some(_) => call.request(&REGENERATE_KEY_REQUEST)?,
        None => Row::new(),
    };
    if let Some(key) = key {
        request.insert("key".to_owned(), key.into());
    }
    let done = app.record(&call, request, keys::regenerate).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, shape::regenerated))
}
