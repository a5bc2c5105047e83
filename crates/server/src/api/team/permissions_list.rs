//! `GET /team/permissions_list`

use axum::extract::State;
use daybook::manage::teams;
use daybook::model::row::RowExt as _;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::{KEY_MANAGEMENT_ROUTES, TEAM_PERMISSIONS_LIST_QUERY};

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let question = call.query(&TEAM_PERMISSIONS_LIST_QUERY)?.into_map();
    let mut session = app.store().read().await?;
    let team_id = question.text("team_id").unwrap_or_default();
    let team = teams::list_permissions(&mut session, &call.caller, team_id).await?;
    Ok(Reply::json(json!({
        "team_id": team_id,
        "team_member_permissions": team.texts("team_member_permissions"),
        "all_available_permissions": KEY_MANAGEMENT_ROUTES,
    })))
}
