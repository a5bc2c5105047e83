//! `/key/delete`

use std::collections::BTreeMap;

use super::archive_key;
use super::permission::{self, Standing};
use crate::manage::{Ask, Refusal, Why};
use crate::model::row::RowExt as _;
use crate::model::secret::token_of;
use crate::model::table;
use crate::store::{Change, by, keys};

/// What became of the keys or aliases that a request names, as it names them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    pub deleted: Vec<String>,
    pub not_found: Vec<String>,
}

/// Deletes the keys that `keys` names, else those that `key_aliases` names: all that exist, or none when the caller may not.
pub async fn delete(change: &mut Change, ask: &Ask) -> Result<Deleted, Refusal> {
    let by_key = ask.request.texts("keys");
    let mut outcome = Deleted::default();
    let mut found = BTreeMap::new();
    let mut named = Vec::new();
    if by_key.is_empty() {
        for alias in ask.request.texts("key_aliases") {
            let tokens: Vec<String> = keys::list_by_alias(change.session(), &alias)
                .await?
                .iter()
                .filter_map(|key| key.text("token").map(str::to_owned))
                .collect();
            named.push((alias, tokens));
        }
    } else {
        named.extend(by_key.into_iter().map(|key| (key.clone(), vec![token_of(&key)])));
    }
    // Rows are locked in the order of their hashes, so that two deletions of the same keys wait instead of clashing.
    let mut tokens: Vec<String> = named.iter().flat_map(|(_, tokens)| tokens.iter().cloned()).collect();
    tokens.sort();
    tokens.dedup();
    for token in tokens {
        if let Some(key) = change.find(&table::KEYS, &by("token", &token)).await? {
            found.insert(token, key);
        }
    }
    if found.is_empty() {
        return Err(Refusal::error(Why::NotFound, "No keys found"));
    }
    for key in found.values() {
        let (standing, _) = permission::standing(change.session(), &ask.caller, key).await?;
        if standing > Standing::Owner {
            return Err(Refusal::error(Why::Forbidden, "You are not authorized to delete this key"));
        }
    }
    for token in found.keys() {
        archive_key(change, token).await?;
    }
    for (name, tokens) in named {
        let list = if tokens.iter().any(|token| found.contains_key(token)) {
            &mut outcome.deleted
        } else {
            &mut outcome.not_found
        };
        list.push(name);
    }
    Ok(outcome)
}
