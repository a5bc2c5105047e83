//! Every kind of damage to a bundle.

use daybook_verify::report::{Report, Verdict};
use daybook_verify::source::Options;
use proptest::prelude::*;
use tlog::SignedCheckpoint;

use super::bundle::{Entry, Log, key};

/// The first problem: its position and its place.
#[track_caller]
fn first(report: &Report) -> (Option<u64>, &str) {
    assert_eq!(report.verdict, Verdict::Tampered, "{report}");
    let first = report.first().unwrap();
    (first.position, first.place.as_str())
}

fn kept(note: &str) -> Options {
    Options { kept: vec![("OLD".to_owned(), note.as_bytes().to_vec())], ..Options::default() }
}

#[test]
fn a_sound_log_is_sound_at_every_size() {
    for size in [0, 1, 2, 255, 256, 257, 700] {
        let mut log = Log::plain(size);
        log.published = [1, 256, 300].into_iter().filter(|old| *old < size as usize).collect();
        let report = log.write().verify();
        assert_eq!(report.verdict, Verdict::Sound, "{report}");
        assert_eq!((report.size, report.counts.entries, report.counts.shown), (size, size, size));
        assert_eq!(report.counts.checkpoints, log.published.len() as u64);
        assert_eq!(report.keys, [key(1).verifier().to_string()]);
    }
}

#[test]
fn an_altered_leaf_is_named() {
    for at in [0, 255, 256, 511, 699] {
        let log = Log::plain(700);
        let bundle = log.write();
        let mut forged = log.clone();
        forged.leaves[at] = forged.leaves[at].replace("updated", "deleted");
        let path = if at < 512 { format!("tile/entries/00{}", at / 256) } else { "tile/entries/002.p/188".to_owned() };
        bundle.put(&path, forged.write().get(&path));
        assert_eq!(first(&bundle.verify()), (Some(at as u64), format!("entry {at}").as_str()));
    }
}

#[test]
fn a_leaf_that_is_altered_with_row_and_tree_is_found_by_the_signature() {
    let mut log = Log::plain(700);
    log.published = vec![100, 300, 600];
    let bundle = log.write();
    let mut entries: Vec<Entry> = (0..700).map(Entry::plain).collect();
    entries[411].action = "deleted";
    let forged = Log::of(&entries).write();
    for path in forged.files().iter().filter(|path| path.starts_with("tile") || path.starts_with("disclosures")) {
        bundle.put(path, forged.get(path));
    }
    assert_eq!(first(&bundle.verify()), (Some(300), "checkpoints/600"));
}

#[test]
fn a_leaf_that_is_removed_swapped_or_put_in_shows_where() {
    let log = Log::plain(300);
    let mut removed = log.clone();
    removed.leaves.remove(77);
    removed.leaves.push(Log::plain(301).leaves[300].clone());
    let mut swapped = log.clone();
    swapped.leaves.swap(77, 200);
    let mut inserted = log.clone();
    inserted.leaves.insert(77, log.leaves[3].clone());
    inserted.leaves.pop();
    for damaged in [removed, swapped, inserted] {
        let bundle = log.write();
        let forged = damaged.write();
        for path in ["tile/entries/000", "tile/entries/001.p/44"] {
            bundle.put(path, forged.get(path));
        }
        assert_eq!(first(&bundle.verify()), (Some(77), "entry 77"));
    }
}

#[test]
fn an_altered_tile_is_told_from_an_altered_leaf() {
    let bundle = Log::plain(700).write();
    bundle.flip("tile/0/001", 32 * 10 + 3);
    assert_eq!(first(&bundle.verify()), (Some(266), "tile/0/001"));
    let bundle = Log::plain(700).write();
    bundle.flip("tile/1/000.p/2", 40);
    assert_eq!(first(&bundle.verify()), (Some(256), "tile/1/000.p/2"));
    let bundle = Log::plain(700).write();
    let mut short = bundle.get("tile/0/001");
    short.truncate(100);
    bundle.put("tile/0/001", short);
    assert_eq!(first(&bundle.verify()), (Some(256 + 3), "tile/0/001"));
}

