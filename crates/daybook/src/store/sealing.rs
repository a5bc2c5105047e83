//! Columns whose values LiteLLM's data plane must be able to read, and nobody else: encrypted in the database, open to the
//! rules and, redacted, to the record.
//!
//! LiteLLM encrypts each text of such an object by itself; numbers, truth values and what is nested stay as they are. A
//! text that does not have the form of a ciphertext stands for itself (an older LiteLLM, or a hand, has written it), and one
//! that this key cannot open is told by its digest alone, so that it can be kept and compared but not read.

use std::sync::Arc;

use serde_json::Value;

use super::db::{Bind, Session};
use super::error::StoreError;
use crate::model::random::Random;
use crate::model::redact::Redactor;
use crate::model::row::{Row, RowExt as _};
use crate::model::sealed::{self, CALLBACK_PREFIX, SealingKey};
use crate::model::table::{self, Kind, Table};

/// How many rows of each table [`newest`] looks at.
const SAMPLE: i64 = 50;

/// Opens and closes encrypted columns.
#[derive(Clone, Debug)]
pub struct Sealer {
    key: Option<SealingKey>,
    redactor: Arc<Redactor>,
}

impl Sealer {
    pub(super) fn new(key: Option<SealingKey>, redactor: Arc<Redactor>) -> Sealer {
        Sealer { key, redactor }
    }

    /// The row with its encrypted values in the clear.
    pub fn open(&self, table: &Table, mut row: Row) -> Row {
        for (name, value) in &mut row {
            if let (Some(Kind::Sealed), Value::Object(members)) = (table.kind(name), value) {
                for text in members.values_mut() {
                    if let Value::String(text) = text {
                        *text = self.open_text(text);
                    }
                }
            }
        }
        row
    }

    fn open_text(&self, text: &str) -> String {
        if !sealed::looks_sealed(text) {
            return text.to_owned();
        }
        let opened = self.key.as_ref().and_then(|key| sealed::open(key, text));
        opened.unwrap_or_else(|| self.redactor.digest(text))
    }

    /// `values` as the database is to hold them. A text that `stored` has already keeps its ciphertext.
    pub(super) fn seal(
        &self,
        table: &Table,
        mut values: Row,
        stored: &Row,
        random: &dyn Random,
    ) -> Result<Row, StoreError> {
        for (column, value) in &mut values {
            let (Some(Kind::Sealed), Value::Object(members)) = (table.kind(column), value) else { continue };
            let stored = stored.object(column);
            for (name, value) in members {
                let Value::String(text) = value else { continue };
                let kept = stored
                    .and_then(|stored| stored.text(name))
                    .filter(|kept| sealed::looks_sealed(kept) && self.open_text(kept) == *text);
                *text = match (kept, &self.key) {
                    (Some(kept), _) => kept.to_owned(),
                    (None, Some(key)) => sealed::seal(key, text, random),
                    (None, None) => return Err(StoreError::NoSealingKey),
                };
            }
        }
        Ok(values)
    }
}

/// Encrypted values that were found in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedValues {
    pub table: &'static str,
    pub values: Vec<String>,
}

/// How many of the values the key cannot open, by table; tables where it opens all are left out.
pub fn unopenable(found: &[SealedValues], key: Option<&SealingKey>) -> Vec<(&'static str, usize)> {
    let closed = |value: &&String| key.and_then(|key| sealed::open(key, value)).is_none();
    let counts = found.iter().map(|found| (found.table, found.values.iter().filter(closed).count()));
    counts.filter(|(_, count)| *count > 0).collect()
}

/// The encrypted values of the newest rows of every table that has some: models, credentials, the variables of team
/// callbacks, and LiteLLM's environment variables. Tables that are not there yet have none.
pub(super) async fn newest(session: &mut Session) -> Result<Vec<SealedValues>, StoreError> {
    let mut found = Vec::new();
    for table in [&table::PROXY_MODELS, &table::CREDENTIALS, &table::TEAMS, &table::CONFIG] {
        if session.columns(table.name).await?.is_empty() {
            continue;
        }
        let mut values = Vec::new();
        for row in newest_rows(session, table).await? {
            for (column, value) in &row {
                match (table.kind(column), column.as_str()) {
                    (Some(Kind::Sealed), _) | (_, "param_value") => {
                        let texts = value.as_object().into_iter().flat_map(Row::values).filter_map(Value::as_str);
                        values.extend(texts.filter(|text| sealed::looks_sealed(text)).map(str::to_owned));
                    }
                    (_, "metadata") => marked(value, &mut values),
                    _ => {}
                }
            }
        }
        found.push(SealedValues { table: table.name, values });
    }
    Ok(found)
}

