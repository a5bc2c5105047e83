use proptest::prelude::*;
use tlog::{Bundle, BundleError, MAX_LEAF_LEN, Tile, TileId, bundles};

fn bundle(width: u8) -> Bundle {
    Bundle { n: 0, partial: width.try_into().ok() }
}

#[test]
fn a_bundle_is_lengths_and_leaves() {
    let leaves: [&[u8]; 3] = [b"", b"a", &[7; 300]];
    let bytes = bundle(3).format(leaves).unwrap();
    assert_eq!(bytes[..7], [0, 0, 0, 1, b'a', 1, 44]);
    assert_eq!(bundle(3).parse(&bytes).unwrap(), leaves);
}

#[test]
fn a_bundle_has_as_many_leaves_as_it_should() {
    let width = |expected| BundleError::Width { expected };
    for (bundle, expected) in [(bundle(3), 3), (bundle(255), 255), (bundle(0), 256)] {
        let leaves = vec![[1]; expected];
        let bytes = bundle.format(&leaves).unwrap();
        assert_eq!(bundle.parse(&bytes).unwrap().len(), expected);
        assert_eq!(bundle.format(&leaves[1..]), Err(width(expected)));
        assert_eq!(bundle.format(vec![[1]; expected + 1]), Err(width(expected)));
        assert_eq!(bundle.parse(&bytes[3..]), Err(width(expected)));
        assert_eq!(bundle.parse(&[&bytes[..], &[0, 0]].concat()), Err(width(expected)));
        assert_eq!(bundle.parse(&bytes[..bytes.len() - 1]), Err(BundleError::Truncated(expected - 1)));
        assert_eq!(bundle.parse(&[]), Err(width(expected)));
    }
    assert_eq!(bundle(1).parse(&[0]), Err(BundleError::Truncated(0)));
    assert_eq!(bundle(1).parse(&[0, 2, 1]), Err(BundleError::Truncated(0)));
}

#[test]
fn the_longest_leaf_fits_and_a_longer_one_is_refused() {
    let leaf = vec![7; MAX_LEAF_LEN + 1];
    let bytes = bundle(1).format([&leaf[1..]]).unwrap();
    assert_eq!(bundle(1).parse(&bytes).unwrap(), [&leaf[1..]]);
    assert_eq!(bundle(2).format([&leaf[1..], &leaf]), Err(BundleError::LeafTooLong(1)));
}

#[test]
fn bundles_stand_beside_the_tiles_of_level_0() {
    for size in [0, 1, 255, 256, 257, 70_000] {
        let beside: Vec<_> = tlog::tiles(size).filter(|tile| tile.id.level == 0).collect();
        let bundles: Vec<_> = bundles(size).collect();
        assert_eq!(bundles.len(), beside.len());
        for (bundle, tile) in bundles.iter().zip(beside) {
            assert_eq!((bundle.n, bundle.width()), (tile.id.n, tile.width()));
            assert_eq!(bundle.path(), tile.path().replace("tile/0/", "tile/entries/"));
            assert_eq!(Bundle::from_path(&bundle.path()), Some(*bundle));
        }
    }
    assert_eq!(Bundle::in_tree(273, 70_000).unwrap().path(), "tile/entries/273.p/112");
    assert_eq!(Bundle::in_tree(274, 70_000), None);
    assert!(bundles(u64::MAX).take(1_000).all(|bundle| bundle.width() == 256));
}

#[test]
fn a_path_has_one_form() {
    let good = [
        "tile/0/000",
        "tile/63/999",
        "tile/0/x001/x234/067",
        "tile/1/x999/000.p/1",
        "tile/0/273.p/112",
        "tile/0/000.p/255",
        "tile/0/x018/x446/x744/x073/x709/x551/615",
    ];
    for path in good {
        assert_eq!(Tile::from_path(path).unwrap().path(), path);
        assert_eq!(Bundle::from_path(path), None);
    }
    let bad = [
        "",
        "/",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile//000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/256/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/x000",
        "tile/0/x001",
        "tile/0/x000/001",
        "tile/0/x000/x001/001",
        "tile/0/001/001",
        "tile/0/x001/x001",
        "tile/0/X001/001",
        "tile/0/x01/001",
        "tile/0/x001//001",
        "tile/0/x+01/001",
        "tile/0/+01",
        "tile/0/00a",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/+1",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/0/000.P/1",
        "tile/0/000 ",
        " tile/0/000",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/entries/000",
        "tile/0/../000",
        "tile/0/000?",
    ];
    for path in bad {
        assert_eq!(Tile::from_path(path), None, "{path:?}");
    }
    assert!(Bundle::from_path("tile/entries/x001/x234/067.p/9").is_some());
    for path in ["entries/000", "tile/entries/0", "tile/entries/x000/000", "tile/entries/000.p/256", "tile/0/000"] {
        assert_eq!(Bundle::from_path(path), None, "{path:?}");
    }
}

proptest! {
    #[test]
    fn a_path_that_was_written_is_read_as_it_was(level in 0..64_u8, n: u64, shift in 0..64, width: u8) {
        let (n, partial) = (n >> shift, width.try_into().ok());
        let tile = Tile { id: TileId { level, n }, partial };
        prop_assert_eq!(Tile::from_path(&tile.path()), Some(tile));
        let bundle = Bundle { n, partial };
        prop_assert_eq!(Bundle::from_path(&bundle.path()), Some(bundle));
    }

    #[test]
    fn leaves_that_were_written_are_read_as_they_were(
        leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..=256),
    ) {
        let bundle = bundle(leaves.len() as u8);
        let bytes = bundle.format(&leaves).unwrap();
        prop_assert_eq!(bundle.parse(&bytes).unwrap(), leaves);
    }
}
