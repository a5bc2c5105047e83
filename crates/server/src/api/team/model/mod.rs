//! `/team/model`

pub mod add;
pub mod delete;
