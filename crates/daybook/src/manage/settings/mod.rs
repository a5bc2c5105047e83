//! Settings that are changed while the server runs, and kept in the database.
//!
//! A section of `LiteLLM_Config` is laid over the same section of the configuration file, member by member, when
//! `store_model_in_db` is on: [`overlay`]. What decides about the database and the record itself stays the file's:
//! [`FILE_ONLY`].

use serde_json::{Value, json};

use super::{Ask, Detail, Refusal, Rules, Why, access};
use crate::model::document::{self, Document, ENVIRONMENT_VARIABLES, GENERAL_SETTINGS, LITELLM_SETTINGS};
use crate::model::row::{Row, RowExt as _};
use crate::model::sealed::SealingKey;
use crate::model::secret;
use crate::store::{Change, Session, StoreError, settings};

mod addresses;
mod cache;
mod callbacks;
mod defaults;
mod field;
mod general;
mod mask;
mod overlay;
mod secret_managers;
mod sso;
mod ui;
mod update;

pub use addresses::{add_address, allowed_addresses, delete_address};
pub use cache::{cache_settings, shown_cache_settings, update_cache};
pub use callbacks::{CALLBACK_LISTS, callback_names, delete_callback};
pub use defaults::{DEFAULT_TEAM, INTERNAL_USER, THEME, part, update_default_team, update_internal_user, update_theme};
pub use field::{delete_field, field_info, hide_secrets, list_fields, update_field};
pub use general::litellm_type;
pub use mask::masked;
pub use overlay::{Stored, load};
pub use secret_managers::{Manager, delete_cyberark, delete_vault, manager_settings, update_cyberark, update_vault};
pub use sso::{SSO_FIELDS, SSO_ID, sso_settings, update_sso};
pub use ui::{UI_FIELDS, UI_ID, ui_settings, update_ui};
pub use update::update;

/// Members that a row of the database cannot override, nor a request set: they say where the database is, whether it is
/// asked at all, who its first admin is, and whether changes are recorded.
pub const FILE_ONLY: &[(&str, &str)] = &[
    (GENERAL_SETTINGS, "master_key"),
    (GENERAL_SETTINGS, "database_url"),
    (GENERAL_SETTINGS, "store_model_in_db"),
    (LITELLM_SETTINGS, "store_audit_logs"),
];

pub(super) fn is_file_only(section: &str, name: &str) -> bool {
    FILE_ONLY.contains(&(section, name))
}

/// The document that a section of `LiteLLM_Config` is.
fn section_document(section: &str) -> &'static Document {
    if section == ENVIRONMENT_VARIABLES { &document::ENVIRONMENT } else { &document::CONFIG }
}

/// A section as it counts: the file's, and over it the database's.
pub async fn effective(session: &mut Session, ask: &Ask, section: &str) -> Result<Row, StoreError> {
    effective_with(session, &ask.rules, section).await
}

/// [`effective`], when nobody in particular asks.
pub async fn effective_with(session: &mut Session, rules: &Rules, section: &str) -> Result<Row, StoreError> {
    let stored = settings::find(session, section_document(section), section, rules.encryption_key.as_ref()).await?;
    Ok(laid_over(rules, section, stored.unwrap_or_default()))
}

fn laid_over(rules: &Rules, section: &str, stored: Row) -> Row {
    let mut all = rules.file.section(section).clone();
    if rules.file.store_model_in_db {
        all.extend(stored.into_iter().filter(|(name, value)| !is_file_only(section, name) && !value.is_null()));
    }
    all
}

/// Refuses where LiteLLM does not keep settings in the database.
fn check_stored_in_db(ask: &Ask) -> Result<(), Refusal> {
    if ask.rules.file.store_model_in_db {
        return Ok(());
    }
    let message = "Set `'STORE_MODEL_IN_DB='True'` in your env to enable this feature.";
    Err(Refusal::error(Why::Internal, message))
}

