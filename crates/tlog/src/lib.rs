//! Transparency logs: the RFC 6962 Merkle tree over SHA-256 kept as [C2SP tiles], proofs made from the tiles, and the
//! signed texts by which a log answers for its tree.
//!
//! The crate is pure: bytes in, bytes out. It opens no file, no socket and no database, reads no clock, makes no random
//! numbers, and never panics on bytes that it did not make itself. Storing and fetching tiles is the caller's work, and
//! so is the seed of a key.
//!
//! **The tree**
//! - [`leaf_hash`], [`node_hash`], [`EMPTY_ROOT`]: the three hashes of RFC 6962.
//! - [`TileId`], [`Tile`], [`tiles`]: which tiles a tree of a given size has, how wide they are, what they are called.
//!   [`Bundle`], [`bundles`]: the same for the leaves themselves.
//! - [`Frontier`]: the right edge of a growing tree. It appends leaves, says which tiles have to be written, and knows
//!   the root, without reading any tile but the few that are not yet full.
//! - [`root_of_leaves`]: the root recomputed from every leaf, by another algorithm, to check all of the above.
//!
//! **Proofs**
//! - [`inclusion_proof`], [`consistency_proof`], [`tree_root`] (of any earlier size) read tiles through a closure;
//!   [`inclusion_tiles`], [`consistency_tiles`], [`root_tiles`] say beforehand which, so that one query can fetch them.
//! - [`verify_inclusion`], [`verify_consistency`] believe nothing but a [`TreeHead`].
//!
//! **Texts**, each with one written form: what parses formats back to the same bytes.
//! - [`SignerKey`], [`VerifierKey`], [`Note`]: [C2SP signed-note] with Ed25519, and its keys.
//! - [`Checkpoint`], [`SignedCheckpoint`]: [C2SP tlog-checkpoint].
//! - [`CosignerKey`]: [C2SP tlog-cosignature], version 1. Verified wherever notes are.
//! - [`ProofFile`]: [C2SP tlog-proof], all that is needed to check one leaf offline.
//! - [`Policy`]: [C2SP tlog-policy], which logs to trust and how many witnesses to ask for. The one text with comments
//!   and free spaces, which are not kept.
//!
//! # A log
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
//! # A checkpoint, a proof, and somebody who checks both
//!
//! ```
//! use std::collections::BTreeMap;
//! use tlog::{
//!     Checkpoint, CosignerKey, Frontier, Policy, ProofFile, SignedCheckpoint, SignerKey, TileId, TreeHead,
//!     consistency_proof, inclusion_proof, inclusion_tiles, leaf_hash, tree_root, verify_consistency,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let leaves: Vec<String> = (0..600).map(|n| format!("entry {n}")).collect();
//! let mut frontier = Frontier::new();
//! leaves.iter().for_each(|leaf| frontier.append(leaf_hash(leaf.as_bytes())));
//! let rows: BTreeMap<TileId, Vec<u8>> = frontier.take_dirty().into_iter().collect();
//!
//! // The log signs its tree. A real seed is 32 bytes of the system's randomness, kept secret.
//! let key = SignerKey::from_seed("example.com/log", &[1; 32])?;
//! let head = TreeHead { size: frontier.size(), root: frontier.root() };
//! let mut checkpoint = SignedCheckpoint::sign(Checkpoint::new("example.com/log", head)?, &key)?;
//!
//! // A witness, somewhere else, has seen that the tree only grew, and says so.
//! let witness = CosignerKey::from_seed("witness.example", &[2; 32])?;
//! let cosignature = witness.cosign(&checkpoint, 1_795_291_200).ok_or("no such time")?;
//! checkpoint.add(cosignature)?;
//!
//! // The proof for leaf 77 needs three tiles of the four.
//! let paths: Vec<String> = inclusion_tiles(77, 600)?.iter().map(|tile| tile.path()).collect();
//! assert_eq!(paths, ["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2"]);
//! let proof = inclusion_proof(77, 600, |id| rows.get(&id))?;
//! let file = ProofFile::new(77, proof, checkpoint)?.to_string();
//! assert!(file.starts_with("c2sp.org/tlog-proof@v1\nindex 77\n"));
//!
//! // Whoever has the file, the leaf and a policy needs nobody else.
//! let policy = format!("log {}\nwitness W {}\nquorum W\n", key.verifier(), witness.verifier());
//! let policy = Policy::parse(policy.as_bytes())?;
//! let file = ProofFile::parse(file.as_bytes())?;
//! let signed_by = file.verify_under(leaves[77].as_bytes(), &policy)?;
//! assert_eq!(signed_by[1].timestamp, Some(1_795_291_200));
//! assert!(file.verify_under(b"entry 78", &policy).is_err());
//!
//! // Who kept an earlier checkpoint sees that nothing before it has changed.
//! let old = TreeHead { size: 400, root: tree_root(400, |id| rows.get(&id))? };
//! let proof = consistency_proof(old.size, head.size, |id| rows.get(&id))?;
//! verify_consistency(&old, &head, &proof)?;
//! # Ok(())
//! # }
//! ```
//!
//! # How far it is tested
//!
//! Roots and proofs equal those of `ct-merkle` for every pair of sizes to 300 and for random ones to 2^20; every good
//! proof is refused once anything about it is changed. Published vectors of RFC 6962, RFC 8032, C2SP and Go's
//! `sumdb/note` hold. Each parser is fuzzed by libFuzzer with the property that what it takes it writes back the same
//! (`cargo xtask fuzz`, and a minute each in `cargo xtask ci --long`). That runs on the stable toolchain: what `cargo
//! fuzz` wants nightly for is the address sanitizer, which has nothing to watch in a crate without unsafe code.
//!
//! [C2SP tiles]: https://c2sp.org/tlog-tiles
//! [C2SP signed-note]: https://c2sp.org/signed-note
//! [C2SP tlog-checkpoint]: https://c2sp.org/tlog-checkpoint
//! [C2SP tlog-cosignature]: https://c2sp.org/tlog-cosignature
//! [C2SP tlog-proof]: https://c2sp.org/tlog-proof
//! [C2SP tlog-policy]: https://c2sp.org/tlog-policy

#![warn(missing_docs)]

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
