//! One member of `general_settings` at a time, and the list of them that the dashboard shows.

use serde_json::{Map, Value, json};

use super::general::{self, LITELLM_FIELDS, LITELLM_TYPES, PASS_THROUGH};
use super::{REDACTED, check_admin, effective, hold_section, is_file_only, required, set_section, without_file_only};
use crate::manage::{Ask, Refusal, Why, parts};
use crate::model::document::{self, GENERAL_SETTINGS, LITELLM_SETTINGS};
use crate::model::entry::Action;
use crate::model::row::{Row, RowExt as _};
use crate::row;
use crate::store::{Change, Session, settings};

/// Sets a member, whose type has been checked. Gives the row; `None` for a member of `litellm_settings`, which the list
/// shows too.
pub async fn update_field(change: &mut Change, ask: &Ask) -> Result<Option<Row>, Refusal> {
    check_admin(ask)?;
    let (name, value) = (required(ask, "field_name"), ask.request.value("field_value"));
    if let Some(kind) = general::litellm_type(name) {
        let value = general::check_litellm(name, kind, &value)?;
        let mut content = hold_section(change, ask, LITELLM_SETTINGS).await?.unwrap_or_default();
        content.insert(name.to_owned(), value);
        set_section(change, ask, Action::Updated, LITELLM_SETTINGS, content).await?;
        return Ok(None);
    }
    let kept = without_file_only(ask, GENERAL_SETTINGS, &row! { name: value.clone() })?;
    let stored = hold_section(change, ask, GENERAL_SETTINGS).await?;
    if kept.is_empty() && stored.is_none() {
        return Ok(Some(row! { "param_name": GENERAL_SETTINGS, "param_value": {} }));
    }
    let mut content = stored.unwrap_or_default();
    if kept.is_empty() {
        return set_section(change, ask, Action::Updated, GENERAL_SETTINGS, content).await.map(Some);
    }
    let value = if name == "plugins" { with_plugin_keys(value, &content.value(name)) } else { value };
    content.insert(name.to_owned(), value);
    set_section(change, ask, Action::Updated, GENERAL_SETTINGS, content).await.map(Some)
}

/// Takes a member out of the database, so that the file's value counts again. Gives as [`update_field`] does.
pub async fn delete_field(change: &mut Change, ask: &Ask) -> Result<Option<Row>, Refusal> {
    check_admin(ask)?;
    let name = required(ask, "field_name");
    if general::litellm_type(name).is_some() {
        if let Some(mut content) = hold_section(change, ask, LITELLM_SETTINGS).await? {
            content.shift_remove(name);
            set_section(change, ask, Action::Deleted, LITELLM_SETTINGS, content).await?;
        }
        return Ok(None);
    }
    let stored = hold_section(change, ask, GENERAL_SETTINGS).await?;
    let Some(mut content) = stored else {
        return Err(Refusal::error(Why::Invalid, format!("Field name={name} not in config")));
    };
    content.shift_remove(name);
    set_section(change, ask, Action::Deleted, GENERAL_SETTINGS, content).await.map(Some)
}

/// The dashboard never gets to see the keys of plugins: what it sends back hidden or blank stays as it was.
fn with_plugin_keys(mut plugins: Value, stored: &Value) -> Value {
    for plugin in plugins.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        if !matches!(plugin.text("plugin_key"), None | Some("" | "***")) {
            continue;
        }
        plugin.shift_remove("plugin_key");
        let same = |other: &&Value| plugin.get("name").is_some_and(|name| !name.is_null() && other["name"] == *name);
        let known = stored.as_array().into_iter().flatten().find(same).map(|other| other["plugin_key"].clone());
        if let Some(key) = known.filter(|key| key.as_str().is_some_and(|key| !key.is_empty())) {
            plugin.insert("plugin_key".to_owned(), key);
        }
    }
    plugins
}

/// A section's values and where each is from.
struct Sources {
    section: &'static str,
    stored: Row,
    all: Row,
    file: Row,
}

impl Sources {
    async fn read(session: &mut Session, ask: &Ask, section: &'static str) -> Result<Sources, Refusal> {
        let stored = settings::find(session, &document::CONFIG, section, None).await?.unwrap_or_default();
        let all = effective(session, ask, section).await?;
        Ok(Sources { section, stored, all, file: ask.rules.file.section(section).clone() })
    }

    fn source(&self, name: &str) -> &'static str {
        let in_file = self.file.contains_key(name);
        let of_the_file = in_file && is_file_only(self.section, name);
        match self.stored.get(name).filter(|value| !value.is_null()) {
            Some(_) if !of_the_file => "db",
            _ if in_file => "config",
            _ => "unset",
        }
    }

    /// A member that the database cannot override is the file's, once it stands there.
    fn editable(&self, name: &str) -> bool {
        !(self.source(name) == "config" && is_file_only(self.section, name))
    }

    fn value(&self, name: &str) -> Value {
        match self.source(name) {
            "db" => self.stored.value(name),
            _ => self.all.value(name),
        }
    }

    fn stored_in_db(&self, name: &str) -> Value {
        match (self.stored.contains_key(name), self.file.contains_key(name)) {
            (true, _) => json!(true),
            (false, true) => json!(false),
            (false, false) => Value::Null,
        }
    }
}

