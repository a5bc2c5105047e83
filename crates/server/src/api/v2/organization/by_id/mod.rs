//! `/v2/organization/{organization_id}`

pub mod patch;
