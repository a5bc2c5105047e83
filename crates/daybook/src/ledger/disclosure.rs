//! What is disclosed of entries beside their leaves: a line of JSON each, in a bundle and over HTTP.

use serde_json::{Value, json};

use crate::store::Disclosed;

/// The lines of some entries, in their order.
pub fn lines(entries: &[Disclosed]) -> String {
    entries.iter().map(|entry| line(entry) + "\n").collect()
}

/// One line, its members sorted: the same log gives the same bytes, whatever database it is in.
fn line(entry: &Disclosed) -> String {
    let Disclosed { seq, row, actor, context, salts, .. } = entry;
    let row = row.clone().map_or(Value::Null, Value::Object);
    let mut line = json!({"seq": seq, "row": row, "actor": actor, "context": context, "salts": salts});
    line.sort_all_objects();
    line.to_string()
}
