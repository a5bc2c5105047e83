//! Entries in the order of the log.

use super::conditions::and_conditions;
use super::{columns, read};
use crate::model::question::Filter;
use crate::model::row::{Row, RowExt as _};
use crate::store::db::{Bind, Session};
use crate::store::error::StoreError;

/// Entries of the log with their sequence numbers, `from` to before `to`, the first `limit` of them.
pub async fn stretch(
    session: &mut Session,
    filter: &Filter,
    from: i64,
    to: i64,
    limit: i64,
) -> Result<Vec<(i64, Row)>, StoreError> {
    if from >= to {
        return Ok(Vec::new());
    }
    let dialect = session.dialect();
    let columns = columns(dialect);
    let mut members: Vec<(&str, &str)> = columns.iter().map(|(name, value)| (*name, value.as_str())).collect();
    members.push(("seq", "page.seq"));
    let mut sql = session.sql(format!(r#"SELECT {} FROM (SELECT x."id", l.seq FROM "#, dialect.object(&members)));
    // CROSS: SQLite takes it as the order of the loops, which is the order of the log.
    sql.push(&format!(r#"{} AS l CROSS JOIN "LiteLLM_AuditLog" AS x"#, dialect.own("ledger")));
    sql.push_with(r#" WHERE x."id" = l.audit_id AND l.seq >= ? AND l.seq < ?"#, [Bind::Int(from), Bind::Int(to)]);
    and_conditions(&mut sql, filter);
    sql.push_with(" ORDER BY l.seq LIMIT ?", [Bind::Int(limit)]);
    sql.push(r#") AS page CROSS JOIN "LiteLLM_AuditLog" AS a WHERE a."id" = page."id" ORDER BY page.seq"#);
    let rows = session.objects(sql).await?;
    rows.iter()
        .map(|row| {
            let seq =
                row.int("seq").ok_or_else(|| StoreError::Corrupt("an entry has no place in the log".to_owned()))?;
            Ok((seq, read(row)))
        })
        .collect()
}
