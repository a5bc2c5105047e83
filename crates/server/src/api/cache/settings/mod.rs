//! `/cache/settings`

pub mod get;
pub mod post;
