//! The provable log.

mod anchors;
