//! Schema versions: the numbered files of `migrations/`, one transaction each, in order.

use super::db::{Bind, Db, Dialect};
use super::error::StoreError;

/// Number, name and text of each migration.
type Migration = (i64, &'static str, &'static str);

const POSTGRES: &[Migration] = &[
    (1, "litellm_tables", include_str!("../../migrations/postgres/0001_litellm_tables.sql")),
    (2, "daybook_ledger", include_str!("../../migrations/postgres/0002_daybook_ledger.sql")),
    (3, "audit_organization", include_str!("../../migrations/postgres/0003_audit_organization.sql")),
    (4, "settings_tables", include_str!("../../migrations/postgres/0004_settings_tables.sql")),
    (5, "user_email", include_str!("../../migrations/postgres/0005_user_email.sql")),
    (6, "provable_log", include_str!("../../migrations/postgres/0006_provable_log.sql")),
    (7, "text", include_str!("../../migrations/postgres/0007_text.sql")),
    (8, "arrivals", include_str!("../../migrations/postgres/0008_arrivals.sql")),
    (9, "fewer_indexes", include_str!("../../migrations/postgres/0009_fewer_indexes.sql")),
    (10, "segments", include_str!("../../migrations/postgres/0010_segments.sql")),
];

const SQLITE: &[Migration] = &[
    (1, "litellm_tables", include_str!("../../migrations/sqlite/0001_litellm_tables.sql")),
    (2, "daybook_ledger", include_str!("../../migrations/sqlite/0002_daybook_ledger.sql")),
    (3, "audit_organization", include_str!("../../migrations/sqlite/0003_audit_organization.sql")),
    (4, "settings_tables", include_str!("../../migrations/sqlite/0004_settings_tables.sql")),
    (5, "user_email", include_str!("../../migrations/sqlite/0005_user_email.sql")),
    (6, "provable_log", include_str!("../../migrations/sqlite/0006_provable_log.sql")),
    (7, "text", include_str!("../../migrations/sqlite/0007_text.sql")),
    (8, "arrivals", include_str!("../../migrations/sqlite/0008_arrivals.sql")),
    (9, "fewer_indexes", include_str!("../../migrations/sqlite/0009_fewer_indexes.sql")),
    (10, "segments", include_str!("../../migrations/sqlite/0010_segments.sql")),
];

fn migrations(dialect: Dialect) -> &'static [Migration] {
    match dialect {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    }
}

/// The newest version that this program knows.
pub fn known_version(dialect: Dialect) -> i64 {
    migrations(dialect).last().map_or(0, |(version, ..)| *version)
}

/// Tells the schema of this program from another one of the same version, which there is while a migration is being
/// written.
#[cfg(any(feature = "testing", feature = "bench"))]
pub(crate) fn fingerprint(dialect: Dialect) -> String {
    let texts: String = migrations(dialect).iter().map(|(_, _, text)| *text).collect();
    crate::model::secret::hex(&crate::model::secret::hash_bytes(&texts)[..4])
}

/// The version that the database has; 0 for one that Daybook has not touched.
pub(crate) async fn version(db: &Db) -> Result<i64, StoreError> {
    let mut session = db.read().await?;
    let table = session.dialect().own("migration");
    if !session.has_table(&table).await? {
        return Ok(0);
    }
    let sql = session.sql(format!("SELECT coalesce(max(version), 0) AS n FROM {table}"));
    session.count(sql).await
}

/// Brings the database to [`known_version`]. A database of a newer version is refused before anything is touched.
pub(crate) async fn migrate(db: &Db) -> Result<(), StoreError> {
    let known = known_version(db.dialect());
    let found = version(db).await?;
    if found > known {
        return Err(StoreError::NewerSchema { found, known });
    }
    if found == known {
        return Ok(());
    }
    let mut session = db.write().await?;
    if session.dialect() == Dialect::Postgres {
        // An index over millions of rows that LiteLLM has written takes its time.
        db.script(&mut session, "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0").await?;
    }
    // Replicas that start together: one migrates, the others wait here and find the work done.
    session.lock_name("daybook migration").await?;
    let table = session.dialect().own("migration");
    let create = match session.dialect() {
        Dialect::Sqlite => {
            format!("CREATE TABLE IF NOT EXISTS {table} (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT")
        }
        Dialect::Postgres => format!(
            "CREATE SCHEMA IF NOT EXISTS daybook; \
             CREATE TABLE IF NOT EXISTS {table} (version bigint PRIMARY KEY, name text NOT NULL)"
        ),
    };
    db.script(&mut session, &create).await?;
    let sql = session.sql(format!("SELECT coalesce(max(version), 0) AS n FROM {table}"));
    let found = session.count(sql).await?;
    for (version, name, text) in migrations(session.dialect()).iter().filter(|(version, ..)| *version > found) {
        db.script(&mut session, text).await?;
        let mut sql = session.sql(format!("INSERT INTO {table} (version, name) "));
        sql.push_with("VALUES (?, ?)", [Bind::Int(*version), Bind::from(*name)]);
        session.execute(sql).await?;
    }
    session.commit().await
}
