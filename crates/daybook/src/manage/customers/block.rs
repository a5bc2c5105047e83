//! `POST /customer/block` and `/customer/unblock`.

use super::{all_missing, hold, id_of, is_among, lock_missing};
use crate::manage::{Ask, Refusal};
use crate::model::entry::Action;
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by, customers};

/// Blocks customers; who is not known yet is made, blocked. Gives their rows in the order of the request.
pub async fn block(change: &mut Change, ask: &Ask) -> Result<Vec<Row>, Refusal> {
    let ids = ask.request.texts("user_ids");
    let mut held = hold(change, &ids).await?;
    let mut missing: Vec<String> = ids.iter().filter(|id| !is_among(id, &held)).cloned().collect();
    missing.sort();
    missing.dedup();
    lock_missing(change, &missing).await?;
    // Somebody else may have made one before the lock was ours.
    held.extend(hold(change, &missing).await?);
    let mut blocked = Vec::new();
    for customer in held {
        blocked.push(set_blocked(change, customer, true).await?);
    }
    for id in &ids {
        if !is_among(id, &blocked) {
            let row = crate::row! { "user_id": id, "blocked": true, "spend": 0.0, "models": [] };
            blocked.push(change.insert(&table::END_USERS, row).await?);
        }
    }
    let row_of = |id: &String| blocked.iter().find(|row| id_of(row) == id).cloned();
    Ok(ids.iter().filter_map(row_of).collect())
}

/// Lets customers call again, all of them or none. Gives the ids of those who are still blocked.
pub async fn unblock(change: &mut Change, ask: &Ask) -> Result<Vec<String>, Refusal> {
    let ids = ask.request.texts("user_ids");
    let held = hold(change, &ids).await?;
    let unknown: Vec<&str> = ids.iter().map(String::as_str).filter(|id| !is_among(id, &held)).collect();
    if !unknown.is_empty() {
        return Err(all_missing(&unknown));
    }
    for customer in held {
        set_blocked(change, customer, false).await?;
    }
    Ok(customers::list_blocked_ids(change.session()).await?)
}

async fn set_blocked(change: &mut Change, customer: Row, blocked: bool) -> Result<Row, Refusal> {
    let action = if blocked { Action::Blocked } else { Action::Unblocked };
    let key = by("user_id", id_of(&customer));
    let updated = change.update_as(action, &table::END_USERS, &key, crate::row! { "blocked": blocked }).await?;
    Ok(updated.map_or(customer, |updated| updated.now))
}
