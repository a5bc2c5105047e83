//! What must be true of every database at every moment: checked when a test is done with one.

use std::collections::HashMap;

use serde_json::Value;

use crate::model::leaf::Part;
use crate::model::row::{Row, RowExt as _};
use crate::model::shown::{Entry, Shown, check};
use crate::store::{Store, find_head, list_entries};

/// The tree recomputed from the stored leaves is the head's, the sequence has no gap, time never runs backwards, every
/// row is what its leaf commits to, what was erased is declared, and each entry's before is the after of the object's
/// previous one.
///
/// # Panics
///
/// When any of it is not so.
pub async fn assert_invariants(store: &Store) {
    let mut session = store.read().await.unwrap();
    let head = find_head(&mut session).await.unwrap().expect("the log has a head");
    let entries = list_entries(&mut session, 0, i64::MAX).await.unwrap();
    assert_eq!(entries.len() as u64, head.size, "as many leaves as the head says");

    let leaves = entries.iter().map(|(row, _)| tlog::leaf_hash(row.text("leaf").unwrap().as_bytes()));
    assert_eq!(tlog::root_of_leaves(leaves), head.root, "the root is that of the leaves");

    let mut last_at = None;
    let mut objects: HashMap<(String, String), Row> = HashMap::new();
    let (mut erased, mut declared) = (HashMap::new(), HashMap::new());
    for (stored, seq) in entries.iter().zip(0..head.size) {
        let (ledger, audit) = stored;
        assert_eq!(ledger.int("seq"), i64::try_from(seq).ok(), "the sequence has no gap");
        let entry = check_entry(seq, ledger, audit.as_ref());
        assert!(last_at.is_none_or(|last| last <= entry.leaf.at), "time runs backwards at {seq}");
        last_at = Some(entry.leaf.at);
        check_history(&mut objects, &entry, audit.as_ref().unwrap(), seq);
        if let Some(declaration) = entry.declares {
            declared.entry(declaration.seq).or_insert_with(Vec::new).extend(declaration.parts);
        }
        erased.insert(seq, entry.erased);
    }
    for (seq, parts) in erased {
        let declared = declared.remove(&seq).unwrap_or_default();
        for part in parts {
            assert!(declared.contains(&part), "the {part} of entry {seq} is gone, and no entry declares that");
        }
    }
}

fn check_entry(seq: u64, ledger: &Row, row: Option<&Row>) -> Entry {
    let parse = |name: &str| serde_json::from_str::<Value>(ledger.text(name).unwrap()).unwrap();
    let (actor, context, salts) = (parse("actor"), parse("context"), parse("salts"));
    let shown = Shown { row, actor: &actor, context: &context, salts: &salts };
    let entry = check(seq, ledger.text("leaf").unwrap(), &shown);
    let entry = entry.unwrap_or_else(|fault| panic!("entry {seq}: {fault}"));
    assert_eq!(ledger.text("audit_id"), Some(entry.leaf.id.as_str()), "entry {seq}");
    entry
}

/// What LiteLLM's data plane counts up in a row while nobody manages it.
const COUNTERS: &[&str] = &["spend", "total_spend", "model_spend", "last_active"];

/// A member that is null is the same as one that is not there: settings lose members, rows lose none.
fn without_counters(row: &Row) -> Row {
    row.iter()
        .filter(|(name, value)| !COUNTERS.contains(&name.as_str()) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Follows each object from entry to entry, past what cannot be known: after an erased part, or after what LiteLLM did by
/// itself, an object begins anew.
fn check_history(objects: &mut HashMap<(String, String), Row>, entry: &Entry, audit: &Row, seq: u64) {
    let table = audit.text("table_name").unwrap().to_owned();
    let object = (table.clone(), audit.text("object_id").unwrap().to_owned());
    if entry.erased.contains(&Part::Object) || entry.adopted {
        // Whichever object it was, or whatever it had been before.
        objects.retain(|(other, _), _| *other != table);
        return;
    }
    if entry.erased.contains(&Part::Before) || entry.erased.contains(&Part::After) {
        objects.remove(&object);
        if audit.text("action") == Some("rotated") {
            objects.retain(|(other, _), _| *other != table);
        }
        return;
    }
    let before = audit.object("before_value");
    let after = audit.object("updated_values");
    if let (Some(known), Some(before)) = (objects.get(&object), before) {
        let (known, mut before) = (without_counters(known), without_counters(before));
        // A column that LiteLLM's migration has added in between is there from here on.
        if let Some(ours) = crate::model::table::ALL.iter().find(|one| one.name == table) {
            before.retain(|name, _| known.contains_key(name) || ours.kind(name).is_some());
        }
        assert_eq!(known, before, "before of entry {seq} is not the after of the object's previous entry ({object:?})");
    }
    match audit.text("action").unwrap() {
        "deleted" => {
            objects.remove(&object);
        }
        action => {
            let mut now = before.cloned().unwrap_or_default();
            now.extend(after.cloned().unwrap_or_default());
            if action == "rotated" {
                objects.remove(&object);
                let token = now.text("token").unwrap().to_owned();
                objects.insert((table, token), now);
            } else {
                objects.insert(object, now);
            }
        }
    }
}
