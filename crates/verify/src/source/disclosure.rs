//! A line of a disclosure file: what a reader sees of one entry, with what it takes to check it.

use serde_json::Value;

use crate::examine::Shown;
use crate::json;
use crate::shown::written_at;

const COLUMNS: [&str; 9] = [
    "id",
    "updated_at",
    "changed_by",
    "changed_by_api_key",
    "action",
    "table_name",
    "object_id",
    "before_value",
    "updated_values",
];

/// Reads the line of the entry at `position`: `{"seq","row","actor","context","salts"}`. An error is what is wrong with it, as
/// the end of a sentence about the entry.
pub(super) fn parse(position: u64, line: &str) -> Result<Shown, String> {
    let value = json::written(line).map_err(|complaint| format!("its disclosure {complaint}"))?;
    let Value::Object(mut members) = value else { return Err("its disclosure is no object".to_owned()) };
    if members.remove("seq").and_then(|seq| seq.as_u64()) != Some(position) {
        return Err("its disclosure is of another entry".to_owned());
    }
    let Some(Value::Object(row)) = members.remove("row") else {
        return Err("its disclosure shows no row".to_owned());
    };
    if row.len() != COLUMNS.len() || !COLUMNS.iter().all(|column| row.contains_key(*column)) {
        return Err("its disclosure shows a row with other columns".to_owned());
    }
    // Another spelling of the same instant would be bytes that nobody checks.
    if row["updated_at"].as_str().is_some_and(|at| written_at(at) != at) {
        return Err("its disclosure spells updated_at in another way than bundles do".to_owned());
    }
    let mut take = |name: &str| members.remove(name).unwrap_or_default();
    let shown =
        Shown { row: Some(row), actor: take("actor"), context: take("context"), salts: take("salts"), kept: None };
    match members.keys().next() {
        Some(name) => Err(format!("its disclosure has a member {name:?} that nothing is known of")),
        None => Ok(shown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_has_one_spelling() {
        let line = |at: &str| {
            let row = format!(
                r#"{{"id":"a","updated_at":"{at}","changed_by":"","changed_by_api_key":"","action":"updated","table_name":"t","object_id":"o","before_value":null,"updated_values":null}}"#
            );
            format!(r#"{{"seq":3,"row":{row},"actor":{{}},"context":{{}},"salts":{{}}}}"#)
        };
        for at in ["2026-11-21T20:00:00.040Z", "infinity"] {
            assert!(parse(3, &line(at)).is_ok(), "{at}");
        }
        for at in [
            "2026-11-21t20:00:00.040Z",
            "2026-11-21T20:00:00.040z",
            "2026-11-21T20:00:00.040000Z",
            "2026-11-21 20:00:00.04Z",
        ] {
            assert!(parse(3, &line(at)).is_err(), "{at}");
        }
    }
}
