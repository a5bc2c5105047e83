//! What holds for any bytes at all: each parser refuses them or has read all of them, so that writing what it read gives
//! the same bytes again. The property tests try these on random bytes, the fuzz targets on bytes that they breed.

use tlog::{
    Bundle, Checkpoint, Hash, Note, NoteSignature, Policy, ProofFile, SignedCheckpoint, SignerKey, Tile, TreeHead,
    VerifierKey, verify_consistency, verify_inclusion,
};

pub fn path(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Some(tile) = Tile::from_path(text) {
        assert_eq!(tile.path(), text);
    }
    if let Some(bundle) = Bundle::from_path(text) {
        assert_eq!(bundle.path(), text);
    }
}

/// The first byte says how many leaves there should be.
pub fn bundle(bytes: &[u8]) {
    let Some((width, bytes)) = bytes.split_first() else { return };
    let bundle = Bundle { n: 0, partial: (*width).try_into().ok() };
    if let Ok(leaves) = bundle.parse(bytes) {
        assert_eq!(leaves.len(), bundle.width());
        assert_eq!(bundle.format(leaves).as_deref(), Ok(bytes));
    }
}

pub fn key(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = SignerKey::parse(text) {
        assert_eq!(key.to_skey().as_str(), text);
    }
}

pub fn note(bytes: &[u8]) {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
        let keys = [1, 2].map(|seed| SignerKey::from_seed("example.com/log", &[seed; 32]).unwrap().verifier().clone());
        let _ = note.verify(&keys);
    }
    if let Ok(text) = str::from_utf8(bytes)
        && let Ok(line) = NoteSignature::parse(text)
    {
        assert_eq!(line.to_string(), text);
    }
}

pub fn checkpoint(bytes: &[u8]) {
    if let Ok(text) = str::from_utf8(bytes)
        && let Ok(checkpoint) = Checkpoint::parse(text)
    {
        assert_eq!(checkpoint.to_string(), text);
    }
    if let Ok(signed) = SignedCheckpoint::parse(bytes) {
        assert_eq!(signed.to_string().as_bytes(), bytes);
        assert_eq!(signed.checkpoint().to_string(), signed.note().text());
    }
}

pub fn proof_file(bytes: &[u8]) {
    if let Ok(file) = ProofFile::parse(bytes) {
        assert_eq!(file.to_string().as_bytes(), bytes);
        let key = SignerKey::from_seed(file.checkpoint().checkpoint().origin(), &[1; 32]);
        if let Ok(key) = key {
            assert!(file.verify(b"leaf", [key.verifier()]).is_err());
        }
    }
}

/// A policy has comments and spaces, which are not kept.
pub fn policy(bytes: &[u8]) {
    if let Ok(policy) = Policy::parse(bytes) {
        let written = policy.to_bytes();
        let again = Policy::parse(&written).unwrap();
        assert_eq!(again, policy);
        assert_eq!(again.to_bytes(), written);
    }
}

/// Three numbers, then hashes. Of a proof that holds, nothing can be left out.
pub fn proof(bytes: &[u8]) {
    let Some((numbers, hashes)) = bytes.split_at_checked(24) else { return };
    let (numbers, _) = numbers.as_chunks();
    let &[index, from, to] = numbers else { return };
    let [index, from, to] = [index, from, to].map(u64::from_le_bytes);
    let (hashes, _) = hashes.as_chunks();
    let hashes: Vec<Hash> = hashes.iter().copied().map(Hash::from_bytes).collect();
    let Some((root, proof)) = hashes.split_first() else { return };
    let (old, new) = (TreeHead { size: from, root: *root }, TreeHead { size: to, root: *root });
    if verify_inclusion(root, index, proof, &new).is_ok() {
        assert!(index < to && proof.is_empty());
    }
    if verify_consistency(&old, &new, proof).is_ok() {
        assert!((from == to || from == 0) && proof.is_empty());
    }
}