async fn newest_rows(session: &mut Session, table: &'static Table) -> Result<Vec<Row>, StoreError> {
    let quoted = format!(r#""{}""#, table.name);
    let mut sql = session.sql(format!("SELECT {} FROM {quoted} ", session.dialect().row(table, &quoted)));
    if *table == table::CONFIG {
        sql.push_with(r#"WHERE "param_name" = ?"#, [Bind::from("environment_variables")]);
        return session.rows(table, sql).await;
    }
    if *table == table::TEAMS {
        sql.push_with(r#"WHERE CAST("metadata" AS text) LIKE ? "#, [Bind::Text(format!("%{CALLBACK_PREFIX}%"))]);
    }
    sql.push_with(r#"ORDER BY "updated_at" DESC LIMIT ?"#, [Bind::Int(SAMPLE)]);
    session.rows(table, sql).await
}

/// The variables of callbacks that are marked as encrypted. Anything else in metadata is whatever somebody has written, and
/// so is a marked text that no key can have made.
fn marked(metadata: &Value, found: &mut Vec<String>) {
    let of_entries = metadata["logging"].as_array().into_iter().flatten().map(|entry| &entry["callback_vars"]);
    let older = &metadata["callback_settings"]["callback_vars"];
    let texts = of_entries.chain([older]).filter_map(Value::as_object).flat_map(Row::values).filter_map(Value::as_str);
    let sealed = texts.filter_map(|text| text.strip_prefix(CALLBACK_PREFIX)).filter(|rest| sealed::looks_sealed(rest));
    found.extend(sealed.map(str::to_owned));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::random::SeededRandom;
    use crate::row;

    fn sealer(key: &str) -> Sealer {
        Sealer::new(Some(SealingKey::new(key)), Arc::new(Redactor::new([7; 32])))
    }

    #[test]
    fn a_text_that_does_not_change_keeps_its_ciphertext() {
        let (sealer, random) = (sealer("salt"), SeededRandom::new(1));
        let plain = row! { "litellm_params": { "model": "openai/gpt-4o", "api_key": "sk-1", "rpm": 5 } };
        let first = sealer.seal(&table::PROXY_MODELS, plain.clone(), &Row::new(), &random).unwrap();
        assert_ne!(first["litellm_params"]["model"], plain["litellm_params"]["model"]);
        assert_eq!(first["litellm_params"]["rpm"], 5);
        assert_eq!(sealer.open(&table::PROXY_MODELS, first.clone()), plain);
        let mut other = plain;
        other["litellm_params"]["api_key"] = "sk-2".into();
        let second = sealer.seal(&table::PROXY_MODELS, other, &first, &random).unwrap();
        assert_eq!(first["litellm_params"]["model"], second["litellm_params"]["model"]);
        assert_ne!(first["litellm_params"]["api_key"], second["litellm_params"]["api_key"]);
    }

    #[test]
    fn what_another_key_has_sealed_is_kept_and_not_read() {
        let random = SeededRandom::new(1);
        let plain = row! { "litellm_params": { "api_key": "sk-1" } };
        let theirs = sealer("theirs").seal(&table::PROXY_MODELS, plain, &Row::new(), &random).unwrap();
        let ours = sealer("ours");
        let shown = ours.open(&table::PROXY_MODELS, theirs.clone());
        assert!(shown["litellm_params"]["api_key"].as_str().unwrap().starts_with("[redacted:"));
        assert_eq!(ours.seal(&table::PROXY_MODELS, shown, &theirs, &random).unwrap(), theirs);
        let values = [SealedValues {
            table: table::PROXY_MODELS.name,
            values: vec![theirs["litellm_params"]["api_key"].as_str().unwrap().to_owned()],
        }];
        assert_eq!(unopenable(&values, ours.key.as_ref()), [(table::PROXY_MODELS.name, 1)]);
        assert_eq!(unopenable(&values, None), [(table::PROXY_MODELS.name, 1)]);
        assert_eq!(unopenable(&values, sealer("theirs").key.as_ref()), []);
    }

    #[test]
    fn only_callback_variables_that_a_key_can_have_made_are_looked_at() {
        let sealed = sealed::seal(&SealingKey::new("salt"), "x", &SeededRandom::new(1));
        let marked_text = format!("{CALLBACK_PREFIX}{sealed}");
        let mut found = Vec::new();
        let metadata = serde_json::json!({
            "note": marked_text, "tags": [marked_text], "other": {"callback_vars": {"key": marked_text}},
            "logging": [{"callback_vars": {"key": "litellm_enc::BBBB"}, "callback_name": marked_text}, "odd"],
        });
        marked(&metadata, &mut found);
        assert_eq!(found, Vec::<String>::new());
        let metadata = serde_json::json!({
            "logging": [{"callback_vars": {"key": marked_text}}], "callback_settings": {"callback_vars": {"key": marked_text}},
        });
        marked(&metadata, &mut found);
        assert_eq!(found, [sealed.clone(), sealed]);
    }

    #[test]
    fn without_a_key_nothing_is_stored_in_the_clear() {
        let none = Sealer::new(None, Arc::new(Redactor::new([7; 32])));
        let plain = row! { "litellm_params": { "api_key": "sk-1" } };
        let refused = none.seal(&table::PROXY_MODELS, plain, &Row::new(), &SeededRandom::new(1));
        assert!(matches!(refused, Err(StoreError::NoSealingKey)));
    }
}
