//! Parts of `litellm_settings` with a page of their own: what new users and teams get, and how the dashboard looks.

use serde_json::Value;

use super::{check_admin, check_stored_in_db, effective, hold_section, set_section, set_variables};
use crate::manage::{Ask, Refusal, Why};
use crate::model::document::LITELLM_SETTINGS;
use crate::model::entry::Action;
use crate::model::row::{Row, RowExt as _};
use crate::row;
use crate::store::{Change, Session, organizations, teams};

pub const INTERNAL_USER: &str = "default_internal_user_params";
pub const DEFAULT_TEAM: &str = "default_team_params";
pub const THEME: &str = "ui_theme_config";

/// A part as it counts: the database's, else the file's.
pub async fn part(session: &mut Session, ask: &Ask, name: &str) -> Result<Row, Refusal> {
    Ok(effective(session, ask, LITELLM_SETTINGS).await?.object(name).cloned().unwrap_or_default())
}

/// Sets what new internal users get. The request holds every member, defaults included; nulls say nothing.
pub async fn update_internal_user(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    check_admin(ask)?;
    check_teams(change, ask.request.list("teams")).await?;
    replace(change, ask, INTERNAL_USER).await
}

/// Sets what new teams get.
pub async fn update_default_team(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    check_admin(ask)?;
    if let Some(id) = ask.request.text("organization_id")
        && organizations::find(change.session(), id).await?.is_none()
    {
        let message = format!(
            "Organization not found: {id}. An organization must exist before it can be set as the default organization \
             for new teams."
        );
        return Err(Refusal::error(Why::Invalid, message));
    }
    replace(change, ask, DEFAULT_TEAM).await
}

/// Sets the logo and the icon of the dashboard.
pub async fn update_theme(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    check_admin(ask)?;
    const VARIABLES: &[(&str, &str)] =
        &[("logo_url", "UI_LOGO_PATH"), ("logo_url_dark", "UI_LOGO_PATH_DARK"), ("favicon_url", "LITELLM_FAVICON_URL")];
    for (name, _) in VARIABLES {
        if ask.request.text(name).is_some_and(|url| !url.trim().is_empty() && !is_http(url.trim())) {
            let message = format!(
                "Invalid {name}: must be an http(s) URL with a host. Local filesystem paths and non-http schemes are not \
                 allowed."
            );
            return Err(Refusal::error(Why::Invalid, message));
        }
    }
    check_stored_in_db(ask)?;
    let set = |name: &str| ask.request.text(name).filter(|url| !url.trim().is_empty()).map(str::to_owned);
    let variables = VARIABLES.iter().map(|(name, variable)| ((*variable).to_owned(), set(name).into()));
    set_variables(change, ask, variables.collect()).await?;
    replace(change, ask, THEME).await
}

fn is_http(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#']))
}

async fn check_teams(change: &mut Change, sent: &[Value]) -> Result<(), Refusal> {
    let id = |team: &Value| team.as_str().or_else(|| team["team_id"].as_str()).map(str::to_owned);
    let ids: Vec<String> = sent.iter().filter_map(id).collect();
    let mut twice: Vec<&str> = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        if ids[..at].contains(id) && !twice.contains(&id.as_str()) {
            twice.push(id);
        }
    }
    if !twice.is_empty() {
        let message = format!("Duplicate default team id(s): {}. List each default team only once.", twice.join(", "));
        return Err(Refusal::error(Why::Invalid, message));
    }
    let mut missing = Vec::new();
    for id in &ids {
        if teams::find(change.session(), id).await?.is_none() {
            missing.push(id.as_str());
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!(
        "Team(s) not found: {}. A team must exist before it can be set as a default team for new users.",
        missing.join(", ")
    );
    Err(Refusal::error(Why::Invalid, message))
}

async fn replace(change: &mut Change, ask: &Ask, name: &str) -> Result<Row, Refusal> {
    check_stored_in_db(ask)?;
    let values: Row =
        ask.request.iter().filter(|(_, value)| !value.is_null()).map(|(n, value)| (n.clone(), value.clone())).collect();
    let mut content = hold_section(change, ask, LITELLM_SETTINGS).await?.unwrap_or_default();
    content.extend(row! { name: values.clone() });
    set_section(change, ask, Action::Updated, LITELLM_SETTINGS, content).await?;
    Ok(values)
}
