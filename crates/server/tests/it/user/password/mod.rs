//! `/user/password/...`.

mod change;
