//! `/v2`

pub mod key;
pub mod organization;
pub mod team;
pub mod user;
