use std::collections::BTreeMap;
use std::num::NonZeroU8;

use proptest::prelude::*;
use tlog::{LEVELS, TILE_WIDTH, Tile, TileId, full_tiles, partial_width, tiles};

fn width(size: u64, level: u8) -> u8 {
    partial_width(size, level).map_or(0, NonZeroU8::get)
}

#[test]
fn paths_group_the_index_by_three_digits() {
    let path = |level, n| TileId { level, n }.path(None);
    assert_eq!(path(0, 0), "tile/0/000");
    assert_eq!(path(0, 999), "tile/0/999");
    assert_eq!(path(1, 1_000), "tile/1/x001/000");
    assert_eq!(path(0, 1_234_067), "tile/0/x001/x234/067");
    assert_eq!(path(0, u64::MAX), "tile/0/x018/x446/x744/x073/x709/x551/615");
    let id = TileId { level: 0, n: 273 };
    assert_eq!(id.path(NonZeroU8::new(112)), "tile/0/273.p/112");
}

#[test]
fn a_tree_of_70_000_has_the_tiles_of_the_specification() {
    assert_eq!(full_tiles(70_000, 0), 273);
    assert_eq!(full_tiles(70_000, 1), 1);
    assert_eq!(full_tiles(70_000, 2), 0);
    let widths: Vec<u8> = (0..=LEVELS).map(|level| width(70_000, level)).collect();
    assert_eq!(widths, [112, 17, 1, 0, 0, 0, 0, 0, 0]);

    let all: Vec<Tile> = tiles(70_000).collect();
    assert_eq!(all.len(), 273 + 1 + 1 + 1 + 1);
    assert_eq!(all[0].path(), "tile/0/000");
    let end: Vec<String> = all[272..].iter().map(|tile| tile.path()).collect();
    assert_eq!(end, ["tile/0/272", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]);
}

#[test]
fn a_full_tile_leaves_no_partial_one_beside_it() {
    let paths = |size| tiles(size).map(|tile| tile.path()).collect::<Vec<_>>().join(" ");
    assert_eq!(paths(0), "");
    assert_eq!(paths(1), "tile/0/000.p/1");
    assert_eq!(paths(255), "tile/0/000.p/255");
    assert_eq!(paths(256), "tile/0/000 tile/1/000.p/1");
    assert_eq!(paths(257), "tile/0/000 tile/0/001.p/1 tile/1/000.p/1");
}

#[test]
fn levels_and_sizes_at_their_limits_are_plain_numbers() {
    assert_eq!(full_tiles(u64::MAX, 6), 255);
    assert_eq!(width(u64::MAX, 7), 255);
    for level in LEVELS..=u8::MAX {
        assert_eq!(full_tiles(u64::MAX, level), 0);
        assert_eq!(width(u64::MAX, level), 0);
        assert_eq!(TileId { level, n: 0 }.in_tree(u64::MAX), None);
    }
    assert_eq!(full_tiles(u64::MAX, 7), 0);
    assert!(tiles(u64::MAX).take(1_000).all(|tile| tile.width() == 256));
}

proptest! {
    #[test]
    fn the_tiles_of_a_tree_hold_each_hash_once(size in 0..20_000_000_u64) {
        let mut hashes: BTreeMap<u8, u64> = BTreeMap::new();
        let mut last = None;
        for tile in tiles(size) {
            prop_assert!(last < Some(tile.id));
            prop_assert!((1..=TILE_WIDTH).contains(&tile.width()));
            prop_assert_eq!(tile.id.in_tree(size), Some(tile));
            *hashes.entry(tile.id.level).or_default() += tile.width() as u64;
            last = Some(tile.id);
        }
        let mut expected = BTreeMap::new();
        let (mut level, mut at_level) = (0, size);
        while at_level > 0 {
            expected.insert(level, at_level);
            (level, at_level) = (level + 1, at_level / 256);
        }
        prop_assert_eq!(hashes, expected);
    }

    #[test]
    fn a_tile_outside_the_tree_is_not_in_it(size: u64, level: u8, n: u64) {
        let inside = TileId { level, n }.in_tree(size).is_some();
        // Its first hash covers 256^level leaves from n * 256^(level + 1) on.
        let end = 256_u128.checked_pow(level.into()).and_then(|span| {
            u128::from(n).checked_mul(span)?.checked_mul(256)?.checked_add(span)
        });
        prop_assert_eq!(inside, end.is_some_and(|end| end <= size.into()));
    }
}
