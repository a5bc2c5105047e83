//! `POST /team/bulk_member_add`: one change for all members, and an answer for each.

use axum::extract::State;
use daybook::manage::teams::members::Member;
use daybook::manage::teams::{self, Added, BulkAdded};
use daybook::manage::{Refusal, Why};
use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

use super::shape;
use crate::api::error::ApiError;
use crate::api::{Reply, user};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::BULK_TEAM_MEMBER_ADD_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&BULK_TEAM_MEMBER_ADD_REQUEST)?;
    let team_id = request.value("team_id");
    let requested: Vec<Member> =
        request.list("members").iter().filter_map(Value::as_object).map(Member::from_row).collect();
    match app.record(&call, request, teams::add_members_in_bulk).await {
        Ok(done) => Ok(Reply::recorded(done, |added| succeeded(&team_id, &added))),
        Err(refusal) if !requested.is_empty() && requested.len() <= teams::MOST_MEMBERS && is_answer(&refusal) => {
            Ok(Reply::json(failed(&team_id, &requested, &refusal.reason())))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// Whether LiteLLM reports a refusal member by member. That nothing can be written now is an error of the request.
fn is_answer(refusal: &Refusal) -> bool {
    !matches!(refusal.why, Why::Unavailable | Why::Internal)
}

fn succeeded(team_id: &Value, BulkAdded { requested, added }: &BulkAdded) -> Value {
    let Added { users, memberships, .. } = added;
    let results: Vec<Value> = requested
        .iter()
        .map(|member| {
            let user = users.iter().find(|user| is_user(member, user));
            let id = user.and_then(|user| user.text("user_id")).or(member.user_id.as_deref());
            let membership = memberships.iter().find(|membership| id.is_some() && membership.text("user_id") == id);
            json!({
                "user_id": member.user_id,
                "user_email": member.user_email,
                "success": true,
                "error": null,
                "updated_user": user.map(user::shape::listed),
                "updated_team_membership": membership.map(shape::membership),
            })
        })
        .collect();
    answer(team_id, results, shape::added(added).into(), true)
}

fn failed(team_id: &Value, requested: &[Member], reason: &str) -> Value {
    let results: Vec<Value> = requested
        .iter()
        .map(|member| {
            json!({
                "user_id": member.user_id,
                "user_email": member.user_email,
                "success": false,
                "error": reason,
                "updated_user": null,
                "updated_team_membership": null,
            })
        })
        .collect();
    answer(team_id, results, Value::Null, false)
}

fn answer(team_id: &Value, results: Vec<Value>, team: Value, success: bool) -> Value {
    let count = results.len();
    json!({
        "team_id": team_id,
        "results": results,
        "total_requested": count,
        "successful_additions": if success { count } else { 0 },
        "failed_additions": if success { 0 } else { count },
        "updated_team": team,
    })
}

fn is_user(member: &Member, user: &Row) -> bool {
    match &member.user_id {
        Some(id) => user.text("user_id") == Some(id),
        None => {
            let lower = |text: &str| text.trim().to_lowercase();
            member.user_email.as_deref().map(lower) == user.text("user_email").map(lower)
        }
    }
}
