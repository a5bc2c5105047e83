//! `/cache`

pub mod settings;
