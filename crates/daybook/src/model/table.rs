//! The tables as Daybook writes them: LiteLLM's names, columns and kinds, in the order of LiteLLM 1.109.1's migrations.
//!
//! A column that is not listed here (LiteLLM may add one) is still read, recorded and left alone: rows travel as JSON
//! objects with every column that the database has. The listing is what Daybook may *write* and how a value is
//! understood on the way out.

/// How the values of a column look in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A 64-bit integer.
    Int,
    /// A double; always a JSON number with a fraction or exponent, as LiteLLM's wire has it.
    Float,
    Bool,
    /// A UTC instant with milliseconds, as text in the wire form of [`crate::model::time::wire`].
    Time,
    /// An array of text.
    TextArray,
    Json,
    /// A JSON object whose texts are encrypted in the database and open to the rules and to the record: see
    /// `store/sealing.rs`.
    Sealed,
}

use Kind::*;

/// A table that can be written through [`crate::store::Change`].
#[derive(Debug)]
pub struct Table {
    /// The database's name, which is also the audit entry's `table_name`.
    pub name: &'static str,
    pub primary_key: &'static [&'static str],
    /// Members that every entry about a row carries, changed or not, so that the log can be asked by them.
    pub identity: &'static [&'static str],
    pub columns: &'static [(&'static str, Kind)],
}

