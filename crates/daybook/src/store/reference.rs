//! Foreign keys, as the database has them: which rows would follow, by themselves, when another row goes or gets a new key.
//!
//! What the database does by itself is on nobody's record. So [`super::Change`] asks here first, and does it on the record. The
//! catalog is asked, not a list of ours: LiteLLM has tables that Daybook knows nothing about, and gets new ones.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::db::{Bind, Dialect, Session};
use super::error::StoreError;
use crate::model::row::{Row, RowExt as _};
use crate::model::table::{self, Kind, Table};

/// What happens to a row when the one that it refers to goes or gets a new key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The database refuses.
    Refused,
    /// It goes as well; or its reference follows.
    Cascade,
    SetNull,
}

impl Effect {
    /// PostgreSQL's letters and SQLite's words. A default is nothing that LiteLLM's tables have for a reference.
    fn parse(text: &str) -> Effect {
        match text {
            "c" | "CASCADE" => Effect::Cascade,
            "n" | "SET NULL" => Effect::SetNull,
            _ => Effect::Refused,
        }
    }
}

/// A foreign key.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    /// The table that refers.
    pub(super) child: &'static Table,
    /// Its columns, each with the column that it refers to.
    pub(super) columns: Vec<(String, String)>,
    pub(super) on_delete: Effect,
    pub(super) on_update: Effect,
}

