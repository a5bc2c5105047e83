//! The rows of the ledger: head, tiles, leaves, and the audit rows that they stand for.
//!
//! [`record`] is the last thing in a change's transaction. The head row is locked last, so that it is held for no longer
//! than the commit takes; whoever holds it knows the size of the log, so sequence numbers are gapless and in commit
//! order. See docs of `tlog` for the tree.

use jiff::Timestamp;
use serde_json::{Value, json};
use tlog::{Frontier, Hash, TileId};

use super::Store;
use super::change::Receipt;
use super::db::{Bind, Session};
use super::error::StoreError;
use crate::model::actor::Actor;
use crate::model::entry::Draft;
use crate::model::leaf::{self, Facts, Parts, Salts};
use crate::model::random;
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::model::time;

/// The state of the log: how many entries it has, and the root of their tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
    pub last_at: Timestamp,
}

/// Puts drafts on the record: audit rows, ledger rows, tiles, head. Nothing is visible before the commit.
pub(super) async fn record(
    store: &Store,
    session: &mut Session,
    actor: &Actor,
    drafts: &[Draft],
) -> Result<Vec<Receipt>, StoreError> {
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let head = lock_head(session).await?;
    // Never backwards: a clock that was set back must not reorder the log.
    let at = store.clock.now().max(head.last_at);
    let mut tree = read_frontier(session, head.size).await?;
    if tree.root() != head.root {
        return Err(StoreError::Corrupt("the root of the stored tree is not the one in the head".to_owned()));
    }
    let mut recording = Recording { store, actor, at, audit_rows: Vec::new(), ledger_rows: Vec::new() };
    let mut receipts = Vec::with_capacity(drafts.len());
    for (draft, seq) in drafts.iter().zip(head.size..) {
        let (receipt, leaf) = recording.add(draft, seq)?;
        tree.append(leaf);
        receipts.push(receipt);
    }
    let Recording { audit_rows, ledger_rows, .. } = recording;
    insert_rows(session, audit_rows, ledger_rows).await?;
    for (tile, hashes) in tree.take_dirty() {
        write_tile(session, tile, hashes).await?;
    }
    let size = head.size + drafts.len() as u64;
    write_head(session, &head, size, tree.root(), at).await?;
    Ok(receipts)
}

struct Recording<'a> {
    store: &'a Store,
    actor: &'a Actor,
    at: Timestamp,
    audit_rows: Vec<Row>,
    ledger_rows: Vec<Value>,
}

impl Recording<'_> {
    fn add(&mut self, draft: &Draft, seq: u64) -> Result<(Receipt, Hash), StoreError> {
        let unrecordable = |error: &dyn std::fmt::Display| StoreError::Unrecordable(error.to_string());
        let random = self.store.random.as_ref();
        let audit_id = random::new_id(random);
        let redacted = |row: &Option<Row>| {
            row.clone().map(|row| {
                let mut value = Value::Object(row);
                self.store.redactor.redact(&mut value);
                value
            })
        };
        let (before, after) = (redacted(&draft.before), redacted(&draft.after));
        let mut actor = Value::Object(self.actor.to_row());
        self.store.redactor.redact(&mut actor);
        let mut context = self.actor.context.to_json();
        self.store.redactor.redact(&mut context);
        let object_id = self.store.redactor.redact_text(&draft.object_id).into_owned();

        let parts = Parts {
            actor: actor.clone(),
            object: Value::String(object_id.clone()),
            before: before.clone(),
            after: after.clone(),
            context: context.clone(),
        };
        let salts = Salts::new(std::array::from_fn(|_| random::random_bytes(random)));
        let action = draft.action.as_str();
        let facts = Facts { action, at: self.at, id: &audit_id, seq, table: draft.table };
        let text = leaf::freeze(facts, &parts, &salts).map_err(|error| unrecordable(&error))?;
        let hash = tlog::leaf_hash(text.as_bytes());

        self.audit_rows.push(crate::row! {
            "id": audit_id,
            "updated_at": time::wire(self.at),
            "changed_by": actor["changed_by"],
            "changed_by_api_key": actor["changed_by_api_key"],
            "action": action,
            "table_name": draft.table,
            "object_id": object_id,
            "before_value": before,
            "updated_values": after,
        });
        let seq = i64::try_from(seq).map_err(|error| unrecordable(&error))?;
        self.ledger_rows.push(json!({
            "seq": seq,
            "audit_id": audit_id,
            "leaf": text,
            "salts": salts.to_json().to_string(),
            "context": context.to_string(),
            "actor": actor.to_string(),
            "changed_fields": Value::from(draft.changed_fields.clone()).to_string(),
        }));
        Ok((Receipt { audit_id, seq }, hash))
    }
}

