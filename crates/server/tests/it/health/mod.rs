//! `/health/...`

mod license;
mod readiness;
