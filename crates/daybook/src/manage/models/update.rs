//! `/model/update`, and `PATCH /model/{model_id}/update`. Both merge; the second can also remove, and move a model to a team.

use serde_json::Value;

use super::order::MIRRORED;
use super::{
    Wish, check_credential, check_manages, check_stored, find, in_file, is_configured, missing, signature, stored,
    team_id, teams, without_nulls,
};
use crate::manage::{Ask, Refusal, Why};
use crate::model::prices;
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, by, credentials};

/// Members of `model_info` that the server keeps.
const KEPT: &[&str] = &[
    "id",
    "db_model",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "blocked",
    "member_auto_router",
    "team_id",
    "team_public_model_name",
    "direct_access",
    "access_via_team_ids",
    "pricing_overrides",
    "key",
];

/// Parameters, besides the mirrored prices, that an explicit null takes away.
const CLEARED_BY_NULL: &[&str] = &[
    "cache_control_injection_points",
    "litellm_credential_name",
    "auto_router_routing_compression",
    "auto_router_model_compression",
];

/// Changes a model of the database: its parameters, its name, what is known of it. Gives the row as it is stored.
pub async fn update(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let request = &ask.request;
    let info = request.object("model_info");
    // LiteLLM's own client sends the id beside the parameters and no model_info.
    let id = match (info.and_then(|info| info.text("id")).or(request.text("id")), info) {
        (Some(id), _) => id,
        (None, Some(_)) => return Err(Refusal::text(Why::Invalid, "model not found")),
        (None, None) => return Err(Refusal::text(Why::Invalid, "model_info not provided")),
    };
    let Some((model, team)) = find(change, id).await? else {
        return Err(if is_configured(&ask.rules, id) {
            let message = "Can't edit model. Model in config. Store model in db via `/model/new`. to edit.";
            Refusal::error(Why::Invalid, message)
        } else {
            Refusal::text(Why::Invalid, "model not found")
        });
    };
    check_manages(&ask.caller, team_id(&model), team.as_ref(), Wish::Write)?;
    let have = model.object("litellm_params").cloned().unwrap_or_default();
    let sent = request.object("litellm_params").map(without_nulls);
    check_credential(&ask.caller, sent.as_ref().unwrap_or(&Row::new()), Some(&have))?;
    check_stored(&ask.rules)?;
    let Some(sent) = sent else { return Err(Refusal::text(Why::Invalid, "litellm_params not provided")) };
    check_known_credential(change, &sent, &have).await?;

    let mut values = row! { "updated_at": change.now_text(), "updated_by": signature(change, ask) };
    values.insert("litellm_params".to_owned(), merged(&have, &sent).into());
    if let Some(name) = request.text("model_name")
        && team_id(&model).is_none()
    {
        values.insert("model_name".to_owned(), name.into());
    }
    if let Some(info) = info {
        let mut sent = without_nulls(info);
        sent.retain(|name, value| !KEPT.contains(&name.as_str()) && *value != "" && !prices::is_price(name));
        let have = model.object("model_info").cloned().unwrap_or_default();
        values.insert("model_info".to_owned(), merged(&have, &sent).into());
    }
    change.update(&table::PROXY_MODELS, &by("model_id", id), values).await?;
    stored(change, id).await
}

