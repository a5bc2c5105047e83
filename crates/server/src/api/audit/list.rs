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
    let question = query::parse(call.query.iter(), &app.rules().master_key_hash)?;
    let mut session = app.store().read().await.map_err(unreadable)?;
    audit::check_every_team(&mut session, &call.caller, &call.path, &question.filter.team_id).await?;
    let answer = query::list(&mut session, &question).await.map_err(unreadable)?;
    Ok(Reply::json(answer.to_json()))
}
