//! `GET /models`, `GET /models/{model_id}`, and both under `/v1`: the names under which a key may call models.

use axum::extract::State;
use daybook::manage::models::{self, Listing};
use daybook::manage::{Refusal, Why};
use daybook::model::row::RowExt as _;
use serde_json::{Value, json};

use super::Reply;
use super::error::ApiError;
use super::shape::list as objects;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::deployments::{MODEL_LIST_QUERY, MODEL_QUERY};

const FALLBACKS: [&str; 3] = ["general", "context_window", "content_policy"];

pub async fn list(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let question = call.query(&MODEL_LIST_QUERY)?.into_map();
    let scope = question.text("scope");
    if let Some(scope) = scope.filter(|scope| *scope != "expand") {
        let message = format!("Invalid scope parameter. Only 'expand' is currently supported. Received: {scope}");
        return Err(Refusal::text(Why::Invalid, message).into());
    }
    let asks = |name: &str| question.flag(name) == Some(true);
    let listing = Listing {
        team_id: question.text("team_id").map(str::to_owned),
        expand: scope.is_some() && call.caller.administers_something(),
        include_groups: asks("include_model_access_groups"),
        only_groups: asks("only_model_access_groups"),
    };
    let mut session = app.store().read().await?;
    let mut found = models::list(&mut session, app.store(), &app.rules(), &call.caller, &listing).await?;
    if asks("include_metadata") {
        let kind = question.text("fallback_type").unwrap_or("general");
        if !FALLBACKS.contains(&kind) {
            let message = format!("Invalid fallback_type. Must be one of: ['{}']", FALLBACKS.join("', '"));
            return Err(Refusal::text(Why::Invalid, message).into());
        }
        // Fallbacks are the data plane's.
        found.iter_mut().for_each(|model| {
            model.insert("metadata".to_owned(), json!({ "fallbacks": [] }));
        });
    }
    Ok(Reply::json(json!({ "data": objects(found), "object": "list" })))
}

pub async fn one(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let question = call.query(&MODEL_QUERY)?.into_map();
    let (id, team_id) = (call.param("model_id"), question.text("team_id"));
    let mut session = app.store().read().await?;
    let model = models::one(&mut session, app.store(), &app.rules(), &call.caller, id, team_id).await?;
    Ok(Reply::json(Value::Object(model)))
}
