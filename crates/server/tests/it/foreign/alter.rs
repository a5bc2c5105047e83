//! What may be done to a bundle, and who must notice. The more an alteration hides, the more the forger has to hold.

use std::path::Path;

use tlog::{Bundle, Checkpoint, Frontier, SignedCheckpoint, SignerKey, TreeHead, leaf_hash, tiles};

use super::checkers::{DAYBOOK, GO, OPENSSL, PYTHON};

pub struct Alteration {
    pub name: &'static str,
    pub alter: fn(&Forger, &Path),
    /// Whether it can only be told by who has kept a checkpoint.
    pub needs_a_kept_checkpoint: bool,
    /// The checkers that refuse it, and words that they do it with. All others accept.
    pub refused_by: &'static [(&'static str, &'static str)],
}

/// Openssl sees the checkpoint alone, and Go no disclosures.
pub fn all() -> Vec<Alteration> {
    let by_content = |name, alter, refused_by| Alteration { name, alter, needs_a_kept_checkpoint: false, refused_by };
    let with_the_key = |name, alter, refused_by| Alteration { name, alter, needs_a_kept_checkpoint: true, refused_by };
    vec![
        by_content(
            "a byte of an entry",
            |_, folder| flip(folder, "tile/entries/018", 300),
            &[
                (GO, "tile/0/018 is not what the entries give"),
                (PYTHON, "tile/entries/018 is not what tile 18 of level 0 says"),
                (DAYBOOK, ""),
            ],
        ),
        by_content(
            "a bit of a tile of leaves",
            |_, folder| flip(folder, "tile/0/002", 77),
            &[
                (GO, "tile/0/002 is not what the entries give"),
                (PYTHON, "tile 2 of level 0 is not what the level above says"),
                (DAYBOOK, ""),
            ],
        ),
        by_content(
            "a bit of a tile higher up",
            |_, folder| flip(folder, "tile/1/000", 4711),
            &[
                (GO, "tile/1/000 is not what the entries give"),
                (PYTHON, "tile 147 of level 0 is not what the level above says"),
                (DAYBOOK, ""),
            ],
        ),
        by_content(
            "two entries swapped",
            |forger, folder| forger.plant(folder, |leaves| leaves.swap(300, 301)),
            &[(GO, "do not give the root"), (PYTHON, "the tiles do not give the root"), (DAYBOOK, "")],
        ),
        by_content(
            "the tail dropped",
            |forger, folder| forger.plant(folder, |leaves| leaves.truncate(69_000)),
            &[(GO, "no such file"), (PYTHON, "could not get tile"), (DAYBOOK, "")],
        ),
        by_content(
            "a row inserted",
            |forger, folder| forger.plant(folder, insert),
            &[(GO, "do not give the root"), (PYTHON, "the tiles do not give the root"), (DAYBOOK, "")],
        ),
        by_content(
            "another root at the same size",
            |forger, folder| {
                let head = forger.rewrite(folder);
                let forged = Checkpoint::new("audit.example.com/log", head).unwrap().to_string();
                let (_, signatures) = forger.checkpoint.split_once("\n\n").unwrap();
                put(folder, "checkpoint", format!("{forged}\n{signatures}").as_bytes());
            },
            &[
                (GO, "invalid signature"),
                (PYTHON, "InvalidSignature"),
                (OPENSSL, "Verification Failure"),
                (DAYBOOK, ""),
            ],
        ),
        by_content(
            "another key of the same name",
            |forger, folder| {
                let head = forger.rewrite(folder);
                let other = SignerKey::from_seed("audit.example.com/log", &[9; 32]).unwrap();
                forger.sign(folder, head, &other);
                put(folder, "vkey", format!("{}\n", other.verifier()).as_bytes());
            },
            &[
                (GO, "no verifiable signatures"),
                (PYTHON, "no trusted key"),
                (OPENSSL, "Verification Failure"),
                (DAYBOOK, ""),
            ],
        ),
        by_content(
            "a bit of the signature",
            |_, folder| {
                let note = std::fs::read_to_string(folder.join("checkpoint")).unwrap();
                let end = note.len() - 10;
                let other = if &note[end..=end] == "A" { "B" } else { "A" };
                put(folder, "checkpoint", format!("{}{other}{}", &note[..end], &note[end + 1..]).as_bytes());
            },
            &[
                (GO, "invalid signature"),
                (PYTHON, "InvalidSignature"),
                (OPENSSL, "Verification Failure"),
                (DAYBOOK, ""),
            ],
        ),
        by_content(
            "a row that shows something else",
            |_, folder| {
                let path = folder.join("disclosures/004");
                let lines = std::fs::read_to_string(path).unwrap();
                let forged = lines.replacen("é", "e", 1);
                assert_ne!(lines, forged);
                put(folder, "disclosures/004", forged.as_bytes());
            },
            &[(PYTHON, "the after of entry 1024 is not what was recorded"), (DAYBOOK, "")],
        ),
        by_content(
            "an older checkpoint of the bundle altered",
            |_, folder| {
                let note = std::fs::read_to_string(folder.join("checkpoints/12000")).unwrap();
                put(folder, "checkpoints/12000", note.replacen("12000", "12001", 1).as_bytes());
            },
            &[(GO, "invalid signature"), (PYTHON, "InvalidSignature"), (DAYBOOK, "")],
        ),
        // From here on by who holds the key.
        with_the_key(
            "a shorter tree, signed again, against an old checkpoint",
            |forger, folder| {
                let head = forger.replant(folder, |leaves| leaves.truncate(60_000));
                forger.sign(folder, head, &forger.key);
            },
            &[
                (GO, "knows of 65000 entries, the log has 60000"),
                (PYTHON, "knows of 65000 entries, the log has 60000"),
                (DAYBOOK, ""),
            ],
        ),
        with_the_key(
            "history rewritten and signed again, against an old checkpoint",
            |forger, folder| {
                let head = forger.rewrite(folder);
                forger.sign(folder, head, &forger.key);
            },
            &[(GO, "is not the beginning of the log"), (PYTHON, "ConsistencyProofInvalid"), (DAYBOOK, "")],
        ),
    ]
}

