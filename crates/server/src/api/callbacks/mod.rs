//! `/callbacks`

pub mod list;