impl Reference {
    /// The rows that refer to this one, held until the end of the change, in the order of their keys.
    pub(super) async fn rows(&self, session: &mut Session, parent: &Row) -> Result<Vec<Row>, StoreError> {
        let dialect = session.dialect();
        let name = format!(r#""{}""#, self.child.name);
        let mut sql = session.sql(format!("SELECT {} FROM {name} WHERE true", dialect.row(self.child, &name)));
        for (column, referred) in &self.columns {
            let bind = match parent.value(referred) {
                // Nobody refers to nothing.
                Value::Null => return Ok(Vec::new()),
                Value::Number(number) => Bind::Int(number.as_i64().unwrap_or_default()),
                Value::String(text) => Bind::Text(text),
                other => Bind::Text(other.to_string()),
            };
            sql.push_with(&format!(r#" AND {name}."{column}" = ?"#), [bind]);
        }
        let order: Vec<String> = self.child.primary_key.iter().map(|column| format!(r#"{name}."{column}""#)).collect();
        if !order.is_empty() {
            sql.push(&format!(" ORDER BY {}", order.join(", ")));
        }
        sql.push(dialect.for_update());
        let rows = session.rows(self.child, sql).await?;
        if self.child.primary_key.is_empty() && !rows.is_empty() {
            let message = format!("rows of {} cannot be told apart: it has no primary key", self.child.name);
            return Err(StoreError::Corrupt(message));
        }
        Ok(rows)
    }

    /// The referring columns, all null.
    pub(super) fn nulls(&self) -> Row {
        self.columns.iter().map(|(column, _)| (column.clone(), Value::Null)).collect()
    }

    /// The primary key of a referring row once what it refers to has become `parent`.
    pub(super) fn key_after(&self, child: &Row, parent: &Row) -> Row {
        let mut key = super::key_of(self.child, child);
        if self.on_update == Effect::Cascade {
            for (column, referred) in self.columns.iter().filter(|(column, _)| child.contains_key(column)) {
                if key.contains_key(column) {
                    key.insert(column.clone(), parent.value(referred));
                }
            }
        }
        key
    }
}

/// The foreign keys on a table that do more than refuse, in a fixed order.
pub(super) async fn list(session: &mut Session, parent: &Table) -> Result<Vec<Reference>, StoreError> {
    let found = match session.dialect() {
        Dialect::Postgres => list_postgres(session, parent).await?,
        Dialect::Sqlite => list_sqlite(session, parent).await?,
    };
    let mut references = Vec::new();
    for key in found {
        let (on_delete, on_update) = (Effect::parse(&key.on_delete), Effect::parse(&key.on_update));
        if (on_delete, on_update) != (Effect::Refused, Effect::Refused) {
            let child = table_named(session, &key.child, &key.columns).await?;
            references.push(Reference { child, columns: key.columns, on_delete, on_update });
        }
    }
    Ok(references)
}

/// A foreign key in the catalog's words.
struct Found {
    child: String,
    columns: Vec<(String, String)>,
    on_delete: String,
    on_update: String,
}

async fn list_postgres(session: &mut Session, parent: &Table) -> Result<Vec<Found>, StoreError> {
    let mut sql = session.sql("");
    // A partition repeats the foreign key of the table that it is a part of.
    sql.push_with(
        "SELECT jsonb_build_object('child', child.relname, 'on_delete', k.confdeltype::text, 'on_update', \
         k.confupdtype::text, 'columns', (SELECT jsonb_agg(jsonb_build_array(own.attname, other.attname) ORDER BY i.n) \
         FROM unnest(k.conkey, k.confkey) WITH ORDINALITY AS i(own, other, n) \
         JOIN pg_attribute AS own ON own.attrelid = k.conrelid AND own.attnum = i.own \
         JOIN pg_attribute AS other ON other.attrelid = k.confrelid AND other.attnum = i.other))::text \
         FROM pg_constraint AS k JOIN pg_class AS child ON child.oid = k.conrelid \
         WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = to_regclass(?) \
         AND child.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = k.confrelid) \
         ORDER BY child.relname, k.conname",
        [Bind::Text(format!(r#""{}""#, parent.name))],
    );
    let text = |row: &Row, name: &str| row.text(name).unwrap_or_default().to_owned();
    let pair = |pair: &Value| {
        (pair[0].as_str().unwrap_or_default().to_owned(), pair[1].as_str().unwrap_or_default().to_owned())
    };
    let rows = session.objects(sql).await?;
    Ok(rows
        .iter()
        .map(|row| Found {
            child: text(row, "child"),
            columns: row.list("columns").iter().map(pair).collect(),
            on_delete: text(row, "on_delete"),
            on_update: text(row, "on_update"),
        })
        .collect())
}

async fn list_sqlite(session: &mut Session, parent: &Table) -> Result<Vec<Found>, StoreError> {
    let mut sql = session.sql("");
    sql.push_with(
        "SELECT json_object('child', m.name, 'id', k.id, 'own', k.\"from\", 'other', k.\"to\", 'on_delete', k.on_delete, \
         'on_update', k.on_update) FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS k \
         WHERE m.type = 'table' AND k.\"table\" = ? ORDER BY m.name, k.id, k.seq",
        [parent.name.into()],
    );
    let mut found: BTreeMap<(String, i64), Found> = BTreeMap::new();
    for row in session.objects(sql).await? {
        let text = |name: &str| row.text(name).unwrap_or_default().to_owned();
        let key = (text("child"), row.int("id").unwrap_or_default());
        let entry = found.entry(key).or_insert_with(|| Found {
            child: text("child"),
            columns: Vec::new(),
            on_delete: text("on_delete"),
            on_update: text("on_update"),
        });
        entry.columns.push((text("own"), text("other")));
    }
    Ok(found.into_values().collect())
}

/// The table of this name: one of ours, or one that is described by what the catalog says of it.
async fn table_named(
    session: &mut Session,
    name: &str,
    columns: &[(String, String)],
) -> Result<&'static Table, StoreError> {
    if let Some(known) = table::ALL.iter().find(|table| table.name == name) {
        return Ok(known);
    }
    let mut sql = session.sql("");
    match session.dialect() {
        Dialect::Postgres => sql.push_with(
            "SELECT jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, NULL), 'key', \
             COALESCE(array_position(i.indkey::smallint[], a.attnum), -1))::text FROM pg_attribute AS a \
             LEFT JOIN pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary \
             WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
            [Bind::Text(format!(r#""{name}""#))],
        ),
        Dialect::Sqlite => sql.push_with(
            "SELECT json_object('name', name, 'type', lower(type), 'key', pk - 1) FROM pragma_table_info(?) ORDER BY cid",
            [name.into()],
        ),
    };
    let rows = session.objects(sql).await?;
    Ok(described(name, &rows, columns))
}

/// A table of somebody else's. It is described once for each form that it ever has, and then kept: a [`Table`] lives as long
/// as the program.
fn described(name: &str, rows: &[Row], references: &[(String, String)]) -> &'static Table {
    static KNOWN: Mutex<BTreeMap<String, &'static Table>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let form = format!("{name} {references:?} {rows:?}");
    known.entry(form).or_insert_with(|| {
        let keep = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        let columns: Vec<(&'static str, Kind)> =
            rows.iter().filter_map(|row| Some((keep(row.text("name")?), kind_of(row.text("type")?)?))).collect();
        let mut key: Vec<(i64, &'static str)> = rows
            .iter()
            .filter_map(|row| Some((row.int("key").filter(|position| *position >= 0)?, keep(row.text("name")?))))
            .collect();
        key.sort_unstable();
        let primary_key: Vec<&'static str> = key.into_iter().map(|(_, name)| name).collect();
        // What it belonged to is what one asks for it by.
        let mut identity = primary_key.clone();
        identity.extend(
            references.iter().filter(|(column, _)| !primary_key.contains(&column.as_str())).map(|(own, _)| keep(own)),
        );
        Box::leak(Box::new(Table {
            name: keep(name),
            primary_key: primary_key.leak(),
            identity: identity.leak(),
            columns: columns.leak(),
        }))
    })
}

/// How a column's values look in JSON; `None` for a type whose values are left as the database spells them.
fn kind_of(database_type: &str) -> Option<Kind> {
    Some(match database_type {
        "text" | "character varying" | "character" => Kind::Text,
        "smallint" | "integer" | "bigint" | "int" => Kind::Int,
        "real" | "double precision" => Kind::Float,
        "boolean" => Kind::Bool,
        "timestamp without time zone" | "timestamp with time zone" => Kind::Time,
        "text[]" => Kind::TextArray,
        "json" | "jsonb" => Kind::Json,
        _ => return None,
    })
}
