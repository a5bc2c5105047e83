//! What an auditor builds: the leaf of an audit entry, and the checks of a whole log, without server and database.
//!
//! - [`canonical`]: the one text of a JSON value that is hashed.
//! - [`leaf`]: the bytes of an entry that go into the Merkle tree, and what they commit to. The server freezes its leaves with
//!   this very module.
//! - [`entry`]: one entry as a reader sees it, held against its leaf.
//! - [`time`]: the one text of an instant in a leaf.

pub mod canonical;
pub mod entry;
pub mod leaf;
pub mod time;
