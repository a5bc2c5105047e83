//! `POST /config/callback/delete`

use axum::extract::State;
use daybook::manage::settings;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::CALLBACK_DELETE;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&CALLBACK_DELETE)?;
    let done = app.configure(&call, request, settings::delete_callback).await?;
    let at = app.store().clock().now().strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string();
    Ok(Reply::recorded(done, |(name, left)| {
        json!({
            "message": format!("Successfully deleted callback: {name}"),
            "removed_callback": name,
            "remaining_callbacks": left,
            "deleted_at": at,
        })
    }))
}
