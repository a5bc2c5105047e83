//! `/key/{key}`: endpoints that name the key in the path, by its raw value or its hash.

pub mod regenerate;
pub mod reset_spend;
