//! /management/v1/users.

pub mod bulk;
pub mod bulk_delete;
pub mod me;
