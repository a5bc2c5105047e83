//! Checking inclusion and consistency proofs (RFC 6962, sections 2.1.1 and 2.1.2). Nothing is read and nothing trusted
//! here but the tree heads that the caller gives.
//!
//! Number the nodes of each height from the left. A leaf and the last leaf of the tree have the same ancestors from some
//! height on. Below it the leaf's side of the tree is perfect, and each height has a sibling, left or right as the bit
//! of the index says. From it on the path runs along the right edge: there are siblings only to the left, one for each
//! bit 1 that remains of the index. So the length of a proof follows from index and size, and is checked first.

use crate::hash::{EMPTY_ROOT, Hash, node_hash};

/// A tree at one moment: how many leaves, and the root over them. What a checkpoint signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TreeHead {
    /// Number of leaves.
    pub size: u64,
    /// The RFC 6962 root over them.
    pub root: Hash,
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The leaf is said to stand where the tree has none.
    #[error("there is no leaf {index} in a tree of {size}")]
    Index {
        /// Index that the leaf is said to have.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The older tree is larger than the newer one.
    #[error("the older tree has {from} leaves, the newer one {to}")]
    Sizes {
        /// Leaves of the older tree.
        from: u64,
        /// Leaves of the newer tree.
        to: u64,
    },
    /// A proof for these sizes has another number of hashes.
    #[error("the proof has {actual} hashes, not {expected}")]
    Length {
        /// Hashes that follow from index and sizes.
        expected: usize,
        /// Hashes that there are.
        actual: usize,
    },
    /// Leaf and proof lead to another root than the tree has.
    #[error("leaf and proof do not lead to the root of the tree")]
    Root,
    /// The proof does not lead to the older root, or, for a tree without leaves, that root is not the empty one.
    #[error("the proof does not lead to the root of the older tree")]
    OldRoot,
    /// The proof does not lead to the newer root: something in the older tree is not in it as it was.
    #[error("the proof does not lead to the root of the newer tree")]
    NewRoot,
}

/// Checks that the leaf with this hash stands at `index` in the tree.
///
/// Size and root must come from one signed checkpoint. A proof does not bind them to each other: near the left of the
/// tree, proofs in trees of several sizes have the same shape.
///
/// # Errors
///
/// [`VerifyError`], unless the proof is exactly the one from this leaf to this root.
pub fn verify_inclusion(leaf: &Hash, index: u64, proof: &[Hash], head: &TreeHead) -> Result<(), VerifyError> {
    let last = head.size.wrapping_sub(1);
    if index >= head.size {
        return Err(VerifyError::Index { index, size: head.size });
    }
    let (_, inner, border) = split(proof, 0, index, last)?;
    let root = join_left(climb(*leaf, index, inner), border);
    if root == head.root { Ok(()) } else { Err(VerifyError::Root) }
}

/// Checks that the older tree is a prefix of the newer one: same leaves, same order, more of them at the end.
///
/// From a size to itself the proof is empty and the roots are equal. From no leaves the proof is empty and the older
/// root is [`EMPTY_ROOT`]; every tree extends that one.
///
/// # Errors
///
/// [`VerifyError`], unless the proof is exactly the one between these two trees.
pub fn verify_consistency(from: &TreeHead, to: &TreeHead, proof: &[Hash]) -> Result<(), VerifyError> {
    if from.size > to.size {
        return Err(VerifyError::Sizes { from: from.size, to: to.size });
    }
    if from.size == 0 && from.root != EMPTY_ROOT {
        return Err(VerifyError::OldRoot);
    }
    if from.size == 0 || from.size == to.size {
        return match proof.len() {
            0 if from.size == to.size && from.root != to.root => Err(VerifyError::NewRoot),
            0 => Ok(()),
            actual => Err(VerifyError::Length { expected: 0, actual }),
        };
    }

    // The last perfect subtree of the older tree is complete in both. The proof begins with its root, unless it is the
    // whole of the older tree, and then climbs to both roots at once.
    let height = from.size.trailing_zeros();
    let index = (from.size - 1) >> height;
    let last = (to.size - 1) >> height;
    let (start, inner, border) = split(proof, usize::from(!from.size.is_power_of_two()), index, last)?;
    let start = start.first().copied().unwrap_or(from.root);

    // The older tree has nothing to the right of that subtree.
    let left = inner.iter().enumerate().filter(|(height, _)| index >> height & 1 == 1).map(|(_, hash)| hash);
    if join_left(join_left(start, left), border) != from.root {
        return Err(VerifyError::OldRoot);
    }
    if join_left(climb(start, index, inner), border) != to.root {
        return Err(VerifyError::NewRoot);
    }
    Ok(())
}

/// A proof cut in three.
type Parts<'a> = (&'a [Hash], &'a [Hash], &'a [Hash]);

/// Cuts a proof for node `index` of a row that ends with node `last`: `before` hashes that come first, the siblings below
/// the right edge, and those along it.
fn split(proof: &[Hash], before: usize, index: u64, last: u64) -> Result<Parts<'_>, VerifyError> {
    let inner = u64::BITS - (index ^ last).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    let expected = before + (inner + border) as usize;
    if proof.len() != expected {
        return Err(VerifyError::Length { expected, actual: proof.len() });
    }
    let (start, rest) = proof.split_at(before);
    let (inner, border) = rest.split_at(inner as usize);
    Ok((start, inner, border))
}

/// From a node upwards, with a sibling at each height.
fn climb(start: Hash, index: u64, siblings: &[Hash]) -> Hash {
    siblings.iter().enumerate().fold(start, |hash, (height, sibling)| {
        if index >> height & 1 == 1 { node_hash(sibling, &hash) } else { node_hash(&hash, sibling) }
    })
}

/// From a node upwards, with siblings to the left only.
fn join_left<'a>(start: Hash, siblings: impl IntoIterator<Item = &'a Hash>) -> Hash {
    siblings.into_iter().fold(start, |hash, sibling| node_hash(sibling, &hash))
}
