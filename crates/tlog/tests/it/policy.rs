use tlog::{
    Checkpoint, CheckpointError, CosignerKey, KeyError, NoteError, Policy, PolicyError, PolicyProblem, RefusedError,
    SignedCheckpoint, SignerKey, TreeHead, leaf_hash,
};

fn log() -> SignerKey {
    SignerKey::from_seed("example.com/log", &[1; 32]).unwrap()
}

fn witness(n: u8) -> CosignerKey {
    CosignerKey::from_seed(&format!("witness.example/{n}"), &[n; 32]).unwrap()
}

fn vkey(n: u8) -> String {
    witness(n).verifier().to_string()
}

/// The example of the specification, with keys: X are witnesses 11 to 13, Y 21 to 23.
fn example() -> String {
    let mut policy = format!("# two groups\nlog {}\n\n", log().verifier());
    for (group, numbers) in [("X", [11, 12, 13]), ("Y", [21, 22, 23])] {
        for n in numbers {
            policy.push_str(&format!("witness {group}{} {}\n", n % 10, vkey(n)));
        }
    }
    policy
        + "\tgroup  X-witnesses\t2 X1 X2 X3 \ngroup Y-witnesses any Y1 Y2 Y3\n\
        group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
}

fn signed_by(witnesses: &[u8]) -> SignedCheckpoint {
    let head = TreeHead { size: 3, root: leaf_hash(b"") };
    let mut checkpoint = SignedCheckpoint::sign(Checkpoint::new("example.com/log", head).unwrap(), &log()).unwrap();
    for n in witnesses {
        checkpoint.add(witness(*n).cosign(&checkpoint, 1_700_000_000).unwrap()).unwrap();
    }
    checkpoint
}

fn problem(policy: &str) -> PolicyProblem {
    match Policy::parse(policy.as_bytes()).unwrap_err() {
        PolicyError::Line { problem, .. } => problem,
        other => panic!("{other}"),
    }
}

#[test]
fn the_example_of_the_specification_needs_two_of_one_group_and_one_of_the_other() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    assert_eq!((policy.logs().len(), policy.witnesses().len()), (1, 6));
    for enough in [&[11, 12, 21][..], &[13, 11, 23], &[11, 12, 13, 21, 22, 23], &[99, 12, 13, 22]] {
        assert!(policy.check(&signed_by(enough)).is_ok(), "{enough:?}");
    }
    for few in [&[][..], &[11, 21], &[11, 12, 13], &[21, 22, 23], &[11, 22, 23, 99]] {
        assert_eq!(policy.check(&signed_by(few)), Err(RefusedError::Quorum), "{few:?}");
    }
    let checkpoint = signed_by(&[11, 12, 21]);
    let verified = policy.check(&checkpoint).unwrap();
    assert_eq!(verified.len(), 4);
    assert!(verified[1..].iter().all(|by| by.timestamp == Some(1_700_000_000)));
}

#[test]
fn a_policy_is_written_so_that_it_is_read_again() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    assert_eq!(Policy::parse(&policy.to_bytes()), Ok(policy));
    let urls = format!(
        "witness \u{e9} {} https://w.example/\nlog {} http://\u{2603}/\nquorum \u{e9}\n",
        vkey(2),
        log().verifier()
    );
    let policy = Policy::parse(urls.as_bytes()).unwrap();
    assert_eq!(policy.witnesses()[0].url(), Some(&b"https://w.example/"[..]));
    assert_eq!(policy.logs()[0].url(), Some("http://\u{2603}/".as_bytes()));
    assert_eq!(Policy::parse(&policy.to_bytes()), Ok(policy));
    // Names are bytes, UTF-8 or not.
    let bytes = [b"witness \xff\xfe ", vkey(2).as_bytes(), b"\nquorum \xff\xfe\n"].concat();
    let policy = Policy::parse(&bytes).unwrap();
    assert_eq!(policy.to_bytes(), bytes);
}

#[test]
fn no_witness_is_needed_where_the_quorum_is_none() {
    let policy = Policy::parse(format!("log {}\nquorum none\n", log().verifier()).as_bytes()).unwrap();
    assert_eq!(policy.check(&signed_by(&[])).unwrap().len(), 1);
    assert_eq!(policy.check(&signed_by(&[1])).unwrap().len(), 1);
    assert_eq!(policy.to_bytes(), Policy::of_log(log().verifier().clone()).to_bytes());
}

#[test]
fn a_policy_without_logs_takes_nothing_until_one_is_trusted() {
    let mut policy = Policy::parse(b"quorum none\n").unwrap();
    let unknown = RefusedError::Checkpoint(CheckpointError::Note(NoteError::Unknown));
    assert_eq!(policy.check(&signed_by(&[])), Err(unknown));
    policy.trust(log().verifier().clone());
    policy.trust(log().verifier().clone());
    assert_eq!(policy.logs().len(), 1);
    assert!(policy.check(&signed_by(&[])).is_ok());
}

#[test]
fn the_log_must_sign_as_itself() {
    let policy = |log: &str| Policy::parse(format!("log {log}\nwitness W {}\nquorum W\n", vkey(2)).as_bytes()).unwrap();
    let signer = RefusedError::Checkpoint(CheckpointError::Signer { origin: "example.com/log".into() });
    // The log of the policy is another one, so the witness alone has signed.
    let other = SignerKey::from_seed("example.com/other", &[8; 32]).unwrap();
    assert_eq!(policy(&other.verifier().to_string()).check(&signed_by(&[2])), Err(signer.clone()));
    // A witness by the name of the log is still no log.
    let impostor = CosignerKey::from_seed("example.com/log", &[7; 32]).unwrap();
    let text = format!("log {}\nwitness W {}\nquorum W\n", other.verifier(), impostor.verifier());
    let mut checkpoint = signed_by(&[]);
    checkpoint.add(impostor.cosign(&checkpoint, 1).unwrap()).unwrap();
    assert_eq!(Policy::parse(text.as_bytes()).unwrap().check(&checkpoint), Err(signer));
    // Any one of several logs will do.
    let two = format!("{}\nlog {}", other.verifier(), log().verifier());
    assert!(policy(&two).check(&signed_by(&[2])).is_ok());
}

