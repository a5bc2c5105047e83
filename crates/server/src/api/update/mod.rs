//! `/update`: the settings that a page of the dashboard changes.

pub mod default_team_settings;
pub mod internal_user_settings;
pub mod sso_settings;
pub mod ui_settings;
pub mod ui_theme_settings;
