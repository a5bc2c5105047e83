//! `/model/new`

use serde_json::{Value, json};

use super::{
    Wish, check_credential, check_manages, check_stored, is_configured, signature, stored, teams, without_nulls,
};
use crate::manage::{Ask, Refusal, Why};
use crate::model::prices;
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, by, models};

/// Switches that every model has, off when they are not sent.
const SWITCHES: &[&str] = &[
    "use_xai_oauth",
    "use_litellm_proxy",
    "use_in_pass_through",
    "allow_client_keepalive_override",
    "merge_reasoning_content_in_choices",
];

/// Stores a model. Gives the row as it is stored.
pub async fn create(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let request = &ask.request;
    let sent_info = request.object("model_info").cloned().unwrap_or_default();
    let params = request.object("litellm_params").cloned().unwrap_or_default();
    let team_id = sent_info.text("team_id").filter(|id| !id.is_empty());
    let team = match team_id {
        Some(team_id) => change.find(&table::TEAMS, &by("team_id", team_id)).await?,
        None => None,
    };
    check_manages(&ask.caller, team_id, team.as_ref(), Wish::Write)?;
    if request.flag("blocked") == Some(true) && !ask.caller.is_admin() {
        let message = "Only proxy admins can set a model's blocked flag.";
        return Err(Refusal::proxy(Why::Forbidden, "auth_error", Some("blocked"), message));
    }
    let params = without_nulls(&params);
    check_credential(&ask.caller, &params, None)?;
    check_stored(&ask.rules)?;

    let id = match sent_info.get("id") {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => change.new_id(),
    };
    change.lock_name(&format!("model:{id}")).await?;
    if is_configured(&ask.rules, &id) || models::find(change.session(), &id).await?.is_some() {
        let message = format!("Failed to add model to db. A model with id={id} exists already.");
        return Err(Refusal::error(Why::Invalid, message));
    }
    let public_name = request.text("model_name").unwrap_or_default();
    let mut name = public_name.to_owned();
    let mut info = without_nulls(&sent_info);
    // What a client sends back of the prices that it was shown is no price of its own.
    info.retain(|name, _| name != "pricing_overrides" && !prices::is_price(name));
    info.extend(row! { "id": id, "db_model": false });
    info.entry("member_auto_router").or_insert(json!(false));
    if let Some(team_id) = team_id {
        name = teams::internal_name(change, team_id);
        info.insert("team_public_model_name".to_owned(), public_name.into());
    }
    let mut all_params: Row = SWITCHES.iter().map(|name| ((*name).to_owned(), json!(false))).collect();
    all_params.extend(params);
    let (who, now) = (signature(change, ask), change.now_text());
    let row = row! {
        "model_id": id,
        "model_name": name,
        "litellm_params": all_params,
        "model_info": info,
        "blocked": request.flag("blocked").unwrap_or(false),
        "created_at": now,
        "created_by": who,
        "updated_at": now,
        "updated_by": who,
    };
    change.insert(&table::PROXY_MODELS, row).await?;
    if let Some(team) = &team {
        teams::add_name(change, ask, team, public_name).await?;
    }
    stored(change, &id).await
}
