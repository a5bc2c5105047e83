//! The whole log as it is stored, for whoever trusts none of it: every column raw, nothing left out because it makes no sense.

use daybook_verify::engine::KeyRow;
use daybook_verify::examine::{Kept, Shown};
use daybook_verify::json;
use daybook_verify::shown::written_at;
use serde_json::Value;
use tlog::{LEVELS, TileId, full_tiles, partial_width};

use crate::model::row::{Row, RowExt as _};
use crate::row;
use crate::store::audit;
use crate::store::db::{Bind, Db, Dialect, Location, Pooling, Session};
use crate::store::error::StoreError;
use crate::store::migrate;

/// A database that is looked at and not touched.
#[derive(Debug)]
pub struct Onlooker(Db);

impl Onlooker {
    /// Connects; makes and changes nothing.
    pub async fn open(location: &Location, pooling: &Pooling) -> Result<Onlooker, StoreError> {
        let Some(db) = Db::connect_to_look(location, pooling).await? else {
            return Err(StoreError::unavailable("there is no such database"));
        };
        let (found, known) = (migrate::version(&db).await?, migrate::known_version(db.dialect()));
        match found {
            0 => Err(StoreError::unavailable("there is no log in this database")),
            found if found > known => Err(StoreError::NewerSchema { found, known }),
            found if found < known => Err(StoreError::unavailable(format!(
                "the database has schema version {found} and this program needs {known}: start `daybook serve` on it once"
            ))),
            _ => Ok(Onlooker(db)),
        }
    }

    /// A view of the last commit.
    pub async fn read(&self) -> Result<Session, StoreError> {
        self.0.read().await
    }

    pub async fn close(&self) {
        self.0.close().await;
    }
}

/// The head's columns. Times are in the fixed form here and below.
#[derive(Clone, Debug)]
pub struct StoredHead {
    pub origin: String,
    pub size: i64,
    pub root: String,
    pub last_at: String,
}

/// A column of times as text: SQLite's is one.
fn fixed_time(dialect: Dialect, column: &str) -> String {
    match dialect {
        Dialect::Sqlite => column.to_owned(),
        // The year alone would be the same on both sides of the first one.
        Dialect::Postgres => format!(
            r#"to_char({column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || CASE WHEN {column} < '0001-01-01' THEN ' BC' ELSE '' END"#
        ),
    }
}

/// The head; `None` when its row is gone.
pub async fn read_stored_head(session: &mut Session) -> Result<Option<StoredHead>, StoreError> {
    let dialect = session.dialect();
    let last_at = fixed_time(dialect, "last_at");
    let object = dialect.object(&[("origin", "origin"), ("size", "size"), ("root", "root"), ("last_at", &last_at)]);
    let sql = session.sql(format!("SELECT {object} FROM {}", dialect.own("head")));
    let row = session.objects(sql).await?.pop();
    let text = |row: &Row, name: &str| row.text(name).unwrap_or_default().to_owned();
    Ok(row.map(|row| StoredHead {
        origin: text(&row, "origin"),
        size: row.int("size").unwrap_or(-1),
        root: text(&row, "root"),
        last_at: text(&row, "last_at"),
    }))
}

/// A published checkpoint.
#[derive(Clone, Debug)]
pub struct StoredCheckpoint {
    pub size: i64,
    pub note: String,
}

/// The published checkpoints, the smallest first.
pub async fn list_stored_checkpoints(session: &mut Session) -> Result<Vec<StoredCheckpoint>, StoreError> {
    let dialect = session.dialect();
    let object = dialect.object(&[("size", "size"), ("note", "note")]);
    let sql = session.sql(format!("SELECT {object} FROM {} ORDER BY size", dialect.own("checkpoint")));
    let rows = session.objects(sql).await?;
    let read = |row: &Row| StoredCheckpoint {
        size: row.int("size").unwrap_or(-1),
        note: row.text("note").unwrap_or_default().to_owned(),
    };
    Ok(rows.iter().map(read).collect())
}

