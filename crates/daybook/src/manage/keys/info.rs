//! `/key/info`, `/v2/key/info`: one key, or several, as far as the caller may see them.

use jiff::Timestamp;

use super::not_found;
use super::permission::{self, Standing};
use crate::manage::{Caller, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::secret::token_of;
use crate::model::table;
use crate::store::key_list::Status;
use crate::store::{Lock, Session, by, keys};

/// A key and the rows that belong to it.
#[derive(Debug)]
pub struct Info {
    /// The key as the request names it.
    pub named: String,
    pub row: Row,
    pub status: Status,
    pub budget: Option<Row>,
    pub object_permission: Option<Row>,
}

/// The key that is named, by its raw value or its hash; the caller's own when none is. A deleted key is found too.
pub async fn find(
    session: &mut Session,
    caller: &Caller,
    named: Option<&str>,
    now: Timestamp,
) -> Result<Info, Refusal> {
    let absent = || not_found("key", "Key not found in database");
    let named = match named {
        Some(named) => named.to_owned(),
        // During a grace period the caller's key is the one that replaced it.
        None => caller.key.as_ref().and_then(|key| key.text("token")).ok_or_else(absent)?.to_owned(),
    };
    let token = token_of(&named);
    let (row, deleted) = match keys::find(session, &token).await? {
        Some(row) => (row, false),
        None => (keys::find_archived(session, &token).await?.ok_or_else(absent)?, true),
    };
    if !may_see(session, caller, &row).await? {
        let role = if caller.user.is_some() { caller.stated_role() } else { "None" };
        let message = format!("You are not allowed to access this key's info. Your role={role}");
        return Err(Refusal::text(Why::Forbidden, message));
    }
    let status = if deleted { Status::Deleted } else { status(&row, now) };
    with_relations(session, named, row, status).await
}

/// The keys that `keys` and `key_aliases` name, without those that are not there or not the caller's to see.
pub async fn list(session: &mut Session, caller: &Caller, request: &Row, now: Timestamp) -> Result<Vec<Info>, Refusal> {
    let mut rows: Vec<Row> = Vec::new();
    for named in request.texts("keys") {
        rows.extend(keys::find(session, &token_of(&named)).await?);
    }
    for alias in request.texts("key_aliases") {
        rows.extend(keys::list_by_alias(session, &alias).await?);
    }
    let mut infos: Vec<Info> = Vec::new();
    for row in rows {
        let token = row.text("token").unwrap_or_default().to_owned();
        if infos.iter().any(|info| info.named == token) || !may_see(session, caller, &row).await? {
            continue;
        }
        let status = status(&row, now);
        infos.push(with_relations(session, token, row, status).await?);
    }
    Ok(infos)
}

/// Admins and viewers, the key itself, its user, its team.
pub(super) async fn may_see(session: &mut Session, caller: &Caller, key: &Row) -> Result<bool, Refusal> {
    if caller.sees_everything() {
        return Ok(true);
    }
    if caller.key.as_ref().is_some_and(|own| own.text("token") == key.text("token")) {
        return Ok(true);
    }
    let (standing, _) = permission::standing(session, caller, key).await?;
    Ok(standing <= Standing::Member)
}

/// What a key that is not deleted is at an instant.
pub fn status(key: &Row, now: Timestamp) -> Status {
    if key.flag("blocked") == Some(true) {
        Status::Revoked
    } else if key.time("expires").is_some_and(|expires| expires < now) {
        Status::Expired
    } else {
        Status::Active
    }
}

async fn with_relations(session: &mut Session, named: String, row: Row, status: Status) -> Result<Info, Refusal> {
    let budget = match row.text("budget_id") {
        Some(id) => session.row(&table::BUDGETS, &by("budget_id", id), Lock::No).await?,
        None => None,
    };
    let object_permission = match row.text("object_permission_id") {
        Some(id) => session.row(&table::OBJECT_PERMISSIONS, &by("object_permission_id", id), Lock::No).await?,
        None => None,
    };
    Ok(Info { named, row, status, budget, object_permission })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

    #[test]
    fn a_key_is_revoked_before_it_is_expired() {
        let now: Timestamp = "2026-11-21T20:00:00Z".parse().unwrap();
        let past = "2026-11-21T19:59:59Z";
        for (key, expected) in [
            (row! {}, Status::Active),
            (row! { "expires": "2026-11-21T20:00:00Z", "blocked": false }, Status::Active),
            (row! { "expires": past }, Status::Expired),
            (row! { "expires": past, "blocked": true }, Status::Revoked),
        ] {
            assert_eq!(status(&key, now), expected, "{key:?}");
        }
    }
}
