use proptest::prelude::*;
use tlog::{
    Checkpoint, CosignerKey, EMPTY_ROOT, Hash, MAX_EXTRA_LEN, Policy, ProofFile, ProofFileError, RefusedError,
    SignedCheckpoint, SignerKey, VerifyError, inclusion_proof,
};

use crate::log::{Log, leaf};

fn key() -> SignerKey {
    SignerKey::from_seed("example.com/log", &[1; 32]).unwrap()
}

fn file(index: u64, size: u64) -> ProofFile {
    let log = Log::of(size);
    let checkpoint = Checkpoint::new("example.com/log", log.head()).unwrap();
    let proof = inclusion_proof(index, size, log.read()).unwrap();
    ProofFile::new(index, proof, SignedCheckpoint::sign(checkpoint, &key()).unwrap()).unwrap()
}

#[test]
fn a_file_looks_as_the_specification_says() {
    let text = file(2, 3).to_string();
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!(lines[0], "c2sp.org/tlog-proof@v1");
    assert_eq!(lines[1], "index 2");
    assert_eq!(lines[2].len(), 44);
    assert_eq!(lines[3..6], ["", "example.com/log", "3"]);
    assert_eq!(lines[7], "");
    assert!(lines[8].starts_with("\u{2014} example.com/log "));
    assert_eq!(lines[9..], [""]);

    let with_extra = file(2, 3).with_extra(b"extra".to_vec()).unwrap().to_string();
    assert_eq!(with_extra, text.replace("\nindex", "\nextra ZXh0cmE=\nindex"));
    assert_eq!(ProofFile::parse(with_extra.as_bytes()).unwrap().extra(), b"extra");
    assert!(file(0, 1).to_string().starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nexample.com/log\n1\n"));
}

#[test]
fn a_file_proves_its_leaf_and_no_other() {
    let key = key();
    for (index, size) in [(0, 1), (0, 2), (1, 2), (2, 3), (255, 256), (256, 257), (77, 300)] {
        let file = ProofFile::parse(file(index, size).to_string().as_bytes()).unwrap();
        assert_eq!(file.index(), index);
        assert_eq!(file.verify(&leaf(index), [key.verifier()]).unwrap().len(), 1);
        assert_eq!(file.verify(&leaf(index + 1), [key.verifier()]), Err(ProofFileError::Proof(VerifyError::Root)));
        let unknown = SignerKey::from_seed("example.com/log", &[2; 32]).unwrap();
        assert!(matches!(file.verify(&leaf(index), [unknown.verifier()]), Err(ProofFileError::Checkpoint(_))));
    }
}

#[test]
fn every_altered_byte_is_refused() {
    let key = key();
    let good = file(77, 300).to_string().into_bytes();
    for at in 0..good.len() {
        for byte in [good[at] ^ 1, good[at] ^ 0x20, b'A', b'\n', b' '] {
            let mut bytes = good.clone();
            bytes[at] = byte;
            let found = ProofFile::parse(&bytes).and_then(|file| file.verify(&leaf(77), [key.verifier()]).map(drop));
            assert_eq!(found.is_ok(), byte == good[at], "byte {at} as {byte}");
        }
    }
}

#[test]
fn files_in_another_form_are_refused() {
    let good = file(2, 3).with_extra(b"extra".to_vec()).unwrap().to_string();
    let refused = |from: &str, to: &str| {
        assert!(good.contains(from), "{from:?}");
        ProofFile::parse(good.replacen(from, to, 1).as_bytes()).unwrap_err()
    };
    assert_eq!(refused("proof@v1", "proof@v2"), ProofFileError::Form);
    assert_eq!(refused("c2sp", " c2sp"), ProofFileError::Form);
    assert_eq!(refused("v1\n", "v1\r\n"), ProofFileError::Form);
    assert_eq!(refused("c2sp", "\n\nc2sp"), ProofFileError::Form);
    for extra in ["", "ZXh0cmE", "ZXh0cmE= ", "ZXh0cmF=", "*"] {
        assert_eq!(refused("ZXh0cmE=", extra), ProofFileError::Extra, "{extra:?}");
    }
    assert_eq!(refused("extra ", "extra"), ProofFileError::Index);
    assert_eq!(refused("extra ", "more "), ProofFileError::Index);
    assert_eq!(refused("index 2\n", ""), ProofFileError::Index);
    for index in ["", "02", "+2", "-1", "2 ", " 2", "x", "18446744073709551616"] {
        assert_eq!(refused("index 2", &format!("index {index}")), ProofFileError::Index, "{index:?}");
    }
    assert_eq!(refused("index 2\n", "index 2\nindex 2\n"), ProofFileError::Hash(0));
    assert_eq!(refused("index 2\n", "index 2\nAAAA\n"), ProofFileError::Hash(0));
    assert!(matches!(refused("index 2\n", "index 2\n\n"), ProofFileError::Checkpoint(_)));
    assert_eq!(refused("\n\nexample", "\nexample"), ProofFileError::Hash(1));
    assert_eq!(ProofFile::parse(b""), Err(ProofFileError::Form));
    assert_eq!(ProofFile::parse(b"c2sp.org/tlog-proof@v1\n\n"), Err(ProofFileError::Index));
    assert_eq!(ProofFile::parse(b"\xff"), Err(ProofFileError::Form));
}

#[test]
fn nothing_is_larger_than_it_can_be() {
    let checkpoint = file(2, 3).checkpoint().clone();
    assert_eq!(ProofFile::new(2, vec![EMPTY_ROOT; 64], checkpoint.clone()), Err(ProofFileError::TooLarge));
    let longest = ProofFile::new(2, vec![EMPTY_ROOT; 63], checkpoint).unwrap();
    assert_eq!(longest.clone().with_extra(vec![7; MAX_EXTRA_LEN + 1]), Err(ProofFileError::TooLarge));
    let largest = longest.with_extra(vec![7; MAX_EXTRA_LEN]).unwrap();
    assert_eq!(ProofFile::parse(largest.to_string().as_bytes()), Ok(largest.clone()));
    let hash = EMPTY_ROOT.to_base64();
    let longer = largest.to_string().replace("\nindex 2\n", &format!("\nindex 2\n{hash}\n"));
    assert_eq!(ProofFile::parse(longer.as_bytes()), Err(ProofFileError::TooLarge));
    assert_eq!(ProofFile::parse(&vec![b'a'; 4 << 20]), Err(ProofFileError::TooLarge));
}

#[test]
fn under_a_policy_the_witnesses_count() {
    let witness = CosignerKey::from_seed("w", &[3; 32]).unwrap();
    let policy = format!("log {}\nwitness W {}\nquorum W\n", key().verifier(), witness.verifier());
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let file = file(77, 300);
    let refused = Err(ProofFileError::Refused(RefusedError::Quorum));
    assert_eq!(file.verify_under(&leaf(77), &policy), refused);

    let mut checkpoint = file.checkpoint().clone();
    checkpoint.add(witness.cosign(&checkpoint, 5).unwrap()).unwrap();
    let file = ProofFile::new(77, file.proof().to_vec(), checkpoint).unwrap();
    assert_eq!(file.verify_under(&leaf(77), &policy).unwrap().len(), 2);
    assert!(matches!(file.verify_under(&leaf(78), &policy), Err(ProofFileError::Proof(_))));
    assert_eq!(file.verify_under(&leaf(77), &Policy::of_log(key().verifier().clone())).unwrap().len(), 1);
}

proptest! {
    #[test]
    fn a_file_that_was_written_is_read_as_it_was(
        index: u64,
        proof in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::from_bytes), 0..63),
        extra in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let file = ProofFile::new(index, proof, file(0, 1).checkpoint().clone()).unwrap().with_extra(extra).unwrap();
        prop_assert_eq!(ProofFile::parse(file.to_string().as_bytes()), Ok(file));
    }
}
