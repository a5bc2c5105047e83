//! The program as it is run: what it prints, and how it exits.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Command, Output};

use serde_json::{Value, json};

use daybook_verify::leaf::Part;

use super::bundle::{Bundle, Entry, Log, key};

fn program(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daybook-verify"));
    command.env_clear().args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_exit_code_is_the_verdict() {
    let log = Log::plain(300);
    let bundle = log.write();
    let folder = bundle.path().display().to_string();
    let sound = program(&["--bundle", &folder, "--vkey", &key(1).verifier().to_string()]);
    assert_eq!((sound.status.code(), text(&sound).lines().next()), (Some(0), Some("SOUND")));
    assert!(text(&sound).contains("(as given)"), "{}", text(&sound));

    bundle.put("old", log.note(100, 2));
    let old = bundle.path().join("old").display().to_string();
    let report = program(&["--bundle", &folder, "--checkpoint", &old, "--json"]);
    assert_eq!(report.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    assert_eq!(report["verdict"], "tampered");
    assert_eq!(report["first_bad_position"], 100);

    bundle.remove("tile/0/000");
    let incomplete = program(&["--bundle", &folder]);
    assert_eq!(incomplete.status.code(), Some(2));
    assert!(text(&incomplete).starts_with("INCOMPLETE  tile/0/000 is missing\n"), "{}", text(&incomplete));
    let nowhere = program(&["--bundle", "nowhere"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert_eq!(program(&["--bundle", &folder, "--vkey", "nonsense"]).status.code(), Some(2));
    assert_eq!(program(&["--url", "http://127.0.0.1:1"]).status.code(), Some(2));
    assert_eq!(program(&[]).status.code(), Some(2));
}

#[test]
fn a_proof_file_is_checked_with_its_leaf() {
    let (leaf, file) = super::proof::proven(300, 17);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (proof, vkey) = (write("proof", &file), key(1).verifier().to_string());
    // As an editor or a shell ends it.
    for leaf in [write("leaf", &leaf), write("line", &format!("{leaf}\n"))] {
        let sound = program(&["--proof", &proof, "--leaf", &leaf, "--vkey", &vkey]);
        assert_eq!((sound.status.code(), text(&sound).lines().next()), (Some(0), Some("SOUND")), "{}", text(&sound));
        assert!(text(&sound).contains("300 entries, of which 17 to 18 are here"), "{}", text(&sound));
    }
    let other = write("other", &leaf.replacen("updated", "deleted", 1));
    let tampered = program(&["--proof", &proof, "--leaf", &other, "--vkey", &vkey]);
    let said = "TAMPERED  entry 17: its leaf is not the one that the proof is about";
    assert_eq!(tampered.status.code(), Some(1));
    assert!(text(&tampered).starts_with(said), "{}", text(&tampered));
    for incomplete in [
        &["--proof", &proof, "--leaf", &other[..0], "--vkey", &vkey][..],
        &["--proof", "nowhere", "--leaf", &other, "--vkey", &vkey],
        &["--proof", &proof, "--vkey", &vkey],
        &["--proof", &proof, "--leaf", &other, "--bundle", "b"],
        &["--proof", &proof, "--leaf", &other, "--checkpoint", &proof],
        &["--proof", &proof, "--leaf", &other, "--tree-only"],
    ] {
        assert_eq!(program(incomplete).status.code(), Some(2), "{incomplete:?}");
    }
}

/// Serves a bundle as a server of the log would: the tree for who has a key, the entries for the admin's.
fn serve(bundle: Bundle) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut stream = stream;
            loop {
                let (mut path, mut key, mut line) = (String::new(), String::new(), String::new());
                if reader.read_line(&mut path).unwrap_or(0) == 0 {
                    break;
                }
                while reader.read_line(&mut line).unwrap_or(0) > 2 {
                    if let Some((name, value)) = line.split_once(": ")
                        && name.eq_ignore_ascii_case("authorization")
                    {
                        key = value.trim().to_owned();
                    }
                    line.clear();
                }
                let path = path.split(' ').nth(1).unwrap().strip_prefix("/ledger/").unwrap().to_owned();
                let is_secret = path.starts_with("tile/entries") || path.starts_with("disclosures");
                let (status, body) = match key.as_str() {
                    "Bearer admin" | "Bearer user" if is_secret && key != "Bearer admin" => {
                        ("403 Forbidden", Vec::new())
                    }
                    "Bearer admin" | "Bearer user" if path.starts_with("checkpoints?limit=1000&below=") => {
                        let note = std::fs::read_to_string(bundle.path().join("checkpoints/100")).ok();
                        let list: Vec<Value> = note.iter().map(|note| json!({"size": 100, "note": note})).collect();
                        let list = json!({"checkpoints": list});
                        ("200 OK", list.to_string().into_bytes())
                    }
                    "Bearer admin" | "Bearer user" => match std::fs::read(bundle.path().join(&path)) {
                        Ok(bytes) => {
                            // The log may have grown by the next time.
                            if path == "checkpoint" && bundle.path().join("checkpoint.next").exists() {
                                bundle.put("checkpoint", bundle.get("checkpoint.next"));
                            }
                            ("200 OK", bytes)
                        }
                        Err(_) => ("404 Not Found", Vec::new()),
                    },
                    _ => ("401 Unauthorized", Vec::new()),
                };
                let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
                if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_err() {
                    break;
                }
            }
        }
    });
    base
}

