//! Flags of the dashboard, kept in a row of their own.

use serde_json::{Value, json};

use super::{check_admin, check_stored_in_db};
use crate::manage::{Ask, Refusal, Why};
use crate::model::document;
use crate::model::entry::Action;
use crate::model::row::{Row, RowExt as _};
use crate::store::{Change, Session, settings};

/// The one row.
pub const UI_ID: &str = "ui_settings";

const TEAM_FIELDS: &str = "team_admin_editable_team_fields";
/// Flags that follow from how LiteLLM is deployed: they can be sent as they are and not be changed.
const DERIVED: &[&str] = &["enable_ptu_cost_attribution", "apply_user_budget_to_team_keys"];

/// A flag: name, type, default and what it is about.
#[derive(Debug)]
pub struct UiField {
    pub name: &'static str,
    pub kind: &'static str,
    pub default: fn() -> Value,
    pub about: &'static str,
}

const fn flag(name: &'static str, about: &'static str) -> UiField {
    UiField { name, kind: "boolean", default: || json!(false), about }
}

/// Every flag, in LiteLLM's order.
pub const UI_FIELDS: &[UiField] = &[
    UiField {
        name: "usage_default_time_range",
        kind: "string",
        default: || json!("last_7_days"),
        about: "The days that the usage page shows first",
    },
    flag("disable_model_add_for_internal_users", "Internal users add no models"),
    flag("disable_team_admin_delete_team_user", "Team admins take nobody off their teams"),
    UiField {
        name: "enabled_ui_pages_internal_users",
        kind: "array",
        default: || Value::Null,
        about: "The pages that internal users see; all that their role allows when it is not set",
    },
    flag("require_auth_for_public_ai_hub", "The public hub needs a key"),
    flag("allow_public_health_readiness_details", "Readiness says more than it must, without a key"),
    flag("forward_client_headers_to_llm_api", "Headers of clients are passed on to providers"),
    flag("forward_llm_provider_auth_headers", "Provider keys in headers of clients are passed on"),
    flag("disable_agents_for_internal_users", "Internal users have no agents"),
    flag("allow_agents_for_team_admins", "Team admins have agents all the same"),
    flag("disable_vector_stores_for_internal_users", "Internal users have no vector stores"),
    flag("allow_vector_stores_for_team_admins", "Team admins have vector stores all the same"),
    flag("scope_user_search_to_org", "People find people of their organization only"),
    flag("disable_custom_api_keys", "Nobody chooses the value of a key"),
    flag("disable_key_generate_for_org_admin", "Admins of organizations make no keys"),
    UiField { name: "enable_chat_ui", kind: "boolean", default: || json!(true), about: "There is a page to chat" },
    UiField { name: "moyai_url", kind: "string", default: || Value::Null, about: "Where a connected Moyai is" },
    UiField {
        name: TEAM_FIELDS,
        kind: "array",
        default: || json!([]),
        about: "The settings of a team that its admins may change",
    },
];

/// The flags that are set.
pub async fn ui_settings(session: &mut Session) -> Result<Row, Refusal> {
    let mut stored = settings::find(session, &document::UI, UI_ID, None).await?.unwrap_or_default();
    stored.retain(|name, _| UI_FIELDS.iter().any(|field| field.name == name));
    Ok(stored)
}

/// Sets the flags that were sent. Gives all that are set.
pub async fn update_ui(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    check_admin(ask)?;
    check_stored_in_db(ask)?;
    let mut derived: Vec<String> =
        DERIVED.iter().filter(|name| is_changed(&ask.request, name)).map(|name| format!("'{name}'")).collect();
    derived.sort();
    if !derived.is_empty() {
        let message = format!(
            "Setting(s) [{}] are derived from the deployment environment and cannot be changed from the UI.",
            derived.join(", ")
        );
        return Err(Refusal::text(Why::Invalid, message));
    }
    let fields = ask.request.texts(TEAM_FIELDS);
    if fields.iter().any(|field| field == "raise_max_budget") && !fields.iter().any(|field| field == "max_budget") {
        let message = format!("{TEAM_FIELDS}: 'raise_max_budget' requires 'max_budget' to be enabled as well.");
        return Err(Refusal::error(Why::Invalid, message));
    }
    let stored = change.find_document(&document::UI, UI_ID, None).await?;
    let mut content = stored.clone().unwrap_or_default();
    let known = ask.request.iter().filter(|(name, _)| UI_FIELDS.iter().any(|field| field.name == *name));
    content.extend(known.map(|(name, value)| (name.clone(), value.clone())));
    if stored.is_some() || !content.is_empty() {
        change.set_document(Action::Updated, &document::UI, UI_ID, None, content.clone()).await?;
    }
    Ok(content)
}

fn is_changed(request: &Row, name: &str) -> bool {
    request.get(name).is_some_and(|value| *value != json!(false))
}
