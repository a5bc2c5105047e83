//! `POST /key/bulk_update`: every key by itself, so that one that fails takes no other with it.

use axum::extract::State;
use daybook::manage::{Refusal, Why, keys};
use daybook::model::row::{Row, RowExt as _};
use daybook::model::secret::token_of;
use serde_json::{Value, json};

use super::shape;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::keys::BULK_UPDATE_KEY_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&BULK_UPDATE_KEY_REQUEST)?;
    let items: Vec<Row> = request.list("keys").iter().filter_map(Value::as_object).cloned().collect();
    keys::check_bulk(&call.caller, items.len())?;
    run(&app, &call, items, None).await
}

/// Changes each key that an item names, and says what became of it. With a team, keys that are not of it are not there.
pub async fn run(app: &App, call: &Call, items: Vec<Row>, team_id: Option<&str>) -> Result<Reply, ApiError> {
    let total = items.len();
    let (mut successful, mut failed, mut receipts) = (Vec::new(), Vec::new(), Vec::new());
    for mut item in items {
        let named = item.text("key").unwrap_or_default().to_owned();
        let outcome = match team_id {
            None => app.record(call, item, keys::update).await,
            Some(team_id) => {
                item.insert("of_team".to_owned(), team_id.into());
                app.record(call, item, keys::update_of_team).await
            }
        };
        match outcome {
            Ok(done) => {
                let (_, key) = done.value;
                receipts.extend(done.receipts);
                successful.push(json!({"key": named, "key_info": shape::row(&key)}));
            }
            // What keeps this one from being changed would keep the others too.
            Err(refusal) if refusal.why == Why::Unavailable => return Err(refusal.into()),
            Err(refusal) => failed.push(failure(app, named, &refusal, team_id).await?),
        }
    }
    let body = json!({"total_requested": total, "successful_updates": successful, "failed_updates": failed});
    Ok(Reply::with_receipts(body, receipts))
}

async fn failure(app: &App, named: String, refusal: &Refusal, team_id: Option<&str>) -> Result<Value, ApiError> {
    let mut session = app.store().read().await?;
    let key = daybook::store::keys::find(&mut session, &token_of(&named)).await?;
    // Nobody sees by this what is not of the team.
    let key = key.filter(|key| team_id.is_none() || key.text("team_id") == team_id);
    Ok(json!({"key": named, "key_info": key.as_ref().map(shape::row), "failed_reason": refusal.reason()}))
}
