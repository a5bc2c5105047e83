//! Erasures, adopted rows and new names of the log.

use daybook_verify::leaf::Part;
use daybook_verify::report::Verdict;
use daybook_verify::source::Options;
use serde_json::json;
use tlog::{Checkpoint, SignedCheckpoint, SignerKey, TreeHead, leaf_hash, root_of_leaves};

use super::bundle::{Entry, Log, ORIGIN};

fn entries(size: u64) -> Vec<Entry> {
    (0..size).map(Entry::plain).collect()
}

#[test]
fn erased_parts_are_counted_when_an_entry_declares_them() {
    let mut entries = entries(30);
    entries[4].erased = vec![Part::Before, Part::Actor];
    entries[9].erased = Part::ALL.to_vec();
    entries.push(Entry::declares(30, 4, &[Part::Before]));
    entries.push(Entry::declares(31, 4, &[Part::Actor]));
    entries.push(Entry::declares(32, 9, &Part::ALL));
    let report = Log::of(&entries).write().verify();
    assert_eq!((report.verdict, report.counts.erased), (Verdict::Sound, 7), "{report}");
    assert!(report.to_string().contains("7 parts erased, declared"));
}

#[test]
fn an_erasure_that_nobody_declares_is_a_gap() {
    let declarations: [(&str, Vec<Entry>); 4] = [
        ("nothing", vec![]),
        ("another part", vec![Entry::declares(30, 4, &[Part::After])]),
        ("another entry", vec![Entry::declares(30, 5, &[Part::Before])]),
        ("another id", {
            let mut wrong = Entry::declares(30, 4, &[Part::Before]);
            wrong.object = "id-5".to_owned();
            wrong.after["id"] = json!("id-5");
            vec![wrong]
        }),
    ];
    for (what, declared) in declarations {
        let mut entries = entries(30);
        entries[4].erased = vec![Part::Before];
        entries.extend(declared);
        let report = Log::of(&entries).write().verify();
        assert_eq!(report.verdict, Verdict::Tampered, "{what}: {report}");
        assert_eq!(report.first().unwrap().position, Some(4), "{what}");
    }
}

#[test]
fn a_part_that_is_declared_erased_and_is_there_is_worth_a_note() {
    let mut entries = entries(30);
    entries.push(Entry::declares(30, 4, &[Part::Before]));
    let report = Log::of(&entries).write().verify();
    assert_eq!(report.verdict, Verdict::Sound);
    assert!(report.notes[0].starts_with("1 parts that were declared erased are there"), "{report}");
}

#[test]
fn an_adopted_row_has_the_time_at_which_litellm_wrote_it() {
    let mut entries = entries(30);
    entries[4].written_at = Some("2025-01-02T03:04:05.678Z".to_owned());
    let report = Log::of(&entries).write().verify();
    assert_eq!((report.verdict, report.counts.adopted), (Verdict::Sound, 1), "{report}");
    let bundle = Log::of(&entries).write();
    let path = "disclosures/000.p/30";
    let text = String::from_utf8(bundle.get(path)).unwrap();
    bundle.put(path, text.replacen("2025-01-02T03", "2025-01-02T04", 1));
    let report = bundle.verify();
    assert_eq!((report.verdict, report.first().unwrap().position), (Verdict::Tampered, Some(4)));
}

/// A checkpoint of the log under its earlier name.
fn earlier(leaves: &[String], size: u64) -> String {
    let key = SignerKey::from_seed("example.com/earlier", &[9; 32]).unwrap();
    let root = root_of_leaves(leaves.iter().map(|leaf| leaf_hash(leaf.as_bytes())));
    let checkpoint = Checkpoint::new("example.com/earlier", TreeHead { size, root }).unwrap();
    SignedCheckpoint::sign(checkpoint, &key).unwrap().to_string()
}

#[test]
fn a_declared_new_name_says_which_entries_a_restored_backup_lost() {
    let lost = Log::plain(25);
    let last = earlier(&lost.leaves, 25);
    let mut entries = entries(20);
    entries.push(Entry {
        table: "daybook_head",
        before: json!({"origin": "example.com/earlier", "size": 20, "root": ""}),
        after: json!({"origin": ORIGIN, "vkey": "", "at": "", "previous_checkpoint": last}),
        ..Entry::plain(20)
    });
    entries.extend((21..40).map(|n| Entry { object: "after".to_owned(), ..Entry::plain(n) }));
    let log = Log::of(&entries);
    let vkey = SignerKey::from_seed("example.com/earlier", &[9; 32]).unwrap().verifier().to_string();
    let verify = |note: &str| {
        let bundle = log.write();
        let known = String::from_utf8(bundle.get("vkey")).unwrap();
        bundle.put("vkey", format!("{known}{vkey}\n"));
        let kept = vec![("OLD".to_owned(), note.as_bytes().to_vec())];
        bundle.verify_with(&Options { kept, ..Options::default() })
    };
    // What the backup had is there; what it had not is said to be gone.
    let report = verify(&earlier(&lost.leaves[..15], 15));
    assert_eq!((report.verdict, report.counts.checkpoints), (Verdict::Sound, 1), "{report}");
    for size in [23, 25] {
        let report = verify(&earlier(&lost.leaves[..size], size as u64));
        assert_eq!(report.verdict, Verdict::Sound, "{report}");
        assert!(report.notes[0].contains("earlier origin"), "{report}");
    }
    // Nobody declared the loss of more, nor another beginning.
    let more = Log::plain(30);
    let report = verify(&earlier(&more.leaves, 30));
    assert_eq!((report.verdict, report.first().unwrap().position), (Verdict::Tampered, Some(20)), "{report}");
    let report = verify(&earlier(&more.leaves[1..16], 15));
    assert_eq!(report.verdict, Verdict::Tampered, "{report}");
}

