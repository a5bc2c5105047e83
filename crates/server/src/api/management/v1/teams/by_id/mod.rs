//! /management/v1/teams/{team_id}.

pub mod members;
