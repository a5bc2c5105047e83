//! Parts leave an entry, with the salts that showed what they were.
//!
//! The leaf, its hash and every proof stay as they are: the leaf commits to a part by a salted digest, which says nothing
//! once the salt is gone. The fence around the log lets this pass for the entries that `erasing` names, for as long as the
//! transaction lasts.

use serde_json::Value;

use crate::model::leaf::{Leaf, Part, Salts};
use crate::model::row::{Row, RowExt as _};
use crate::model::shown::{ERASED, may_be_erased};
use crate::store::db::{Bind, Session};
use crate::store::error::StoreError;
use crate::store::{segment, text};
use daybook_verify::changed::changed_fields;

/// What was taken out of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    pub seq: u64,
    /// The parts that are gone by this erasure; none when there was nothing to do.
    pub parts: Vec<Part>,
    /// The parts that were asked for and left, and why.
    pub passed: Vec<(Part, Passed)>,
}

/// Why a part was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// The entry never had it.
    Absent,
    /// It is gone already.
    Gone,
    /// It says what was erased or adopted, and that must stay known.
    Needed,
}

impl Passed {
    /// Why a part of this entry is left, if it is.
    pub fn of(part: Part, leaf: &Leaf, salts: &Salts, adopted: bool) -> Option<Passed> {
        if leaf.digest(part).is_none() {
            Some(Passed::Absent)
        } else if salts.get(part).is_none() {
            Some(Passed::Gone)
        } else {
            (!may_be_erased(part, leaf, adopted)).then_some(Passed::Needed)
        }
    }
}

/// Takes parts out of the entry whose ledger and audit row were read, under the lock of [`lock_entry`].
pub(in crate::store) async fn erase(
    session: &mut Session,
    ledger: &Row,
    shown: &Row,
    parts: &[Part],
) -> Result<Erased, StoreError> {
    let unreadable = || StoreError::Corrupt("an entry of the ledger cannot be read".to_owned());
    let leaf = Leaf::parse(ledger.text("leaf").unwrap_or_default()).map_err(|_| unreadable())?;
    let stored = |name: &str| serde_json::from_str::<Value>(ledger.text(name)?).ok();
    let mut salts = Salts::from_json(&stored("salts").ok_or_else(unreadable)?).map_err(|_| unreadable())?;
    let adopted = stored("context").ok_or_else(unreadable)?.get("adopted") == Some(&Value::Bool(true));
    let mut erased = Erased { seq: leaf.seq, parts: Vec::new(), passed: Vec::new() };
    for part in Part::ALL.into_iter().filter(|part| parts.contains(part)) {
        match Passed::of(part, &leaf, &salts, adopted) {
            Some(why) => erased.passed.push((part, why)),
            None => {
                salts.erase(part);
                erased.parts.push(part);
            }
        }
    }
    if !erased.parts.is_empty() {
        let (seq, erasing) = (ledger.int("seq").ok_or_else(unreadable)?, session.dialect().own("erasing"));
        let mut sql = session.sql(format!("INSERT INTO {erasing} (seq) "));
        sql.push_with("VALUES (?)", [Bind::Int(seq)]);
        session.execute(sql).await?;
        write_ledger(session, seq, &salts, shown, &erased.parts).await?;
        write_audit(session, &leaf.id, &erased.parts).await?;
        segment::forget(session, seq).await?;
        forget_words(session, seq, shown, &erased.parts).await?;
        let mut sql = session.sql(format!("DELETE FROM {erasing} "));
        sql.push_with("WHERE seq = ?", [Bind::Int(seq)]);
        session.execute(sql).await?;
    }
    Ok(erased)
}

async fn write_ledger(
    session: &mut Session,
    seq: i64,
    salts: &Salts,
    shown: &Row,
    parts: &[Part],
) -> Result<(), StoreError> {
    let left = |part: Part, column: &str| shown.get(column).filter(|_| !parts.contains(&part));
    let changed = changed_fields(left(Part::Before, "before_value"), left(Part::After, "updated_values"));
    let mut sql = session.sql(format!("UPDATE {} SET salts = ", session.dialect().own("ledger")));
    sql.push_with(
        "?, changed_fields = ?",
        [salts.to_json().to_string().into(), Value::from(changed).to_string().into()],
    );
    for (part, column) in [(Part::Actor, "actor"), (Part::Context, "context")] {
        if parts.contains(&part) {
            sql.push(&format!(", {column} = 'null'"));
        }
    }
    sql.push_with(" WHERE seq = ?", [Bind::Int(seq)]);
    one(session.execute(sql).await?)
}

/// What leaves an entry is not found by its words any more.
async fn forget_words(session: &mut Session, seq: i64, shown: &Row, parts: &[Part]) -> Result<(), StoreError> {
    let values = [(Part::Before, "before_value"), (Part::After, "updated_values")];
    if !values.iter().any(|(part, _)| parts.contains(part)) {
        return text::note_erasure(session).await;
    }
    let old = values.map(|(_, column)| shown.get(column));
    let new = values.map(|(part, column)| shown.get(column).filter(|_| !parts.contains(&part)));
    text::alter(session, seq, old, new).await
}

async fn write_audit(session: &mut Session, audit_id: &str, parts: &[Part]) -> Result<(), StoreError> {
    let columns: Vec<String> = parts
        .iter()
        .flat_map(|part| match part {
            Part::Actor => vec![format!("changed_by = '{ERASED}'"), format!("changed_by_api_key = '{ERASED}'")],
            Part::Object => vec![format!("object_id = '{ERASED}'")],
            Part::Before => vec!["before_value = NULL".to_owned()],
            Part::After => vec!["updated_values = NULL".to_owned()],
            Part::Context => Vec::new(),
        })
        .collect();
    if columns.is_empty() {
        return Ok(());
    }
    let mut sql = session.sql(format!(r#"UPDATE "LiteLLM_AuditLog" SET {}"#, columns.join(", ")));
    sql.push_with(r#" WHERE "id" = ?"#, [Bind::from(audit_id)]);
    one(session.execute(sql).await?)
}

fn one(count: u64) -> Result<(), StoreError> {
    match count {
        1 => Ok(()),
        _ => Err(StoreError::Corrupt(format!("an erasure in one row touched {count}"))),
    }
}

/// Holds the ledger row of an entry until the transaction ends, so that two erasures of one entry come one after the other. The mark
/// of the table of words comes first, for all that are erased: never the other way round.
pub(in crate::store) async fn lock_entry(session: &mut Session, audit_id: &str) -> Result<Option<i64>, StoreError> {
    text::lock_mark(session).await?;
    let dialect = session.dialect();
    let object = dialect.object(&[("seq", "seq")]);
    let mut sql = session.sql(format!("SELECT {object} FROM {} ", dialect.own("ledger")));
    sql.push_with("WHERE audit_id = ?", [Bind::from(audit_id)]);
    sql.push(dialect.for_update());
    Ok(session.objects(sql).await?.first().and_then(|row| row.int("seq")))
}