#[test]
fn a_planted_row_that_was_adopted_declares_no_erasure() {
    let mut entries = entries(30);
    entries[4].erased = vec![Part::Before];
    let written_at = Some("2025-01-02T03:04:05.678Z".to_owned());
    entries.push(Entry { written_at, ..Entry::declares(30, 4, &[Part::Before]) });
    let report = Log::of(&entries).write().verify();
    assert_eq!((report.verdict, report.first().unwrap().position), (Verdict::Tampered, Some(4)), "{report}");
}

#[test]
fn a_planted_row_that_was_adopted_gives_the_log_no_name() {
    let lost = Log::plain(25);
    let last = earlier(&lost.leaves, 25);
    for (written_at, verdict) in
        [(None, Verdict::Sound), (Some("2025-01-02T03:04:05.678Z".to_owned()), Verdict::Tampered)]
    {
        let mut entries = entries(20);
        entries.push(Entry {
            table: "daybook_head",
            before: json!({"origin": "example.com/earlier", "size": 20, "root": ""}),
            after: json!({"origin": ORIGIN, "vkey": "", "at": "", "previous_checkpoint": last}),
            written_at,
            ..Entry::plain(20)
        });
        let bundle = Log::of(&entries).write();
        let known = String::from_utf8(bundle.get("vkey")).unwrap();
        let vkey = SignerKey::from_seed("example.com/earlier", &[9; 32]).unwrap().verifier().to_string();
        bundle.put("vkey", format!("{known}{vkey}\n"));
        let kept = vec![("OLD".to_owned(), last.as_bytes().to_vec())];
        let report = bundle.verify_with(&Options { kept, ..Options::default() });
        assert_eq!(report.verdict, verdict, "{report}");
    }
}

/// A bundle of 600 entries, of which 4 lacks a part that 500 declares, without the files of these hundreds.
fn extract(without: &[u64]) -> super::bundle::Bundle {
    let mut entries = entries(600);
    entries[4].erased = vec![Part::Before];
    entries[500] = Entry::declares(500, 4, &[Part::Before]);
    let bundle = Log::of(&entries).write();
    for part in tlog::bundles(600).filter(|part| without.contains(&part.n)) {
        bundle.remove(&part.path());
        bundle.remove(&part.path().replace("tile/entries", "disclosures"));
    }
    bundle
}

#[test]
fn an_extract_without_the_declaration_of_an_erasure_is_incomplete() {
    let bundle = extract(&[1, 2]);
    bundle.put("manifest.json", r#"{"size":600,"from":0,"to":256}"#);
    let report = bundle.verify();
    assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
    assert!(report.missing[0].contains("no entry that is shown here declares it"), "{report}");
    // With the declaration it is sound, though something between them is not shown.
    let bundle = extract(&[]);
    bundle.remove("tile/entries/002.p/88");
    bundle.remove("disclosures/002.p/88");
    bundle.put("manifest.json", r#"{"size":600,"from":0,"to":512}"#);
    assert_eq!(bundle.verify().verdict, Verdict::Sound);
}

#[test]
fn a_manifest_hides_nothing_that_is_there() {
    for manifest in [r#"{"from":256,"to":512}"#, r#"{"from":0,"to":0}"#, r#"{"to":1}"#] {
        let mut entries = entries(600);
        entries[4].erased = vec![Part::Before];
        let bundle = Log::of(&entries).write();
        bundle.put("manifest.json", manifest);
        let report = bundle.verify();
        assert_eq!((report.verdict, report.first().unwrap().position), (Verdict::Tampered, Some(4)), "{report}");
    }
    for manifest in [r#"{"to":0}"#, r#"{"from":600}"#, r#"{"from":300,"to":100}"#] {
        let bundle = extract(&[0, 1, 2]);
        bundle.put("manifest.json", manifest);
        assert_eq!(bundle.verify().verdict, Verdict::Incomplete, "{manifest}");
    }
}

#[test]
fn a_checkpoint_of_more_entries_than_anybody_can_read_comes_to_an_end() {
    for size in [1 << 62, u64::MAX >> 1] {
        let bundle = Log::plain(300).write();
        let head = TreeHead { size, root: leaf_hash(b"") };
        let note = SignedCheckpoint::sign(Checkpoint::new(ORIGIN, head).unwrap(), &super::bundle::key(1)).unwrap();
        bundle.put("checkpoint", note.to_string());
        let report = bundle.verify();
        assert_ne!(report.verdict, Verdict::Sound);
        assert!(report.missing.iter().any(|missing| missing.starts_with("too much is missing")), "{report}");
    }
}

#[test]
fn entries_behind_the_newest_checkpoint_are_said_to_be_unsigned() {
    let key = super::bundle::key(1);
    let log = Log::plain(10);
    let checkpoint = |size: usize| daybook_verify::engine::GivenCheckpoint {
        name: "checkpoint".to_owned(),
        size: None,
        note: log.note(size, 1).into_bytes(),
        kind: daybook_verify::engine::Kind::Newest,
    };
    for (size, note) in [(10, None), (9, Some("entry 9 is")), (7, Some("entries 7 to 9 are"))] {
        let mut verifier = daybook_verify::engine::Verifier::new(daybook_verify::engine::Setup {
            size: 10,
            trusted: vec![key.verifier().clone()],
            checkpoints: vec![checkpoint(size)],
            ..Default::default()
        });
        log.leaves.iter().for_each(|leaf| verifier.push_hash(leaf_hash(leaf.as_bytes())));
        let notes = verifier.finish().notes;
        assert_eq!(notes, note.map(|note| format!("{note} signed by nobody yet")).into_iter().collect::<Vec<_>>());
    }
}
