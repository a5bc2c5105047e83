//! Every parser on bytes that nobody wrote, and on bytes that somebody almost wrote.

use proptest::prelude::*;
use proptest::sample::Index;

use crate::properties;

const PROPERTIES: [fn(&[u8]); 8] = [
    properties::path,
    properties::bundle,
    properties::key,
    properties::note,
    properties::checkpoint,
    properties::proof_file,
    properties::policy,
    properties::proof,
];

const TEXTS: [&str; 6] = [
    include_str!("../../../../fuzz/seeds/path/tile"),
    include_str!("../../../../fuzz/seeds/key/vkey"),
    include_str!("../../../../fuzz/seeds/key/skey"),
    include_str!("../../../../fuzz/seeds/checkpoint/signed"),
    include_str!("../../../../fuzz/seeds/proof_file/extra"),
    include_str!("../../../../fuzz/seeds/policy/groups"),
];

fn hold(bytes: &[u8]) {
    PROPERTIES.iter().for_each(|property| property(bytes));
}

#[test]
fn the_seeds_themselves_hold() {
    TEXTS.iter().for_each(|text| hold(text.as_bytes()));
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_read_in_full(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        hold(&bytes);
    }

    #[test]
    fn any_text_is_refused_or_read_in_full(text in "[\\PC\n ]{0,200}") {
        hold(text.as_bytes());
    }

    #[test]
    fn what_was_almost_written_is_refused_or_read_in_full(
        text in prop::sample::select(&TEXTS[..]),
        edits in prop::collection::vec((any::<Index>(), any::<Index>(), 0..5_u8, any::<u8>()), 1..4),
    ) {
        let mut bytes = text.as_bytes().to_vec();
        for (at, other, kind, byte) in edits {
            if bytes.is_empty() {
                break;
            }
            let (at, other) = (at.index(bytes.len()), other.index(bytes.len()));
            match kind {
                0 => bytes[at] = byte,
                1 => drop(bytes.drain(at.min(other)..at.max(other))),
                2 => bytes.insert(at, byte),
                3 => bytes.swap(at, other),
                _ => bytes.extend_from_within(at.min(other)..at.max(other)),
            }
            hold(&bytes);
        }
    }
}
