//! A request as the rules see it.

use std::sync::Arc;

use super::{Caller, Rules};
use crate::model::row::Row;

/// Who asks, by which rules, for what.
#[derive(Clone, Debug)]
pub struct Ask {
    pub caller: Caller,
    pub rules: Arc<Rules>,
    /// The members that were sent, validated and coerced: an explicit `null` is there as null, what was not sent is not
    /// there. Parts of the path are in it under their names.
    pub request: Row,
}
