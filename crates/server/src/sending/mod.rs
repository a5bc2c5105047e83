//! Answers without an end in sight, which the API and the pages both give: streams of entries, and exports.

pub mod events;
pub mod export;
