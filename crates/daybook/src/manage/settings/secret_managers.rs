//! Where the data plane takes secrets from: HashiCorp Vault, CyberArk Conjur. What it needs to sign in there is kept
//! encrypted.

use super::{check_admin, masked, sealing_key};
use crate::manage::{Ask, Refusal, Why};
use crate::model::document;
use crate::model::entry::Action;
use crate::model::row::{Row, RowExt as _};
use crate::store::{Change, Session, settings};

/// A secret manager: its id, its name, its settings with what each is about, and which of them are secret.
#[derive(Debug)]
pub struct Manager {
    pub id: &'static str,
    pub title: &'static str,
    pub fields: &'static [(&'static str, &'static str)],
    pub secret: &'static [&'static str],
    address: (&'static str, &'static str),
    /// Settings that are enough to sign in, any of the lists.
    sign_in: &'static [&'static [&'static str]],
    sign_in_missing: &'static str,
}

impl Manager {
    pub const VAULT: Manager = Manager {
        id: "hashicorp_vault",
        title: "Hashicorp Vault",
        fields: &[
            ("vault_addr", "Address of the Vault server"),
            ("vault_token", "Token to sign in with"),
            ("approle_role_id", "Role id of an AppRole to sign in with"),
            ("approle_secret_id", "Secret id of that AppRole"),
            ("approle_mount_path", "Where AppRole sign-in is mounted; approle by default"),
            ("client_cert", "Path of a TLS client certificate to sign in with"),
            ("client_key", "Path of its private key"),
            ("vault_cert_role", "Name of the certificate's role"),
            ("vault_namespace", "Namespace to sign in to and to read from"),
            ("vault_login_namespace", "Namespace to sign in to, when it is another one"),
            ("vault_secret_namespace", "Namespace to read from, when it is another one"),
            ("vault_mount_name", "Where the key-value engine is mounted; secret by default"),
            ("vault_path_prefix", "What stands before the names of secrets"),
        ],
        secret: &["vault_token", "approle_secret_id", "client_key"],
        address: ("vault_addr", "Vault Address is required"),
        sign_in: &[&["vault_token"], &["approle_role_id", "approle_secret_id"], &["client_cert", "client_key"]],
        sign_in_missing: "At least one authentication method is required: provide a Token, both AppRole Role ID and \
                          Secret ID, or both Client Certificate and Client Key",
    };

    pub const CYBERARK: Manager = Manager {
        id: "cyberark",
        title: "CyberArk",
        fields: &[
            ("cyberark_api_base", "Address of the Conjur server"),
            ("cyberark_account", "Name of the Conjur account"),
            ("cyberark_username", "Who signs in"),
            ("cyberark_api_key", "API key to sign in with"),
            ("client_cert", "Path of a TLS client certificate to sign in with"),
            ("client_key", "Path of its private key"),
            ("ssl_verify", "false: any certificate of the server is accepted"),
            ("refresh_interval", "Seconds for which a token is kept; 300 by default"),
        ],
        secret: &["cyberark_api_key", "client_key"],
        address: ("cyberark_api_base", "CyberArk API Base is required"),
        sign_in: &[&["cyberark_api_key"], &["client_cert", "client_key"]],
        sign_in_missing: "At least one authentication method is required: provide an API Key, or both Client \
                          Certificate and Client Key",
    };
}

/// The settings with their secrets masked; null for those that are not set.
pub async fn manager_settings(session: &mut Session, ask: &Ask, manager: &Manager) -> Result<Row, Refusal> {
    let key = ask.rules.encryption_key.as_ref();
    let stored = settings::find(session, &document::OVERRIDES, manager.id, key).await?;
    let Some(mut stored) = stored else {
        return Ok(manager.fields.iter().map(|(name, _)| ((*name).to_owned(), serde_json::Value::Null)).collect());
    };
    for name in manager.secret {
        if let Some(text) = stored.text(name).map(masked) {
            stored.insert((*name).to_owned(), text.into());
        }
    }
    Ok(stored)
}

/// Sets what was sent and keeps the rest; an empty text takes a setting away.
async fn update_manager(change: &mut Change, ask: &Ask, manager: &Manager) -> Result<(), Refusal> {
    check_admin(ask)?;
    let key = sealing_key(ask)?;
    let stored = change.find_document(&document::OVERRIDES, manager.id, Some(key)).await?.unwrap_or_default();
    let mut content = Row::new();
    for (name, _) in manager.fields {
        let sent = ask.request.get(*name).filter(|value| !value.is_null());
        // What a client was shown of a secret and sends back is no new one.
        let sent = sent.filter(|value| !(manager.secret.contains(name) && is_shown(value, stored.text(name))));
        let value = sent.or_else(|| stored.get(*name));
        if let Some(value) = value.filter(|value| !value.is_null() && *value != "") {
            content.insert((*name).to_owned(), value.clone());
        }
    }
    let (address, missing) = manager.address;
    if !content.contains_key(address) {
        return Err(Refusal::text(Why::Invalid, missing));
    }
    let enough = |names: &&&[&str]| names.iter().all(|name| content.contains_key(*name));
    if !manager.sign_in.iter().any(|names| enough(&names)) {
        return Err(Refusal::text(Why::Invalid, manager.sign_in_missing));
    }
    change.set_document(Action::Updated, &document::OVERRIDES, manager.id, Some(key), content).await?;
    Ok(())
}

/// Whether the value is what is shown of this stored secret.
fn is_shown(value: &serde_json::Value, stored: Option<&str>) -> bool {
    stored.is_some_and(|stored| value.as_str() == Some(masked(stored).as_str()))
}

/// Removes all of it; nothing happens when there is none.
async fn delete_manager(change: &mut Change, ask: &Ask, manager: &Manager) -> Result<(), Refusal> {
    check_admin(ask)?;
    change.delete_document(&document::OVERRIDES, manager.id, ask.rules.encryption_key.as_ref()).await?;
    Ok(())
}

pub async fn update_vault(change: &mut Change, ask: &Ask) -> Result<(), Refusal> {
    update_manager(change, ask, &Manager::VAULT).await
}

pub async fn delete_vault(change: &mut Change, ask: &Ask) -> Result<(), Refusal> {
    delete_manager(change, ask, &Manager::VAULT).await
}

pub async fn update_cyberark(change: &mut Change, ask: &Ask) -> Result<(), Refusal> {
    update_manager(change, ask, &Manager::CYBERARK).await
}

pub async fn delete_cyberark(change: &mut Change, ask: &Ask) -> Result<(), Refusal> {
    delete_manager(change, ask, &Manager::CYBERARK).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_what_is_shown_of_it() {
        assert!(is_shown(&masked("tok-secret-value").into(), Some("tok-secret-value")));
        assert!(is_shown(&"***".into(), Some("abc")));
        assert!(!is_shown(&"****".into(), Some("abc")) && !is_shown(&"***".into(), None));
    }

    #[test]
    fn every_secret_is_told_by_its_name_in_an_entry() {
        let redactor = crate::model::redact::Redactor::new([0; 32]);
        for manager in [Manager::VAULT, Manager::CYBERARK] {
            for (name, _) in manager.fields {
                let mut shown = serde_json::Value::from(crate::row! { *name: "the value" });
                redactor.redact(&mut shown);
                let hidden = shown.as_object().unwrap().text(name) != Some("the value");
                assert_eq!(hidden, manager.secret.contains(name), "{name}");
            }
        }
    }
}
