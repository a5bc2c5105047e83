//! `/v2/organization`

pub mod by_id;
