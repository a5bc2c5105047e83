//! Proofs in the shape of transparency-dev's vectors: good ones, and each good one spoilt in every way there is.

use proptest::prelude::*;
use tlog::{
    EMPTY_ROOT, Hash, TreeHead, VerifyError, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion,
};

use crate::log::{Log, hash_of};

/// Sizes around everything that is special.
const SIZES: [u64; 16] = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 255, 256, 257, 300, 1000];

fn flip(hash: &Hash, bit: usize) -> Hash {
    let mut bytes = hash.to_bytes();
    bytes[bit / 8 % 32] ^= 1 << (bit % 8);
    Hash::from_bytes(bytes)
}

/// The proof with one thing wrong.
fn spoilt(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    for n in 0..proof.len() {
        let mut changed = |change: &dyn Fn(&mut Vec<Hash>)| {
            let mut proof = proof.to_vec();
            change(&mut proof);
            all.push(proof);
        };
        changed(&|proof| proof[n] = flip(&proof[n], n * 37));
        changed(&|proof| proof[n] = EMPTY_ROOT);
        changed(&|proof| {
            proof.remove(n);
        });
        changed(&|proof| proof.insert(n, proof[n]));
        changed(&|proof| proof.insert(n, EMPTY_ROOT));
        changed(&|proof| proof.truncate(n));
        if n > 0 && proof[n] != proof[n - 1] {
            changed(&|proof| proof.swap(n, n - 1));
        }
    }
    all.push([proof, &[EMPTY_ROOT]].concat());
    all.push([proof, proof, &[EMPTY_ROOT]].concat());
    all
}

/// On which side the siblings stand, by the definition of RFC 6962. Two places with the same sides have the same proofs;
/// that is why size and root must come from one signature.
fn sides(index: u64, size: u64) -> Vec<bool> {
    if size == 1 {
        return Vec::new();
    }
    let middle = 1 << (u64::BITS - 1 - (size - 1).leading_zeros());
    let (left, mut below) =
        if index < middle { (false, sides(index, middle)) } else { (true, sides(index - middle, size - middle)) };
    below.push(left);
    below
}

#[test]
fn a_good_inclusion_proof_holds_and_every_spoilt_one_is_refused() {
    let log = Log::of(1001);
    for size in SIZES {
        let head = log.head_at(size);
        for index in SIZES.into_iter().flat_map(|n| [n - 1, n / 2]).filter(|index| *index < size) {
            let leaf = hash_of(index);
            let proof = inclusion_proof(index, size, log.read()).unwrap();
            let holds = |leaf: &Hash, index, proof: &[Hash], head: &TreeHead| {
                verify_inclusion(leaf, index, proof, head).is_ok()
            };
            assert!(holds(&leaf, index, &proof, &head));

            for spoilt in spoilt(&proof) {
                assert!(!holds(&leaf, index, &spoilt, &head), "{index} of {size}: {spoilt:?}");
            }
            for other in [flip(&leaf, 0), flip(&leaf, 255), hash_of(size), head.root, EMPTY_ROOT] {
                assert!(other == leaf || !holds(&other, index, &proof, &head));
            }
            for root in [flip(&head.root, 0), flip(&head.root, 255), EMPTY_ROOT, log.head_at(size + 1).root, leaf] {
                assert!(root == head.root || !holds(&leaf, index, &proof, &TreeHead { root, ..head }));
            }
            for other in (0..=2 * size).chain([index ^ 1 << 63, u64::MAX]).filter(|other| *other != index) {
                assert!(!holds(&leaf, other, &proof, &head), "{index} as {other} of {size}");
            }
            for other in 0..=2 * size + 1 {
                let same = other > index && sides(index, other) == sides(index, size);
                let found = holds(&leaf, index, &proof, &TreeHead { size: other, ..head });
                assert_eq!(found, same, "{index} of {size} in {other}");
            }
        }
    }
}

#[test]
fn a_good_consistency_proof_holds_and_every_spoilt_one_is_refused() {
    let log = Log::of(1000);
    for to in SIZES {
        let new = log.head_at(to);
        for from in SIZES.into_iter().filter(|from| *from < to) {
            let old = log.head_at(from);
            let proof = consistency_proof(from, to, log.read()).unwrap();
            let holds = |old: &TreeHead, new: &TreeHead, proof: &[Hash]| verify_consistency(old, new, proof).is_ok();
            assert!(holds(&old, &new, &proof));

            for spoilt in spoilt(&proof) {
                assert!(!holds(&old, &new, &spoilt), "{from} to {to}: {spoilt:?}");
            }
            for root in [flip(&old.root, 9), EMPTY_ROOT, new.root, log.head_at(from - 1).root] {
                let found = verify_consistency(&TreeHead { root, ..old }, &new, &proof);
                assert!(found.is_err(), "{from} to {to} from {root:?}");
            }
            for root in [flip(&new.root, 9), EMPTY_ROOT, old.root, log.head_at(to - 1).root] {
                let found = verify_consistency(&old, &TreeHead { root, ..new }, &proof);
                assert_eq!(found, Err(VerifyError::NewRoot), "{from} to {to} at {root:?}");
            }
            assert!(!holds(&new, &old, &proof));
            for other in (1..=to).filter(|other| *other != from) {
                assert!(!holds(&TreeHead { size: other, ..old }, &new, &proof), "{from} as {other} to {to}");
            }
            for other in [0, 1, from, to / 2, to * 2, to * 4].into_iter().filter(|other| *other != to) {
                let found = holds(&old, &TreeHead { size: other, ..new }, &proof);
                // As with inclusion, two sizes may have proofs of one shape.
                assert!(!found || other > from && sides(from - 1, other).len() == sides(from - 1, to).len());
            }
        }
    }
}

