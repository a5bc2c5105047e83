//! Transparency-log primitives: the RFC 6962 Merkle tree over SHA-256, kept as [C2SP tiles].
//!
//! The crate is pure: bytes in, bytes out. It opens no file, no socket and no database, reads no clock, and never
//! panics on bytes that it did not make itself. Storing and fetching tiles is the caller's work.
//!
//! - [`leaf_hash`], [`node_hash`], [`EMPTY_ROOT`]: the three hashes of RFC 6962.
//! - [`TileId`], [`Tile`], [`tiles`]: which tiles a tree of a given size has, how wide they are, what they are called.
//! - [`Frontier`]: the right edge of a growing tree. It appends leaves, says which tiles have to be written, and knows
//!   the root, without reading any tile but the few that are not yet full.
//! - [`root_of_leaves`]: the root recomputed from every leaf, by another algorithm, to check all of the above.
//!
//! Here a map stands for the database. After each transaction everything but the map and the size may be forgotten:
//!
//! ```
//! use std::collections::BTreeMap;
//! use tlog::{Frontier, TileId, TreeError, leaf_hash, root_of_leaves};
//!
//! # fn main() -> Result<(), TreeError> {
//! let mut rows: BTreeMap<TileId, Vec<u8>> = BTreeMap::new();
//! let mut size = 0;
//! let mut root = tlog::EMPTY_ROOT;
//!
//! for transaction in 0..3_u8 {
//!     let edge = Frontier::edge_tiles(size)
//!         .into_iter()
//!         .filter_map(|id| rows.get(&id).map(|hashes| (id, hashes)));
//!     let mut frontier = Frontier::restore(size, edge)?;
//!     assert_eq!(frontier.root(), root);
//!
//!     for _ in 0..200 {
//!         frontier.append(leaf_hash(&[transaction]));
//!     }
//!     rows.extend(frontier.take_dirty()); // insert, or overwrite the row of the same id
//!     size = frontier.size();
//!     root = frontier.root();
//! }
//!
//! // 600 leaves: two full tiles, one of 88 hashes, and one of two hashes above them.
//! let paths: Vec<String> = tlog::tiles(size).map(|tile| tile.path()).collect();
//! assert_eq!(paths, ["tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"]);
//!
//! let leaves = (0..3_u8).flat_map(|transaction| [leaf_hash(&[transaction]); 200]);
//! assert_eq!(root, root_of_leaves(leaves));
//! # Ok(())
//! # }
//! ```
//!
//! [C2SP tiles]: https://c2sp.org/tlog-tiles

mod bundle;
mod checkpoint;
mod cosignature;
mod hash;
mod key;
mod note;
mod path;
mod policy;
mod proof;
mod proof_file;
mod text;
mod tile;
mod tree;
mod verify;

pub use bundle::{Bundle, BundleError, MAX_LEAF_LEN, bundles};
pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use cosignature::{CosignerKey, MAX_TIMESTAMP};
pub use hash::{EMPTY_ROOT, HASH_LEN, Hash, leaf_hash, node_hash};
pub use key::{KeyError, KeyType, SEED_LEN, SignerKey, VerifierKey};
pub use note::{MAX_NOTE_LEN, MAX_SIGNATURE_LEN, MAX_SIGNATURES, Note, NoteError, NoteSignature, Verified};
pub use policy::{MAX_POLICY_LEN, Party, Policy, PolicyError, PolicyProblem, RefusedError};
pub use proof::{
    ProofError, consistency_proof, consistency_tiles, inclusion_proof, inclusion_tiles, root_tiles, tree_root,
};
pub use proof_file::{MAX_EXTRA_LEN, ProofFile, ProofFileError};
pub use tile::{LEVELS, TILE_WIDTH, Tile, TileId, full_tiles, partial_width, tiles};
pub use tree::{Frontier, MAX_SIZE, TreeError, root_of_leaves};
pub use verify::{TreeHead, VerifyError, verify_consistency, verify_inclusion};
