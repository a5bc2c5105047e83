//! Teams whose keys are refused, and teams whose keys are honoured again.

use super::{check_manages, get, team_id, with_related};
use crate::manage::{Ask, Refusal};
use crate::model::entry::Action;
use crate::model::row::Row;
use crate::model::table;
use crate::row;
use crate::store::{Change, by};

/// Blocks a team; a blocked one stays as it is, without an entry.
pub async fn block(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    set(change, ask, Action::Blocked).await
}

/// The reverse of [`block`].
pub async fn unblock(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    set(change, ask, Action::Unblocked).await
}

async fn set(change: &mut Change, ask: &Ask, action: Action) -> Result<Row, Refusal> {
    let team_id = team_id(ask);
    let team = get(change, &team_id).await?;
    check_manages(&ask.caller, &team)?;
    let values = row! { "blocked": action == Action::Blocked, "updated_at": change.now_text() };
    let updated = change.update_as(action, &table::TEAMS, &by("team_id", &team_id), values).await?;
    let team = updated.map_or(team, |updated| updated.now);
    with_related(change.session(), team).await
}
