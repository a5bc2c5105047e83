//! /management/v1/teams/{team_id}/members.

pub mod bulk_delete;
pub mod bulk_update;