async fn insert_rows(session: &mut Session, audit: Vec<Row>, ledger: Vec<Value>) -> Result<(), StoreError> {
    let count = audit.len() as u64;
    let encoded = audit.iter().map(|row| Value::Object(session.encode(&table::AUDIT_LOG, row))).collect();
    let columns: Vec<&str> = table::AUDIT_LOG.columns.iter().map(|(name, _)| *name).collect();
    let written = session.insert(r#""LiteLLM_AuditLog""#, &columns, Value::Array(encoded)).await?;
    let own = session.dialect().own("ledger");
    let columns = ["seq", "audit_id", "leaf", "salts", "context", "actor", "changed_fields"];
    let written_too = session.insert(&own, &columns, Value::Array(ledger)).await?;
    if (written, written_too) != (count, count) {
        return Err(StoreError::Corrupt(format!("{count} entries became {written} audit rows, {written_too} leaves")));
    }
    Ok(())
}

const HEAD: &[(&str, &str)] = &[("origin", "origin"), ("size", "size"), ("root", "root"), ("last_at", "last_at")];

fn parse_head(row: &Row) -> Result<Head, StoreError> {
    let corrupt = || StoreError::Corrupt("the head of the log cannot be read".to_owned());
    let root = row.text("root").and_then(parse_hash).ok_or_else(corrupt)?;
    Ok(Head {
        origin: row.text("origin").ok_or_else(corrupt)?.to_owned(),
        size: row.int("size").and_then(|size| u64::try_from(size).ok()).ok_or_else(corrupt)?,
        root,
        last_at: row.time("last_at").ok_or_else(corrupt)?,
    })
}

async fn lock_head(session: &mut Session) -> Result<Head, StoreError> {
    let dialect = session.dialect();
    let lock = dialect.for_update();
    let sql = format!("SELECT {} FROM {} WHERE id = 1{lock}", dialect.object(HEAD), dialect.own("head"));
    let sql = session.sql(sql);
    let rows = session.objects(sql).await?;
    parse_head(rows.first().ok_or_else(|| StoreError::Corrupt("the log has no head".to_owned()))?)
}

/// The head as the last commit left it; `None` before the first start.
pub async fn find_head(session: &mut Session) -> Result<Option<Head>, StoreError> {
    let dialect = session.dialect();
    let sql = session.sql(format!("SELECT {} FROM {} WHERE id = 1", dialect.object(HEAD), dialect.own("head")));
    session.objects(sql).await?.first().map(parse_head).transpose()
}

/// Makes the empty log, unless it is there.
pub(super) async fn create_head(session: &mut Session, origin: &str, at: Timestamp) -> Result<(), StoreError> {
    let mut sql =
        session.sql(format!("INSERT INTO {} (id, origin, size, root, last_at) ", session.dialect().own("head")));
    sql.push_with(
        "VALUES (1, ?, 0, ?, ?) ON CONFLICT (id) DO NOTHING",
        [Bind::from(origin), Bind::Text(hash_text(tlog::EMPTY_ROOT)), Bind::Time(at)],
    );
    session.execute(sql).await?;
    Ok(())
}

async fn write_head(session: &mut Session, old: &Head, size: u64, root: Hash, at: Timestamp) -> Result<(), StoreError> {
    let number = |size: u64| i64::try_from(size).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()));
    let mut sql = session.sql(format!("UPDATE {} SET ", session.dialect().own("head")));
    sql.push_with(
        "size = ?, root = ?, last_at = ? WHERE id = 1 AND size = ?",
        [Bind::Int(number(size)?), Bind::Text(hash_text(root)), Bind::Time(at), Bind::Int(number(old.size)?)],
    );
    match session.execute(sql).await? {
        1 => Ok(()),
        _ => Err(StoreError::Corrupt("the head of the log moved under its lock".to_owned())),
    }
}

