//! The models that a team may use, one by one.

use super::{check_manages, get, team_id, with_related};
use crate::manage::{Ask, Refusal};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, by};

/// Adds models to a team's list; those that stand there already stay where they are.
pub async fn add_models(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    set(change, ask, |models, named| {
        for model in named {
            if !models.contains(model) {
                models.push(model.clone());
            }
        }
    })
    .await
}

/// Takes models off a team's list.
pub async fn delete_models(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    set(change, ask, |models, named| models.retain(|model| !named.contains(model))).await
}

async fn set(change: &mut Change, ask: &Ask, edit: fn(&mut Vec<String>, &[String])) -> Result<Row, Refusal> {
    let team_id = team_id(ask);
    let team = get(change, &team_id).await?;
    check_manages(&ask.caller, &team)?;
    let mut models = team.texts("models");
    edit(&mut models, &ask.request.texts("models"));
    let values = row! { "models": models, "updated_at": change.now_text() };
    let updated = change.update(&table::TEAMS, &by("team_id", &team_id), values).await?;
    let team = updated.map_or(team, |updated| updated.now);
    with_related(change.session(), team).await
}
