//! A team's own models, and the team's list of what it may use.

use crate::manage::Refusal;
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, by, key_of, models};

/// The word by which a team's list means every model that belongs to no team.
pub const ALL_PROXY_MODELS: &str = "all-proxy-models";

/// The name of a team's model in the database.
pub fn internal_name(change: &Change, team_id: &str) -> String {
    format!("model_name_{team_id}_{}", change.new_id())
}

/// Lets the team use the name. A team without a list may use everything; a list that begins must say that.
pub async fn add_name(change: &mut Change, team: &Row, name: &str) -> Result<(), Refusal> {
    let mut list = team.texts("models");
    if list.is_empty() {
        list.push(ALL_PROXY_MODELS.to_owned());
    }
    if !list.iter().any(|have| have == name) {
        list.push(name.to_owned());
    }
    set(change, team, list).await
}

/// Takes the name off the team's list again, unless another model still answers to it.
pub async fn remove_name(change: &mut Change, team_id: &str, name: &str, configured: bool) -> Result<(), Refusal> {
    let Some(team) = change.find(&table::TEAMS, &by("team_id", team_id)).await? else { return Ok(()) };
    let siblings = models::of_team(change.session(), team_id).await?;
    let public =
        |model: &Row| model.object("model_info").and_then(|info| info.text("team_public_model_name")) == Some(name);
    if configured || siblings.iter().any(public) || models::has_name(change.session(), name).await? {
        return Ok(());
    }
    let list = team.texts("models").into_iter().filter(|have| have != name).collect();
    set(change, &team, list).await
}

async fn set(change: &mut Change, team: &Row, list: Vec<String>) -> Result<(), Refusal> {
    let values = row! { "models": list, "updated_at": change.now_text() };
    change.update(&table::TEAMS, &key_of(&table::TEAMS, team), values).await?;
    Ok(())
}

/// Removes what belongs to a team that goes.
pub async fn delete_models_of_team(change: &mut Change, team_id: &str) -> Result<(), Refusal> {
    for model in models::of_team(change.session(), team_id).await? {
        change.delete(&table::PROXY_MODELS, &key_of(&table::PROXY_MODELS, &model)).await?;
    }
    Ok(())
}
