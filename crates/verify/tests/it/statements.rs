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
