//! Rows that are not the right edge: an error, never a panic.

use proptest::prelude::*;
use tlog::{Frontier, HASH_LEN, MAX_SIZE, TileId, TreeError, leaf_hash};

fn id(level: u8, n: u64) -> TileId {
    TileId { level, n }
}

fn row(width: usize) -> Vec<u8> {
    vec![7; width * HASH_LEN]
}

/// Rows of the right length for any size.
fn rows(size: u64) -> Vec<(TileId, Vec<u8>)> {
    Frontier::edge_tiles(size).into_iter().map(|id| (id, row(id.in_tree(size).unwrap().width()))).collect()
}

#[test]
fn rows_may_come_in_any_order() {
    let mut reversed = rows(70_000);
    reversed.reverse();
    assert_eq!(Frontier::restore(70_000, reversed), Frontier::restore(70_000, rows(70_000)));
}

#[test]
fn a_missing_row_is_named() {
    for missing in 0..3 {
        let mut rows = rows(70_000);
        let (id, _) = rows.remove(missing);
        assert_eq!(Frontier::restore(70_000, rows), Err(TreeError::Missing(id)));
    }
}

#[test]
fn a_row_of_another_place_or_a_second_one_is_refused() {
    for extra in [id(0, 272), id(0, 274), id(1, 0), id(3, 0), id(8, 0), id(255, u64::MAX), id(0, 273)] {
        let mut rows = rows(70_000);
        rows.push((extra, row(112)));
        assert_eq!(Frontier::restore(70_000, rows), Err(TreeError::Unexpected(extra)));
    }
    let full = [(id(0, 0), row(256))];
    assert_eq!(Frontier::restore(256, full), Err(TreeError::Unexpected(id(0, 0))));
}

#[test]
fn a_row_of_another_length_is_refused() {
    for length in [0, 1, 31, 33, 63, 65, 96, 8_192, 8_193] {
        let error = Frontier::restore(2, [(id(0, 0), vec![7; length])]).unwrap_err();
        assert_eq!(error, TreeError::Length { id: id(0, 0), expected: 64, actual: length });
        assert_eq!(error.to_string(), format!("tile tile/0/000 has {length} bytes, not 64"));
    }
}

#[test]
fn the_largest_tree_can_still_grow_and_a_larger_one_is_refused() {
    let mut frontier = Frontier::restore(MAX_SIZE, rows(MAX_SIZE)).unwrap();
    for _ in 0..600 {
        frontier.append(leaf_hash(b""));
        frontier.root();
    }
    // The first leaf completes the tiles of levels 0 to 6, later ones two more; three levels end partial.
    assert_eq!(frontier.take_dirty().len(), 7 + 2 + 3);
    for size in [MAX_SIZE + 1, u64::MAX] {
        assert_eq!(Frontier::restore(size, rows(size)), Err(TreeError::TooLarge(size)));
    }
}

proptest! {
    #[test]
    fn whatever_is_stored_gives_a_tree_or_an_error(
        size in prop_oneof![0..70_000_u64, any::<u64>()],
        noise in prop::collection::vec(
            (0..9_u8, 0..300_u64, prop::collection::vec(any::<u8>(), 0..200)),
            0..4,
        ),
        keep in 0..9_usize,
        cut in 0..40_usize,
    ) {
        let mut stored = rows(size);
        stored.truncate(keep);
        if let Some((_, row)) = stored.last_mut() {
            row.truncate(row.len() - cut.min(row.len()));
        }
        stored.extend(noise.iter().map(|(level, n, bytes)| (id(*level, *n), bytes.clone())));
        let sound = stored == rows(size) && size <= MAX_SIZE;
        match Frontier::restore(size, stored) {
            Ok(mut frontier) => {
                prop_assert!(sound);
                frontier.append(frontier.root());
                prop_assert_eq!(frontier.size(), size + 1);
                frontier.take_dirty();
            }
            Err(_) => prop_assert!(!sound),
        }
    }
}
