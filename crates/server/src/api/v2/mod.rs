//! `/v2`: the reading endpoints that have pages.

pub mod team;
pub mod user;
