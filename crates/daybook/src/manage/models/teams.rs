//! A team's own models, and the team's list of what it may use.

use super::deployments;
use crate::manage::{Ask, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, by, key_of, models};

/// The word by which a team's list means every model that belongs to no team.
pub const ALL_PROXY_MODELS: &str = "all-proxy-models";

/// Words of a team's list that are no names of models.
const RESERVED: &[&str] = &[ALL_PROXY_MODELS, "all-team-models", "no-default-models"];

/// The name of a team's model in the database.
pub fn internal_name(change: &Change, team_id: &str) -> String {
    format!("model_name_{team_id}_{}", change.new_id())
}

/// Lets the team use the name. A team without a list may use everything; a list that begins must say that.
pub async fn add_name(change: &mut Change, ask: &Ask, team: &Row, name: &str) -> Result<(), Refusal> {
    check_name(change, ask, team, name).await?;
    let mut list = team.texts("models");
    if list.is_empty() {
        list.push(ALL_PROXY_MODELS.to_owned());
    }
    if !list.iter().any(|have| have == name) {
        list.push(name.to_owned());
    }
    set(change, team, list).await
}

/// What stands in a team's list opens every model that answers to it, not the team's own alone: by naming one
/// of those a team's admin gets the team nothing that no admin of the proxy gave it.
async fn check_name(change: &mut Change, ask: &Ask, team: &Row, name: &str) -> Result<(), Refusal> {
    if ask.caller.is_admin() {
        return Ok(());
    }
    let refuse = |message: String| Err(Refusal::proxy(Why::Forbidden, "auth_error", Some("model_name"), message));
    // A star is a pattern in such a list.
    if RESERVED.contains(&name) || name.contains('*') {
        return refuse(format!(
            "Only proxy admins can name a team's model '{name}': the name stands for other models."
        ));
    }
    let have = team.texts("models");
    if have.is_empty() || have.iter().any(|have| have == name || have == ALL_PROXY_MODELS) {
        return Ok(());
    }
    let sealer = change.sealer().clone();
    let all = deployments(change.session(), &sealer, &ask.rules).await?;
    // The name of a group of models opens them as well.
    let taken = all
        .iter()
        .filter(|model| model.team_id().is_none())
        .any(|model| model.name == name || model.info.texts("access_groups").iter().any(|group| group == name));
    if taken {
        return refuse(format!(
            "Only proxy admins can name a team's model '{name}': models of the proxy have this name, and the team may not \
             use them."
        ));
    }
    Ok(())
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