/// A member, its value and where it is from.
pub async fn field_info(session: &mut Session, ask: &Ask, name: &str) -> Result<Row, Refusal> {
    let sources = Sources::read(session, ask, GENERAL_SETTINGS).await?;
    let mut value = sources.value(name);
    if value.is_null() {
        return Err(Refusal::error(Why::Invalid, format!("Field name={name} is not set")));
    }
    if !ask.caller.is_admin() {
        value = hidden(name, value);
    }
    if name == "plugins" {
        for plugin in value.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            if let Some(key) = plugin.get_mut("plugin_key") {
                *key = "***".into();
            }
        }
    }
    Ok(row! {
        "field_name": name,
        "field_value": value,
        "source": sources.source(name),
        "editable": sources.editable(name),
    })
}

/// Every member that the dashboard shows, with its value.
pub async fn list_fields(session: &mut Session, ask: &Ask) -> Result<Vec<Row>, Refusal> {
    let general = Sources::read(session, ask, GENERAL_SETTINGS).await?;
    let litellm = Sources::read(session, ask, LITELLM_SETTINGS).await?;
    let mut fields = Vec::new();
    for field in general::GENERAL {
        let mut shown = listed(&general, field, ask.caller.is_admin());
        if field.name == PASS_THROUGH {
            // The data plane always has a list of them.
            if shown.value("field_value").is_null() {
                shown.insert("field_value".to_owned(), json!([]));
                shown.insert("stored_in_db".to_owned(), json!(false));
            }
            shown.insert("nested_fields".to_owned(), general::pass_through_fields());
        }
        fields.push(shown);
    }
    for field in LITELLM_FIELDS {
        let mut shown = listed(&litellm, field, ask.caller.is_admin());
        if shown.value("field_value").is_null() {
            shown.insert("field_value".to_owned(), (field.default)());
        }
        let (_, options, tab) = LITELLM_TYPES.iter().find(|(name, ..)| *name == field.name).unwrap_or(&("", &[], None));
        if !options.is_empty() {
            shown.insert("field_options".to_owned(), json!(options));
        }
        shown.insert("field_tab".to_owned(), json!(tab));
        fields.push(shown);
    }
    Ok(fields)
}

fn listed(sources: &Sources, field: &general::Field, sees_secrets: bool) -> Row {
    let value = sources.value(field.name);
    row! {
        "field_name": field.name,
        "field_type": field.kind,
        "field_description": field.about,
        "field_value": if sees_secrets { value } else { hidden(field.name, value) },
        "stored_in_db": sources.stored_in_db(field.name),
        "field_default_value": (field.default)(),
        "premium_field": false,
        "nested_fields": null,
        "field_options": null,
        "field_tab": null,
        "source": sources.source(field.name),
        "editable": sources.editable(field.name),
    }
}

/// A section without its secrets.
pub fn hide_secrets(section: Row) -> Row {
    let hide = |(name, value): (String, Value)| {
        let value = hidden(&name, value);
        (name, value)
    };
    section.into_iter().map(hide).collect()
}

/// A value without its secrets, for somebody who may look and not change.
fn hidden(name: &str, value: Value) -> Value {
    const WHOLE: &[&str] =
        &["database_url", "database_extra_connection_params", "pass_through_endpoints", "alert_to_webhook_url"];
    let secret = WHOLE.contains(&name) || parts::has_secret_word(name);
    match value {
        Value::Null => Value::Null,
        _ if secret => REDACTED.into(),
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| {
                let value = hidden(&name, value);
                (name, value)
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.into_iter().map(|item| hidden("", item)).collect(),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_keeps_the_key_that_the_dashboard_never_saw() {
        let stored = json!([{"name": "a", "plugin_key": "real"}]);
        let sent = json!([{"name": "a", "plugin_key": "***"}, {"name": "b", "plugin_key": ""}, {"name": "c", "plugin_key": "new"}]);
        let kept = with_plugin_keys(sent, &stored);
        assert_eq!(
            kept,
            json!([{"name": "a", "plugin_key": "real"}, {"name": "b"}, {"name": "c", "plugin_key": "new"}])
        );
    }

    #[test]
    fn who_may_only_look_sees_no_secret_at_any_depth() {
        let value = json!({"region_name": "r", "aws_web_identity_token": "t", "list": [{"api_key": "k", "n": 1}]});
        let shown = hidden("database_args", value);
        assert_eq!(
            shown,
            json!({"region_name": "r", "aws_web_identity_token": "REDACTED", "list": [{"api_key": "REDACTED", "n": 1}]})
        );
    }
}
