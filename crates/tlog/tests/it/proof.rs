//! Proofs made from tiles, against `ct-merkle` in both directions.

use std::cell::RefCell;
use std::num::NonZeroU64;

use ct_merkle::RootHash;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;
use tlog::{
    EMPTY_ROOT, Frontier, HASH_LEN, Hash, ProofError, Tile, TileId, TreeHead, consistency_proof, consistency_tiles,
    inclusion_proof, inclusion_tiles, root_tiles, tree_root, verify_consistency, verify_inclusion,
};

use crate::log::{Log, hash_of, leaf};

type Oracle = MemoryBackedTree<Sha256, [u8; 8]>;

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.to_bytes()).collect()
}

fn check_inclusion(log: &Log, oracle: &Oracle, index: u64) {
    let head = log.head();
    let proof = inclusion_proof(index, head.size, log.read()).unwrap();
    let expected = oracle.prove_inclusion(index as usize);
    assert_eq!(bytes(&proof), expected.as_bytes(), "leaf {index} of {}", head.size);
    verify_inclusion(&hash_of(index), index, &proof, &head).unwrap();
    oracle.root().verify_inclusion(&leaf(index), index, &expected).unwrap();
}

fn check_consistency(log: &Log, oracle: &Oracle, old: &TreeHead) {
    let head = log.head();
    let proof = consistency_proof(old.size, head.size, log.read()).unwrap();
    verify_consistency(old, &head, &proof).unwrap();
    let Some(added) = NonZeroU64::new(head.size - old.size).filter(|_| old.size > 0) else {
        assert_eq!(proof, []);
        return;
    };
    let expected = oracle.prove_consistency(added.get() as usize);
    assert_eq!(bytes(&proof), expected.as_bytes(), "{} to {}", old.size, head.size);
    let old = RootHash::<Sha256>::new(old.root.to_bytes().into(), old.size);
    oracle.root().verify_consistency(&old, &expected).unwrap();
}

#[test]
fn every_proof_of_every_small_tree_is_that_of_the_oracle() {
    let (mut log, mut oracle) = (Log::of(0), Oracle::new());
    let mut heads = vec![log.head()];
    for size in 1..=300 {
        oracle.push(leaf(size - 1));
        log.grow(size);
        heads.push(log.head());
        assert_eq!(log.head().root.to_bytes(), <[u8; 32]>::from(*oracle.root().as_bytes()));
        for index in 0..size {
            check_inclusion(&log, &oracle, index);
        }
        for old in &heads {
            check_consistency(&log, &oracle, old);
        }
    }
    for head in &heads {
        assert_eq!(log.head_at(head.size), *head);
    }
}

#[test]
fn proofs_of_trees_up_to_a_million_are_those_of_the_oracle() {
    let (mut log, mut oracle) = (Log::of(0), Oracle::new());
    let mut heads = vec![log.head()];
    // A fixed walk over sizes and indices, so that a failure can be seen again.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let mut stops: Vec<u64> = (0..40).map(|_| 1 + below(1 << 20)).collect();
    stops.extend([255, 256, 257, 65_535, 65_536, 65_537, 70_000, (1 << 20) - 1, 1 << 20]);
    stops.sort_unstable();
    for size in stops {
        (log.head().size..size).for_each(|n| oracle.push(leaf(n)));
        log.grow(size);
        for index in [0, size - 1, below(size), below(size), below(size), below(size)] {
            check_inclusion(&log, &oracle, index);
        }
        for old in &heads {
            check_consistency(&log, &oracle, old);
            assert_eq!(log.head_at(old.size), *old);
        }
        heads.push(log.head());
    }
}

#[test]
fn what_is_said_to_be_needed_is_what_is_read() {
    let log = Log::of(70_000);
    let ids = |tiles: Vec<Tile>| tiles.into_iter().map(|tile| tile.id).collect::<Vec<_>>();
    for (a, b) in [(0, 1), (0, 70_000), (69_999, 70_000), (256, 512), (65_535, 65_536), (12_345, 67_890), (1, 70_000)] {
        let asked = RefCell::new(Vec::new());
        let read = |id| {
            asked.borrow_mut().push(id);
            log.read()(id)
        };
        inclusion_proof(a, b, read).unwrap();
        assert_eq!(ids(inclusion_tiles(a, b).unwrap()), asked.take());
        consistency_proof(a, b, read).unwrap();
        assert_eq!(ids(consistency_tiles(a, b).unwrap()), asked.take());
        tree_root(b, read).unwrap();
        assert_eq!(ids(root_tiles(b)), asked.take());
        assert_eq!(ids(root_tiles(b)), Frontier::edge_tiles(b));
    }
}

