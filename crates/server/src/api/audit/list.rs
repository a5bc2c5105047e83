//! `GET /audit`.

use axum::extract::State;
use daybook::manage::audit;
use daybook::query;

use super::unreadable;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut question = query::parse(call.query.iter(), &app.rules().master_key_hash)?;
    let mut session = app.store().read().await.map_err(unreadable)?;
    let mut named: Vec<String> = call.query.all("organization_id").map(str::to_owned).collect();
    named.retain(|id| !id.is_empty());
    audit::narrow(&mut session, &call.caller, &call.path, &named, &mut question.filter).await?;
    let answer = query::list(&mut session, &question).await.map_err(unreadable)?;
    Ok(Reply::json(answer.to_json()).newest_checkpoint(&app))
}