#[test]
fn a_cut_tail_is_found_by_a_checkpoint_that_somebody_kept() {
    let log = Log::plain(300);
    let short = Log::plain(290).write();
    assert_eq!(short.verify().verdict, Verdict::Sound);
    let report = short.verify_with(&kept(&log.note(295, 1)));
    assert_eq!(first(&report), (Some(290), "checkpoint OLD"));
}

#[test]
fn another_tree_of_the_same_size_is_found_by_a_checkpoint_that_somebody_kept() {
    let log = Log::plain(300);
    let mut entries: Vec<Entry> = (0..300).map(Entry::plain).collect();
    entries[7].object = "another".to_owned();
    let report = Log::of(&entries).write().verify_with(&kept(&log.note(300, 1)));
    assert_eq!(first(&report), (Some(0), "checkpoint OLD"));
    // The part that the first 7 entries make up is as it was.
    let report = Log::of(&entries).write().verify_with(&kept(&log.note(7, 1)));
    assert_eq!(report.verdict, Verdict::Sound);
}

#[test]
fn a_checkpoint_of_another_key_is_none() {
    let log = Log::plain(20);
    let bundle = log.write();
    bundle.put("checkpoint", log.note(20, 2));
    assert_eq!(first(&bundle.verify()).1, "checkpoint");
    // Whoever also exchanges the key in the bundle is found by who knows the right one.
    bundle.put("vkey", key(2).verifier().to_string());
    assert_eq!(bundle.verify().verdict, Verdict::Sound);
    let trusted = Options { trusted: vec![key(1).verifier().clone()], ..Options::default() };
    assert_eq!(first(&bundle.verify_with(&trusted)).1, "checkpoint");
    assert_eq!(first(&bundle.verify_with(&kept(&log.note(10, 1)))).1, "checkpoint OLD");
}

#[test]
fn a_checkpoint_of_another_log_is_no_earlier_one() {
    let other = tlog::SignerKey::from_seed("example.com/other", &[1; 32]).unwrap();
    let log = Log::plain(20);
    let head = *SignedCheckpoint::parse(log.note(10, 1).as_bytes()).unwrap().checkpoint().head();
    let checkpoint = tlog::Checkpoint::new("example.com/other", head).unwrap();
    let note = SignedCheckpoint::sign(checkpoint, &other).unwrap().to_string();
    assert_eq!(first(&log.write().verify_with(&kept(&note))).1, "checkpoint OLD");
    let both = Options { trusted: vec![key(1).verifier().clone(), other.verifier().clone()], ..kept(&note) };
    assert_eq!(first(&log.write().verify_with(&both)).1, "checkpoint OLD");
}

#[test]
fn time_that_runs_backwards_and_an_id_that_comes_twice_are_found() {
    let mut entries: Vec<Entry> = (0..20).map(Entry::plain).collect();
    entries[9].at = entries[3].at;
    assert_eq!(first(&Log::of(&entries).write().verify()), (Some(9), "entry 9"));
    let mut entries: Vec<Entry> = (0..20).map(Entry::plain).collect();
    entries[13].id = entries[5].id.clone();
    let report = Log::of(&entries).write().verify();
    assert_eq!(first(&report), (Some(13), "entry 13"));
    assert!(report.first().unwrap().what.contains("id-5 comes twice"));
}

