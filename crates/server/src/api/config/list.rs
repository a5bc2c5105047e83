//! `GET /config/list`

use axum::extract::State;
use daybook::manage::{access, settings};
use daybook::model::row::Row;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::settings::CONFIG_LIST_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    call.query(&CONFIG_LIST_QUERY)?;
    access::check_admin_view(&call.caller)?;
    let ask = app.ask(&call, Row::new());
    let mut session = app.store().read().await?;
    Ok(Reply::json(crate::api::shape::list(settings::list_fields(&mut session, &ask).await?)))
}
