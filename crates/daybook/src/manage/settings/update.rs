//! `POST /config/update`: members of several sections at once.

use serde_json::{Value, json};

use super::{check_admin, hold_section, sealing_key, set_section, without_file_only};
use crate::manage::{Ask, Refusal};
use crate::model::document::{ENVIRONMENT_VARIABLES, GENERAL_SETTINGS, LITELLM_SETTINGS};
use crate::model::entry::Action;
use crate::model::row::{Row, RowExt as _};
use crate::model::sealed;
use crate::store::Change;

/// Merges what was sent over what is stored, section by section. Always in this order, so that two changes cannot wait
/// for each other.
const SECTIONS: &[&str] = &[ENVIRONMENT_VARIABLES, GENERAL_SETTINGS, LITELLM_SETTINGS, "router_settings"];

pub async fn update(change: &mut Change, ask: &Ask) -> Result<(), Refusal> {
    check_admin(ask)?;
    let mut sections = Vec::new();
    for section in SECTIONS {
        if let Some(sent) = ask.request.object(section) {
            sections.push((section, without_file_only(ask, section, sent)?));
        }
    }
    for (section, sent) in &sections {
        let stored = hold_section(change, ask, section).await?;
        let mut content = stored.clone().unwrap_or_default();
        match **section {
            ENVIRONMENT_VARIABLES => merge_variables(ask, &mut content, sent)?,
            GENERAL_SETTINGS => merge_general(&mut content, sent),
            LITELLM_SETTINGS => merge_litellm(&mut content, sent),
            _ => content.extend(without_nulls(sent)),
        }
        if stored.is_some() || !content.is_empty() {
            set_section(change, ask, Action::Updated, section, content).await?;
        }
    }
    Ok(())
}

fn without_nulls(sent: &Row) -> impl Iterator<Item = (String, Value)> {
    sent.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), value.clone()))
}

/// LiteLLM's dashboard sends back the ciphertext that it was shown: it is not encrypted once more.
fn merge_variables(ask: &Ask, content: &mut Row, sent: &Row) -> Result<(), Refusal> {
    for (name, value) in sent {
        let value = match value.as_str() {
            Some(text) => sealed::open(sealing_key(ask)?, text).map_or_else(|| value.clone(), Value::from),
            None => value.clone(),
        };
        content.insert(name.clone(), value);
    }
    Ok(())
}

/// Whoever names a webhook for alerts wants alerts by Slack.
fn merge_general(content: &mut Row, sent: &Row) {
    for (name, value) in without_nulls(sent) {
        if name == "alert_to_webhook_url" {
            match content.get_mut("alerting") {
                None => drop(content.insert("alerting".to_owned(), json!(["slack"]))),
                Some(Value::Array(alerting)) if !alerting.contains(&json!("slack")) => alerting.push(json!("slack")),
                Some(_) => {}
            }
        }
        content.insert(name, value);
    }
}

/// The request wins, but success callbacks are added to those that there are, in lower case.
fn merge_litellm(content: &mut Row, sent: &Row) {
    const ADDED: &str = "success_callback";
    let lower = |value: &Value| value.as_str().map_or_else(|| value.clone(), |name| name.to_lowercase().into());
    let had = content.get(ADDED).and_then(Value::as_array).cloned().unwrap_or_default();
    content.extend(sent.clone());
    if let Some(Value::Array(names)) = sent.get(ADDED) {
        let mut all: Vec<Value> = Vec::new();
        for name in had.iter().chain(names).map(lower) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        content.insert(ADDED.to_owned(), all.into());
    }
}
