//! What must be true of every database at every moment: checked when a test is done with one.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;
use tlog::{Frontier, TileId};

use crate::model::leaf::Part;
use crate::model::row::{Row, RowExt as _};
use crate::model::shown::{Entry, Shown, check};
use crate::model::table::Table;
use crate::store::{Lock, Session, Store, find_head, list_entries, read_tiles};

/// The tree recomputed from the stored leaves is the head's, the sequence has no gap, time never runs backwards, every
/// row is what its leaf commits to, what was erased is declared, and each entry's before is the after of the object's
/// previous one.
///
/// # Panics
///
/// When any of it is not so.
pub async fn assert_invariants(store: &Store) {
    let mut session = store.read().await.unwrap();
    let mut follower = Follower::default();
    let entries = follower.follow(&mut session).await;
    let head = find_head(&mut session).await.unwrap().expect("the log has a head");
    let leaves = entries.iter().map(|(row, _)| tlog::leaf_hash(row.text("leaf").unwrap().as_bytes()));
    // Not by the frontier, which the product goes by as well.
    assert_eq!(tlog::root_of_leaves(leaves), head.root, "the root is that of the leaves");
    follower.assert_declared();
}

/// The same as [`assert_invariants`], bit by bit: what has been checked is not read again.
#[derive(Debug)]
pub struct Follower {
    tree: Frontier,
    last_at: Option<Timestamp>,
    objects: HashMap<Object, Row>,
    /// By sequence number: the parts that are gone, and those that entries say are gone.
    erased: HashMap<u64, Vec<Part>>,
    declared: HashMap<u64, Vec<Part>>,
}

/// Table and id.
pub type Object = (String, String);

impl Default for Follower {
    fn default() -> Follower {
        let tree = Frontier::restore(0, std::iter::empty::<(TileId, Vec<u8>)>()).unwrap();
        Follower { tree, last_at: None, objects: HashMap::new(), erased: HashMap::new(), declared: HashMap::new() }
    }
}

impl Follower {
    /// Reads on, to the head that the session sees. Gives the new entries, ledger row and audit row.
    ///
    /// # Panics
    ///
    /// When an invariant does not hold.
    pub async fn follow(&mut self, session: &mut Session) -> Vec<(Row, Row)> {
        let head = find_head(session).await.unwrap().expect("the log has a head");
        let from = i64::try_from(self.tree.size()).unwrap();
        let entries = list_entries(session, from, i64::MAX).await.unwrap();
        let size = self.tree.size() + entries.len() as u64;
        assert_eq!(size, head.size, "as many leaves as the head says");
        let mut checked = Vec::with_capacity(entries.len());
        for ((ledger, audit), seq) in entries.into_iter().zip(from..) {
            let audit = audit.unwrap_or_else(|| panic!("entry {seq} has no audit row"));
            self.check(&ledger, &audit, seq);
            checked.push((ledger, audit));
        }
        assert_eq!(self.tree.root(), head.root, "the root is that of the leaves");
        let dirty = self.tree.take_dirty();
        let stored = read_tiles(session, dirty.iter().map(|(tile, _)| *tile)).await.unwrap();
        for (tile, hashes) in dirty {
            assert_eq!(stored.get(&tile), Some(&hashes), "tile {}", tile.path(None));
        }
        checked
    }

    fn check(&mut self, ledger: &Row, audit: &Row, seq: i64) {
        assert_eq!(ledger.int("seq"), Some(seq), "the sequence has no gap");
        let seq = u64::try_from(seq).unwrap();
        let entry = check_entry(seq, ledger, audit);
        assert!(self.last_at.is_none_or(|last| last <= entry.leaf.at), "time runs backwards at {seq}");
        self.last_at = Some(entry.leaf.at);
        check_history(&mut self.objects, &entry, audit, seq);
        self.tree.append(tlog::leaf_hash(ledger.text("leaf").unwrap().as_bytes()));
        if let Some(declaration) = entry.declares {
            self.declared.entry(declaration.seq).or_default().extend(declaration.parts);
        }
        self.erased.insert(seq, entry.erased);
    }

    /// What is gone was said to go.
    ///
    /// # Panics
    ///
    /// When it was not.
    pub fn assert_declared(&self) {
        for (seq, parts) in &self.erased {
            let declared = self.declared.get(seq).map_or(&[][..], Vec::as_slice);
            for part in parts {
                assert!(declared.contains(part), "the {part} of entry {seq} is gone, and no entry declares that");
            }
        }
    }

    /// The objects that are there according to the entries.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.keys()
    }

    /// There are as many rows in these tables as were made on the record, and each of `objects` is what its last entry
    /// says. The session must be the one that was followed.
    ///
    /// # Panics
    ///
    /// When something was changed without an entry.
    pub async fn assert_recorded<'a>(
        &self,
        session: &mut Session,
        tables: &[&'static Table],
        objects: impl IntoIterator<Item = &'a Object>,
    ) {
        for table in tables {
            let sql = session.sql(format!("SELECT count(*) AS n FROM \"{}\"", table.name));
            let there = session.count(sql).await.unwrap();
            let recorded = self.objects.keys().filter(|(name, _)| name == table.name).count();
            assert_eq!(there, i64::try_from(recorded).unwrap(), "rows of {} and their entries", table.name);
        }
        for object @ (name, id) in objects {
            let Some(table) = tables.iter().find(|table| table.name == name) else { continue };
            let key = crate::store::by(table.primary_key[0], id);
            let row = session.row(table, &key, Lock::No).await.unwrap();
            let recorded = self.objects.get(object).map(without_counters);
            assert_eq!(row.as_ref().map(without_counters), recorded, "{object:?} and its last entry");
        }
    }
}

fn check_entry(seq: u64, ledger: &Row, row: &Row) -> Entry {
    let parse = |name: &str| serde_json::from_str::<Value>(ledger.text(name).unwrap()).unwrap();
    let (actor, context, salts) = (parse("actor"), parse("context"), parse("salts"));
    let shown = Shown { row: Some(row), actor: &actor, context: &context, salts: &salts };
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
fn check_history(objects: &mut HashMap<Object, Row>, entry: &Entry, audit: &Row, seq: u64) {
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
