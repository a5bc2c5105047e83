//! `/v2/model`

pub mod info;
