//! `/team/key`: the keys of a team. Routed with the other endpoints of keys.

pub mod bulk_update;