async fn read_frontier(session: &mut Session, size: u64) -> Result<Frontier, StoreError> {
    let dialect = session.dialect();
    let wanted = Frontier::edge_tiles(size);
    let hashes = match dialect {
        super::Dialect::Sqlite => "lower(hex(hashes))",
        super::Dialect::Postgres => "encode(hashes, 'hex')",
    };
    let mut tiles = Vec::with_capacity(wanted.len());
    if !wanted.is_empty() {
        let object = dialect.object(&[("level", "level"), ("n", "n"), ("hashes", hashes)]);
        let mut sql = session.sql(format!("SELECT {object} FROM {} WHERE ", dialect.own("tile")));
        for (index, tile) in wanted.iter().enumerate() {
            if index > 0 {
                sql.push(" OR ");
            }
            sql.push_with("(level = ? AND n = ?)", [Bind::Int(tile.level.into()), tile_number(*tile)?]);
        }
        for row in session.objects(sql).await? {
            let corrupt = || StoreError::Corrupt("a tile of the tree cannot be read".to_owned());
            let level = row.int("level").and_then(|level| u8::try_from(level).ok()).ok_or_else(corrupt)?;
            let n = row.int("n").and_then(|n| u64::try_from(n).ok()).ok_or_else(corrupt)?;
            let bytes = row.text("hashes").and_then(unhex).ok_or_else(corrupt)?;
            tiles.push((TileId { level, n }, bytes));
        }
    }
    Frontier::restore(size, tiles).map_err(|error| StoreError::Corrupt(format!("the tree cannot be restored: {error}")))
}

fn tile_number(tile: TileId) -> Result<Bind, StoreError> {
    i64::try_from(tile.n).map(Bind::Int).map_err(|_| StoreError::Corrupt("the log is too long".to_owned()))
}

async fn write_tile(session: &mut Session, tile: TileId, hashes: Vec<u8>) -> Result<(), StoreError> {
    let mut sql = session.sql(format!("INSERT INTO {} (level, n, hashes) ", session.dialect().own("tile")));
    sql.push_with(
        "VALUES (?, ?, ?) ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes",
        [Bind::Int(tile.level.into()), tile_number(tile)?, Bind::Bytes(hashes)],
    );
    match session.execute(sql).await? {
        1 => Ok(()),
        _ => Err(StoreError::Corrupt("a tile of the tree was not written".to_owned())),
    }
}

/// What the ledger holds of the entries of a range of sequence numbers, in their order: the columns of the ledger row as
/// stored, and `row`, the audit row as a reader sees it.
pub async fn list_entries(session: &mut Session, from: i64, to: i64) -> Result<Vec<(Row, Option<Row>)>, StoreError> {
    let dialect = session.dialect();
    let object = dialect.object(&[
        ("seq", "l.seq"),
        ("audit_id", "l.audit_id"),
        ("leaf", "l.leaf"),
        ("salts", "l.salts"),
        ("context", "l.context"),
        ("actor", "l.actor"),
        ("changed_fields", "l.changed_fields"),
    ]);
    let mut sql = session.sql(format!("SELECT {object} FROM {} AS l ", dialect.own("ledger")));
    sql.push_with("WHERE l.seq >= ? AND l.seq < ? ORDER BY l.seq", [Bind::Int(from), Bind::Int(to)]);
    let ledger = session.objects(sql).await?;
    let mut entries = Vec::with_capacity(ledger.len());
    for row in ledger {
        let id = row.text("audit_id").unwrap_or_default();
        let audit = session.row(&table::AUDIT_LOG, &super::by("id", id), super::Lock::No).await?;
        entries.push((row, audit));
    }
    Ok(entries)
}

fn parse_hash(text: &str) -> Option<Hash> {
    Some(Hash::from_bytes(unhex(text)?.try_into().ok()?))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| Some((char::from(pair[0]).to_digit(16)? * 16 + char::from(pair[1]).to_digit(16)?) as u8))
        .collect()
}

fn hash_text(hash: Hash) -> String {
    crate::model::secret::hex(&hash.to_bytes())
}
