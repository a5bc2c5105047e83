//! `/key/service-account`

pub mod generate;