#[test]
fn a_proof_needs_few_tiles() {
    let paths = |tiles: Vec<Tile>| tiles.iter().map(|tile| tile.path()).collect::<Vec<_>>();
    assert_eq!(
        paths(inclusion_tiles(5, 70_000).unwrap()),
        ["tile/0/000", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17"]
    );
    assert_eq!(
        paths(inclusion_tiles(69_999, 70_000).unwrap()),
        ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]
    );
    assert_eq!(paths(inclusion_tiles(0, 1).unwrap()), [""; 0]);
    assert_eq!(paths(consistency_tiles(256, 512).unwrap()), ["tile/1/000.p/2"]);
    assert_eq!(paths(consistency_tiles(0, 512).unwrap()), [""; 0]);
    assert!(inclusion_tiles(1 << 62, u64::MAX).unwrap().len() <= 16);
    assert!(consistency_tiles(1 << 62, u64::MAX).unwrap().len() <= 16);
}

#[test]
fn rows_that_have_grown_since_serve_an_earlier_tree() {
    let (log, earlier) = (Log::of(70_000), Log::of(1_000));
    for index in [0, 767, 768, 999] {
        let proof = inclusion_proof(index, 1_000, log.read()).unwrap();
        assert_eq!(proof, inclusion_proof(index, 1_000, earlier.read()).unwrap());
        verify_inclusion(&hash_of(index), index, &proof, &earlier.head()).unwrap();
    }
}

#[test]
fn a_tile_that_is_missing_or_too_short_is_named() {
    let log = Log::of(70_000);
    for tile in inclusion_tiles(5, 70_000).unwrap() {
        let missing = |id: TileId| log.read()(id).filter(|_| id != tile.id);
        assert_eq!(inclusion_proof(5, 70_000, missing), Err(ProofError::Missing(tile)));
        let full = tile.width() * HASH_LEN;
        for bytes in [0, 1, full - HASH_LEN, full - 1, full + 1, 257 * HASH_LEN] {
            let row = vec![7; bytes];
            let short = |id: TileId| if id == tile.id { Some(row.as_slice()) } else { log.read()(id) };
            assert_eq!(inclusion_proof(5, 70_000, short), Err(ProofError::Length { tile, bytes }));
        }
    }
}

#[test]
fn leaves_and_trees_that_there_are_not_have_no_proof() {
    let log = Log::of(10);
    assert_eq!(inclusion_proof(10, 10, log.read()), Err(ProofError::Index { index: 10, size: 10 }));
    assert_eq!(inclusion_proof(0, 0, log.read()), Err(ProofError::Index { index: 0, size: 0 }));
    assert_eq!(consistency_proof(11, 10, log.read()), Err(ProofError::Sizes { from: 11, to: 10 }));
    assert_eq!(tree_root(0, log.read()), Ok(EMPTY_ROOT));
    assert_eq!(consistency_proof(0, 0, log.read()), Ok(vec![]));
}

proptest! {
    #[test]
    fn any_question_to_any_tiles_has_a_proof_or_an_error(a: u64, b: u64, shift in 0..64_u32, width in 0..300_usize) {
        let (a, b) = (a >> shift, b >> shift);
        let row = vec![7; width * HASH_LEN];
        let read = |id: TileId| (id.n % 7 != 3).then_some(&row);
        if let Ok(proof) = inclusion_proof(a, b, read) {
            prop_assert!(a < b && proof.len() <= 64);
        }
        if let Ok(proof) = consistency_proof(a, b, read) {
            prop_assert!(a <= b && proof.len() <= 65);
        }
        let _ = tree_root(b, read);
    }

    #[test]
    fn a_whole_tile_of_equal_hashes_gives_proofs_that_hold_at_any_size(size in 1..=u64::MAX, index: u64, from: u64) {
        // A tree so large that all its hashes are made up: every subtree of one height has the same root.
        let (index, from) = (index % size, from % size + 1);
        let mut level_roots = vec![hash_of(0)];
        for _ in 0..63 {
            let below = level_roots[level_roots.len() - 1];
            level_roots.push(tlog::node_hash(&below, &below));
        }
        let rows: Vec<Vec<u8>> = (0..8).map(|level| level_roots[level * 8].to_bytes().repeat(256)).collect();
        let read = |id: TileId| rows.get(usize::from(id.level));
        let head = |size| TreeHead { size, root: tree_root(size, read).unwrap() };

        let proof = inclusion_proof(index, size, read).unwrap();
        prop_assert_eq!(verify_inclusion(&hash_of(0), index, &proof, &head(size)), Ok(()));
        let proof = consistency_proof(from, size, read).unwrap();
        prop_assert_eq!(verify_consistency(&head(from), &head(size), &proof), Ok(()));
    }
}
