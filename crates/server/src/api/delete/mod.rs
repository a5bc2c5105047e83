//! `/delete`

pub mod allowed_ip;
