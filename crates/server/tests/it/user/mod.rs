//! `/user/...`.

mod bulk_update;
mod delete;
mod info;
mod list;
mod new;
mod password;
mod update;
