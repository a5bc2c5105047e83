//! `/team/{team_id}`

pub mod member;
pub mod members_me;
pub mod patch;
