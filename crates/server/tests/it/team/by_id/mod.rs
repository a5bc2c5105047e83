//! `/team/{team_id}/...`

mod callback;
