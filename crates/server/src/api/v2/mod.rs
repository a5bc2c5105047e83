//! `/v2`

pub mod key;
pub mod model;
pub mod organization;
pub mod team;
pub mod user;
