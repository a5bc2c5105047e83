//! `POST /team/permissions_bulk_update`

use axum::extract::State;
use daybook::manage::teams;
use daybook::model::row::RowExt as _;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::BULK_UPDATE_TEAM_MEMBER_PERMISSIONS_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&BULK_UPDATE_TEAM_MEMBER_PERMISSIONS_REQUEST)?;
    let permissions = request.value("permissions");
    let done = app.record(&call, request, teams::update_permissions_of_many).await?;
    Ok(Reply::recorded(done, |changed| {
        json!({
            "message": "Team permissions updated successfully",
            "teams_updated": changed,
            "permissions_appended": permissions,
        })
    }))
}
