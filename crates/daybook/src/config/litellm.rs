//! The `litellm_settings:` section, as far as Daybook uses it. Everything else in it belongs to LiteLLM.

use std::fmt;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::error::{ConfigError, Origin};
use super::given::Given;
use super::reader::{Reader, Section, Show};

/// LiteLLM's settings for keys, teams, users, budgets and the audit log.
#[derive(Clone)]
pub struct LitellmSettings {
    /// Whether changes leave audit entries: on, unless the file says no, or the file is silent and
    /// `LITELLM_STORE_AUDIT_LOGS` says `false`.
    pub store_audit_logs: bool,
    /// Members of a new team that the request leaves out: an object or null, as are the four below.
    pub default_team_params: Value,
    /// Members of a new internal user that the request leaves out.
    pub default_internal_user_params: Value,
    /// Members of a new key that the request leaves out.
    pub default_key_generate_params: Value,
    /// The most that a new key may ask for.
    pub upperbound_key_generate_params: Value,
    /// Who may generate which keys.
    pub key_generation_settings: Value,
    /// The zone in which budgets are reset; UTC by default.
    pub timezone: TimeZone,
    /// The time of day at which budgets are reset; midnight by default.
    pub budget_reset_time: Time,
}

impl LitellmSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let mut section = reader.section("litellm_settings")?;
        Ok(Self {
            store_audit_logs: store_audit_logs(&mut section)?,
            default_team_params: object(&mut section, "default_team_params")?,
            default_internal_user_params: object(&mut section, "default_internal_user_params")?,
            default_key_generate_params: object(&mut section, "default_key_generate_params")?,
            upperbound_key_generate_params: object(&mut section, "upperbound_key_generate_params")?,
            key_generation_settings: object(&mut section, "key_generation_settings")?,
            timezone: section.or("timezone", &[], timezone, TimeZone::UTC)?,
            budget_reset_time: section.or("budget_reset_time", &[], time, Time::midnight())?,
        })
    }
}

fn store_audit_logs(section: &mut Section<'_, '_>) -> Result<bool, ConfigError> {
    const NAME: &str = "store_audit_logs";
    const VARIABLE: &str = "LITELLM_STORE_AUDIT_LOGS";
    let setting = section.setting(NAME);
    let (value, origin) = match section.find(NAME) {
        Some(given) => (given.boolean()?, given.origin().clone()),
        // What is neither true nor false counts as absent, as in LiteLLM.
        None => match section.reader.variable(&setting, VARIABLE) {
            Some(given) if is_word(&given, "true") => (true, given.origin().clone()),
            Some(given) if is_word(&given, "false") => (false, given.origin().clone()),
            _ => (true, Origin::Default),
        },
    };
    section.reader.note(setting, value.to_string(), origin);
    Ok(value)
}

fn is_word(given: &Given, word: &str) -> bool {
    given.word().is_some_and(|text| text.eq_ignore_ascii_case(word))
}

fn object(section: &mut Section<'_, '_>, name: &str) -> Result<Value, ConfigError> {
    Ok(section.optional(name, &[], Given::mapping)?.unwrap_or_default())
}

fn timezone(given: &Given) -> Result<TimeZone, ConfigError> {
    TimeZone::get(&given.text()?).map_err(|_| given.expected("an IANA time zone such as Europe/Berlin"))
}

fn time(given: &Given) -> Result<Time, ConfigError> {
    let number = |text: &str| -> Option<i8> {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if digits { text.parse().ok() } else { None }
    };
    given
        .word()
        .and_then(|text| text.split_once(':'))
        .and_then(|(hour, minute)| Time::new(number(hour)?, number(minute)?, 0, 0).ok())
        .ok_or_else(|| given.expected("a time of day as \"HH:MM\""))
}

impl Show for TimeZone {
    fn show(&self) -> String {
        self.iana_name().unwrap_or("UTC").to_owned()
    }
}

/// The defaults may hold credentials (logging callbacks), so only their members' names are shown.
impl fmt::Debug for LitellmSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |value: &Value| value.as_object().map(|_| value.show());
        f.debug_struct("LitellmSettings")
            .field("store_audit_logs", &self.store_audit_logs)
            .field("default_team_params", &names(&self.default_team_params))
            .field("default_internal_user_params", &names(&self.default_internal_user_params))
            .field("default_key_generate_params", &names(&self.default_key_generate_params))
            .field("upperbound_key_generate_params", &names(&self.upperbound_key_generate_params))
            .field("key_generation_settings", &names(&self.key_generation_settings))
            .field("timezone", &self.timezone.show())
            .field("budget_reset_time", &self.budget_reset_time)
            .finish()
    }
}
