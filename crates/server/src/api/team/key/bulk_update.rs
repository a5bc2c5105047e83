//! `POST /team/key/bulk_update`

use axum::extract::State;
use daybook::manage::keys;
use daybook::model::row::RowExt as _;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::key::bulk_update::run;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::keys::BULK_UPDATE_TEAM_KEYS_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let request = call.request(&BULK_UPDATE_TEAM_KEYS_REQUEST)?;
    let mut session = app.store().read().await?;
    let named = keys::team_keys(&mut session, &call.caller, &request, app.store().clock().now()).await?;
    drop(session);
    let fields = request.object("update_fields").cloned().unwrap_or_default();
    let items = named
        .into_iter()
        .map(|key| {
            let mut item = fields.clone();
            item.insert("key".to_owned(), key.into());
            item
        })
        .collect();
    run(&app, &call, items, Some(request.text("team_id").unwrap_or_default())).await
}