#[test]
fn what_is_shown_must_be_what_was_recorded() {
    let log = Log::plain(20);
    let path = "disclosures/000.p/20";
    for (from, to) in [
        (r#""n":8,"#, r#""n":9,"#),
        (r#""changed_by":"ada""#, r#""changed_by":"eve""#),
        ("team-1", "team-2"),
        ("/team/update", "/team/delete"),
        (r#""action":"updated""#, r#""action":"deleted""#),
        (r#"{"seq":8"#, r#"{"seq": 8"#),
        (r#""actor":{"#, r#""actor":{"actor":1,"#),
        (r#""salts":{"#, r#""more":1,"salts":{"#),
    ] {
        let bundle = log.write();
        let text = String::from_utf8(bundle.get(path)).unwrap();
        let lines: Vec<String> = text
            .lines()
            .enumerate()
            .map(|(at, line)| if at == 8 { line.replacen(from, to, 1) } else { line.to_owned() })
            .collect();
        assert_ne!(lines.join("\n"), text.trim_end(), "{from}");
        bundle.put(path, lines.join("\n"));
        assert_eq!(first(&bundle.verify()), (Some(8), "entry 8"), "{from} became {to}");
    }
    let bundle = log.write();
    let text = String::from_utf8(bundle.get(path)).unwrap();
    bundle.put(path, text.lines().take(15).collect::<Vec<_>>().join("\n"));
    assert_eq!(first(&bundle.verify()), (Some(15), "entry 15"));
    bundle.put(path, format!("{text}{{}}\n"));
    assert_eq!(first(&bundle.verify()), (Some(20), path));
}

#[test]
fn what_is_not_there_makes_it_incomplete_and_is_named() {
    for (path, named) in [
        ("tile/0/001", "tile/0/001"),
        ("tile/1/000.p/2", "tile/1/000.p/2"),
        ("tile/entries/001", "tile/entries/001"),
        ("disclosures/002.p/188", "disclosures/002.p/188"),
    ] {
        let bundle = Log::plain(700).write();
        bundle.remove(path);
        let report = bundle.verify();
        assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
        assert!(report.missing[0].contains(named), "{report}");
    }
    let bundle = Log::plain(7).write();
    bundle.remove("checkpoint");
    assert_eq!(bundle.verify().verdict, Verdict::Incomplete);
}

#[test]
fn a_tile_too_many_is_found() {
    let bundle = Log::plain(300).write();
    bundle.put("tile/0/002", [0; 8192]);
    assert_eq!(first(&bundle.verify()), (None, "tile/0/002"));
}

#[test]
fn an_extract_is_checked_as_far_as_it_goes() {
    let log = Log::plain(1000);
    let extract = || {
        let bundle = log.write();
        for n in [0, 2] {
            bundle.remove(&format!("tile/entries/00{n}"));
            bundle.remove(&format!("disclosures/00{n}"));
        }
        bundle.remove("tile/entries/003.p/232");
        bundle.remove("disclosures/003.p/232");
        bundle.put("manifest.json", r#"{"format":"daybook-evidence/1","size":1000,"from":300,"to":400}"#);
        bundle
    };
    let report = extract().verify();
    assert_eq!(report.verdict, Verdict::Sound, "{report}");
    assert_eq!((report.range, report.counts.shown), ((256, 512), 256));
    let bundle = extract();
    bundle.flip("tile/0/000", 5);
    assert_eq!(first(&bundle.verify()).0, Some(0));
    let bundle = extract();
    bundle.flip("tile/entries/001", 500);
    assert!((256..260).contains(&first(&bundle.verify()).0.unwrap()));
}

#[test]
fn the_tree_alone_can_be_checked() {
    let log = Log::plain(300);
    let bundle = log.write();
    let options = Options { tree_only: true, ..kept(&log.note(200, 1)) };
    bundle.remove("tile/entries/000");
    let report = bundle.verify_with(&options);
    assert_eq!((report.verdict, report.counts.entries), (Verdict::Sound, 0), "{report}");
    bundle.flip("tile/0/000", 5);
    assert_eq!(bundle.verify_with(&options).verdict, Verdict::Tampered);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn no_bit_of_a_bundle_can_be_flipped_unnoticed(size in prop_oneof![9 => 1_u64..20, 1 => 250_u64..270], file: prop::sample::Index, at: prop::sample::Index, bit in 0..8) {
        let mut log = Log::plain(size);
        log.published = vec![size as usize / 2, size as usize];
        let bundle = log.write();
        let files = bundle.files();
        let path = file.get(&files);
        let mut bytes = bundle.get(path);
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        bundle.put(path, &bytes);
        let report = bundle.verify();
        prop_assert_ne!(report.verdict, Verdict::Sound, "byte {} of {}", at, path);
    }
}
