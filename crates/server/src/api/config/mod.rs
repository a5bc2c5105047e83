//! `/config` and the other routes of settings that are kept in the database.

pub mod callback;
pub mod field;
pub mod list;
pub mod update;

use axum::routing::{delete as remove, get, patch, post};
use daybook::manage::{Refusal, Why};
use serde_json::Value;

use super::{Route, add, cache, callbacks, config_overrides, delete, get as get_, invitation, update as update_};
use crate::wire::models::settings as models;

const TAG: &str = "settings";

pub static ROUTES: &[Route] = &[
    Route::post("/config/update", "Set members of several sections", || post(update::handle))
        .body(&models::CONFIG_YAML)
        .tag(TAG),
    Route::post("/config/field/update", "Set one member of general_settings", || post(field::update::handle))
        .body(&models::CONFIG_FIELD_UPDATE)
        .tag(TAG),
    Route::post("/config/field/delete", "Take one member out of the database", || post(field::delete::handle))
        .body(&models::CONFIG_FIELD_DELETE)
        .tag(TAG),
    Route::get("/config/field/info", "One member and where it is from", || get(field::info::handle))
        .query(&models::CONFIG_FIELD_INFO_QUERY)
        .tag(TAG),
    Route::get("/config/list", "The members that the dashboard shows", || get(list::handle))
        .query(&models::CONFIG_LIST_QUERY)
        .tag(TAG),
    Route::post("/config/callback/delete", "Take a log callback away", || post(callback::delete::handle))
        .body(&models::CALLBACK_DELETE)
        .tag(TAG),
    Route::get("/get/config/callbacks", "Log callbacks and alerts", || get(get_::config::callbacks::handle)).tag(TAG),
    Route::get("/callbacks/list", "Log callbacks by what they run on", || get(callbacks::list::handle)).tag(TAG),
    Route::post("/add/allowed_ip", "Let an address in, and none but the listed ones", || post(add::allowed_ip::handle))
        .body(&models::IP_ADDRESS)
        .tag(TAG),
    Route::post("/delete/allowed_ip", "Take an address off the list", || post(delete::allowed_ip::handle))
        .body(&models::IP_ADDRESS)
        .tag(TAG),
    Route::get("/get/allowed_ips", "The addresses that may call", || get(get_::allowed_ips::handle)).tag(TAG),
    Route::patch("/update/internal_user_settings", "What new internal users get", || {
        patch(update_::internal_user_settings::handle)
    })
    .body(&models::DEFAULT_INTERNAL_USER_PARAMS)
    .tag(TAG),
    Route::get("/get/internal_user_settings", "What new internal users get", || {
        get(get_::internal_user_settings::handle)
    })
    .tag(TAG),
    Route::patch("/update/default_team_settings", "What new teams get", || {
        patch(update_::default_team_settings::handle)
    })
    .body(&models::DEFAULT_TEAM_SSO_PARAMS)
    .tag(TAG),
    Route::get("/get/default_team_settings", "What new teams get", || get(get_::default_team_settings::handle))
        .tag(TAG),
    Route::patch("/update/sso_settings", "Single sign-on", || patch(update_::sso_settings::handle))
        .body(&models::SSO_CONFIG)
        .tag(TAG),
    Route::get("/get/sso_settings", "Single sign-on, its secrets masked", || get(get_::sso_settings::handle)).tag(TAG),
    Route::patch("/update/ui_theme_settings", "Logo and icon of the dashboard", || {
        patch(update_::ui_theme_settings::handle)
    })
    .body(&models::UI_THEME_CONFIG)
    .tag(TAG),
    Route::get("/get/ui_theme_settings", "Logo and icon of the dashboard", || get(get_::ui_theme_settings::handle))
        .public()
        .tag(TAG),
    Route::patch("/update/ui_settings", "Flags of the dashboard", || patch(update_::ui_settings::handle))
        .body(&models::UI_SETTINGS)
        .tag(TAG),
    Route::get("/get/ui_settings", "Flags of the dashboard", || get(get_::ui_settings::handle)).public().tag(TAG),
    Route::post("/cache/settings", "Where the data plane caches", || post(cache::settings::post::handle))
        .body(&models::CACHE_SETTINGS)
        .tag(TAG),
    Route::get("/cache/settings", "Where the data plane caches", || get(cache::settings::get::handle)).tag(TAG),
    Route::post("/config_overrides/hashicorp_vault", "Take secrets from HashiCorp Vault", || {
        post(config_overrides::hashicorp_vault::update)
    })
    .body(&models::HASHICORP_VAULT_CONFIG)
    .tag(TAG),
    Route::get("/config_overrides/hashicorp_vault", "HashiCorp Vault, its secrets masked", || {
        get(config_overrides::hashicorp_vault::show)
    })
    .tag(TAG),
    Route::delete("/config_overrides/hashicorp_vault", "Take no secrets from HashiCorp Vault", || {
        remove(config_overrides::hashicorp_vault::delete)
    })
    .tag(TAG),
    Route::post("/config_overrides/cyberark", "Take secrets from CyberArk Conjur", || {
        post(config_overrides::cyberark::update)
    })
    .body(&models::CYBERARK_CONFIG)
    .tag(TAG),
    Route::get("/config_overrides/cyberark", "CyberArk Conjur, its secrets masked", || {
        get(config_overrides::cyberark::show)
    })
    .tag(TAG),
    Route::delete("/config_overrides/cyberark", "Take no secrets from CyberArk Conjur", || {
        remove(config_overrides::cyberark::delete)
    })
    .tag(TAG),
    Route::post("/invitation/new", "Make a link by which a user joins the dashboard", || post(invitation::new::handle))
        .body(&models::INVITATION_NEW)
        .tag(TAG),
    Route::get("/invitation/info", "A link", || get(invitation::info::handle))
        .query(&models::INVITATION_INFO_QUERY)
        .tag(TAG),
    Route::post("/invitation/update", "Mark a link as used", || post(invitation::update::handle))
        .body(&models::INVITATION_UPDATE)
        .tag(TAG),
    Route::post("/invitation/delete", "Remove a link", || post(invitation::delete::handle))
        .body(&models::INVITATION_DELETE)
        .tag(TAG),
];

/// Refuses a list with an entry that is neither an address nor a network: it would let nobody in, and with the first entry
/// everybody else is kept out.
pub(super) fn check_addresses(addresses: &Value) -> Result<(), Refusal> {
    for entry in addresses.as_array().into_iter().flatten() {
        if crate::app::network(entry).is_none() {
            let message = format!("Invalid address {entry}: expected an IP address or a network such as 10.0.0.0/8.");
            return Err(Refusal::error(Why::Invalid, message));
        }
    }
    Ok(())
}
