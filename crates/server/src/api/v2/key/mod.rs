//! `/v2/key`

pub mod info;
