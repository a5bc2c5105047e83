//! The settings that the rules of this module go by.

use serde_json::Value;

use crate::model::actor::Policy;
use crate::model::budget_reset::ResetRule;
use crate::model::document::{GENERAL_SETTINGS, LITELLM_SETTINGS};
use crate::model::row::Row;
use crate::model::sealed::SealingKey;

/// What `config.yaml` decides about keys, teams and users.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// SHA-256 of the master key.
    pub master_key_hash: String,
    pub changed_by: Policy,
    /// When budgets start anew.
    pub reset: ResetRule,
    pub default_team_params: Value,
    pub default_internal_user_params: Value,
    pub default_key_generate_params: Value,
    pub upperbound_key_generate_params: Value,
    pub key_generation_settings: Value,
    pub disable_custom_api_keys: bool,
    pub disable_auto_add_proxy_admin_to_teams: bool,
    pub admin_only_routes: Vec<String>,
    /// `store_model_in_db: false`: models are the configuration file's business alone.
    pub model_writes_off: bool,
    /// The configuration file's models: see [`super::models::configured`].
    pub config_models: Vec<crate::model::row::Row>,
    /// `LITELLM_KEY_ROTATION_GRACE_PERIOD`.
    pub rotation_grace_period: Option<String>,
    /// What stored secrets are encrypted with, the salt key or the master key. `None` when the master key was made at the
    /// first start: only its hash is kept.
    pub encryption_key: Option<SealingKey>,
    /// What the configuration file itself says, for the settings that the database can override.
    pub file: Declared,
}

/// Sections of the configuration file. Their secrets are not in them.
#[derive(Clone, Default, PartialEq)]
pub struct Declared {
    /// Whether settings in the database count.
    pub store_model_in_db: bool,
    pub general: Row,
    pub litellm: Row,
    none: Row,
}

impl Declared {
    pub fn new(store_model_in_db: bool, general: Row, litellm: Row) -> Declared {
        Declared { store_model_in_db, general, litellm, none: Row::new() }
    }

    /// A section by its name; empty for one that is not kept here.
    pub fn section(&self, name: &str) -> &Row {
        match name {
            GENERAL_SETTINGS => &self.general,
            LITELLM_SETTINGS => &self.litellm,
            _ => &self.none,
        }
    }
}

impl std::fmt::Debug for Declared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Declared").field("store_model_in_db", &self.store_model_in_db).finish_non_exhaustive()
    }
}
