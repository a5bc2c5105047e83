//! `/v2`: reading endpoints with pages.

pub mod team;
