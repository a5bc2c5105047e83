//! `POST /user/password/change`

use axum::extract::State;
use daybook::manage::{Ask, Refusal, Why, users};
use daybook::model::row::Row;
use daybook::store::{self, Change};
use serde_json::json;

use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::users::CHANGE_PASSWORD_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&CHANGE_PASSWORD_REQUEST)?;
    let user_id = call.caller.user_id().unwrap_or_default();
    let user = {
        let mut session = app.store().read().await.map_err(wrapped)?;
        store::users::find(&mut session, user_id).await.map_err(wrapped)?
    };
    let Some(user) = user else {
        return Err(wrapped(Refusal::error(Why::NotFound, format!("User not found: {user_id}"))));
    };
    let store = app.store().clone();
    let settled = tokio::task::spawn_blocking(move || users::settle_password(&user, &request, store.random())).await;
    let new = settled.map_err(|_| ApiError::Internal)?.map_err(wrapped)?;
    let change = async move |change: &mut Change, ask: &Ask| users::change_password(change, ask, &new).await;
    let done = app.record(&call, Row::new(), change).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |_| json!({"message": "Password changed successfully"})))
}
