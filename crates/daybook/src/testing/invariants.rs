//! What must be true of every database at every moment: checked when a test is done with one.

use std::collections::HashMap;

use serde_json::Value;

use crate::model::leaf::{Disclosure, Leaf, Part, Salts};
use crate::model::row::{Row, RowExt as _};
use crate::store::{Store, find_head, list_entries};

/// The tree recomputed from the stored leaves is the head's, the sequence has no gap, time never runs backwards, every
/// row is what its leaf commits to, and each entry's before is the after of the object's previous one.
///
/// # Panics
///
/// When any of it is not so.
pub async fn assert_invariants(store: &Store) {
    let mut session = store.read().await.unwrap();
    let head = find_head(&mut session).await.unwrap().expect("the log has a head");
    let size = i64::try_from(head.size).unwrap();
    let entries = list_entries(&mut session, 0, i64::MAX).await.unwrap();
    assert_eq!(entries.len() as u64, head.size, "as many leaves as the head says");

    let leaves = entries.iter().map(|(row, _)| tlog::leaf_hash(row.text("leaf").unwrap().as_bytes()));
    assert_eq!(tlog::root_of_leaves(leaves), head.root, "the root is that of the leaves");

    let mut last_at = None;
    let mut objects: HashMap<(String, String), Row> = HashMap::new();
    for ((ledger, audit), seq) in entries.iter().zip(0..size) {
        assert_eq!(ledger.int("seq"), Some(seq), "the sequence has no gap");
        let audit = audit.as_ref().unwrap_or_else(|| panic!("entry {seq} has no audit row"));
        let leaf = Leaf::parse(ledger.text("leaf").unwrap()).unwrap();
        assert_eq!(leaf.seq, u64::try_from(seq).unwrap());
        assert_eq!(Some(leaf.id.as_str()), audit.text("id"));
        assert_eq!(Some(leaf.action.as_str()), audit.text("action"));
        assert_eq!(Some(leaf.table.as_str()), audit.text("table_name"));
        assert_eq!(Some(leaf.at), audit.time("updated_at"));
        assert!(last_at.is_none_or(|last| last <= leaf.at), "time runs backwards at {seq}");
        last_at = Some(leaf.at);
        check_parts(&leaf, ledger, audit, seq);
        check_history(&mut objects, audit, seq);
    }
}

fn check_parts(leaf: &Leaf, ledger: &Row, audit: &Row, seq: i64) {
    let parse = |name: &str| serde_json::from_str::<Value>(ledger.text(name).unwrap()).unwrap();
    let salts = Salts::from_json(&parse("salts")).unwrap();
    let actor = parse("actor");
    assert_eq!(actor["changed_by"], audit.value("changed_by"), "entry {seq}");
    assert_eq!(actor["changed_by_api_key"], audit.value("changed_by_api_key"), "entry {seq}");
    for (part, shown) in [
        (Part::Actor, actor),
        (Part::Object, audit.value("object_id")),
        (Part::Before, audit.value("before_value")),
        (Part::After, audit.value("updated_values")),
        (Part::Context, parse("context")),
    ] {
        let disclosure = leaf.check(part, &salts, Some(&shown)).unwrap();
        assert_eq!(disclosure, Disclosure::Genuine, "{part} of entry {seq} is not what its leaf commits to");
    }
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

/// Follows each object from entry to entry.
fn check_history(objects: &mut HashMap<(String, String), Row>, audit: &Row, seq: i64) {
    let table = audit.text("table_name").unwrap().to_owned();
    let object = (table.clone(), audit.text("object_id").unwrap().to_owned());
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
