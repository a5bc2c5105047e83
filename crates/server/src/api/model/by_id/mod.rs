//! `/model/{model_id}`

pub mod update;
