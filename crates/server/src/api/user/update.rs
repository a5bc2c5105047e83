//! `POST /user/update`

use axum::extract::State;
use daybook::manage::{Ask, Refusal, Why, users};
use daybook::model::row::{Row, RowExt as _};
use daybook::store::Change;

use super::shape;
use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::users::UPDATE_USER_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&UPDATE_USER_REQUEST)?;
    let hash = hash_password(&app, &request).await.map_err(wrapped)?;
    let change = async move |change: &mut Change, ask: &Ask| users::update(change, ask, hash.as_deref()).await;
    let done = app.record(&call, request, change).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, shape::updated))
}

/// The hash of the password that a request sets. Hashing is slow on purpose: it comes before the change, which keeps others
/// from writing, and on a thread that may be kept busy.
pub(super) async fn hash_password(app: &App, request: &Row) -> Result<Option<String>, Refusal> {
    let Some(password) = request.text("password").map(str::to_owned) else { return Ok(None) };
    let store = app.store().clone();
    let hashing = tokio::task::spawn_blocking(move || users::hash_new_password(&password, store.random()));
    hashing.await.map_err(|_| Refusal::text(Why::Internal, "The password could not be hashed."))
}
