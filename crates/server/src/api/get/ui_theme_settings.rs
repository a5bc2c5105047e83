//! `GET /get/ui_theme_settings`: public, because whoever signs in sees the logo.

use axum::extract::State;
use daybook::manage::settings;
use daybook::model::document::LITELLM_SETTINGS;
use daybook::model::row::RowExt as _;
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::settings_page::{Setting, page, values};
use crate::app::App;

const FIELDS: &[Setting] = &[
    Setting::new("logo_url", "string", "Address of the logo"),
    Setting::new("logo_url_dark", "string", "Address of the logo on a dark page; the same one when not set"),
    Setting::new("favicon_url", "string", "Address of the icon"),
];

pub async fn handle(State(app): State<App>) -> Result<Reply, ApiError> {
    let mut session = app.store().read().await?;
    let section = settings::effective_with(&mut session, &app.rules(), LITELLM_SETTINGS).await?;
    let stored = section.object(settings::THEME).cloned().unwrap_or_default();
    let mut shown = page(values(&stored, FIELDS, |_| Value::Null), "Look of the dashboard", FIELDS);
    shown["logo_url_via_proxy"] = json!(false);
    shown["logo_url_dark_via_proxy"] = json!(false);
    Ok(Reply::json(shown))
}
