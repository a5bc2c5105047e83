//! `/ledger` and what makes the log provable.

mod proof;
mod served;
mod went_back;
