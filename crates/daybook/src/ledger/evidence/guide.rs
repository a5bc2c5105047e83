//! VERIFY.md: how to check this very bundle, with commands that can be pasted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use daybook_verify::leaf::Leaf;
use jiff::Timestamp;
use tlog::{Bundle, KeyType, SignedCheckpoint, VerifierKey};

use super::{Exported, WIDTH, disclosures_path};
use crate::model::time;
use crate::store::Disclosed;

const GUIDE: &str = include_str!("VERIFY.md");
const CHECK_GO: &str = include_str!("check.go");
const CHECK_PY: &str = include_str!("check.py");

/// The part about one entry, which an empty log does not have.
const SAMPLE: (&str, &str) = ("{{#sample}}\n", "{{/sample}}\n");

pub(super) fn render(
    exported: &Exported,
    checkpoint: &SignedCheckpoint,
    keys: &[VerifierKey],
    sample: Option<&Disclosed>,
    at: Timestamp,
) -> String {
    let Exported { origin, size, from, to } = exported;
    let range = if (*from, *to) == (0, *size) {
        "All of them are in it.".to_owned()
    } else {
        format!("Of the entries themselves it holds numbers {from} to {}, of all others the hashes.", to - 1)
    };
    let (key_id, public_key) = signature(checkpoint, keys).unwrap_or_default();
    let (before, rest) = GUIDE.split_once(SAMPLE.0).unwrap_or((GUIDE, ""));
    let (about_one, after) = rest.split_once(SAMPLE.1).unwrap_or((rest, ""));
    let about_one = sample.and_then(|entry| one_entry(about_one, entry, *size)).unwrap_or_default();
    let vkeys: String = keys.iter().map(|key| format!("{key}\n")).collect();
    // The programs last: nothing is to be filled in in them.
    [before, &about_one, after]
        .concat()
        .replace("{{origin}}", origin)
        .replace("{{exported_at}}", &time::fixed(at))
        .replace("{{size}}", &size.to_string())
        .replace("{{range}}", &range)
        .replace("{{vkeys}}", &vkeys)
        .replace("{{key_id}}", &key_id)
        .replace("{{public_key}}", &public_key)
        .replace("{{check.go}}", CHECK_GO)
        .replace("{{check.py}}", CHECK_PY)
}

/// How a line of the log's signature begins (30 of the 32 bits of the key's id in base64), and the key that made it.
fn signature(checkpoint: &SignedCheckpoint, keys: &[VerifierKey]) -> Option<(String, String)> {
    let signed = checkpoint.verify(keys).ok()?;
    let key = signed.iter().map(|by| by.key).find(|key| key.key_type() == KeyType::Ed25519)?;
    let mut id = STANDARD.encode(key.id().to_be_bytes());
    id.truncate(5);
    Some((id, STANDARD.encode(key.public_key())))
}

fn one_entry(text: &str, entry: &Disclosed, size: u64) -> Option<String> {
    let leaf = Leaf::parse(&entry.leaf).ok()?;
    let bundle = Bundle::in_tree(entry.seq / WIDTH, size)?;
    let text = text
        .replace("{{seq}}", &entry.seq.to_string())
        .replace("{{action}}", &leaf.action)
        .replace("{{table}}", &leaf.table)
        .replace("{{at}}", &time::fixed(leaf.at))
        .replace("{{line}}", &(entry.seq % WIDTH + 1).to_string())
        .replace("{{disclosures}}", &disclosures_path(bundle));
    Some(text)
}
