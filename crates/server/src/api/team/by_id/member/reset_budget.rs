//! `POST /team/{team_id}/member/{user_id}/reset_budget`

use axum::extract::State;
use daybook::manage::teams;
use daybook::model::row::Row;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::team::shape;
use crate::app::App;
use crate::auth::Call;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut request = Row::new();
    for name in ["team_id", "user_id"] {
        request.insert(name.to_owned(), call.param(name).into());
    }
    let done = app.record(&call, request, teams::reset_member_budget).await?;
    Ok(Reply::recorded(done, |membership| shape::membership(&membership).into()))
}
