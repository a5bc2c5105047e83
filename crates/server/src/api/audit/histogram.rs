//! `GET /audit/histogram`: how many entries at what time.

use axum::extract::State;
use daybook::query;

use super::readable;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::sending::unreadable;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut filter = query::parse(call.query.iter(), &app.rules().master_key_hash)?.filter;
    let division = query::division(call.query.iter())?;
    let mut session = readable(&app, &call, &mut filter).await?;
    let histogram = app.audit_log().histogram(&mut session, &filter, division).await.map_err(unreadable)?;
    Ok(Reply::json(histogram.to_json()).newest_checkpoint(&app))
}
