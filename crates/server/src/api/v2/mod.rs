//! `/v2`

pub mod key;
pub mod model;
pub mod team;
pub mod user;
