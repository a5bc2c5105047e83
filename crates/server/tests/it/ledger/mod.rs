//! `/ledger` and what makes the log provable.

mod anchors;
mod proof;
mod served;
mod went_back;