impl Table {
    /// The kind of a column, `None` for one that is not LiteLLM 1.109.1's.
    pub fn kind(&self, column: &str) -> Option<Kind> {
        self.columns.iter().find(|(name, _)| *name == column).map(|(_, kind)| *kind)
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

pub static BUDGETS: Table = Table {
    name: "LiteLLM_BudgetTable",
    primary_key: &["budget_id"],
    identity: &["budget_id"],
    columns: &[
        ("budget_id", Text),
        ("max_budget", Float),
        ("soft_budget", Float),
        ("max_parallel_requests", Int),
        ("tpm_limit", Int),
        ("rpm_limit", Int),
        ("model_max_budget", Json),
        ("budget_duration", Text),
        ("budget_reset_at", Time),
        ("created_at", Time),
        ("created_by", Text),
        ("updated_at", Time),
        ("updated_by", Text),
        ("allowed_models", TextArray),
        ("tpd_limit", Int),
        ("temp_budget_increase", Float),
        ("temp_budget_expiry", Time),
    ],
};

pub static OBJECT_PERMISSIONS: Table = Table {
    name: "LiteLLM_ObjectPermissionTable",
    primary_key: &["object_permission_id"],
    identity: &["object_permission_id"],
    columns: &[
        ("object_permission_id", Text),
        ("mcp_servers", TextArray),
        ("vector_stores", TextArray),
        ("mcp_access_groups", TextArray),
        ("mcp_tool_permissions", Json),
        ("agents", TextArray),
        ("agent_access_groups", TextArray),
        ("blocked_tools", TextArray),
        ("models", TextArray),
        ("mcp_toolsets", TextArray),
        ("search_tools", TextArray),
        ("mcp_tool_search_enabled", Bool),
        ("skills", TextArray),
    ],
};

pub static MODEL_ALIASES: Table = Table {
    name: "LiteLLM_ModelTable",
    primary_key: &["id"],
    identity: &["id"],
    columns: &[
        ("id", Int),
        ("aliases", Json),
        ("created_at", Time),
        ("created_by", Text),
        ("updated_at", Time),
        ("updated_by", Text),
    ],
};

pub static ORGANIZATIONS: Table = Table {
    name: "LiteLLM_OrganizationTable",
    primary_key: &["organization_id"],
    identity: &["organization_id"],
    columns: &[
        ("organization_id", Text),
        ("organization_alias", Text),
        ("budget_id", Text),
        ("metadata", Json),
        ("models", TextArray),
        ("spend", Float),
        ("model_spend", Json),
        ("created_at", Time),
        ("created_by", Text),
        ("updated_at", Time),
        ("updated_by", Text),
        ("object_permission_id", Text),
    ],
};

pub static TEAMS: Table = Table {
    name: "LiteLLM_TeamTable",
    primary_key: &["team_id"],
    identity: &["team_id"],
    columns: &[
        ("team_id", Text),
        ("team_alias", Text),
        ("organization_id", Text),
        ("admins", TextArray),
        ("members", TextArray),
        ("members_with_roles", Json),
        ("metadata", Json),
        ("max_budget", Float),
        ("spend", Float),
        ("models", TextArray),
        ("max_parallel_requests", Int),
        ("tpm_limit", Int),
        ("rpm_limit", Int),
        ("budget_duration", Text),
        ("budget_reset_at", Time),
        ("blocked", Bool),
        ("created_at", Time),
        ("updated_at", Time),
        ("model_spend", Json),
        ("model_max_budget", Json),
        ("model_id", Int),
        ("team_member_permissions", TextArray),
        ("object_permission_id", Text),
        ("router_settings", Json),
        ("policies", TextArray),
        ("allow_team_guardrail_config", Bool),
        ("soft_budget", Float),
        ("access_group_ids", TextArray),
        ("budget_limits", Json),
        ("default_team_member_models", TextArray),
        ("tpd_limit", Int),
    ],
};

pub static PROJECTS: Table = Table {
    name: "LiteLLM_ProjectTable",
    primary_key: &["project_id"],
    identity: &["project_id", "team_id"],
    columns: &[
        ("project_id", Text),
        ("project_alias", Text),
        ("team_id", Text),
        ("budget_id", Text),
        ("metadata", Json),
        ("models", TextArray),
        ("spend", Float),
        ("model_spend", Json),
        ("blocked", Bool),
        ("object_permission_id", Text),
        ("created_at", Time),
        ("created_by", Text),
        ("updated_at", Time),
        ("updated_by", Text),
        ("description", Text),
        ("model_rpm_limit", Json),
        ("model_tpm_limit", Json),
    ],
};

pub static USERS: Table = Table {
    name: "LiteLLM_UserTable",
    primary_key: &["user_id"],
    identity: &["user_id"],
    columns: &[
        ("user_id", Text),
        ("user_alias", Text),
        ("team_id", Text),
        ("sso_user_id", Text),
        ("organization_id", Text),
        ("password", Text),
        ("teams", TextArray),
        ("user_role", Text),
        ("max_budget", Float),
        ("spend", Float),
        ("user_email", Text),
        ("models", TextArray),
        ("metadata", Json),
        ("max_parallel_requests", Int),
        ("tpm_limit", Int),
        ("rpm_limit", Int),
        ("budget_duration", Text),
        ("budget_reset_at", Time),
        ("allowed_cache_controls", TextArray),
        ("model_spend", Json),
        ("model_max_budget", Json),
        ("created_at", Time),
        ("updated_at", Time),
        ("object_permission_id", Text),
        ("policies", TextArray),
        ("password_reset_required", Bool),
        ("last_breach_check_at", Time),
    ],
};

pub static KEYS: Table = Table {
    name: "LiteLLM_VerificationToken",
    primary_key: &["token"],
    identity: &["token", "team_id"],
    columns: &[
        ("token", Text),
        ("key_name", Text),
        ("key_alias", Text),
        ("soft_budget_cooldown", Bool),
        ("spend", Float),
        ("expires", Time),
        ("models", TextArray),
        ("aliases", Json),
        ("config", Json),
        ("user_id", Text),
        ("team_id", Text),
        ("permissions", Json),
        ("max_parallel_requests", Int),
        ("metadata", Json),
        ("blocked", Bool),
        ("tpm_limit", Int),
        ("rpm_limit", Int),
        ("max_budget", Float),
        ("budget_duration", Text),
        ("budget_reset_at", Time),
        ("allowed_cache_controls", TextArray),
        ("model_spend", Json),
        ("model_max_budget", Json),
        ("budget_id", Text),
        ("organization_id", Text),
        ("created_at", Time),
        ("created_by", Text),
        ("updated_at", Time),
        ("updated_by", Text),
        ("allowed_routes", TextArray),
        ("object_permission_id", Text),
        ("auto_rotate", Bool),
        ("key_rotation_at", Time),
        ("last_rotation_at", Time),
        ("rotation_count", Int),
        ("rotation_interval", Text),
        ("project_id", Text),
        ("router_settings", Json),
        ("policies", TextArray),
        ("access_group_ids", TextArray),
        ("last_active", Time),
        ("agent_id", Text),
        ("budget_limits", Json),
        ("budget_fallbacks", Json),
        ("key_type", Text),
        ("settings_updated_at", Time),
        ("tpd_limit", Int),
        ("total_spend", Float),
    ],
};

pub static DELETED_KEYS: Table = Table {
    name: "LiteLLM_DeletedVerificationToken",
    primary_key: &["id"],
    identity: &["token"],
    columns: &[
        ("id", Text),
        ("token", Text),
        ("key_name", Text),
        ("key_alias", Text),
        ("soft_budget_cooldown", Bool),
        ("spend", Float),
        ("expires", Time),
        ("models", TextArray),
        ("aliases", Json),
        ("config", Json),
        ("user_id", Text),
        ("team_id", Text),
        ("permissions", Json),
        ("max_parallel_requests", Int),
        ("metadata", Json),
        ("blocked", Bool),
        ("tpm_limit", Int),
        ("rpm_limit", Int),
        ("max_budget", Float),
        ("budget_duration", Text),
        ("budget_reset_at", Time),
        ("allowed_cache_controls", TextArray),
        ("allowed_routes", TextArray),
        ("model_spend", Json),
        ("model_max_budget", Json),
        ("budget_id", Text),
        ("organization_id", Text),
        ("object_permission_id", Text),
        ("created_at", Time),
        ("created_by", Text),
        ("updated_at", Time),
        ("updated_by", Text),
        ("rotation_count", Int),
        ("auto_rotate", Bool),
        ("rotation_interval", Text),
        ("last_rotation_at", Time),
        ("key_rotation_at", Time),
        ("deleted_at", Time),
        ("deleted_by", Text),
        ("deleted_by_api_key", Text),
        ("litellm_changed_by", Text),
        ("router_settings", Json),
        ("policies", TextArray),
        ("access_group_ids", TextArray),
        ("last_active", Time),
        ("project_id", Text),
        ("agent_id", Text),
        ("budget_fallbacks", Json),
        ("key_type", Text),
        ("settings_updated_at", Time),
        ("tpd_limit", Int),
        ("total_spend", Float),
    ],
};

pub static DEPRECATED_KEYS: Table = Table {
    name: "LiteLLM_DeprecatedVerificationToken",
    primary_key: &["id"],
    identity: &["token", "active_token_id"],
    columns: &[("id", Text), ("token", Text), ("active_token_id", Text), ("revoke_at", Time), ("created_at", Time)],
};

pub static DELETED_TEAMS: Table = Table {
    name: "LiteLLM_DeletedTeamTable",
    primary_key: &["id"],
    identity: &["team_id"],
    columns: &[
        ("id", Text),
        ("team_id", Text),
        ("team_alias", Text),
        ("organization_id", Text),
        ("object_permission_id", Text),
        ("admins", TextArray),
        ("members", TextArray),
        ("members_with_roles", Json),
        ("metadata", Json),
        ("max_budget", Float),
        ("spend", Float),
        ("models", TextArray),
        ("max_parallel_requests", Int),
        ("tpm_limit", Int),
        ("rpm_limit", Int),
        ("budget_duration", Text),
        ("budget_reset_at", Time),
        ("blocked", Bool),
        ("model_spend", Json),
        ("model_max_budget", Json),
        ("team_member_permissions", TextArray),
        ("model_id", Int),
        ("created_at", Time),
        ("updated_at", Time),
        ("deleted_at", Time),
        ("deleted_by", Text),
        ("deleted_by_api_key", Text),
        ("litellm_changed_by", Text),
        ("router_settings", Json),
        ("policies", TextArray),
        ("allow_team_guardrail_config", Bool),
        ("soft_budget", Float),
        ("access_group_ids", TextArray),
        ("tpd_limit", Int),
    ],
};

pub static TEAM_MEMBERSHIPS: Table = Table {
    name: "LiteLLM_TeamMembership",
    primary_key: &["user_id", "team_id"],
    identity: &["user_id", "team_id"],
    columns: &[("user_id", Text), ("team_id", Text), ("spend", Float), ("budget_id", Text), ("total_spend", Float)],
};

pub static ORGANIZATION_MEMBERSHIPS: Table = Table {
    name: "LiteLLM_OrganizationMembership",
    primary_key: &["user_id", "organization_id"],
    identity: &["user_id", "organization_id"],
    columns: &[
        ("user_id", Text),
        ("organization_id", Text),
        ("user_role", Text),
        ("spend", Float),
        ("budget_id", Text),
        ("created_at", Time),
        ("updated_at", Time),
    ],
};

pub static PROXY_MODELS: Table = Table {
    name: "LiteLLM_ProxyModelTable",
    primary_key: &["model_id"],
    identity: &["model_id"],
    columns: &[
        ("model_id", Text),
        ("model_name", Text),
        ("litellm_params", Sealed),
        ("model_info", Json),
        ("created_at", Time),
        ("created_by", Text),
        ("updated_at", Time),
        ("updated_by", Text),
        ("blocked", Bool),
    ],
};

pub static END_USERS: Table = Table {
    name: "LiteLLM_EndUserTable",
    primary_key: &["user_id"],
    identity: &["user_id"],
    columns: &[
        ("user_id", Text),
        ("alias", Text),
        ("spend", Float),
        ("allowed_model_region", Text),
        ("default_model", Text),
        ("budget_id", Text),
        ("blocked", Bool),
        ("object_permission_id", Text),
        ("models", TextArray),
    ],
};

pub static CONFIG: Table = Table {
    name: "LiteLLM_Config",
    primary_key: &["param_name"],
    identity: &["param_name"],
    columns: &[("param_name", Text), ("param_value", Json), ("last_run_at", Time), ("reload_revision", Int)],
};

/// Settings of single sign-on, one row.
pub static SSO_CONFIG: Table = settings_table("LiteLLM_SSOConfig", &["id"], SSO_COLUMNS);
const SSO_COLUMNS: &[(&str, Kind)] =
    &[("id", Text), ("sso_settings", Json), ("created_at", Time), ("updated_at", Time)];

/// Flags of LiteLLM's dashboard, one row.
pub static UI_SETTINGS: Table = settings_table("LiteLLM_UISettings", &["id"], UI_COLUMNS);
const UI_COLUMNS: &[(&str, Kind)] = &[("id", Text), ("ui_settings", Json), ("created_at", Time), ("updated_at", Time)];

/// Where LiteLLM's data plane caches, one row.
pub static CACHE_CONFIG: Table = settings_table("LiteLLM_CacheConfig", &["id"], CACHE_COLUMNS);
const CACHE_COLUMNS: &[(&str, Kind)] =
    &[("id", Text), ("cache_settings", Json), ("created_at", Time), ("updated_at", Time)];

/// Secret managers, one row each.
pub static CONFIG_OVERRIDES: Table = settings_table("LiteLLM_ConfigOverrides", &["config_type"], OVERRIDE_COLUMNS);
const OVERRIDE_COLUMNS: &[(&str, Kind)] =
    &[("config_type", Text), ("config_value", Json), ("created_at", Time), ("updated_at", Time)];

const fn settings_table(
    name: &'static str,
    primary_key: &'static [&'static str],
    columns: &'static [(&'static str, Kind)],
) -> Table {
    Table { name, primary_key, identity: primary_key, columns }
}

