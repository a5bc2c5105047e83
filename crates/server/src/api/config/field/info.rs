//! `GET /config/field/info`

use axum::extract::State;
use daybook::manage::{access, settings};
use daybook::model::row::Row;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::CONFIG_FIELD_INFO_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let query = call.query(&CONFIG_FIELD_INFO_QUERY)?;
    let name = query.str("field_name").unwrap_or_default();
    super::check_known(name)?;
    access::check_admin_view(&call.caller)?;
    let ask = app.ask(&call, Row::new());
    let mut session = app.store().read().await?;
    Ok(Reply::json(settings::field_info(&mut session, &ask, name).await?))
}
