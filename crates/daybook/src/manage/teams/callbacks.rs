//! Where a team's calls are logged to (`metadata.logging`), and the secrets that this takes.
//!
//! Only the data plane logs calls. What it needs to sign in elsewhere is stored as it expects it, encrypted: see
//! [`crate::manage::callbacks`]. Secrets are never stored in the clear, and never shown again.

use serde_json::{Value, json};

use super::{check_manages, get, team_id};
use crate::manage::callbacks::seal_callbacks_over;
use crate::manage::{Ask, Caller, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, Session, by, teams};

/// Adds a callback to a team. Gives the team's row.
pub async fn add_callback(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let team_id = team_id(ask);
    let team = get_for_callbacks(change, ask, &team_id).await?;
    let name = ask.request.text("callback_name").unwrap_or_default();
    let kind = ask.request.text("callback_type").unwrap_or("success_and_failure");
    let mut metadata = team.object("metadata").cloned().unwrap_or_default();
    let mut logging = metadata.list("logging").to_vec();
    let clashes =
        |entry: &&Value| entry["callback_name"] == name && (kind == "success_and_failure" || runs_on(entry, kind));
    if logging.iter().any(|entry| clashes(&entry)) {
        let message = format!("callback_name={name} with callback_type={kind} already exists for team_id={team_id}.");
        return Err(Refusal::error(Why::Invalid, message));
    }
    let vars = ask.request.value("callback_vars");
    logging.push(json!({ "callback_name": name, "callback_type": kind, "callback_vars": vars }));
    metadata.insert("logging".to_owned(), logging.into());
    let stored = team.object("metadata").cloned().unwrap_or_default();
    seal_callbacks_over(change, &ask.rules, &mut metadata, &stored)?;
    set_metadata(change, &team_id, team, metadata).await
}

/// Takes a callback off a team, whatever it runs on. Gives the team's row.
pub async fn delete_callback(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let team_id = team_id(ask);
    let team = get_for_callbacks(change, ask, &team_id).await?;
    let name = ask.request.text("callback_name").unwrap_or_default();
    let mut metadata = team.object("metadata").cloned().unwrap_or_default();
    let mut logging = metadata.list("logging").to_vec();
    let before = logging.len();
    logging.retain(|entry| entry["callback_name"] != name);
    if logging.len() == before {
        let message = format!("callback_name={name} does not exist for team_id={team_id}.");
        return Err(Refusal::error(Why::NotFound, message));
    }
    metadata.insert("logging".to_owned(), logging.into());
    set_metadata(change, &team_id, team, metadata).await
}

/// Takes all callbacks off a team, of today's form and of the older one.
pub async fn disable_logging(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let team_id = team_id(ask);
    let team = get(change, &team_id).await?;
    check_manages(&ask.caller, &team)?;
    let mut metadata = team.object("metadata").cloned().unwrap_or_default();
    metadata.insert("logging".to_owned(), json!([]));
    let nothing = json!({ "callbacks": [], "callback_vars": {}, "failure_callback": [], "success_callback": [] });
    metadata.insert("callback_settings".to_owned(), nothing);
    set_metadata(change, &team_id, team, metadata).await
}

async fn get_for_callbacks(change: &mut Change, ask: &Ask, team_id: &str) -> Result<Row, Refusal> {
    let found = change.find(&table::TEAMS, &by("team_id", team_id)).await?;
    let team = found.ok_or_else(|| missing(team_id))?;
    check_administers(&ask.caller, &team)?;
    Ok(team)
}

fn missing(team_id: &str) -> Refusal {
    let message = format!("Team id = {team_id} does not exist. Please use a different team id.");
    Refusal::error(Why::Invalid, message)
}

fn check_administers(caller: &Caller, team: &Row) -> Result<(), Refusal> {
    if caller.administers_team(team) {
        return Ok(());
    }
    Err(Refusal::error(Why::Forbidden, "You do not have access to this team"))
}

async fn set_metadata(change: &mut Change, team_id: &str, team: Row, metadata: Row) -> Result<Row, Refusal> {
    let values = row! { "metadata": metadata, "updated_at": change.now_text() };
    let updated = change.update(&table::TEAMS, &by("team_id", team_id), values).await?;
    super::with_related(change.session(), updated.map_or(team, |updated| updated.now)).await
}

/// The callbacks of a team; of their variables the names alone.
#[derive(Clone, Debug, Default)]
pub struct Callbacks {
    pub success: Vec<String>,
    pub failure: Vec<String>,
    pub variables: Vec<String>,
}

/// What a team's calls are logged to.
pub async fn list_callbacks(session: &mut Session, caller: &Caller, team_id: &str) -> Result<Callbacks, Refusal> {
    let team = teams::find(session, team_id).await?.ok_or_else(|| missing(team_id))?;
    if !caller.sees_everything() {
        check_administers(caller, &team)?;
    }
    let metadata = team.object("metadata").cloned().unwrap_or_default();
    let older = metadata.object("callback_settings").cloned().unwrap_or_default();
    let mut callbacks = Callbacks {
        success: older.texts("success_callback"),
        failure: older.texts("failure_callback"),
        variables: older.object("callback_vars").into_iter().flat_map(Row::keys).cloned().collect(),
    };
    for entry in metadata.list("logging") {
        let name = entry["callback_name"].as_str().unwrap_or_default();
        for (kind, names) in [("success", &mut callbacks.success), ("failure", &mut callbacks.failure)] {
            if runs_on(entry, kind) && !names.iter().any(|have| have == name) {
                names.push(name.to_owned());
            }
        }
        for variable in entry["callback_vars"].as_object().into_iter().flat_map(Row::keys) {
            if !callbacks.variables.contains(variable) {
                callbacks.variables.push(variable.clone());
            }
        }
    }
    Ok(callbacks)
}

/// Whether a callback runs on `success` or on `failure`.
fn runs_on(entry: &Value, kind: &str) -> bool {
    let own = entry["callback_type"].as_str().unwrap_or("success_and_failure");
    own == kind || own == "success_and_failure"
}
