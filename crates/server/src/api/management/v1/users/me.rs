//! `GET /management/v1/users/me`

use daybook::manage::{Refusal, Why};
use daybook::model::row::RowExt as _;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::management::v1::about_users;
use crate::auth::Call;

pub async fn handle(call: Call) -> Result<Reply, ApiError> {
    let caller = &call.caller;
    let Some(user_id) = caller.user_id() else {
        let refusal = Refusal::text(Why::NotFound, "The key used for this request is not bound to a user.");
        return Err(about_users(refusal));
    };
    let email = caller.user.as_ref().and_then(|user| user.text("user_email"));
    Ok(Reply::json(json!({"user_id": user_id, "user_role": caller.role.as_str(), "user_email": email})))
}
