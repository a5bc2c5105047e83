//! The log callbacks of `litellm_settings`. Only the data plane runs them.

use serde_json::Value;

use super::{check_admin, check_stored_in_db, hold_section, laid_over, required, set_section};
use crate::manage::{Ask, Refusal, Why};
use crate::model::document::LITELLM_SETTINGS;
use crate::model::entry::Action;
use crate::model::row::Row;
use crate::store::Change;

/// The members that list callbacks.
pub const CALLBACK_LISTS: &[&str] = &["success_callback", "failure_callback", "callbacks"];

/// The callbacks of a list; a single one may stand there by itself.
pub fn callback_names(settings: &Row, list: &str) -> Vec<String> {
    match settings.get(list) {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Array(names)) => names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

/// Takes a callback off every list that the database has, or off the file's lists by one of the database. Gives its name
/// and what is left on those lists.
pub async fn delete_callback(change: &mut Change, ask: &Ask) -> Result<(String, Vec<String>), Refusal> {
    check_admin(ask)?;
    check_stored_in_db(ask)?;
    let name = required(ask, "callback_name").to_lowercase();
    let mut stored = hold_section(change, ask, LITELLM_SETTINGS).await?.unwrap_or_default();
    let all = laid_over(&ask.rules, LITELLM_SETTINGS, stored.clone());
    let mut left = Vec::new();
    let mut found = false;
    for list in CALLBACK_LISTS {
        let names = callback_names(&all, list);
        if !names.iter().any(|have| have.to_lowercase() == name) {
            continue;
        }
        found = true;
        let kept: Vec<String> = names.into_iter().filter(|have| have.to_lowercase() != name).collect();
        left.extend(kept.iter().cloned());
        stored.insert((*list).to_owned(), kept.into());
    }
    if !found {
        return Err(Refusal::error(Why::NotFound, format!("Callback '{name}' not found in active configuration")));
    }
    set_section(change, ask, Action::Deleted, LITELLM_SETTINGS, stored).await?;
    Ok((name, left))
}