/// Changes what is sent and leaves the rest. Gives the row as it is stored.
pub async fn patch(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let request = &ask.request;
    if ask.rules.model_writes_off {
        let message = "Model updates only supported for DB-stored models";
        return Err(Refusal::proxy(Why::Invalid, "validation_error", None, message));
    }
    let id = request.text("model_id").unwrap_or_default();
    let sent_info = request.object("model_info");
    let wanted_team = sent_info.map(wanted_team).transpose()?.flatten();
    // Held before the model, as everywhere.
    let new_team = match wanted_team {
        Some(team_id) => change.find(&table::TEAMS, &by("team_id", team_id)).await?,
        None => None,
    };
    let Some((model, team)) = find(change, id).await? else {
        return Err(if is_configured(&ask.rules, id) { in_file() } else { missing(id) });
    };
    check_manages(&ask.caller, team_id(&model), team.as_ref(), Wish::Write)?;
    if wanted_team.is_some() {
        check_manages(&ask.caller, wanted_team, new_team.as_ref(), Wish::Write)?;
    }
    if request.flag("blocked").is_some() && !ask.caller.is_admin() {
        let message = "Only proxy admins can change a model's blocked flag.";
        return Err(Refusal::proxy(Why::Forbidden, "auth_error", Some("blocked"), message));
    }
    let have = model.object("litellm_params").cloned().unwrap_or_default();
    let sent = request.object("litellm_params").cloned().unwrap_or_default();
    let removed = request.texts("litellm_params_to_remove");
    let mut touched = sent.clone();
    touched.extend(removed.iter().map(|name| (name.clone(), Value::Null)));
    check_credential(&ask.caller, &touched, Some(&have))?;
    check_known_credential(change, &sent, &have).await?;

    let mut params = merged(&have, &without_nulls(&sent));
    let mut info = model.object("model_info").cloned().unwrap_or_default();
    if let Some(sent_info) = sent_info {
        let mut sent_info = without_nulls(sent_info);
        sent_info.retain(|name, _| !KEPT.contains(&name.as_str()) && !prices::is_price(name));
        info.extend(sent_info);
    }
    let nulls = |row: &Row| -> Vec<String> {
        row.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| name.clone()).collect()
    };
    let cleared = nulls(&sent)
        .into_iter()
        .filter(|name| MIRRORED.contains(&name.as_str()) || CLEARED_BY_NULL.contains(&name.as_str()));
    let cleared_info = sent_info.map(nulls).unwrap_or_default().into_iter();
    let cleared_info = cleared_info.filter(|name| MIRRORED.contains(&name.as_str()));
    for name in cleared.chain(cleared_info) {
        params.shift_remove(&name);
        info.shift_remove(&name);
    }
    for name in &removed {
        params.shift_remove(name);
        if prices::is_price(name) {
            info.shift_remove(name);
        }
    }
    // The id of a model does not change, whatever is sent.
    info.insert("id".to_owned(), id.into());

    let mut values = row! { "updated_at": change.now_text(), "updated_by": signature(change, ask) };
    if let Some(blocked) = request.flag("blocked") {
        values.insert("blocked".to_owned(), blocked.into());
    }
    let renamed = request.text("model_name").filter(|name| !name.is_empty());
    // A team's model keeps the name that nobody types: a new name is a new public one.
    let old = team_id(&model).map(str::to_owned);
    match (wanted_team.or(old.as_deref()), new_team.as_ref().or(team.as_ref())) {
        (Some(wanted), Some(new_team)) => {
            let old_name = model.object("model_info").and_then(|info| info.text("team_public_model_name"));
            let internal = format!("model_name_{wanted}_");
            let stored_name = model.text("model_name").unwrap_or_default();
            let public = renamed.filter(|name| !name.starts_with(&internal) && *name != stored_name);
            let public = public.or(old_name).unwrap_or(stored_name).to_owned();
            info.insert("team_id".to_owned(), wanted.into());
            info.insert("team_public_model_name".to_owned(), public.clone().into());
            if old.as_deref() != Some(wanted) {
                values.insert("model_name".to_owned(), teams::internal_name(change, wanted).into());
            }
            set(change, id, values, params, info).await?;
            if old.as_deref() != Some(wanted) || old_name != Some(&public) {
                teams::add_name(change, ask, new_team, &public).await?;
            }
            if let (Some(old), Some(name)) = (&old, old_name)
                && (old != wanted || name != public)
            {
                let configured = ask.rules.config_models.iter().any(|model| model.text("model_name") == Some(name));
                teams::remove_name(change, old, name, configured).await?;
            }
        }
        _ => {
            if let Some(name) = renamed {
                values.insert("model_name".to_owned(), name.into());
            }
            set(change, id, values, params, info).await?;
        }
    }
    stored(change, id).await
}

/// The team that a model is moved to. A model can be given to a team and not be taken from all: an id that is none is refused
/// and not read as "nobody's". Null says nothing, as with every other member.
fn wanted_team(info: &Row) -> Result<Option<&str>, Refusal> {
    match info.get("team_id") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(id)) if !id.is_empty() => Ok(Some(id)),
        Some(_) => {
            let message = "model_info.team_id must be the id of a team.";
            Err(Refusal::proxy(Why::Invalid, "validation_error", Some("team_id"), message))
        }
    }
}

async fn set(change: &mut Change, id: &str, mut values: Row, params: Row, info: Row) -> Result<(), Refusal> {
    values.extend(row! { "litellm_params": params, "model_info": info });
    change.update(&table::PROXY_MODELS, &by("model_id", id), values).await?;
    Ok(())
}

fn merged(have: &Row, sent: &Row) -> Row {
    let mut all = have.clone();
    all.extend(sent.clone());
    all
}

/// A model that names a credential needs one.
async fn check_known_credential(change: &mut Change, sent: &Row, have: &Row) -> Result<(), Refusal> {
    let Some(name) = sent.text("litellm_credential_name") else { return Ok(()) };
    let refuse = |message: String| {
        Err(Refusal::proxy(Why::Invalid, "validation_error", Some("litellm_credential_name"), message))
    };
    if name.is_empty() {
        let message = "litellm_credential_name cannot be an empty string. Send null to detach the stored credential or omit \
                       the field to leave it unchanged.";
        return refuse(message.to_owned());
    }
    if have.text("litellm_credential_name") == Some(name) || credentials::find(change.session(), name).await?.is_some()
    {
        return Ok(());
    }
    refuse(format!("Credential '{name}' not found. Create it via /credentials before attaching it to a model."))
}
