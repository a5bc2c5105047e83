//! `/team/{team_id}/member/{user_id}`

pub mod reset_budget;
pub mod reset_spend;
