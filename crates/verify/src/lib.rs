//! What an auditor builds: the leaf of an audit entry, and the checks of a whole log, without server and database.
//!
//! - [`canonical`]: the one text of a JSON value that is hashed.
//! - [`leaf`]: the bytes of an entry that go into the Merkle tree, and what they commit to. The server freezes its leaves with
//!   this very module.
//! - [`time`]: the one text of an instant in a leaf.
//! - [`changed`]: which members an entry says have changed.
//! - [`shown`]: one entry as a reader sees it, held against its leaf; [`json`]: stored texts, read strictly.
//! - [`statement`]: entries about the log itself.
//! - [`examine`]: all that can be said of one entry by itself, for many at once.
//! - [`engine`]: the check of a whole log, which reads nothing by itself.
//! - [`proof`]: the proof of one entry, a file.
//! - [`report`]: what was found.
//! - [`source`]: an evidence bundle in a directory, a server; what drives the engine from either.

pub mod canonical;
pub mod changed;
#[cfg(feature = "cli")]
pub mod cli;
pub mod engine;
pub mod examine;
pub mod json;
pub mod leaf;
pub mod proof;
pub mod report;
pub mod shown;
pub mod source;
pub mod statement;
pub mod time;
