//! `/health` and its neighbours.

mod readiness;