pub static CREDENTIALS: Table = Table {
    name: "LiteLLM_CredentialsTable",
    primary_key: &["credential_id"],
    identity: &["credential_id", "credential_name"],
    columns: &[
        ("credential_id", Text),
        ("credential_name", Text),
        ("credential_values", Sealed),
        ("credential_info", Json),
        ("created_at", Time),
        ("created_by", Text),
        ("updated_at", Time),
        ("updated_by", Text),
        ("display_name", Text),
    ],
};

pub static INVITATIONS: Table = Table {
    name: "LiteLLM_InvitationLink",
    primary_key: &["id"],
    identity: &["id", "user_id"],
    columns: &[
        ("id", Text),
        ("user_id", Text),
        ("is_accepted", Bool),
        ("accepted_at", Time),
        ("expires_at", Time),
        ("created_at", Time),
        ("created_by", Text),
        ("updated_at", Time),
        ("updated_by", Text),
    ],
};

pub static AUDIT_LOG: Table = Table {
    name: "LiteLLM_AuditLog",
    primary_key: &["id"],
    identity: &["id"],
    columns: &[
        ("id", Text),
        ("updated_at", Time),
        ("changed_by", Text),
        ("changed_by_api_key", Text),
        ("action", Text),
        ("table_name", Text),
        ("object_id", Text),
        ("before_value", Json),
        ("updated_values", Json),
    ],
};

/// Every table of LiteLLM's that Daybook creates and writes.
pub static ALL: &[&Table] = &[
    &BUDGETS,
    &OBJECT_PERMISSIONS,
    &MODEL_ALIASES,
    &ORGANIZATIONS,
    &TEAMS,
    &PROJECTS,
    &USERS,
    &KEYS,
    &DELETED_KEYS,
    &DEPRECATED_KEYS,
    &DELETED_TEAMS,
    &TEAM_MEMBERSHIPS,
    &ORGANIZATION_MEMBERSHIPS,
    &PROXY_MODELS,
    &END_USERS,
    &CONFIG,
    &CREDENTIALS,
    &INVITATIONS,
    &SSO_CONFIG,
    &UI_SETTINGS,
    &CACHE_CONFIG,
    &CONFIG_OVERRIDES,
    &AUDIT_LOG,
];
