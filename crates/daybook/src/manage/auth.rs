//! From a presented key to a caller.

use crate::manage::{Caller, Refusal, Role, Rules, Why};
use crate::model::actor::Principal;
use crate::model::row::{Row, RowExt as _};
use crate::model::secret::{hash_key, same_hash};
use crate::model::{table, time};
use crate::store::{Lock, Session, by, keys, users};

/// Looks a key up and says who its holder is.
///
/// The master key is recognised by its hash in constant time. A virtual key must start with `sk-`; its hash is looked up
/// among the keys and, during a grace period, among the replaced ones.
pub async fn authenticate(
    session: &mut Session,
    rules: &Rules,
    raw: &str,
    now: jiff::Timestamp,
) -> Result<Caller, Refusal> {
    let hash = hash_key(raw);
    if !is_master(rules, &hash) && !raw.starts_with("sk-") {
        return Err(not_a_virtual_key(raw));
    }
    recognise(session, rules, hash, now).await
}

fn is_master(rules: &Rules, hash: &str) -> bool {
    !rules.master_key_hash.is_empty() && same_hash(hash, &rules.master_key_hash)
}

/// [`authenticate`] of a key of which only the hash is known: somebody presented it before.
pub async fn recognise(
    session: &mut Session,
    rules: &Rules,
    hash: String,
    now: jiff::Timestamp,
) -> Result<Caller, Refusal> {
    if is_master(rules, &hash) {
        return Ok(master(hash));
    }
    let key = match keys::find(session, &hash).await? {
        Some(key) => key,
        None => match keys::find_replaced(session, &hash, now).await? {
            Some(key) => key,
            None => {
                let message = "Authentication Error, Invalid API key provided.";
                return Err(Refusal::proxy(Why::Unauthorized, "token_not_found_in_db", Some("key"), message));
            }
        },
    };
    if key.flag("blocked") == Some(true) {
        let message = "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.";
        return Err(Refusal::proxy(Why::Unauthorized, "auth_error", None, message));
    }
    if let Some(expires) = key.time("expires").filter(|expires| *expires < now) {
        let message = format!(
            "Authentication Error - Expired Key. Key Expiry time {} and current time {}",
            time::python(expires),
            time::python(now)
        );
        let token = key.text("token").unwrap_or(&hash);
        let param = format!("sk-...{}", &token[token.len().saturating_sub(4)..]);
        return Err(Refusal::proxy(Why::Unauthorized, "expired_key", Some(&param), message));
    }
    let team = match key.text("team_id") {
        Some(team_id) => session.row(&table::TEAMS, &by("team_id", team_id), Lock::No).await?,
        None => None,
    };
    if let Some(team) = &team
        && team.flag("blocked") == Some(true)
    {
        let message = format!(
            "Authentication Error, Team={} is blocked. Update via `/team/unblock` if you're an admin.",
            team.text("team_id").unwrap_or_default()
        );
        return Err(Refusal::proxy(Why::Unauthorized, "auth_error", None, message));
    }
    let (user, organizations) = match key.text("user_id") {
        Some(user_id) => {
            let user = session.row(&table::USERS, &by("user_id", user_id), Lock::No).await?;
            (user, users::list_organization_memberships(session, user_id).await?)
        }
        None => (None, Vec::new()),
    };
    Ok(virtual_key(hash, key, user, team, organizations))
}

fn master(hash: String) -> Caller {
    let principal = Principal {
        user_id: None,
        key_hash: hash,
        key_alias: None,
        service_account_id: None,
        is_master: true,
        is_admin: true,
        may_assert: false,
    };
    Caller { principal, role: Role::ProxyAdmin, key: None, user: None, team: None, organizations: Vec::new() }
}

fn virtual_key(hash: String, key: Row, user: Option<Row>, team: Option<Row>, organizations: Vec<Row>) -> Caller {
    let role = user.as_ref().and_then(|user| user.text("user_role")).map_or(Role::InternalUser, Role::parse);
    let allows = |row: &Row| {
        row.object("metadata").and_then(|metadata| metadata.flag("allow_litellm_changed_by_header")) == Some(true)
    };
    let user_id = key.text("user_id").map(str::to_owned);
    // A user's key acts for the user, whatever its metadata says.
    let service_account_id = match &user_id {
        Some(_) => None,
        None => key.object("metadata").and_then(|metadata| metadata.text("service_account_id")).map(str::to_owned),
    };
    let principal = Principal {
        user_id,
        // In a grace period this is the replaced key's own hash: it is the one that authenticated.
        key_hash: hash,
        key_alias: key.text("key_alias").map(str::to_owned),
        service_account_id,
        is_master: false,
        is_admin: role == Role::ProxyAdmin,
        may_assert: allows(&key) || team.as_ref().is_some_and(allows),
    };
    Caller { principal, role, key: Some(key), user, team, organizations }
}

/// LiteLLM's answer to something that is not a virtual key; of the value only its ends are shown.
fn not_a_virtual_key(raw: &str) -> Refusal {
    let characters: Vec<char> = raw.chars().collect();
    let shown = match characters.len() {
        0..=8 => "****".to_owned(),
        length => {
            let start: String = characters[..4].iter().collect();
            let end: String = characters[length - 4..].iter().collect();
            format!("{start}****{end}")
        }
    };
    let mut message = format!("LiteLLM Virtual Key expected. Received={shown}, expected to start with 'sk-'.");
    if raw.split('.').count() == 3 {
        message.push_str(
            " This key has the structure of a JWT, but JWT auth is not enabled on this proxy, so it was treated as a \
             virtual key. Set `enable_jwt_auth: true` under `general_settings` in your proxy config to authenticate \
             with JWTs.",
        );
    }
    Refusal::proxy(Why::Unauthorized, "auth_error", None, message)
}