#[test]
fn another_history_is_not_consistent() {
    let log = Log::of(1000);
    let mut other = tlog::Frontier::new();
    (0..600).for_each(|n| other.append(hash_of(if n == 300 { 301 } else { n })));
    let other = TreeHead { size: 600, root: other.root() };
    let proof = consistency_proof(600, 1000, log.read()).unwrap();
    assert_eq!(verify_consistency(&log.head_at(600), &log.head(), &proof), Ok(()));
    assert_eq!(verify_consistency(&other, &log.head(), &proof), Err(VerifyError::OldRoot));
}

#[test]
fn a_tree_is_consistent_with_itself_by_an_empty_proof_and_equal_roots() {
    let log = Log::of(300);
    for size in [1, 2, 255, 256, 300] {
        let head = log.head_at(size);
        let other = TreeHead { root: flip(&head.root, 5), ..head };
        assert_eq!(verify_consistency(&head, &head, &[]), Ok(()));
        assert_eq!(verify_consistency(&head, &other, &[]), Err(VerifyError::NewRoot));
        assert_eq!(verify_consistency(&other, &head, &[]), Err(VerifyError::NewRoot));
        let proof = [head.root];
        assert_eq!(verify_consistency(&head, &head, &proof), Err(VerifyError::Length { expected: 0, actual: 1 }));
    }
}

#[test]
fn every_tree_extends_the_one_without_leaves_and_only_that() {
    let log = Log::of(300);
    let empty = log.head_at(0);
    assert_eq!(empty, TreeHead { size: 0, root: EMPTY_ROOT });
    for size in [0, 1, 2, 300] {
        let head = log.head_at(size);
        assert_eq!(verify_consistency(&empty, &head, &[]), Ok(()));
        let length = VerifyError::Length { expected: 0, actual: 1 };
        assert_eq!(verify_consistency(&empty, &head, &[head.root]), Err(length));
        let false_empty = TreeHead { size: 0, root: log.head().root };
        assert_eq!(verify_consistency(&false_empty, &head, &[]), Err(VerifyError::OldRoot));
        if size > 0 {
            assert_eq!(verify_consistency(&head, &empty, &[]), Err(VerifyError::Sizes { from: size, to: 0 }));
        }
    }
    let false_empty = TreeHead { size: 0, root: log.head().root };
    assert_eq!(verify_consistency(&empty, &false_empty, &[]), Err(VerifyError::NewRoot));
    let index = VerifyError::Index { index: 0, size: 0 };
    assert_eq!(verify_inclusion(&EMPTY_ROOT, 0, &[], &empty), Err(index));
}

#[test]
fn a_proof_of_the_wrong_length_says_which_it_should_have() {
    let log = Log::of(1000);
    for from in [3, 4, 5, 6, 255, 256, 999] {
        let (old, new) = (log.head_at(from), log.head());
        let proof = consistency_proof(from, 1000, log.read()).unwrap();
        let length = VerifyError::Length { expected: proof.len(), actual: 0 };
        assert_eq!(verify_consistency(&old, &new, &[]), Err(length));
    }
    let length = VerifyError::Length { expected: 10, actual: 0 };
    assert_eq!(verify_inclusion(&hash_of(0), 0, &[], &log.head()), Err(length));
}

fn hashes() -> impl Strategy<Value = Vec<Hash>> {
    prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::from_bytes), 0..70)
}

proptest! {
    #[test]
    fn no_made_up_proof_holds(index: u64, from: u64, to: u64, shift in 0..64_u32, proof in hashes(), root: [u8; 32]) {
        let root = Hash::from_bytes(root);
        let (old, new) = (TreeHead { size: from >> shift, root }, TreeHead { size: to >> shift, root: hash_of(1) });
        prop_assert!(verify_inclusion(&hash_of(0), index >> shift, &proof, &new).is_err());
        prop_assert!(verify_consistency(&old, &new, &proof).is_err());
    }
}
