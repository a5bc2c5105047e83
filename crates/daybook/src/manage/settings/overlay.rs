//! What the database says, laid over what the configuration file says.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::is_file_only;
use crate::manage::Rules;
use crate::model::document::{self, GENERAL_SETTINGS, LITELLM_SETTINGS};
use crate::model::row::Row;
use crate::store::{Session, StoreError, settings};

/// The settings in the database, as far as this program goes by them.
#[derive(Clone, Default, PartialEq)]
pub struct Stored {
    pub general: Row,
    pub litellm: Row,
    pub ui: Row,
}

/// They may hold secrets of the data plane, so only that they are there is shown.
impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stored { .. }")
    }
}

/// Reads them.
pub async fn load(session: &mut Session) -> Result<Stored, StoreError> {
    let without_file_only = |section: &str, found: Option<Row>| -> Row {
        let members = found.unwrap_or_default().into_iter();
        members.filter(|(name, value)| !is_file_only(section, name) && !value.is_null()).collect()
    };
    let general = settings::find(session, &document::CONFIG, GENERAL_SETTINGS, None).await?;
    let litellm = settings::find(session, &document::CONFIG, LITELLM_SETTINGS, None).await?;
    let ui = settings::find(session, &document::UI, super::UI_ID, None).await?;
    Ok(Stored {
        general: without_file_only(GENERAL_SETTINGS, general),
        litellm: without_file_only(LITELLM_SETTINGS, litellm),
        ui: ui.unwrap_or_default(),
    })
}

impl Stored {
    /// The rules with everything of this over them. A member that makes no sense is left out and named in `ignored`.
    pub fn over(&self, rules: &Rules, ignored: &mut Vec<String>) -> Rules {
        let mut rules = rules.clone();
        let mut reader = Reader { ignored };
        reader.flag(&self.ui, "ui_settings", "disable_custom_api_keys", &mut rules.disable_custom_api_keys);
        let general = &self.general;
        reader.flag(general, GENERAL_SETTINGS, "disable_custom_api_keys", &mut rules.disable_custom_api_keys);
        let stays_out = &mut rules.disable_auto_add_proxy_admin_to_teams;
        reader.flag(general, GENERAL_SETTINGS, "disable_auto_add_proxy_admin_to_teams", stays_out);
        if let Some(value) = general.get("admin_only_routes") {
            match texts(value) {
                Some(routes) => rules.admin_only_routes = routes,
                None => reader.ignore(GENERAL_SETTINGS, "admin_only_routes"),
            }
        }
        let litellm = &self.litellm;
        for (name, target) in [
            ("default_team_params", &mut rules.default_team_params),
            ("default_internal_user_params", &mut rules.default_internal_user_params),
            ("default_key_generate_params", &mut rules.default_key_generate_params),
            ("upperbound_key_generate_params", &mut rules.upperbound_key_generate_params),
            ("key_generation_settings", &mut rules.key_generation_settings),
        ] {
            match litellm.get(name) {
                None => {}
                Some(value @ Value::Object(_)) => *target = value.clone(),
                Some(_) => reader.ignore(LITELLM_SETTINGS, name),
            }
        }
        if let Some(value) = litellm.get("timezone") {
            match value.as_str().and_then(|name| TimeZone::get(name).ok()) {
                Some(zone) => rules.reset.zone = zone,
                None => reader.ignore(LITELLM_SETTINGS, "timezone"),
            }
        }
        if let Some(value) = litellm.get("budget_reset_time") {
            match value.as_str().and_then(time_of_day) {
                Some(time) => rules.reset.time = time,
                None => reader.ignore(LITELLM_SETTINGS, "budget_reset_time"),
            }
        }
        rules
    }
}

struct Reader<'a> {
    ignored: &'a mut Vec<String>,
}

impl Reader<'_> {
    fn ignore(&mut self, section: &str, name: &str) {
        self.ignored.push(format!("{section}.{name}"));
    }

    fn flag(&mut self, settings: &Row, section: &str, name: &str, target: &mut bool) {
        match settings.get(name) {
            None => {}
            Some(Value::Bool(value)) => *target = *value,
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => *target = true,
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => *target = false,
            Some(_) => self.ignore(section, name),
        }
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

/// `HH:MM`.
fn time_of_day(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

    #[test]
    fn nonsense_in_a_row_is_left_out_and_named() {
        let rules = Rules { disable_custom_api_keys: true, ..Rules::default() };
        let stored = Stored {
            general: row! { "disable_custom_api_keys": 7, "admin_only_routes": "x" },
            litellm: row! { "default_team_params": [1], "timezone": "Nowhere", "budget_reset_time": "25:00" },
            ui: Row::new(),
        };
        let mut ignored = Vec::new();
        let over = stored.over(&rules, &mut ignored);
        assert!(over.disable_custom_api_keys);
        assert!(over.default_team_params.is_null());
        assert_eq!(ignored.len(), 5, "{ignored:?}");
    }

    #[test]
    fn what_makes_sense_counts() {
        let stored = Stored {
            general: row! { "admin_only_routes": ["/key/list"], "disable_auto_add_proxy_admin_to_teams": "True" },
            litellm: row! { "default_team_params": { "max_budget": 1.0 }, "budget_reset_time": "06:30" },
            ui: row! { "disable_custom_api_keys": true },
        };
        let mut ignored = Vec::new();
        let over = stored.over(&Rules::default(), &mut ignored);
        assert!(over.disable_custom_api_keys && over.disable_auto_add_proxy_admin_to_teams);
        assert_eq!(over.admin_only_routes, ["/key/list"]);
        assert_eq!(over.reset.time, Time::constant(6, 30, 0, 0));
        assert!(ignored.is_empty());
    }
}