/// What stands for a secret that nobody is shown. As the value of a setting that is the file's alone it says nothing new.
pub const REDACTED: &str = "REDACTED";

/// What was sent without what is the file's alone. That can be sent as it is, or as it was shown, and is never stored: a LiteLLM
/// beside us would go by it. Set to anything else it is refused.
fn without_file_only(ask: &Ask, section: &str, sent: &Row) -> Result<Row, Refusal> {
    let mut kept = Row::new();
    for (name, value) in sent {
        if is_file_only(section, name) {
            if is_unchanged(ask, section, name, value) {
                continue;
            }
            // LiteLLM keeps a database_url that it is sent and makes no use of it; so does Daybook.
            if name != "database_url" {
                return Err(of_the_file(section, name));
            }
        }
        kept.insert(name.clone(), value.clone());
    }
    Ok(kept)
}

fn is_unchanged(ask: &Ask, section: &str, name: &str, value: &Value) -> bool {
    let is_master_key =
        |text: &str| name == "master_key" && !text.is_empty() && secret::hash_key(text) == ask.rules.master_key_hash;
    *value == REDACTED
        || ask.rules.file.section(section).get(name) == Some(value)
        || value.as_str().is_some_and(is_master_key)
}

fn of_the_file(section: &str, name: &str) -> Refusal {
    let message = format!(
        "{section} key '{name}' is set in the config file and cannot be changed here. Change it in the config file or the \
         environment, and restart."
    );
    let detail = json!({ "error": message, "keys": [name], "section": section });
    Refusal { why: Why::Invalid, detail: Detail::Object(detail), cause: None }
}

/// Refuses whoever is no admin: a key's own list of routes can open these routes to it, and not make an admin of it.
fn check_admin(ask: &Ask) -> Result<(), Refusal> {
    if ask.caller.is_admin() { Ok(()) } else { Err(access::not_admin(&ask.caller)) }
}

/// The key to encrypt with, for somebody who has something to encrypt.
fn sealing_key(ask: &Ask) -> Result<&SealingKey, Refusal> {
    ask.rules.encryption_key.as_ref().ok_or_else(|| {
        let message = "The value cannot be stored safely: no encryption key is configured. Set LITELLM_SALT_KEY, or a \
                       master key of your own.";
        Refusal::error(Why::Invalid, message)
    })
}

/// The stored content of a section, held until the change ends.
async fn hold_section(change: &mut Change, ask: &Ask, section: &str) -> Result<Option<Row>, Refusal> {
    Ok(change.find_document(section_document(section), section, ask.rules.encryption_key.as_ref()).await?)
}

/// Sets the content of a section. Gives the row.
async fn set_section(
    change: &mut Change,
    ask: &Ask,
    action: crate::model::entry::Action,
    section: &str,
    content: Row,
) -> Result<Row, Refusal> {
    let key = ask.rules.encryption_key.as_ref();
    Ok(change.set_document(action, section_document(section), section, key, content).await?)
}

/// Sets environment variables that a setting goes along with, and removes those that are null. LiteLLM's processes take
/// them from there.
async fn set_variables(change: &mut Change, ask: &Ask, variables: Row) -> Result<(), Refusal> {
    if ask.rules.encryption_key.is_none() {
        return Ok(());
    }
    let stored = hold_section(change, ask, ENVIRONMENT_VARIABLES).await?;
    let mut content = stored.clone().unwrap_or_default();
    for (name, value) in variables {
        match value.is_null() {
            true => drop(content.shift_remove(&name)),
            false => drop(content.insert(name, value)),
        }
    }
    if stored.is_some() || !content.is_empty() {
        set_section(change, ask, crate::model::entry::Action::Updated, ENVIRONMENT_VARIABLES, content).await?;
    }
    Ok(())
}

/// A text of the request that must be there.
fn required<'a>(ask: &'a Ask, name: &str) -> &'a str {
    ask.request.text(name).unwrap_or_default()
}
