//! `/model/delete`

use super::{Wish, check_manages, check_stored, find, is_configured, team_id, teams};
use crate::manage::{Ask, Refusal, Why};
use crate::model::row::RowExt as _;
use crate::model::table;
use crate::store::{Change, by};

/// Removes a model, and a team's own model from the team's list. Gives its id.
pub async fn delete(change: &mut Change, ask: &Ask) -> Result<String, Refusal> {
    let id = ask.request.text("id").unwrap_or_default();
    let Some((model, team)) = find(change, id).await? else {
        let mut message = format!("Model with id={id} not found in db");
        if is_configured(&ask.rules, id) {
            message.push_str(": it is a model of the configuration file, and is removed there");
        }
        return Err(Refusal::error(Why::Invalid, message));
    };
    check_manages(&ask.caller, team_id(&model), team.as_ref(), Wish::Delete)?;
    check_stored(&ask.rules)?;
    change.delete(&table::PROXY_MODELS, &by("model_id", id)).await?;
    let public_name = model.object("model_info").and_then(|info| info.text("team_public_model_name"));
    if let (Some(team_id), Some(name)) = (team_id(&model), public_name) {
        let configured = ask.rules.config_models.iter().any(|model| model.text("model_name") == Some(name));
        teams::remove_name(change, team_id, name, configured).await?;
    }
    Ok(id.to_owned())
}
