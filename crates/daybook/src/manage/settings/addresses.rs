//! `general_settings.allowed_ips`: who may call at all.

use serde_json::Value;

use super::{check_admin, check_stored_in_db, effective, hold_section, laid_over, required, set_section};
use crate::manage::{Ask, Refusal, Why};
use crate::model::document::GENERAL_SETTINGS;
use crate::model::entry::Action;
use crate::model::row::{Row, RowExt as _};
use crate::store::{Change, Session};

const NAME: &str = "allowed_ips";

/// The addresses, or null when everybody may call.
pub async fn allowed_addresses(session: &mut Session, ask: &Ask) -> Result<Value, Refusal> {
    Ok(effective(session, ask, GENERAL_SETTINGS).await?.value(NAME))
}

/// Lets an address in, and with the first one locks all others out.
pub async fn add_address(change: &mut Change, ask: &Ask) -> Result<(), Refusal> {
    check_admin(ask)?;
    let (stored, mut addresses) = held(change, ask).await?;
    let address = required(ask, "ip");
    if addresses.iter().any(|have| have == address) {
        return Err(Refusal::text(Why::Invalid, "IP address already exists"));
    }
    check_stored_in_db(ask)?;
    addresses.push(address.to_owned());
    keep(change, ask, Action::Updated, stored, addresses).await
}

/// Keeps an address out again. An empty list lets nobody in.
pub async fn delete_address(change: &mut Change, ask: &Ask) -> Result<(), Refusal> {
    check_admin(ask)?;
    let (stored, mut addresses) = held(change, ask).await?;
    let (address, before) = (required(ask, "ip"), addresses.len());
    addresses.retain(|have| have != address);
    if addresses.len() == before {
        return Err(Refusal::text(Why::NotFound, "IP address not found"));
    }
    check_stored_in_db(ask)?;
    keep(change, ask, Action::Deleted, stored, addresses).await
}

async fn held(change: &mut Change, ask: &Ask) -> Result<(Row, Vec<String>), Refusal> {
    let stored = hold_section(change, ask, GENERAL_SETTINGS).await?.unwrap_or_default();
    let addresses = laid_over(&ask.rules, GENERAL_SETTINGS, stored.clone()).texts(NAME);
    Ok((stored, addresses))
}

async fn keep(
    change: &mut Change,
    ask: &Ask,
    action: Action,
    mut stored: Row,
    addresses: Vec<String>,
) -> Result<(), Refusal> {
    stored.insert(NAME.to_owned(), addresses.into());
    set_section(change, ask, action, GENERAL_SETTINGS, stored).await?;
    Ok(())
}
