//! Proofs from the stored tiles.

use std::collections::BTreeSet;

use tlog::{
    Hash, ProofFile, SignedCheckpoint, TileId, consistency_proof, consistency_tiles, inclusion_proof, inclusion_tiles,
    root_tiles, tree_root, verify_inclusion,
};

use super::error::LedgerError;
use super::signer::{Signed, Signer};
use crate::model::row::{Row, RowExt as _};
use crate::store::{Session, StoreError, find_checkpoint, read_tiles};

/// That an entry is in the log as it is signed now.
#[derive(Clone, Debug)]
pub struct Proof {
    pub seq: u64,
    /// The text that was hashed.
    pub leaf: String,
    /// The hashes from the leaf's sibling up.
    pub path: Vec<Hash>,
    /// What the path leads to, with the cosignatures that witnesses have given to this very checkpoint.
    pub signed: Signed,
}

/// The proof of an entry, by its row of the ledger. It is checked: nobody gets one that does not hold.
///
/// # Errors
///
/// As of [`Signer::checkpoint`] and [`inclusion`]; [`LedgerError::Stopped`] when the stored leaf is not the one in the tree.
pub async fn prove(signer: &Signer, ledger: &Row) -> Result<Proof, LedgerError> {
    let seq = ledger.int("seq").unwrap_or_default().unsigned_abs();
    let leaf = ledger.text("leaf").unwrap_or_default().to_owned();
    // Signed now, so that it covers an entry of a moment ago.
    let signed = signer.checkpoint().await?;
    let mut session = signer.read().await?;
    let path = inclusion(&mut session, seq, signed.head().size).await?;
    let checkpoint = cosigned(&mut session, &signed.checkpoint).await?;
    drop(session);
    let signed = Signed { checkpoint, signed_at: signed.signed_at };
    check(&leaf, seq, &path, &signed)?;
    Ok(Proof { seq, leaf, path, signed })
}

impl Proof {
    /// As the file that other tools read: [C2SP tlog-proof](https://c2sp.org/tlog-proof).
    ///
    /// # Errors
    ///
    /// [`LedgerError::Stopped`] when the path is longer than any.
    pub fn file(&self) -> Result<ProofFile, LedgerError> {
        ProofFile::new(self.seq, self.path.clone(), self.signed.checkpoint.clone())
            .map_err(|error| LedgerError::Stopped(error.to_string()))
    }
}

/// A checkpoint with the cosignatures that witnesses have given to the published one, when that is the very same.
pub async fn cosigned(session: &mut Session, own: &SignedCheckpoint) -> Result<SignedCheckpoint, StoreError> {
    let published = find_checkpoint(session, own.checkpoint().head().size).await?;
    let published = published.and_then(|found| SignedCheckpoint::parse(found.note.as_bytes()).ok());
    let same = published.filter(|published| published.note().text() == own.note().text());
    let mut all = own.clone();
    for signature in same.iter().flat_map(|same| same.note().signatures()) {
        if !all.note().signatures().contains(signature) && all.add(signature.clone()).is_err() {
            // A note takes so many signatures and no more; ours is among them.
            break;
        }
    }
    Ok(all)
}

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

/// Whether a path leads from a leaf to what was signed.
fn check(leaf: &str, index: u64, path: &[Hash], signed: &Signed) -> Result<(), LedgerError> {
    verify_inclusion(&tlog::leaf_hash(leaf.as_bytes()), index, path, &signed.head())
        .map_err(|_| LedgerError::Stopped(format!("entry {index} is not the one that the tree holds")))
}
