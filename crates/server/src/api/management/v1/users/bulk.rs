//! `POST /management/v1/users/bulk`: every user by itself, so that one that cannot be made takes no other with it.

use std::collections::HashSet;

use axum::extract::State;
use daybook::manage::Why;
use daybook::manage::users::{self, Created};
use daybook::model::random;
use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::management::v1::{about_users, request};
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::management::BULK_NEW_USER_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = request(&call, &BULK_NEW_USER_REQUEST)?;
    let (mut results, mut receipts) = (Vec::new(), Vec::new());
    let (mut ids, mut emails) = (HashSet::new(), HashSet::new());
    for item in request.list("users").iter().filter_map(Value::as_object) {
        let mut item: Row = item.clone();
        // Unlike `/user/new`, where a key comes with the user.
        item.entry("auto_create_key").or_insert(Value::Bool(false));
        let user_id = match item.text("user_id").filter(|id| !id.is_empty()) {
            Some(id) => id.to_owned(),
            None => random::new_id(app.store().random()),
        };
        item.insert("user_id".to_owned(), user_id.clone().into());
        let user_email = item.text("user_email").map(str::to_owned);
        let normal = user_email.as_deref().map(|email| email.trim().to_lowercase()).filter(|email| !email.is_empty());
        let outcome = if !ids.insert(user_id.clone()) {
            Err(format!("Duplicate user_id in request: {user_id}"))
        } else if normal.is_some_and(|email| !emails.insert(email)) {
            Err(format!("Duplicate user_email in request: {}", user_email.as_deref().unwrap_or_default()))
        } else {
            match app.record(&call, item, users::create_in_batch).await {
                Ok(done) => {
                    receipts.extend(done.receipts);
                    Ok(done.value)
                }
                // What keeps this one from being made would keep the others too; but whoever was made is said to have
                // been, because their keys are shown here only.
                Err(refusal) if refusal.why == Why::Unavailable && receipts.is_empty() => {
                    return Err(about_users(refusal));
                }
                Err(refusal) => Err(refusal.reason()),
            }
        };
        results.push(shown(&user_id, user_email.as_deref(), outcome));
    }
    let total = results.len();
    let created = results.iter().filter(|result| result["success"] == true).count();
    let meta = json!({"total_requested": total, "created": created, "failed": total - created});
    Ok(Reply::with_receipts(json!({"data": results, "meta": meta}), receipts))
}

fn shown(user_id: &str, user_email: Option<&str>, outcome: Result<Created, String>) -> Value {
    let (teams, key, error) = match outcome {
        Ok(created) => {
            (created.user.value("teams"), created.key.map_or(Value::Null, |(raw, _)| raw.into()), Value::Null)
        }
        Err(reason) => (Value::Null, Value::Null, reason.into()),
    };
    json!({
        "user_id": user_id,
        "user_email": user_email,
        "success": error.is_null(),
        "teams": teams,
        "key": key,
        "error": error,
    })
}
