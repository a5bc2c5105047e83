//! `/budget/...`.

mod new;
