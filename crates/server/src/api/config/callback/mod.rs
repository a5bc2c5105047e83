//! `/config/callback`

pub mod delete;
