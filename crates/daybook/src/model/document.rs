//! A column that holds settings: one JSON object, whose members are what people change and look for in the log.
//!
//! An entry about such a row is an entry about the settings: its object is the section, its values are the section's
//! members. Parts that LiteLLM records by a name of their own (`default_team_params` lies in `litellm_settings`) are
//! objects of their own.

use serde_json::Value;

use super::entry::Action;
use super::redact::Redactor;
use super::row::{Row, RowExt as _};
use super::sealed::{self, SealingKey};
use super::table::{self, Table};

/// Which of the values are stored encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealing {
    Nothing,
    /// Every text right below the object, as LiteLLM does.
    Texts,
}

/// A kind of document.
#[derive(Debug)]
pub struct Document {
    pub table: &'static Table,
    pub column: &'static str,
    pub sealing: Sealing,
    /// The member under which an entry shows the content; `None` for the content itself.
    pub under: Option<&'static str>,
    /// The verb for the first write.
    pub first: Action,
}

pub static CONFIG: Document = Document {
    table: &table::CONFIG,
    column: "param_value",
    sealing: Sealing::Nothing,
    under: None,
    first: Action::Updated,
};
/// The row `environment_variables` of the same table: nobody knows which of them are secret, so all of them are.
pub static ENVIRONMENT: Document = Document { sealing: Sealing::Texts, ..copy(&CONFIG) };
pub static SSO: Document = Document {
    table: &table::SSO_CONFIG,
    column: "sso_settings",
    sealing: Sealing::Texts,
    under: None,
    first: Action::Updated,
};
pub static UI: Document = Document {
    table: &table::UI_SETTINGS,
    column: "ui_settings",
    sealing: Sealing::Nothing,
    under: None,
    first: Action::Updated,
};
pub static CACHE: Document = Document {
    table: &table::CACHE_CONFIG,
    column: "cache_settings",
    sealing: Sealing::Texts,
    under: Some("settings"),
    first: Action::Created,
};
pub static OVERRIDES: Document = Document {
    table: &table::CONFIG_OVERRIDES,
    column: "config_value",
    sealing: Sealing::Texts,
    under: Some("config"),
    first: Action::Created,
};

const fn copy(document: &Document) -> Document {
    Document {
        table: document.table,
        column: document.column,
        sealing: document.sealing,
        under: document.under,
        first: document.first,
    }
}

/// The name of the section whose values are all secret.
pub const ENVIRONMENT_VARIABLES: &str = "environment_variables";
/// The section that holds parts with a name of their own.
pub const LITELLM_SETTINGS: &str = "litellm_settings";
pub const GENERAL_SETTINGS: &str = "general_settings";

/// Parts of `litellm_settings` that are objects of their own in the log.
pub const OWN_OBJECTS: &[&str] = &[
    "default_internal_user_params",
    "default_team_params",
    "ui_theme_config",
    "budget_exceeded_throttle_percentage",
    "enable_anthropic_prompt_caching",
    "anthropic_prompt_caching_ttl",
    "openai_system_messages_first",
    "budget_rollover",
    "personal_key_model_access_from_teams",
    "max_ui_session_budget",
];

impl Document {
    /// The content of a row, decrypted. A row of LiteLLM's that holds a JSON text is parsed; what is no object is empty.
    pub fn open(&self, row: &Row, key: Option<&SealingKey>) -> Row {
        let mut content = self.stored(row);
        if let (Sealing::Texts, Some(key)) = (self.sealing, key) {
            for value in content.values_mut() {
                if let Some(text) = value.as_str().and_then(|text| sealed::open(key, text)) {
                    *value = text.into();
                }
            }
        }
        content
    }

    /// The content of a row as it is stored.
    pub fn stored(&self, row: &Row) -> Row {
        match row.value(self.column) {
            Value::Object(content) => content,
            Value::String(text) => serde_json::from_str(&text).unwrap_or_default(),
            _ => Row::new(),
        }
    }

    /// The objects that the log shows of a document: name and members.
    pub fn objects(&self, id: &str, content: &Row, redactor: &Redactor) -> Vec<(String, Row)> {
        if id == ENVIRONMENT_VARIABLES {
            let hidden = content.iter().map(|(name, value)| (name.clone(), digest(value, redactor)));
            return vec![(id.to_owned(), hidden.collect())];
        }
        let mut rest = content.clone();
        let mut objects = Vec::new();
        if id == LITELLM_SETTINGS {
            for name in OWN_OBJECTS {
                objects.extend(rest.shift_remove(*name).map(|part| ((*name).to_owned(), members(name, part))));
            }
        }
        let shown = match self.under {
            Some(name) => members(name, Value::Object(rest)),
            None => rest,
        };
        objects.insert(0, (id.to_owned(), shown));
        objects
    }

    /// How the log shows a document that is there and has nothing in it.
    pub fn is_empty(&self, shown: &Row) -> bool {
        match self.under {
            Some(name) => shown.object(name).is_none_or(Row::is_empty),
            None => shown.is_empty(),
        }
    }
}

/// A part as an object; one that is none stands under its own name.
fn members(name: &str, part: Value) -> Row {
    match part {
        Value::Object(members) if OWN_OBJECTS.contains(&name) => members,
        part => [(name.to_owned(), part)].into_iter().collect(),
    }
}

/// A value of which the log shows a digest, whatever it is.
fn digest(value: &Value, redactor: &Redactor) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::String(text) => redactor.digest(text).into(),
        other => redactor.digest(&other.to_string()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

    #[test]
    fn parts_with_a_name_of_their_own_are_objects_of_their_own() {
        let content =
            row! { "success_callback": ["x"], "default_team_params": { "max_budget": 1.0 }, "budget_rollover": true };
        let objects = CONFIG.objects(LITELLM_SETTINGS, &content, &Redactor::new([0; 32]));
        assert_eq!(
            objects,
            [
                ("litellm_settings".to_owned(), row! { "success_callback": ["x"] }),
                ("default_team_params".to_owned(), row! { "max_budget": 1.0 }),
                ("budget_rollover".to_owned(), row! { "budget_rollover": true }),
            ]
        );
    }

    #[test]
    fn no_environment_variable_is_shown_whatever_its_name_and_kind() {
        let content = row! { "HOST": "h", "PORT": 1234567, "EMPTY": null };
        let objects = ENVIRONMENT.objects(ENVIRONMENT_VARIABLES, &content, &Redactor::new([0; 32]));
        let (_, shown) = &objects[0];
        assert!(shown.text("HOST").is_some_and(|text| text.starts_with("[redacted:")));
        assert!(shown.text("PORT").is_some_and(|text| text.starts_with("[redacted:")));
        assert!(shown.value("EMPTY").is_null());
    }

    #[test]
    fn a_json_text_is_read_and_nonsense_is_empty() {
        assert_eq!(CONFIG.stored(&row! { "param_value": "{\"a\": 1}" }), row! { "a": 1 });
        assert_eq!(CONFIG.stored(&row! { "param_value": [1] }), Row::new());
    }
}