#[test]
fn one_wrong_cosignature_condemns_the_checkpoint() {
    let policy = Policy::parse(example().as_bytes()).unwrap();
    let text = signed_by(&[11, 12, 13, 21]).to_string();
    let line = signed_by(&[13]).note().signatures()[1].to_string();
    let other = witness(13).cosign(&signed_by(&[]), 5).unwrap();
    let flipped = line.replace(&line[line.len() - 12..], &other.to_string()[other.to_string().len() - 12..]);
    let spoilt = SignedCheckpoint::parse(text.replace(&line, &flipped).as_bytes()).unwrap();
    let refused = policy.check(&spoilt).unwrap_err();
    assert!(matches!(refused, RefusedError::Checkpoint(CheckpointError::Note(NoteError::BadSignature { .. }))));
}

#[test]
fn groups_of_groups_as_deep_as_a_file_allows_are_judged_without_recursion() {
    let mut text = format!("log {}\nwitness g0 {}\n", log().verifier(), vkey(2));
    for n in 1..40_000 {
        text.push_str(&format!("group g{n} any g{}\n", n - 1));
    }
    text.push_str("quorum g39999\n");
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert!(policy.check(&signed_by(&[2])).is_ok());
    assert_eq!(policy.check(&signed_by(&[3])), Err(RefusedError::Quorum));
}

#[test]
fn wrong_lines_are_refused_with_their_number() {
    let (w, x) = (vkey(2), vkey(3));
    let two = format!("witness W {w}\nwitness X {x}\n");
    let cases = [
        ("quorum none\r\n".to_owned(), PolicyProblem::Control),
        ("# \x7f\nquorum none\n".to_owned(), PolicyProblem::Control),
        ("Quorum none\n".to_owned(), PolicyProblem::Keyword),
        ("quorum\n".to_owned(), PolicyProblem::Items),
        ("quorum none none\n".to_owned(), PolicyProblem::Items),
        ("log\n".to_owned(), PolicyProblem::Items),
        (format!("log {} a b\n", log().verifier()), PolicyProblem::Items),
        (format!("witness {w}\n"), PolicyProblem::Items),
        ("group G\n".to_owned(), PolicyProblem::Items),
        ("log key\n".to_owned(), PolicyProblem::Key(KeyError::Malformed)),
        (format!("witness W {}\n", log().verifier()), PolicyProblem::WitnessKey),
        (format!("log {0}\nlog {0}\n", log().verifier()), PolicyProblem::DuplicateKey),
        (format!("{two}witness Y {w}\n"), PolicyProblem::DuplicateKey),
        (format!("{two}witness W {}\n", vkey(4)), PolicyProblem::DuplicateName),
        (format!("{two}group W any X\n"), PolicyProblem::DuplicateName),
        (format!("{two}group none any X\n"), PolicyProblem::DuplicateName),
        (format!("witness none {w}\n"), PolicyProblem::DuplicateName),
        ("quorum W\n".to_owned(), PolicyProblem::UnknownName),
        (format!("{two}group G any Y\n"), PolicyProblem::UnknownName),
        (format!("{two}group G any G\n"), PolicyProblem::UnknownName),
        (format!("{two}group G any none\n"), PolicyProblem::UnknownName),
        (format!("{two}group G any W W\n"), PolicyProblem::SecondMembership),
        (format!("{two}group G any W\ngroup H any X W\n"), PolicyProblem::SecondMembership),
        ("quorum none\nquorum none\n".to_owned(), PolicyProblem::SecondQuorum),
    ];
    for (policy, expected) in cases {
        assert_eq!(problem(&policy), expected, "{policy}");
    }
    for threshold in ["0", "3", "+1", "01", "-1", "some", "ALL", "99999999999999999999"] {
        assert_eq!(problem(&format!("{two}group G {threshold} W X\n")), PolicyProblem::Threshold, "{threshold}");
    }
    assert_eq!(problem("group G any\n"), PolicyProblem::Threshold);
    assert_eq!(problem("group G all\n"), PolicyProblem::Threshold);
    let third = Policy::parse(b"\n#\nquorum W\n").unwrap_err();
    assert_eq!(third, PolicyError::Line { line: 3, problem: PolicyProblem::UnknownName });
    assert_eq!(third.to_string(), "line 3 of the policy: a name that no earlier line defines");
}

#[test]
fn the_same_key_under_another_name_is_still_a_duplicate() {
    let renamed = CosignerKey::from_seed("elsewhere", &[2; 32]).unwrap();
    let policy = format!("witness W {}\nwitness X {}\n", vkey(2), renamed.verifier());
    assert_eq!(problem(&policy), PolicyProblem::DuplicateKey);
}

#[test]
fn files_that_were_cut_or_say_no_quorum_are_refused() {
    assert_eq!(Policy::parse(b""), Err(PolicyError::NoQuorum));
    assert_eq!(Policy::parse(b"\n# nothing\n"), Err(PolicyError::NoQuorum));
    assert_eq!(Policy::parse(b"quorum none"), Err(PolicyError::Unfinished));
    assert_eq!(Policy::parse(&vec![b'\n'; (1 << 20) + 1]), Err(PolicyError::TooLarge));
}
