//! `GET /v2/team/list`

use axum::extract::State;
use daybook::manage::{Refusal, Why, teams};
use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::list;
use crate::api::team::shape;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::teams::TEAM_LIST_V2_QUERY;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let question = call.query(&TEAM_LIST_V2_QUERY)?.with_defaults();
    let mut session = app.store().read().await?;
    let (found, total) = match question.text("status") {
        None => {
            let (found, total) = teams::list_page(&mut session, &call.caller, &question).await?;
            (list(found.iter().map(shape::list_item)), total)
        }
        Some("deleted") => {
            let (found, total) = teams::deleted(&mut session, &call.caller, &question).await?;
            (list(found.iter().map(shape::deleted_team)), total)
        }
        Some(_) => {
            let message = "Invalid status value. Currently only 'deleted' is supported.";
            return Err(Refusal::error(Why::Invalid, message).into());
        }
    };
    Ok(Reply::json(page(found, total, &question)))
}

fn page(teams: Value, total: i64, question: &Row) -> Value {
    let page_size = question.int("page_size").unwrap_or(10).max(1);
    json!({
        "teams": teams,
        "total": total,
        "page": question.value("page"),
        "page_size": page_size,
        "total_pages": (total + page_size - 1) / page_size,
    })
}
