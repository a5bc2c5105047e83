//! `POST /management/v1/teams/{team_id}/members/bulk_update`: the answer shows the limits that then hold.

use axum::extract::State;
use daybook::manage::teams::{self, Limited};
use daybook::model::row::RowExt as _;
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::management::v1::{about_team, check_no_query, request};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::management::BULK_TEAM_MEMBER_BUDGET_UPDATE_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    check_no_query(&call)?;
    let mut request = request(&call, &BULK_TEAM_MEMBER_BUDGET_UPDATE_REQUEST)?;
    request.insert("team_id".to_owned(), call.param("team_id").into());
    let done = app.record(&call, request, teams::update_limits).await.map_err(about_team)?;
    Ok(Reply::recorded(done, |limited| json!({"data": limited.into_iter().map(shown).collect::<Vec<_>>()})))
}

fn shown(member: Limited) -> Value {
    let own = member.budget.as_ref().and_then(|budget| budget.float("max_budget"));
    let inherited = member.team_default.filter(|amount| own.is_none() && *amount > 0.0);
    let source = match (own, inherited) {
        (_, Some(_)) => Some("team_default"),
        (Some(_), None) => Some("member"),
        (None, None) => None,
    };
    let has_budget = member.budget.is_some();
    let budget = member.budget.unwrap_or_default();
    json!({
        "user_id": member.user_id,
        "user_email": member.user_email,
        "success": member.error.is_none(),
        "error": member.error,
        "budget_id": budget.value("budget_id"),
        "max_budget": own.or(inherited),
        "max_budget_source": source,
        "tpm_limit": budget.value("tpm_limit"),
        "rpm_limit": budget.value("rpm_limit"),
        "budget_duration": budget.value("budget_duration"),
        "allowed_models": has_budget.then(|| budget.texts("allowed_models")),
    })
}
