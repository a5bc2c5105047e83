//! The words: what an entry, an actor, a leaf, a row are. No I/O, no async.

pub mod actor;
pub mod budget_reset;
pub mod document;
pub mod duration;
pub mod entry;
pub mod facet;
pub mod histogram;
pub mod prices;
pub mod question;
pub mod random;
pub mod redact;
pub mod row;
pub mod sealed;
pub mod secret;
pub mod table;
pub mod time;
pub mod words;

pub use daybook_verify::{canonical, leaf, shown};
