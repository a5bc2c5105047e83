//! /management/v1/teams.

pub mod by_id;
