use proptest::prelude::*;
use tlog::{KeyType, MAX_NOTE_LEN, MAX_SIGNATURES, Note, NoteError, NoteSignature, SignerKey, Verified, VerifierKey};

const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETER_LINE: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
const ENOCH_LINE: &str =
    "\u{2014} EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=";

fn peter() -> SignerKey {
    SignerKey::parse(PETER).unwrap()
}

fn key(name: &str, seed: u8) -> SignerKey {
    SignerKey::from_seed(name, &[seed; 32]).unwrap()
}

fn go_note() -> String {
    format!("{TEXT}\n{PETER_LINE}\n{ENOCH_LINE}\n")
}

fn names(verified: &[Verified<'_>]) -> Vec<String> {
    verified.iter().map(|by| by.key.name().to_owned()).collect()
}

#[test]
fn the_example_of_go_is_made_byte_for_byte() {
    assert_eq!(Note::sign(TEXT, &peter()).unwrap().to_string(), format!("{TEXT}\n{PETER_LINE}\n"));
}

#[test]
fn the_doubly_signed_example_of_go_is_verified() {
    let note = Note::parse(go_note().as_bytes()).unwrap();
    assert_eq!(note.text(), TEXT);
    assert_eq!(note.to_string(), go_note());
    assert_eq!(note.signatures()[1].name(), "EnochRoot");
    assert_eq!(note.signatures()[1].id(), 0xaf0c_fe78);
    assert_eq!(note.signatures()[1].signature().len(), 64);

    let peter = peter();
    let verified = note.verify([peter.verifier()]).unwrap();
    assert_eq!(verified, [Verified { key: peter.verifier(), timestamp: None }]);
    // The text may be signed by both only if the text is the same to the byte.
    let other = go_note().replace("answer", "Answer");
    let other = Note::parse(other.as_bytes()).unwrap().verify([peter.verifier()]);
    assert_eq!(other, Err(NoteError::BadSignature { name: "PeterNeumann".into(), id: 0xc74f_20a3 }));
}

#[test]
fn lines_of_unknown_keys_are_ignored_even_if_name_or_id_is_known() {
    let (log, other) = (key("log", 1), key("log", 2));
    let mut note = Note::sign("text\n", &log).unwrap();
    note.add(note.signature_by(&other)).unwrap();
    note.add(note.signature_by(&key("elsewhere", 1))).unwrap();
    assert_eq!(note.signatures().len(), 3);
    assert_eq!(names(&note.verify([log.verifier()]).unwrap()), ["log"]);
    assert_eq!(note.verify([log.verifier(), other.verifier()]).unwrap().len(), 2);
    assert_eq!(note.verify([key("log", 3).verifier()]), Err(NoteError::Unknown));
    assert_eq!(note.verify([]), Err(NoteError::Unknown));

    // The known id under an unknown name.
    let line = log_line(&note).replace(" log ", " gol ");
    let forged = format!("{}{line}\n", note);
    let forged = Note::parse(forged.as_bytes()).unwrap();
    assert_eq!(names(&forged.verify([log.verifier()]).unwrap()), ["log"]);
}

fn log_line(note: &Note) -> String {
    note.signatures()[0].to_string()
}

#[test]
fn one_bad_signature_of_a_known_key_condemns_the_note() {
    let (good, bad) = (key("good", 1), key("bad", 2));
    let mut note = Note::sign("text\n", &good).unwrap();
    note.add(Note::sign("other\n", &bad).unwrap().signatures()[0].clone()).unwrap();
    assert_eq!(names(&note.verify([good.verifier()]).unwrap()), ["good"]);
    let error = NoteError::BadSignature { name: "bad".into(), id: bad.verifier().id() };
    assert_eq!(note.verify([good.verifier(), bad.verifier()]), Err(error.clone()));
    assert_eq!(note.verify([bad.verifier()]), Err(error));
}

#[test]
fn every_flipped_bit_of_a_signature_or_text_is_refused() {
    let log = key("log", 1);
    let note = Note::sign("some\ntext\n", &log).unwrap();
    let bytes = note.to_string().into_bytes();
    for bit in 0..bytes.len() * 8 {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let found = Note::parse(&bytes).and_then(|note| note.verify([log.verifier()]).map(|found| found.len()));
        assert!(found.is_err(), "bit {bit}");
    }
}

#[test]
fn a_key_that_signs_twice_counts_once_and_both_must_hold() {
    let log = key("log", 1);
    let note = Note::sign("text\n", &log).unwrap();
    let twice = format!("{note}{}\n", log_line(&note));
    let parsed = Note::parse(twice.as_bytes()).unwrap();
    assert_eq!(parsed.to_string(), twice);
    assert_eq!(parsed.verify([log.verifier(), log.verifier()]).unwrap().len(), 1);
    let other = log_line(&Note::sign("other\n", &log).unwrap());
    let spoilt = Note::parse(format!("{note}{other}\n").as_bytes()).unwrap();
    assert!(matches!(spoilt.verify([log.verifier()]), Err(NoteError::BadSignature { .. })));
}

#[test]
fn adding_a_signature_of_the_same_key_replaces_the_first() {
    let (log, other) = (key("log", 1), key("other", 2));
    let mut note = Note::sign("text\n", &log).unwrap();
    note.add(note.signature_by(&other)).unwrap();
    note.add(note.signature_by(&log)).unwrap();
    let names: Vec<_> = note.signatures().iter().map(NoteSignature::name).collect();
    assert_eq!(names, ["other", "log"]);
}

#[test]
fn a_text_with_empty_lines_is_split_at_the_last() {
    let log = key("log", 1);
    for text in
        ["\n", "\n\n", "a\n\nb\n", "a\n\n", "a\n\n\n", "\n\u{2014} log AAAAAAA=\n", "a\n\n\u{2014} log AAAAAAA=\n"]
    {
        let note = Note::sign(text, &log).unwrap();
        let parsed = Note::parse(note.to_string().as_bytes()).unwrap();
        assert_eq!(parsed, note, "{text:?}");
        assert_eq!(parsed.text(), text);
        parsed.verify([log.verifier()]).unwrap();
    }
}

#[test]
fn texts_that_no_note_has_are_not_signed() {
    for text in ["", "a", "a\r\n", "\ta\n", "a\0\n", "a\x1b[0m\n"] {
        assert_eq!(Note::sign(text, &key("log", 1)), Err(NoteError::Text), "{text:?}");
    }
    assert_eq!(Note::sign(&"a\n".repeat(MAX_NOTE_LEN / 2), &key("log", 1)), Err(NoteError::TooLarge));
    assert!(Note::sign("DEL is none of them: \x7f, nor is \u{85}\n", &key("log", 1)).is_ok());
}

#[test]
fn malformed_notes_are_refused() {
    let good = format!("{TEXT}\n{PETER_LINE}\n");
    assert!(Note::parse(good.as_bytes()).is_ok());
    let refused = |note: &str| Note::parse(note.as_bytes()).unwrap_err();
    assert_eq!(refused(""), NoteError::NoSignatures);
    assert_eq!(refused(TEXT), NoteError::NoSignatures);
    assert_eq!(refused(&format!("{TEXT}\n")), NoteError::NoSignatures);
    assert_eq!(refused(&format!("{TEXT}{PETER_LINE}\n")), NoteError::NoSignatures);
    assert_eq!(refused(good.trim_end()), NoteError::NoSignatures);
    assert_eq!(refused(&format!("{good}\n")), NoteError::NoSignatures);
    assert_eq!(refused(&good.replace('\n', "\r\n")), NoteError::Text);
    assert_eq!(refused(&good.replace("If", "\u{1}If")), NoteError::Text);
    assert_eq!(Note::parse(b"a\xff\n\n").unwrap_err(), NoteError::Text);

    let line = NoteError::Line(0);
    assert_eq!(refused(&good.replace('\u{2014}', "-")), line);
    assert_eq!(refused(&good.replace('\u{2014}', "\u{2013}")), line);
    assert_eq!(refused(&good.replace("\u{2014} ", "\u{2014}")), line);
    assert_eq!(refused(&good.replace("\u{2014} ", "\u{2014}  ")), line);
    assert_eq!(refused(&good.replace("PeterNeumann", "")), line);
    assert_eq!(refused(&good.replace("PeterNeumann", "Peter Neumann")), line);
    assert_eq!(refused(&good.replace("PeterNeumann", "Peter+Neumann")), line);
    assert_eq!(refused(&good.replace("PeterNeumann", "Peter\u{a0}Neumann")), line);
    assert_eq!(refused(&good.replace("PeterNeumann ", "PeterNeumann")), line);
    assert_eq!(refused(&good.replace("nAM=", "nAM")), line);
    assert_eq!(refused(&good.replace("nAM=", "nAN=")), line, "bits left over");
    assert_eq!(refused(&good.replace("nAM=", "nAM= ")), line);
    assert_eq!(refused(&good.replace("x08go/", "x08go_")), line);
    assert_eq!(refused(&format!("{TEXT}\n\u{2014} PeterNeumann x08gow==\n")), line, "an id and nothing more");
    assert_eq!(refused(&format!("{TEXT}\n\u{2014} PeterNeumann \n")), line);
    assert_eq!(refused(&format!("{TEXT}\n{PETER_LINE}\nmore\n")), NoteError::Line(1));
}

#[test]
fn sizes_have_limits_that_the_specification_allows() {
    let log = key("log", 1);
    let mut note = Note::sign("text\n", &log).unwrap();
    for n in 1..MAX_SIGNATURES {
        note.add(note.signature_by(&key(&format!("w{n}"), 2))).unwrap();
    }
    assert_eq!(note.add(note.signature_by(&key("one-more", 2))), Err(NoteError::TooLarge));
    assert_eq!(note.signatures().len(), MAX_SIGNATURES);
    let full = note.to_string();
    assert!(Note::parse(full.as_bytes()).unwrap().verify([log.verifier()]).is_ok());
    assert_eq!(Note::parse(format!("{full}{ENOCH_LINE}\n").as_bytes()), Err(NoteError::TooLarge));

    // Sixteen post-quantum signatures must be taken.
    let large = format!("\u{2014} pq {}\n", "AAAA".repeat(1_700));
    let note = format!("text\n\n{}", large.repeat(16));
    assert_eq!(Note::parse(note.as_bytes()).unwrap().to_string(), note);
    let too_large = format!("text\n\n\u{2014} pq {}\n", "AAAA".repeat(2_733));
    assert_eq!(Note::parse(too_large.as_bytes()), Err(NoteError::TooLarge));
    assert_eq!(Note::parse(&vec![b'a'; MAX_NOTE_LEN + 1]), Err(NoteError::TooLarge));
}

#[test]
fn the_type_of_a_key_decides_what_it_signs() {
    let log = key("log", 1);
    let note = Note::sign("text\n", &log).unwrap();
    // The same key under type 0x04 has another id, so its lines are others.
    let witness = VerifierKey::new("log", KeyType::CosignatureV1, &log.verifier().public_key()).unwrap();
    assert_eq!(note.verify([&witness]), Err(NoteError::Unknown));
}

proptest! {
    #[test]
    fn a_note_that_was_written_is_read_as_it_was(
        lines in prop::collection::vec("[^\\x00-\\x1f]{0,20}", 1..6),
        signers in prop::collection::vec(("[^\\x00-\\x1f\\s+]{1,10}", any::<[u8; 32]>()), 1..4),
    ) {
        let text = lines.join("\n") + "\n";
        let signers: Vec<_> = signers.iter().filter_map(|(name, seed)| SignerKey::from_seed(name, seed).ok()).collect();
        prop_assume!(!signers.is_empty());
        let mut note = Note::sign(&text, &signers[0]).unwrap();
        for signer in &signers[1..] {
            note.add(note.signature_by(signer)).unwrap();
        }
        let parsed = Note::parse(note.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&parsed, &note);
        let verified = parsed.verify(signers.iter().map(SignerKey::verifier)).unwrap();
        prop_assert_eq!(verified.len(), note.signatures().len());
    }
}
