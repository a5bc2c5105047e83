//! The settings that the rules of this module go by.

use serde_json::Value;

use crate::model::actor::Policy;
use crate::model::budget_reset::ResetRule;
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
}
