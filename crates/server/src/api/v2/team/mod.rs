//! `/v2/team`

pub mod list;
