//! Customers: people on whose behalf the holder of a key calls. LiteLLM calls them customers and end users; its table is
//! `LiteLLM_EndUserTable`.

mod block;
mod create;
mod update;

pub use block::{block, unblock};
pub use create::create;
pub use update::update;

use super::{Ask, Caller, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, Session, by, customers};

/// The customer with the rows that it refers to.
pub async fn get(session: &mut Session, caller: &Caller, user_id: &str) -> Result<Row, Refusal> {
    // A key that an admin has granted the route has no user; whoever administers an organization sees no customers by it.
    if !caller.sees_everything() && caller.user.is_some() {
        return Err(not_admin(caller));
    }
    let found = customers::find(session, user_id).await?;
    let customer = found.ok_or_else(|| missing("end_user_id", user_id))?;
    with_related(session, customer).await
}

/// A page of the customers, by their ids: those whose id or alias contains `search`, in any case.
pub async fn list(
    session: &mut Session,
    caller: &Caller,
    search: Option<&str>,
    page: i64,
    page_size: i64,
) -> Result<Vec<Row>, Refusal> {
    if !caller.sees_everything() {
        return Err(not_admin(caller));
    }
    let search = search.filter(|text| !text.is_empty());
    let mut found = customers::list(session, search, (page - 1).saturating_mul(page_size), page_size).await?;
    customers::attach_related(session, &mut found).await?;
    Ok(found)
}

/// Removes customers, all or none. Gives how many that were.
pub async fn delete(change: &mut Change, ask: &Ask) -> Result<usize, Refusal> {
    let ids = ask.request.texts("user_ids");
    if ids.is_empty() {
        return Err(Refusal::text(Why::Invalid, "user_id is required, passed user_id = []"));
    }
    let held = hold(change, &ids).await?;
    let unknown: Vec<&str> = ids.iter().map(String::as_str).filter(|id| !is_among(id, &held)).collect();
    if !unknown.is_empty() {
        return Err(all_missing(&unknown));
    }
    for customer in &held {
        change.delete(&table::END_USERS, &by("user_id", id_of(customer))).await?;
    }
    Ok(held.len())
}

/// The customers of these ids who exist, held until the change ends; locked in the order of their ids.
async fn hold(change: &mut Change, ids: &[String]) -> Result<Vec<Row>, Refusal> {
    let mut sorted = ids.to_vec();
    sorted.sort();
    sorted.dedup();
    let mut held = Vec::new();
    for id in &sorted {
        held.extend(change.find(&table::END_USERS, &by("user_id", id)).await?);
    }
    Ok(held)
}

/// How many customers a request may make. Each id is locked, in a table of locks that the whole database shares.
const MOST_NEW: usize = 500;

/// Nobody else makes customers of these ids until the change ends. The ids must be sorted.
async fn lock_missing(change: &mut Change, ids: &[String]) -> Result<(), Refusal> {
    if ids.len() > MOST_NEW {
        let message = format!("Maximum {MOST_NEW} new customers can be blocked at once. Found {}.", ids.len());
        return Err(Refusal::error(Why::Invalid, message));
    }
    for id in ids {
        change.lock_name(&lock(id)).await?;
    }
    Ok(())
}

/// The name by which a customer's id is locked.
fn lock(user_id: &str) -> String {
    format!("end_user_id:{user_id}")
}

fn id_of(customer: &Row) -> &str {
    customer.text("user_id").unwrap_or_default()
}

fn is_among(id: &str, held: &[Row]) -> bool {
    held.iter().any(|customer| id_of(customer) == id)
}

async fn with_related(session: &mut Session, customer: Row) -> Result<Row, Refusal> {
    let mut customers = [customer];
    customers::attach_related(session, &mut customers).await?;
    let [customer] = customers;
    Ok(customer)
}

fn missing(param: &str, user_id: &str) -> Refusal {
    Refusal::proxy(Why::NotFound, "not_found", Some(param), format!("End User Id={user_id} does not exist in db"))
}

fn all_missing(ids: &[&str]) -> Refusal {
    let message = format!("End User Id(s)={} do not exist in db", ids.join(", "));
    Refusal::proxy(Why::NotFound, "not_found", Some("user_ids"), message)
}

fn not_admin(caller: &Caller) -> Refusal {
    Refusal::error(Why::Unauthorized, format!("Admin-only endpoint. Your user role={}", caller.role.as_str()))
}
