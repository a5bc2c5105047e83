//! `/get/config`

pub mod callbacks;
