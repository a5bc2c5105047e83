//! A look at a database without changing anything: what `Store::open` would find there.

use super::db::{Bind, Db, Dialect, Location, Pooling, Session};
use super::error::StoreError;
use super::ledger::{Head, LogKey, count_unadopted, find_head, list_log_keys};
use super::migrate;
use super::sealing::{self, SealedValues};
use crate::model::row::RowExt as _;

/// What was found.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Whether there is a database at all; a SQLite file is made by the first start.
    pub exists: bool,
    /// 0 when Daybook has never been there.
    pub schema_version: i64,
    /// The newest version that this program knows.
    pub known_version: i64,
    /// Whether the user may create schemas and tables (asked for PostgreSQL when there is something to create).
    pub may_create: bool,
    /// The state of the log, when there is one that this program can read.
    pub head: Option<Head>,
    /// The keys that the log knows.
    pub log_keys: Vec<LogKey>,
    /// How many rows of the audit table are not in the log.
    pub unadopted: i64,
    /// The names of the installation's settings; see [`super::Store::setting`].
    pub settings: Vec<String>,
    /// The newest encrypted values of each table: see [`super::unopenable`].
    pub sealed: Vec<SealedValues>,
}

/// Looks.
pub async fn inspect(location: &Location, pooling: &Pooling) -> Result<Inspection, StoreError> {
    let dialect = match location {
        Location::Sqlite { .. } => Dialect::Sqlite,
        Location::Postgres { .. } => Dialect::Postgres,
    };
    let mut found = Inspection {
        exists: false,
        schema_version: 0,
        known_version: migrate::known_version(dialect),
        may_create: true,
        head: None,
        log_keys: Vec::new(),
        unadopted: 0,
        settings: Vec::new(),
        sealed: Vec::new(),
    };
    let Some(db) = Db::connect_to_look(location, pooling).await? else { return Ok(found) };
    found.exists = true;
    let looked = fill(&db, &mut found).await;
    db.close().await;
    looked.map(|()| found)
}

/// A view of a database that is only looked at: nothing is made, nothing is migrated. `None` when there is none.
pub async fn look(location: &Location, pooling: &Pooling) -> Result<Option<Session>, StoreError> {
    match Db::connect_to_look(location, pooling).await? {
        Some(db) => Ok(Some(db.read().await?)),
        None => Ok(None),
    }
}

async fn fill(db: &Db, found: &mut Inspection) -> Result<(), StoreError> {
    found.schema_version = migrate::version(db).await?;
    let mut session = db.read().await?;
    if found.schema_version < found.known_version {
        found.may_create = may_create(&mut session).await?;
    }
    found.sealed = sealing::newest(&mut session).await?;
    // Tables of a newer version may have another form.
    if (1..=found.known_version).contains(&found.schema_version) {
        for name in ["setting", "head"] {
            let table = session.dialect().own(name);
            if !session.has_table(&table).await? {
                return Ok(());
            }
        }
        found.head = find_head(&mut session).await?;
        found.unadopted = count_unadopted(&mut session).await?;
        let dialect = session.dialect();
        if session.has_table(&dialect.own("log_key")).await? {
            found.log_keys = list_log_keys(&mut session).await?;
        }
        let sql = format!("SELECT {} FROM {}", dialect.object(&[("name", "name")]), dialect.own("setting"));
        let sql = session.sql(sql);
        let rows = session.objects(sql).await?;
        found.settings = rows.iter().filter_map(|row| row.text("name").map(str::to_owned)).collect();
    }
    Ok(())
}

async fn may_create(session: &mut Session) -> Result<bool, StoreError> {
    if session.dialect() == Dialect::Sqlite {
        return Ok(true);
    }
    let mut sql = session.sql("");
    sql.push_with(
        "SELECT count(*) AS n FROM (SELECT 1 AS one) AS o WHERE has_database_privilege(current_database(), ?) \
         AND current_schema() IS NOT NULL AND has_schema_privilege(current_schema(), ?)",
        [Bind::from("CREATE"), Bind::from("CREATE")],
    );
    Ok(session.count(sql).await? > 0)
}
