//! `/v2`

pub mod key;
pub mod team;
pub mod user;
