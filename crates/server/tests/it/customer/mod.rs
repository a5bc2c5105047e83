//! `/customer/...` and `/end_user/...`.

mod block;
mod delete;
mod list;
mod new;
mod update;