/// A forged entry, with which the last one falls off the end.
fn insert(leaves: &mut Vec<Vec<u8>>) {
    leaves.insert(1234, leaves[1233].clone());
    leaves.pop();
    let leaf = String::from_utf8(leaves[1234].clone()).unwrap();
    leaves[1234] = leaf.replace(r#""seq":1233"#, r#""seq":1234"#).into_bytes();
}

/// Somebody who can make a whole bundle, of other leaves.
pub struct Forger {
    leaves: Vec<Vec<u8>>,
    checkpoint: String,
    key: SignerKey,
}

impl Forger {
    pub fn new(bundle: &Path, key: SignerKey) -> Forger {
        let read = |bundle_of: Bundle| {
            let bytes = std::fs::read(bundle.join(bundle_of.path())).unwrap();
            bundle_of.parse(&bytes).unwrap().into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
        };
        let leaves: Vec<_> = tlog::bundles(super::SIZE).flat_map(read).collect();
        let checkpoint = std::fs::read_to_string(bundle.join("checkpoint")).unwrap();
        Forger { leaves, checkpoint, key }
    }

    /// Tiles and entries of other leaves; all else is as it was.
    fn plant(&self, folder: &Path, change: fn(&mut Vec<Vec<u8>>)) {
        self.grow(folder, change);
    }

    /// The same, and nothing in the bundle knows better.
    fn replant(&self, folder: &Path, change: fn(&mut Vec<Vec<u8>>)) -> TreeHead {
        let head = self.grow(folder, change);
        let full = head.size / 256;
        for n in full..super::SIZE / 256 + 1 {
            if let Some(bundle) = Bundle::in_tree(n, super::SIZE) {
                let path = bundle.path().replace("tile/entries", "disclosures");
                let lines = std::fs::read_to_string(folder.join(&path)).unwrap();
                std::fs::remove_file(folder.join(&path)).unwrap();
                if let Some(shorter) = Bundle::in_tree(n, head.size) {
                    let lines: String = lines.lines().take(shorter.width()).map(|line| format!("{line}\n")).collect();
                    put(folder, &shorter.path().replace("tile/entries", "disclosures"), lines.as_bytes());
                }
            }
        }
        std::fs::remove_dir_all(folder.join("checkpoints")).unwrap();
        let manifest = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
        put(folder, "manifest.json", manifest.replace("70000", &head.size.to_string()).as_bytes());
        head
    }

    /// Entry 4711 says that something else was done, and so does its row.
    fn rewrite(&self, folder: &Path) -> TreeHead {
        let head = self.replant(folder, |leaves| {
            let leaf = String::from_utf8(leaves[4711].clone()).unwrap();
            leaves[4711] = leaf.replace(r#""action":"created""#, r#""action":"deleted""#).into_bytes();
        });
        let lines = std::fs::read_to_string(folder.join("disclosures/018")).unwrap();
        let mut lines: Vec<String> = lines.lines().map(|line| format!("{line}\n")).collect();
        lines[4711 % 256] = lines[4711 % 256].replace(r#""action":"created""#, r#""action":"deleted""#);
        put(folder, "disclosures/018", lines.concat().as_bytes());
        head
    }

    fn grow(&self, folder: &Path, change: fn(&mut Vec<Vec<u8>>)) -> TreeHead {
        let mut leaves = self.leaves.clone();
        change(&mut leaves);
        let mut tree = Frontier::new();
        leaves.iter().for_each(|leaf| tree.append(leaf_hash(leaf)));
        let head = TreeHead { size: tree.size(), root: tree.root() };
        std::fs::remove_dir_all(folder.join("tile")).unwrap();
        let rows: std::collections::BTreeMap<_, _> = tree.take_dirty().into_iter().collect();
        for tile in tiles(head.size) {
            put(folder, &tile.path(), &rows[&tile.id]);
        }
        for (bundle, leaves) in tlog::bundles(head.size).zip(leaves.chunks(256)) {
            put(folder, &bundle.path(), &bundle.format(leaves).unwrap());
        }
        head
    }

    fn sign(&self, folder: &Path, head: TreeHead, key: &SignerKey) {
        let checkpoint = Checkpoint::new("audit.example.com/log", head).unwrap();
        put(folder, "checkpoint", SignedCheckpoint::sign(checkpoint, key).unwrap().to_string().as_bytes());
    }
}

/// Links for files: nothing that is done to the copy may write into a file, see [`put`].
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::hard_link(entry.path(), target).unwrap();
        }
    }
}

/// A new file in place of the old one, which others link to.
fn put(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _ = std::fs::remove_file(&path);
    std::fs::write(path, bytes).unwrap();
}

fn flip(folder: &Path, name: &str, byte: usize) {
    let mut bytes = std::fs::read(folder.join(name)).unwrap();
    bytes[byte] ^= 4;
    put(folder, name, &bytes);
}