#[test]
fn a_server_shows_its_entries_to_an_admin_and_its_tree_to_everybody_with_a_key() {
    let mut log = Log::plain(300);
    log.published = vec![100];
    let base = serve(log.write());
    let admin = program(&["--url", &base, "--key", "admin", "--json"]);
    let report: Value = serde_json::from_slice(&admin.stdout).unwrap();
    assert_eq!(
        (admin.status.code(), &report["shown"], &report["older_checkpoints"]),
        (Some(0), &json!(300), &json!(1))
    );

    let user = program(&["--url", &base, "--key", "user"]);
    assert_eq!(user.status.code(), Some(2));
    assert!(text(&user).starts_with("INCOMPLETE  entries are not readable with this key"), "{}", text(&user));
    let tree = program(&["--url", &base, "--key", "user", "--tree-only"]);
    assert_eq!(tree.status.code(), Some(0), "{}", text(&tree));
    let nobody = program(&["--url", &base]);
    assert_eq!(nobody.status.code(), Some(2));
}

#[test]
fn a_server_whose_tiles_lie_is_found_out() {
    let mut log = Log::plain(300);
    log.published = vec![100];
    let bundle = log.write();
    bundle.flip("tile/0/000", 32 * 60);
    let base = serve(bundle);
    let report = program(&["--url", &base, "--key", "admin", "--json"]);
    let found: Value = serde_json::from_slice(&report.stdout).unwrap();
    assert_eq!((report.status.code(), &found["first_bad_position"]), (Some(1), &json!(60)), "{found}");
}

#[test]
fn an_erasure_while_a_server_is_read_is_looked_for_behind_a_newer_checkpoint() {
    let mut entries: Vec<Entry> = (0..30).map(Entry::plain).collect();
    entries[4].erased = vec![Part::Before];
    let before = Log::of(&entries);
    entries.push(Entry::declares(30, 4, &[Part::Before]));
    let after = Log::of(&entries).write();
    let both = before.write();
    for path in after.files().iter().filter(|path| path.as_str() != "checkpoint") {
        both.put(path, after.get(path));
    }
    both.put("checkpoint.next", after.get("checkpoint"));
    let report = program(&["--url", &serve(both), "--key", "admin", "--json"]);
    let found: Value = serde_json::from_slice(&report.stdout).unwrap();
    assert_eq!((report.status.code(), &found["size"]), (Some(0), &json!(31)), "{found}");

    // Without a declaration there either, it is none.
    let report = program(&["--url", &serve(before.write()), "--key", "admin"]);
    assert_eq!(report.status.code(), Some(1), "{}", text(&report));
}
