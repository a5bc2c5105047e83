//! `/key/bulk_update`, `/team/key/bulk_update`: which keys, and who may. Each key is then changed by itself, with
//! [`super::update`], in a commit of its own.

use crate::manage::{Caller, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::secret::token_of;
use crate::model::table;
use crate::store::{Lock, Session, by, keys};

/// How many keys one request may name.
pub const MAX_BULK: usize = 500;

/// Whether the caller may send this many changes at once.
pub fn check_bulk(caller: &Caller, count: usize) -> Result<(), Refusal> {
    if !caller.is_admin() {
        return Err(Refusal::error(Why::Forbidden, "Only proxy admins can perform bulk key updates"));
    }
    check_count(count)
}

fn check_count(count: usize) -> Result<(), Refusal> {
    match count {
        0 => Err(Refusal::error(Why::Invalid, "No keys provided for update")),
        1..=MAX_BULK => Ok(()),
        _ => Err(Refusal::error(
            Why::Invalid,
            format!("Maximum {MAX_BULK} keys can be updated at once. Found {count} keys."),
        )),
    }
}

/// The keys of a team that a request names, as it names them; every key that works when it asks for all.
pub async fn team_keys(
    session: &mut Session,
    caller: &Caller,
    request: &Row,
    now: jiff::Timestamp,
) -> Result<Vec<String>, Refusal> {
    let team_id = request.text("team_id").unwrap_or_default();
    let all = request.flag("all_keys_in_team") == Some(true);
    let named = request.texts("key_ids");
    let nothing = || Refusal::error(Why::NotFound, format!("No keys found for team {team_id}"));
    if !caller.is_admin() {
        let team = session.row(&table::TEAMS, &by("team_id", team_id), Lock::No).await?;
        if !team.is_some_and(|team| caller.administers_team(&team)) {
            let message = "Only proxy admins, team admins, or org admins can call /team/key/bulk_update.";
            return Err(Refusal::error(Why::Forbidden, message));
        }
    }
    if !all && named.is_empty() {
        return Err(Refusal::error(Why::Invalid, "key_ids must be provided when all_keys_in_team is False"));
    }
    let team = keys::list_by_team(session, team_id).await?;
    let token = |key: &Row| key.text("token").map(str::to_owned);
    if all {
        let works =
            |key: &&Row| key.flag("blocked") != Some(true) && key.time("expires").is_none_or(|expires| expires >= now);
        let tokens: Vec<String> = team.iter().filter(works).filter_map(token).collect();
        return if tokens.is_empty() { Err(nothing()) } else { Ok(tokens) };
    }
    check_count(named.len())?;
    let tokens: Vec<String> = team.iter().filter_map(token).collect();
    if !named.iter().any(|name| tokens.contains(&token_of(name))) {
        return Err(nothing());
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bulk_update_names_between_one_and_five_hundred_keys() {
        assert!(check_count(0).is_err());
        assert!(check_count(1).is_ok());
        assert!(check_count(500).is_ok());
        let message = check_count(501).unwrap_err().reason();
        assert_eq!(message, "Maximum 500 keys can be updated at once. Found 501 keys.");
    }
}
