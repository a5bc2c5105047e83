//! `POST /management/v1/users/bulk_delete`: who can be deleted is deleted, all in one change.

use axum::extract::State;
use daybook::manage::users::{self, Outcome};
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::management::v1::{about_users, check_no_query, request};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::management::BULK_DELETE_USER_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    check_no_query(&call)?;
    let request = request(&call, &BULK_DELETE_USER_REQUEST)?;
    let done = app.record(&call, request, users::delete_in_batch).await.map_err(about_users)?;
    Ok(Reply::recorded(done, |outcomes| json!({"data": outcomes.into_iter().map(shown).collect::<Vec<_>>()})))
}

fn shown(outcome: Outcome) -> Value {
    json!({
        "user_id": outcome.user_id,
        "user_email": outcome.user_email,
        "success": outcome.error.is_none(),
        "teams_removed": outcome.teams_removed,
        "error": outcome.error,
    })
}
