//! `/team/{team_id}`

pub mod callback;
pub mod disable_logging;
pub mod member;
pub mod members_me;
pub mod patch;
