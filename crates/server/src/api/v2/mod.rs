//! `/v2`

pub mod key;
