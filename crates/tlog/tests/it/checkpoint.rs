use proptest::prelude::*;
use tlog::{
    Checkpoint, CheckpointError, CosignerKey, EMPTY_ROOT, Hash, MAX_SIZE, MAX_TIMESTAMP, Note, NoteError,
    SignedCheckpoint, SignerKey, TreeHead, Verified, VerifierKey, leaf_hash,
};

/// The example of the tlog-checkpoint and tlog-cosignature specifications.
const SPEC: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const SPEC_LOG: &str = "\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=";
const SPEC_WITNESS: &str = "\u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==";

fn head(size: u64) -> TreeHead {
    TreeHead { size, root: leaf_hash(b"") }
}

fn log() -> SignerKey {
    SignerKey::from_seed("example.com/log", &[1; 32]).unwrap()
}

fn witness() -> CosignerKey {
    CosignerKey::from_seed("example.com/witness", &[2; 32]).unwrap()
}

fn signed() -> SignedCheckpoint {
    SignedCheckpoint::sign(Checkpoint::new("example.com/log", head(3)).unwrap(), &log()).unwrap()
}

#[test]
fn the_example_of_the_specification_is_read_and_written() {
    let text = format!("{SPEC}\n{SPEC_LOG}\n{SPEC_WITNESS}\n");
    let signed = SignedCheckpoint::parse(text.as_bytes()).unwrap();
    assert_eq!(signed.to_string(), text);
    let checkpoint = signed.checkpoint();
    assert_eq!(checkpoint.to_string(), SPEC);
    assert_eq!(checkpoint.origin(), "example.com/behind-the-sofa");
    assert_eq!(checkpoint.head().size, 20_852_163);
    assert_eq!(checkpoint.head().root.to_base64(), "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
    assert_eq!(checkpoint.extensions(), [""; 0]);
    let timestamp = signed.note().signatures()[1].signature()[..8].try_into().unwrap();
    assert_eq!(u64::from_be_bytes(timestamp), 1_679_315_147);
}

#[test]
fn a_checkpoint_is_signed_by_the_key_that_bears_the_name_of_the_log() {
    let (log, signed) = (log(), signed());
    let parsed = SignedCheckpoint::parse(signed.to_string().as_bytes()).unwrap();
    assert_eq!(parsed, signed);
    assert_eq!(parsed.verify([log.verifier()]), Ok(vec![Verified { key: log.verifier(), timestamp: None }]));

    let checkpoint = Checkpoint::new("example.com/other", head(3)).unwrap();
    let signer = CheckpointError::Signer { origin: "example.com/other".into() };
    assert_eq!(SignedCheckpoint::sign(checkpoint.clone(), &log), Err(signer.clone()));
    // A log that signs another log's checkpoint all the same.
    let note = Note::sign(&checkpoint.to_string(), &log).unwrap();
    let note = SignedCheckpoint::parse(note.to_string().as_bytes()).unwrap();
    assert_eq!(note.verify([log.verifier()]), Err(signer));
}

#[test]
fn signing_again_gives_the_same_bytes() {
    assert_eq!(signed().to_string(), signed().to_string());
}

#[test]
fn while_keys_change_both_sign() {
    let (old, new) = (log(), SignerKey::from_seed("example.com/log", &[9; 32]).unwrap());
    let mut signed = signed();
    signed.add(signed.note().signature_by(&new)).unwrap();
    for known in [vec![old.verifier()], vec![new.verifier()], vec![old.verifier(), new.verifier()]] {
        assert_eq!(signed.verify(known.clone()).unwrap().len(), known.len());
    }
}

#[test]
fn a_witness_cosigns_with_its_time() {
    let (log, witness) = (log(), witness());
    let mut signed = signed();
    signed.add(witness.cosign(&signed, 1_700_000_000).unwrap()).unwrap();
    let parsed = SignedCheckpoint::parse(signed.to_string().as_bytes()).unwrap();
    let verified = parsed.verify([log.verifier(), witness.verifier()]).unwrap();
    assert_eq!(verified[1], Verified { key: witness.verifier(), timestamp: Some(1_700_000_000) });

    // A later cosignature takes the place of the earlier one.
    signed.add(witness.cosign(&signed, 1_700_000_001).unwrap()).unwrap();
    assert_eq!(signed.note().signatures().len(), 2);
    // Witnesses alone do not make a checkpoint.
    let signer = CheckpointError::Signer { origin: "example.com/log".into() };
    assert_eq!(signed.verify([witness.verifier()]), Err(signer));
}

#[test]
fn every_flipped_bit_of_a_cosignature_is_refused() {
    let (log, witness) = (log(), witness());
    let signed = signed();
    let line = witness.cosign(&signed, 1_700_000_000).unwrap();
    let good = line.signature().to_vec();
    let bad = CheckpointError::Note(NoteError::BadSignature {
        name: "example.com/witness".into(),
        id: witness.verifier().id(),
    });
    let with = |signature: &[u8]| {
        let id = witness.verifier().id().to_be_bytes();
        let line = format!("\u{2014} example.com/witness {}\n", base64(&[&id[..], signature].concat()));
        let signed = SignedCheckpoint::parse(format!("{signed}{line}").as_bytes()).unwrap();
        signed.verify([log.verifier(), witness.verifier()]).map(|verified| verified.len())
    };
    assert_eq!(with(&good), Ok(2));
    for bit in 0..good.len() * 8 {
        let mut signature = good.clone();
        signature[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(with(&signature), Err(bad.clone()), "bit {bit}");
    }
    for length in [1, 7, 8, 9, 63, 64, 71] {
        assert_eq!(with(&good[..length]), Err(bad.clone()), "{length} bytes");
    }
    assert_eq!(with(&[&good[..], &[0]].concat()), Err(bad));
}

#[test]
fn times_after_the_last_one_are_not_cosigned() {
    assert!(witness().cosign(&signed(), MAX_TIMESTAMP).is_some());
    assert!(witness().cosign(&signed(), MAX_TIMESTAMP + 1).is_none());
}

#[test]
fn a_cosignature_is_of_one_text_and_no_plain_signature() {
    let (witness, signed) = (witness(), signed());
    let other = SignedCheckpoint::sign(Checkpoint::new("example.com/log", head(4)).unwrap(), &log()).unwrap();
    let mut moved = other.clone();
    moved.add(witness.cosign(&signed, 1).unwrap()).unwrap();
    assert!(moved.verify([log().verifier(), witness.verifier()]).is_err());
    // The witness's Ed25519 key does not stand for a log's.
    let plain =
        VerifierKey::new("example.com/witness", tlog::KeyType::Ed25519, &witness.verifier().public_key()).unwrap();
    assert_eq!(moved.verify([log().verifier(), &plain]).unwrap().len(), 1);
}

#[test]
fn extension_lines_are_kept_and_signed() {
    let checkpoint = Checkpoint::new("example.com/log", head(1)).unwrap();
    let checkpoint = checkpoint.with_extension("one").unwrap().with_extension(" 2 ").unwrap();
    let text = checkpoint.to_string();
    assert!(text.ends_with("=\none\n 2 \n"));
    assert_eq!(Checkpoint::parse(&text).as_ref(), Ok(&checkpoint));
    assert_eq!(checkpoint.extensions(), ["one", " 2 "]);
    for line in ["", "a\nb", "a\r", "\t"] {
        let checkpoint = Checkpoint::new("a", head(1)).unwrap();
        assert_eq!(checkpoint.with_extension(line), Err(CheckpointError::Extension));
    }
}

#[test]
fn origins_may_be_anything_but_empty() {
    for origin in ["a", "a b", "a+b", "日誌", " "] {
        let text = Checkpoint::new(origin, head(1)).unwrap().to_string();
        assert_eq!(Checkpoint::parse(&text).unwrap().origin(), origin);
    }
    for origin in ["", "a\nb", "a\r", "\0"] {
        assert_eq!(Checkpoint::new(origin, head(1)), Err(CheckpointError::Origin));
    }
}

#[test]
fn texts_in_another_form_are_refused() {
    let refused = |text: &str| Checkpoint::parse(text).unwrap_err();
    for size in [
        "",
        "+1",
        "-1",
        "01",
        "00",
        "1 ",
        " 1",
        "1e3",
        "0x1",
        "1_0",
        "１",
        "9223372036854775808",
        "18446744073709551616",
    ] {
        assert_eq!(refused(&SPEC.replace("20852163", size)), CheckpointError::Size, "{size:?}");
    }
    assert!(Checkpoint::parse(&SPEC.replace("20852163", "9223372036854775807")).is_ok());
    for root in
        ["", "AAAA", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J="]
    {
        let text = SPEC.replace("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", root);
        assert_eq!(refused(&text), CheckpointError::Root, "{root:?}");
    }
    for root in ["CsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I= "] {
        let text = SPEC.replace("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", root);
        assert_eq!(refused(&text), CheckpointError::Root, "{root:?}");
    }
    assert_eq!(refused(""), CheckpointError::Extension);
    assert_eq!(refused("\n"), CheckpointError::Size);
    assert_eq!(refused("a\n"), CheckpointError::Size);
    assert_eq!(refused("a\n1\n"), CheckpointError::Root);
    assert_eq!(refused(SPEC.trim_end()), CheckpointError::Extension);
    assert_eq!(refused(&format!("{SPEC}\n")), CheckpointError::Extension);
    assert_eq!(refused(&format!("{SPEC}a\n\nb\n")), CheckpointError::Extension);
    assert_eq!(refused(&format!("\n{SPEC}")), CheckpointError::Size);
}

#[test]
fn a_tree_without_leaves_has_the_empty_root() {
    let empty = TreeHead { size: 0, root: EMPTY_ROOT };
    let text = Checkpoint::new("a", empty).unwrap().to_string();
    assert_eq!(text, "a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
    assert_eq!(*Checkpoint::parse(&text).unwrap().head(), empty);
    assert_eq!(Checkpoint::new("a", head(0)), Err(CheckpointError::Root));
    assert_eq!(Checkpoint::new("a", head(MAX_SIZE + 1)), Err(CheckpointError::Size));
}

proptest! {
    #[test]
    fn a_checkpoint_that_was_written_is_read_as_it_was(
        origin in "[^\\x00-\\x1f]{1,30}",
        size in 1..=MAX_SIZE,
        root: [u8; 32],
        extensions in prop::collection::vec("[^\\x00-\\x1f]{1,10}", 0..3),
    ) {
        let checkpoint = Checkpoint::new(&origin, TreeHead { size, root: Hash::from_bytes(root) }).unwrap();
        let checkpoint = extensions.iter().fold(checkpoint, |checkpoint, line| checkpoint.with_extension(line).unwrap());
        prop_assert_eq!(Checkpoint::parse(&checkpoint.to_string()), Ok(checkpoint));
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
