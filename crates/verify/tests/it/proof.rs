//! The proof of one entry.

use std::collections::BTreeMap;

use daybook_verify::proof::verify;
use daybook_verify::report::Verdict;
use tlog::{CosignerKey, Frontier, ProofFile, SignedCheckpoint, TileId, VerifierKey, inclusion_proof, leaf_hash};

use super::bundle::{Log, key};

/// The leaf of an entry in a log of so many, and the file that proves it.
pub fn proven(size: u64, index: u64) -> (String, String) {
    let log = Log::plain(size);
    let mut tree = Frontier::new();
    log.leaves.iter().for_each(|leaf| tree.append(leaf_hash(leaf.as_bytes())));
    let tiles: BTreeMap<TileId, Vec<u8>> = tree.take_dirty().into_iter().collect();
    let path = inclusion_proof(index, size, |tile| tiles.get(&tile)).unwrap();
    let checkpoint = SignedCheckpoint::parse(log.note(log.leaves.len(), 1).as_bytes()).unwrap();
    let leaf = log.leaves[usize::try_from(index).unwrap()].clone();
    (leaf, ProofFile::new(index, path, checkpoint).unwrap().to_string())
}

fn keys() -> [VerifierKey; 1] {
    [key(1).verifier().clone()]
}

#[test]
fn a_proof_says_which_entry_of_how_many_it_is_about() {
    let (leaf, file) = proven(300, 17);
    let report = verify("entry-17", file.as_bytes(), leaf.as_bytes(), &keys());
    assert_eq!((report.verdict, report.size, report.range), (Verdict::Sound, 300, (17, 18)), "{report}");
    assert_eq!((report.keys, report.keys_given), (vec![key(1).verifier().to_string()], true));
}

#[test]
fn no_byte_of_a_proof_or_its_leaf_can_be_another() {
    let (leaf, file) = proven(300, 17);
    let flipped = |text: &str, at: usize| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] ^= 1;
        bytes
    };
    for at in 0..file.len() {
        let report = verify("f", &flipped(&file, at), leaf.as_bytes(), &keys());
        assert_eq!(report.verdict, Verdict::Tampered, "byte {at}: {report}");
    }
    for at in 0..leaf.len() {
        let report = verify("f", file.as_bytes(), &flipped(&leaf, at), &keys());
        assert_eq!(report.verdict, Verdict::Tampered, "byte {at} of the leaf: {report}");
    }
}

#[test]
fn a_proof_is_worth_what_the_key_is_worth() {
    let (leaf, file) = proven(9, 8);
    let report = verify("f", file.as_bytes(), leaf.as_bytes(), &[]);
    assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
    assert_eq!(report.missing, ["a proof file names no key: give the log's with --vkey"]);
    let other = [key(2).verifier().clone()];
    let report = verify("f", file.as_bytes(), leaf.as_bytes(), &other);
    assert_eq!(report.verdict, Verdict::Tampered, "{report}");
}

#[test]
fn witnesses_are_named_when_their_keys_are_given() {
    let (leaf, file) = proven(9, 8);
    let file = ProofFile::parse(file.as_bytes()).unwrap();
    let witness = CosignerKey::from_seed("witness.example", &[7; 32]).unwrap();
    let mut cosigned = file.checkpoint().clone();
    cosigned.add(witness.cosign(&cosigned, 1_795_291_200).unwrap()).unwrap();
    let file = ProofFile::new(8, file.proof().to_vec(), cosigned).unwrap().to_string();
    let keys = [key(1).verifier().clone(), witness.verifier().clone()];
    let report = verify("f", file.as_bytes(), leaf.as_bytes(), &keys);
    assert_eq!((report.verdict, report.keys.len()), (Verdict::Sound, 2), "{report}");
    // A witness alone makes no checkpoint.
    let report = verify("f", file.as_bytes(), leaf.as_bytes(), &keys[1..]);
    assert_eq!(report.verdict, Verdict::Tampered, "{report}");
}
