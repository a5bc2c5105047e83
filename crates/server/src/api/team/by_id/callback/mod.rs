//! `/team/{team_id}/callback`

pub mod add;
pub mod delete;
pub mod list;
