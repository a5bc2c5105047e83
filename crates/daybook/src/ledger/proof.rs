//! Proofs from the stored tiles.

use std::collections::BTreeSet;

use tlog::{
    Hash, ProofFile, TileId, consistency_proof, consistency_tiles, inclusion_proof, inclusion_tiles, root_tiles,
    tree_root, verify_inclusion,
};

use super::error::LedgerError;
use super::signer::Signed;
use crate::store::{Session, read_tiles};

/// The path of leaf `index` in the tree of `size` leaves, from its sibling up.
///
/// # Errors
///
/// [`LedgerError::Proof`] when there is no such leaf, or the stored tiles do not give the path.
pub async fn inclusion(session: &mut Session, index: u64, size: u64) -> Result<Vec<Hash>, LedgerError> {
    let wanted: BTreeSet<TileId> = inclusion_tiles(index, size)?.into_iter().map(|tile| tile.id).collect();
    let tiles = read_tiles(session, wanted).await?;
    Ok(inclusion_proof(index, size, |tile| tiles.get(&tile))?)
}

/// That the tree of `from` leaves is the beginning of the tree of `to` leaves.
///
/// # Errors
///
/// As of [`inclusion`].
pub async fn consistency(session: &mut Session, from: u64, to: u64) -> Result<Vec<Hash>, LedgerError> {
    let wanted: BTreeSet<TileId> = consistency_tiles(from, to)?.into_iter().map(|tile| tile.id).collect();
    let tiles = read_tiles(session, wanted).await?;
    Ok(consistency_proof(from, to, |tile| tiles.get(&tile))?)
}

/// The root of the tree of `size` leaves.
///
/// # Errors
///
/// As of [`inclusion`].
pub async fn root(session: &mut Session, size: u64) -> Result<Hash, LedgerError> {
    let tiles = read_tiles(session, root_tiles(size).into_iter().map(|tile| tile.id)).await?;
    Ok(tree_root(size, |tile| tiles.get(&tile))?)
}

/// Whether a path leads from a leaf to what was signed: nobody gets a proof that does not hold.
///
/// # Errors
///
/// [`LedgerError::Stopped`] when it does not: the stored leaf is not the one in the tree.
pub fn check(leaf: &str, index: u64, path: &[Hash], signed: &Signed) -> Result<(), LedgerError> {
    verify_inclusion(&tlog::leaf_hash(leaf.as_bytes()), index, path, &signed.head())
        .map_err(|_| LedgerError::Stopped(format!("entry {index} is not the one that the tree holds")))
}

/// The `.tlog-proof` file of a leaf: [C2SP tlog-proof](https://c2sp.org/tlog-proof).
///
/// # Errors
///
/// [`LedgerError::Stopped`] when the path is not that of a leaf in the checkpoint's tree.
pub fn file(index: u64, path: Vec<Hash>, signed: &Signed) -> Result<ProofFile, LedgerError> {
    ProofFile::new(index, path, signed.checkpoint.clone()).map_err(|error| LedgerError::Stopped(error.to_string()))
}