/// The keys of the log, the newest first.
pub async fn list_stored_keys(session: &mut Session) -> Result<Vec<KeyRow>, StoreError> {
    let dialect = session.dialect();
    let (added, retired) = (fixed_time(dialect, "added_at"), fixed_time(dialect, "retired_at"));
    let object = dialect.object(&[("vkey", "vkey"), ("size", "size"), ("added_at", &added), ("retired_at", &retired)]);
    let table = dialect.own("log_key");
    let sql = session.sql(format!("SELECT {object} FROM {table} ORDER BY {table}.added_at DESC, vkey"));
    let rows = session.objects(sql).await?;
    let text = |row: &Row, name: &str| row.text(name).map(str::to_owned);
    let read = |row: &Row| KeyRow {
        vkey: text(row, "vkey").unwrap_or_default(),
        size: row.int("size").unwrap_or(-1),
        added_at: text(row, "added_at").unwrap_or_default(),
        retired_at: text(row, "retired_at"),
    };
    Ok(rows.iter().map(read).collect())
}

/// A ledger row with its audit row, not yet taken apart.
#[derive(Clone, Debug)]
pub struct StoredEntry {
    text: String,
    dialect: Dialect,
}

/// What [`StoredEntry`] holds: sixteen columns.
type Columns = (
    i64,
    String,
    String,
    String,
    String,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

impl StoredEntry {
    /// The sequence number alone, which the text begins with.
    pub fn seq(&self) -> Result<i64, StoreError> {
        let digits = self.text.trim_start_matches(['[', ' ']).split(',').next().unwrap_or_default();
        digits.trim().parse().map_err(|_| StoreError::Corrupt("an entry without a number".to_owned()))
    }

    /// Sequence number, leaf, whether there is an audit row, and what is shown of the entry (an error says what of it cannot be
    /// read).
    pub fn take_apart(&self) -> Result<(i64, String, bool, Result<Shown, String>), StoreError> {
        let columns: Columns = serde_json::from_str(&self.text).map_err(StoreError::corrupt)?;
        let (seq, audit_id, leaf, salts, context, actor, fields, id, at, by, key, action, table, object, before, after) =
            columns;
        let has_row = id.is_some();
        let written =
            |name: &str, text: &str| json::written(text).map_err(|complaint| format!("its {name} {complaint}"));
        let shown = || {
            let mut respelled = None;
            let mut complain = |what: String| respelled = respelled.take().or(Some(what));
            let mut value = |name: &str, text: Option<String>| {
                let Some(text) = text else { return Value::Null };
                let spelled = match self.dialect {
                    _ if text == "null" => Err("is null where nothing was written"),
                    Dialect::Sqlite => json::written(&text),
                    Dialect::Postgres => json::exact(&text),
                };
                if let Err(complaint) = spelled {
                    complain(format!("its {name} {complaint}"));
                }
                audit::read_json(&text)
            };
            let (before, after) = (value("before_value", before), value("updated_values", after));
            if at.as_ref().is_some_and(|at| written_at(at) != *at) {
                complain("its updated_at is not spelled as it was written".to_owned());
            }
            let row = id.is_some().then(|| {
                row! {
                    "id": id,
                    "updated_at": at,
                    "changed_by": by,
                    "changed_by_api_key": key,
                    "action": action,
                    "table_name": table,
                    "object_id": object,
                    "before_value": before,
                    "updated_values": after,
                }
            });
            Ok(Shown {
                row,
                actor: written("actor", &actor)?,
                context: written("context", &context)?,
                salts: written("salts", &salts)?,
                kept: Some(Kept { audit_id, changed_fields: written("changed_fields", &fields)?, respelled }),
            })
        };
        let shown = shown();
        Ok((seq, leaf, has_row, shown))
    }
}

/// The next rows of the ledger after a sequence number, in their order.
pub async fn read_stored_entries(
    session: &mut Session,
    after: i64,
    limit: i64,
) -> Result<Vec<StoredEntry>, StoreError> {
    let dialect = session.dialect();
    let array = match dialect {
        Dialect::Sqlite => "json_array",
        Dialect::Postgres => "json_build_array",
    };
    let columns = "seq, audit_id, leaf, salts, context, actor, changed_fields";
    let text = match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => "::text",
    };
    let (at, before, after_value) = (
        fixed_time(dialect, r#"a."updated_at""#),
        dialect.raw_json(r#"a."before_value""#),
        dialect.raw_json(r#"a."updated_values""#),
    );
    // Chosen first, so that the audit rows are looked up one by one and never all of them.
    let mut sql = session.sql(format!(
        r#"SELECT {array}(l.seq, l.audit_id, l.leaf, l.salts, l.context, l.actor, l.changed_fields, a."id", {at},
        a."changed_by", a."changed_by_api_key", a."action", a."table_name", a."object_id", {before}, {after_value}){text}
        FROM (SELECT {columns} FROM {} "#,
        dialect.own("ledger")
    ));
    sql.push_with("WHERE seq > ? ORDER BY seq LIMIT ?", [Bind::Int(after), Bind::Int(limit)]);
    sql.push(r#") AS l LEFT JOIN "LiteLLM_AuditLog" AS a ON a."id" = l.audit_id ORDER BY l.seq"#);
    let texts = session.texts(sql).await?;
    Ok(texts.into_iter().map(|text| StoredEntry { text, dialect }).collect())
}

/// The sequence number of the next row of the ledger, readable or not.
pub async fn next_stored_entry(session: &mut Session, after: i64) -> Result<Option<i64>, StoreError> {
    let dialect = session.dialect();
    let object = dialect.object(&[("seq", "min(seq)")]);
    let mut sql = session.sql(format!("SELECT {object} FROM {} ", dialect.own("ledger")));
    sql.push_with("WHERE seq > ?", [Bind::Int(after)]);
    Ok(session.objects(sql).await?.pop().and_then(|row| row.int("seq")))
}

/// Tiles that a log of this size has not got, the first few: level and number.
pub async fn list_surplus_tiles(session: &mut Session, size: u64, limit: i64) -> Result<Vec<(i64, i64)>, StoreError> {
    let dialect = session.dialect();
    let object = dialect.object(&[("level", "level"), ("n", "n")]);
    let mut sql = session.sql(format!("SELECT {object} FROM {} WHERE NOT (1 = 0", dialect.own("tile")));
    for level in 0..LEVELS {
        let end = full_tiles(size, level) + u64::from(partial_width(size, level).is_some());
        let end = i64::try_from(end).unwrap_or(i64::MAX);
        sql.push_with(" OR (level = ? AND n >= 0 AND n < ?)", [Bind::Int(level.into()), Bind::Int(end)]);
    }
    sql.push_with(") ORDER BY level, n LIMIT ?", [Bind::Int(limit)]);
    let rows = session.objects(sql).await?;
    Ok(rows.iter().map(|row| (row.int("level").unwrap_or(-1), row.int("n").unwrap_or(-1))).collect())
}

/// How many rows of the audit table the ledger does not know, and the id of one; `known` is how many it does know, which
/// spares the search.
pub async fn find_unknown_row(session: &mut Session, known: u64) -> Result<Option<(u64, String)>, StoreError> {
    let sql = session.sql(r#"SELECT count(*) AS n FROM "LiteLLM_AuditLog""#);
    let all = session.count(sql).await?;
    if u64::try_from(all) == Ok(known) {
        return Ok(None);
    }
    let dialect = session.dialect();
    let id = dialect.by_bytes(r#"a."id""#);
    let object = dialect.object(&[("n", "count(*)"), ("id", &format!("min({id})"))]);
    let sql = session.sql(format!(
        r#"SELECT {object} FROM "LiteLLM_AuditLog" AS a
        WHERE NOT EXISTS (SELECT 1 FROM {} AS l WHERE l.audit_id = a."id")"#,
        dialect.own("ledger")
    ));
    let row = session.objects(sql).await?.pop().unwrap_or_default();
    let count = row.int("n").and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
    Ok((count > 0).then(|| (count, row.text("id").unwrap_or_default().to_owned())))
}

/// A tile's path in a report, whatever its numbers are.
pub fn tile_name(level: i64, n: i64) -> String {
    match (u8::try_from(level), u64::try_from(n)) {
        (Ok(level), Ok(n)) => TileId { level, n }.path(None),
        _ => format!("tile {level}/{n}"),
    }
}
