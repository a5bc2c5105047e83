//! `POST /config/field/delete`

use axum::extract::State;
use daybook::manage::settings::{self, litellm_type};
use daybook::model::row::RowExt as _;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::CONFIG_FIELD_DELETE;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&CONFIG_FIELD_DELETE)?;
    let name = request.text("field_name").unwrap_or_default().to_owned();
    if litellm_type(&name).is_none() {
        super::check_known(&name)?;
    }
    let done = app.configure(&call, request, settings::delete_field).await?;
    Ok(Reply::recorded(done, |row| match row {
        Some(row) => super::config_row(&row),
        None => json!({ "message": format!("Field {name} reset"), "status": "success" }),
    }))
}
