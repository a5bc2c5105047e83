//! `GET /audit`: a page of entries, or from a cursor on.

use axum::extract::State;
use daybook::query::{self, Cursor};

use super::readable;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::sending::unreadable;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut question = query::parse(call.query.iter(), &app.rules().master_key_hash)?;
    let cursor = Cursor::read(call.query.iter())?;
    let mut session = readable(&app, &call, &mut question.filter).await?;
    let answer = match cursor {
        Some(cursor) => {
            let polled = app.audit_log().poll(&mut session, &question.filter, cursor, question.page.size).await;
            polled.map_err(unreadable)?.ok_or_else(query::past_the_end)?.to_json()
        }
        None => app.audit_log().list(&mut session, &question).await.map_err(unreadable)?.to_json(),
    };
    Ok(Reply::json(answer).newest_checkpoint(&app))
}
