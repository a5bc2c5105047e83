//! What the plane does with models: those of the database, which it changes, and those of the configuration file, which it
//! shows.
//!
//! A model here is a deployment: a public name, the parameters with which a provider is called, and what is known of it. Several
//! deployments of one name are a model group. A team's own model has a name that nobody types (`model_name_<team>_<uuid>`);
//! its public name stands in `model_info.team_public_model_name` and in the team's list.

mod access;
mod block;
mod catalog;
mod create;
mod delete;
mod groups;
mod list;
mod order;
mod teams;
mod update;
mod view;

pub use access::Listing;
pub use block::{block, unblock};
pub use catalog::{Deployment, configured, deployments};
pub use create::create;
pub use delete::delete;
pub use groups::groups;
pub use list::{info, list, one, page};
pub use order::CREDENTIALS as CREDENTIAL_PARAMETERS;
pub use teams::delete_models_of_team;
pub use update::{patch, update};

use super::{Ask, Caller, Refusal, Role, Rules, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by, models};

/// What LiteLLM says where models are the file's business alone.
fn check_stored(rules: &Rules) -> Result<(), Refusal> {
    if !rules.model_writes_off {
        return Ok(());
    }
    Err(Refusal::error(Why::Internal, "Set `'STORE_MODEL_IN_DB='True'` in your env to enable this feature."))
}

fn is_configured(rules: &Rules, id: &str) -> bool {
    rules.config_models.iter().any(|model| model.object("model_info").and_then(|info| info.text("id")) == Some(id))
}

/// The team that a model belongs to.
fn team_id(model: &Row) -> Option<&str> {
    model.object("model_info")?.text("team_id").filter(|id| !id.is_empty())
}

/// A model and the team that it belongs to, both held until the change ends; the team first, as everywhere.
async fn find(change: &mut Change, id: &str) -> Result<Option<(Row, Option<Row>)>, Refusal> {
    let Some(seen) = models::find(change.session(), id).await? else { return Ok(None) };
    let team = match team_id(&seen) {
        Some(team_id) => change.find(&table::TEAMS, &by("team_id", team_id)).await?,
        None => None,
    };
    let found = change.find(&table::PROXY_MODELS, &by("model_id", id)).await?;
    Ok(found.map(|model| (model, team)))
}

/// The row as the database holds it, which is what LiteLLM answers a change of it with.
async fn stored(change: &mut Change, id: &str) -> Result<Row, Refusal> {
    let row = models::find(change.session(), id).await?;
    row.ok_or_else(|| missing(id))
}

fn missing(id: &str) -> Refusal {
    Refusal::proxy(Why::NotFound, "not_found_error", None, format!("Model {id} not found on proxy."))
}

fn in_file() -> Refusal {
    let message = "Cannot edit config-based model. Store model in DB via /model/new first.";
    Refusal::proxy(Why::Invalid, "validation_error", None, message)
}

/// The name under `created_by` and `updated_by`, which may not be null.
fn signature(change: &Change, ask: &Ask) -> String {
    ask.caller.signature().unwrap_or_else(|| change.actor().principal.name())
}

/// What is asked of a team's model whose caller does not administer the team.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Write,
    Delete,
}

/// Refuses who may not manage this model: admins manage all, a team's admins the team's own. `team` is the row of the team
/// that the model names, if there is one.
fn check_manages(caller: &Caller, team_id: Option<&str>, team: Option<&Row>, wish: Wish) -> Result<(), Refusal> {
    if matches!(caller.role, Role::InternalUserViewer | Role::ProxyAdminViewer) {
        return Err(Refusal::text(Why::Forbidden, "View-only users cannot manage models."));
    }
    let Some(team_id) = team_id else {
        if caller.is_admin() {
            return Ok(());
        }
        let role = caller.role.as_str();
        let message = format!(
            "User does not have permission to make this model call. Your role={role}. You can only make model calls if \
             you are a PROXY_ADMIN or if you are a team admin, by specifying a team_id in the model_info."
        );
        return Err(Refusal::error(Why::Forbidden, message));
    };
    match (team, wish) {
        (Some(team), _) if caller.administers_team(team) => Ok(()),
        (Some(_), Wish::Write) => {
            let message = "This team does not allow you to manage your own auto routers.";
            Err(Refusal::text(Why::Forbidden, message))
        }
        (Some(_), Wish::Delete) => {
            let own = caller.team_id().unwrap_or("None");
            let message = format!(
                "Team ID={team_id} does not match the API key's team ID={own}, OR you are not the admin for this team. \
                 Check `/user/info` to verify your team admin status."
            );
            Err(Refusal::error(Why::Forbidden, message))
        }
        // A team that is gone: its models can still be cleared away, by an admin.
        (None, Wish::Delete) if caller.is_admin() => Ok(()),
        (None, Wish::Delete) => {
            let message = "Only a proxy admin can delete a model whose team has been deleted.";
            Err(Refusal::error(Why::Forbidden, message))
        }
        (None, Wish::Write) => Err(Refusal::error(Why::Invalid, format!("Team id={team_id} does not exist in db"))),
    }
}

/// A stored credential lends what it holds to whoever names it: only an admin attaches or detaches one.
fn check_credential(caller: &Caller, params: &Row, stored: Option<&Row>) -> Result<(), Refusal> {
    let Some(wanted) = params.get("litellm_credential_name") else { return Ok(()) };
    let have = stored.map(|stored| stored.value("litellm_credential_name")).unwrap_or_default();
    if *wanted == have || caller.is_admin() {
        return Ok(());
    }
    let verb = if wanted.is_null() { "detach" } else { "attach" };
    let role = caller.role.as_str();
    let message = format!(
        "Only a proxy admin can {verb} a stored credential (litellm_credential_name) on a model. Your role={role}."
    );
    Err(Refusal::proxy(Why::Forbidden, "auth_error", Some("litellm_credential_name"), message))
}

/// The members that say something.
fn without_nulls(row: &Row) -> Row {
    row.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone())).collect()
}
