//! `POST /user/bulk_update`: a list of users, each changed (or not) by itself, or all users at once, or none.

use axum::extract::State;
use daybook::manage::{Ask, Refusal, Why, users};
use daybook::model::row::{Row, RowExt as _};
use daybook::store::Change;
use serde_json::{Value, json};

use super::shape;
use super::update::hash_password;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::users::BULK_UPDATE_USER_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&BULK_UPDATE_USER_REQUEST)?;
    let all = request.flag("all_users") == Some(true);
    if all && request.object("user_updates").is_some() {
        return update_all(&app, &call, request).await;
    }
    let listed: Vec<Row> = request.list("users").iter().filter_map(Value::as_object).cloned().collect();
    if listed.is_empty() {
        let message = "Must specify either 'users' for individual updates or 'all_users=True' with 'user_updates' for bulk updates";
        return Err(Refusal::error(Why::Invalid, message).into());
    }
    users::check_number(i64::try_from(listed.len()).unwrap_or(i64::MAX))?;
    update_each(&app, &call, listed).await
}

async fn update_all(app: &App, call: &Call, request: Row) -> Result<Reply, ApiError> {
    let done = app.record(call, request, users::update_all).await?;
    Ok(Reply::recorded(done, |(found, set)| {
        let results = found.iter().map(|user| {
            let mut updated = daybook::row! { "user_id": user.value("user_id") };
            updated.extend(set.clone());
            json!({
                "user_id": user.value("user_id"),
                "user_email": user.value("user_email"),
                "success": true,
                "error": null,
                "updated_user": updated,
            })
        });
        counted(results.collect())
    }))
}

async fn update_each(app: &App, call: &Call, listed: Vec<Row>) -> Result<Reply, ApiError> {
    let (mut results, mut receipts) = (Vec::new(), Vec::new());
    for request in listed {
        let (user_id, user_email) = (request.value("user_id"), request.value("user_email"));
        let hash = hash_password(app, &request).await?;
        let change = async move |change: &mut Change, ask: &Ask| users::update(change, ask, hash.as_deref()).await;
        let (error, updated) = match app.record(call, request, change).await {
            Ok(done) => {
                receipts.extend(done.receipts);
                (Value::Null, shape::updated(done.value))
            }
            // What keeps this one from being changed would keep the others too.
            Err(refusal) if refusal.why == Why::Unavailable => return Err(refusal.into()),
            Err(refusal) => (Value::String(refusal.reason()), Value::Null),
        };
        results.push(json!({
            "user_id": user_id,
            "user_email": user_email,
            "success": error.is_null(),
            "error": error,
            "updated_user": updated,
        }));
    }
    Ok(Reply::with_receipts(counted(results), receipts))
}

fn counted(results: Vec<Value>) -> Value {
    let successful = results.iter().filter(|result| result["success"] == true).count();
    let total = results.len();
    json!({
        "results": results,
        "total_requested": total,
        "successful_updates": successful,
        "failed_updates": total - successful,
    })
}
