//! `/config_overrides`: where the data plane takes secrets from.

pub mod cyberark;
pub mod hashicorp_vault;

use daybook::manage::access;
use daybook::manage::settings::{self, Manager};
use daybook::model::row::Row;
use daybook::store::Recorded;
use serde_json::json;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::app::App;
use crate::auth::Call;

fn answer(done: Recorded<()>, manager: &Manager, what: &str) -> Reply {
    let message = format!("{} configuration {what} successfully", manager.title);
    Reply::recorded(done, |()| json!({ "message": message, "status": "success" }))
}

async fn show(app: &App, call: &Call, manager: &'static Manager) -> Result<Reply, ApiError> {
    access::check_admin_view(&call.caller)?;
    let ask = app.ask(call, Row::new());
    let mut session = app.store().read().await?;
    let values = settings::manager_settings(&mut session, &ask, manager).await?;
    let field = |(name, about): &(&str, &str)| ((*name).to_owned(), json!({ "description": about, "type": "string" }));
    let properties: Row = manager.fields.iter().map(field).collect();
    let about = format!("How secrets are taken from {}", manager.title);
    let schema = json!({ "description": about, "properties": properties });
    Ok(Reply::json(json!({ "config_type": manager.id, "values": values, "field_schema": schema })))
}
