//! `POST /management/v1/teams/{team_id}/members/bulk_delete`

use axum::extract::State;
use daybook::manage::teams;
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::management::v1::{about_team, check_no_query, request};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::management::BULK_TEAM_MEMBER_DELETE_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    check_no_query(&call)?;
    let mut request = request(&call, &BULK_TEAM_MEMBER_DELETE_REQUEST)?;
    request.insert("team_id".to_owned(), call.param("team_id").into());
    let done = app.record(&call, request, teams::remove_members).await.map_err(about_team)?;
    Ok(Reply::recorded(done, |removed| {
        let shown = removed.into_iter().map(|member| {
            json!({
                "user_id": member.user_id,
                "user_email": member.user_email,
                "success": member.error.is_none(),
                "error": member.error,
            })
        });
        json!({"data": shown.collect::<Vec<Value>>()})
    }))
}
