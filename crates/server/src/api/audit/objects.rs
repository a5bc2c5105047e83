//! `GET /audit/objects/{table}/{id}`: what an object is, or was at an instant, as the log tells it.

use axum::extract::State;
use daybook::manage::{Refusal, Why};
use daybook::model::question::Filter;
use daybook::query::{self, dates};

use super::readable;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::sending::unreadable;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let (table, id) = (call.param("table").to_owned(), call.param("id").to_owned());
    let as_of = match call.query.last("as_of").filter(|text| !text.is_empty()) {
        Some(text) => Some(dates::until(text).ok_or_else(|| {
            let said = format!("Invalid as_of '{text}'. Allowed: a date such as 2026-11-21, or 2026-11-21T20:00:00Z.");
            Refusal::error(Why::Invalid, said)
        })?),
        None => None,
    };
    let mut filter = Filter { table_name: vec![table.clone()], object_id: vec![id.clone()], ..Filter::default() };
    let mut session = readable(&app, &call, &mut filter).await?;
    match query::state(app.audit_log(), &mut session, filter, as_of).await.map_err(unreadable)? {
        Some(then) => Ok(Reply::json(then.to_json()).newest_checkpoint(&app)),
        None => {
            let said = format!("The audit log has no entry about {id} of {table} up to then");
            Err(Refusal::message(Why::NotFound, said).into())
        }
    }
}
