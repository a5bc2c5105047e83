//! `/add`

pub mod allowed_ip;
