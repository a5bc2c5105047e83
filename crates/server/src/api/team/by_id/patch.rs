//! `PATCH /team/{team_id}`

use axum::extract::State;
use daybook::manage::{Refusal, Why, teams};
use daybook::model::row::RowExt as _;

use crate::api::Reply;
use crate::api::error::{ApiError, wrapped};
use crate::api::team::shape;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::PATCH_TEAM_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut request = call.request(&PATCH_TEAM_REQUEST)?;
    let team_id = call.param("team_id");
    if let Some(other) = request.text("team_id").filter(|id| *id != team_id) {
        let message = format!("team_id in the body ({other}) is not the one in the path ({team_id})");
        return Err(wrapped(Refusal::error(Why::Invalid, message)));
    }
    request.insert("team_id".to_owned(), team_id.into());
    let done = app.record(&call, request, teams::patch).await.map_err(wrapped)?;
    Ok(Reply::recorded(done, |team| shape::team(&team).into()))
}
