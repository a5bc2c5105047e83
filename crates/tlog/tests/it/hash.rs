use sha2::{Digest, Sha256};
use tlog::{EMPTY_ROOT, HASH_LEN, Hash, leaf_hash, node_hash};

#[test]
fn the_empty_root_is_the_hash_of_nothing() {
    let nothing: [u8; HASH_LEN] = Sha256::digest(b"").into();
    assert_eq!(EMPTY_ROOT.to_bytes(), nothing);
}

#[test]
fn leaf_and_node_hashes_are_prefixed() {
    let (left, right) = (leaf_hash(b"left"), leaf_hash(b"right"));
    let leaf: [u8; HASH_LEN] = Sha256::digest(b"\x00left").into();
    assert_eq!(left.to_bytes(), leaf);

    let text = [&[1][..], &left.to_bytes(), &right.to_bytes()].concat();
    let node: [u8; HASH_LEN] = Sha256::digest(&text).into();
    assert_eq!(node_hash(&left, &right).to_bytes(), node);
    assert_ne!(node_hash(&left, &right), node_hash(&right, &left));
    assert_ne!(node_hash(&left, &right), leaf_hash(&text[1..]));
}

#[test]
fn a_hash_is_its_bytes_and_reads_as_hex() {
    let mut bytes = [0; HASH_LEN];
    bytes[0] = 0x0a;
    bytes[31] = 0xff;
    let hash = Hash::from_bytes(bytes);
    assert_eq!(hash.to_bytes(), bytes);
    assert_eq!(format!("{hash:?}"), format!("0a{}ff", "00".repeat(30)));
    assert!(hash > Hash::from_bytes([0; HASH_LEN]));
}
