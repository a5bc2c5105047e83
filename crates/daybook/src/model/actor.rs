//! Who makes a change, who is said to have asked for it, and which of the two the log names.
//!
//! Two identities are kept for every entry: the one that authenticated and the one that the `LiteLLM-Changed-By` header
//! asserts. [`Policy`] decides whether the asserted one becomes `changed_by`.

use serde_json::{Value, json};

use super::row::Row;
use crate::row;

/// The longest asserted name, in characters.
pub const MAX_ASSERTED: usize = 256;

/// What LiteLLM calls whoever holds the master key.
pub const MASTER_USER: &str = "default_user_id";

/// Who may speak for somebody else through `LiteLLM-Changed-By` (`daybook.changed_by_header`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The master key, keys of proxy admins, and keys or teams that an admin has opted in.
    #[default]
    Admins,
    /// Only keys or teams that are opted in: LiteLLM's rule since 1.84.
    OptIn,
    /// Whoever may make the change.
    Any,
    /// Nobody.
    Off,
}

/// What became of an asserted identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No header, or an empty one.
    None,
    /// The asserted identity is `changed_by`.
    Accepted,
    /// The header was there, the caller may not use it; `changed_by` is the authenticated identity.
    NotAccepted,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::None => "none",
            Verdict::Accepted => "accepted",
            Verdict::NotAccepted => "not_accepted",
        }
    }
}

/// The authenticated identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Owner of the key; `None` for a key without one.
    pub user_id: Option<String>,
    /// SHA-256 of the key that authenticated, the master key's too.
    pub key_hash: String,
    pub key_alias: Option<String>,
    /// `metadata.service_account_id` of the key.
    pub service_account_id: Option<String>,
    pub is_master: bool,
    pub is_admin: bool,
    /// The key's or its team's metadata allows the header.
    pub may_assert: bool,
}

impl Principal {
    /// The name that the log uses for this identity: the service account, the user, `default_user_id` for the master
    /// key, else the key itself.
    pub fn name(&self) -> String {
        if self.is_master {
            return MASTER_USER.to_owned();
        }
        if let Some(id) = &self.service_account_id {
            return id.clone();
        }
        if let Some(id) = &self.user_id {
            return id.clone();
        }
        let label = self.key_alias.as_deref().unwrap_or_else(|| self.key_hash.get(..8).unwrap_or(&self.key_hash));
        format!("key:{label}")
    }
}

/// Where a change came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    pub request_id: String,
    pub method: String,
    /// The path as it was called.
    pub route: String,
    /// The client's address, without port.
    pub address: Option<String>,
    pub user_agent: Option<String>,
}

impl Context {
    pub fn to_json(&self) -> Value {
        json!({
            "request_id": self.request_id,
            "method": self.method,
            "route": self.route,
            "address": self.address,
            "user_agent": self.user_agent,
            "outcome": "committed",
        })
    }
}

/// The header's value cannot be a name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AttributionError {
    #[error("LiteLLM-Changed-By must be at most {MAX_ASSERTED} characters long")]
    TooLong,
    #[error("LiteLLM-Changed-By must be UTF-8 text without control characters")]
    NotText,
}

/// Somebody who may make a change: the only key to [`crate::store::Store::change`].
#[derive(Clone, Debug)]
pub struct Actor {
    pub principal: Principal,
    /// What the header said, kept whether or not it was accepted.
    pub asserted: Option<String>,
    pub verdict: Verdict,
    pub context: Context,
}

impl Actor {
    /// Applies the policy to what the header says. An empty header is no header.
    pub fn attribute(
        principal: Principal,
        asserted: Option<&[u8]>,
        policy: Policy,
        context: Context,
    ) -> Result<Actor, AttributionError> {
        let asserted = match asserted {
            None => None,
            Some(bytes) => Some(std::str::from_utf8(bytes).map_err(|_| AttributionError::NotText)?.trim()),
        }
        .filter(|text| !text.is_empty());
        if let Some(text) = asserted {
            if text.chars().count() > MAX_ASSERTED {
                return Err(AttributionError::TooLong);
            }
            if text.chars().any(char::is_control) {
                return Err(AttributionError::NotText);
            }
        }
        let accepted = match policy {
            Policy::Admins => principal.is_master || principal.is_admin || principal.may_assert,
            Policy::OptIn => principal.may_assert,
            Policy::Any => true,
            Policy::Off => false,
        };
        let verdict = match (asserted, accepted) {
            (None, _) => Verdict::None,
            (Some(_), true) => Verdict::Accepted,
            (Some(_), false) => Verdict::NotAccepted,
        };
        Ok(Actor { principal, asserted: asserted.map(str::to_owned), verdict, context })
    }

    /// Whoever runs a command on the machine: the name of the account, if it is known, and the command.
    pub fn command_line(account: Option<&str>, command: &str) -> Actor {
        let mut actor = Actor::system(command);
        let user = account.filter(|name| !name.is_empty() && !name.chars().any(char::is_control)).unwrap_or("unknown");
        actor.principal.user_id = Some(format!("cli:{user}"));
        actor
    }

    /// Daybook itself, for what no request asks for (a key made at first start).
    pub fn system(reason: &str) -> Actor {
        let principal = Principal {
            user_id: Some("daybook".to_owned()),
            key_hash: String::new(),
            key_alias: None,
            service_account_id: None,
            is_master: false,
            is_admin: true,
            may_assert: false,
        };
        let context = Context { route: reason.to_owned(), ..Context::default() };
        Actor { principal, asserted: None, verdict: Verdict::None, context }
    }

    pub fn changed_by(&self) -> String {
        match (&self.asserted, self.verdict) {
            (Some(name), Verdict::Accepted) => name.clone(),
            _ => self.principal.name(),
        }
    }

    pub fn changed_by_api_key(&self) -> &str {
        &self.principal.key_hash
    }

    /// The `actor` part of a leaf: both identities and the verdict.
    pub fn to_row(&self) -> Row {
        row! {
            "changed_by": self.changed_by(),
            "changed_by_api_key": self.changed_by_api_key(),
            "authenticated": self.principal.name(),
            "authenticated_user_id": self.principal.user_id,
            "asserted": self.asserted,
            "verdict": self.verdict.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(user_id: Option<&str>) -> Principal {
        Principal {
            user_id: user_id.map(str::to_owned),
            key_hash: "0123456789abcdef".to_owned(),
            key_alias: None,
            service_account_id: None,
            is_master: false,
            is_admin: false,
            may_assert: false,
        }
    }

    fn changed_by(principal: &Principal, header: &str, policy: Policy) -> (String, Verdict) {
        let actor = Actor::attribute(principal.clone(), Some(header.as_bytes()), policy, Context::default()).unwrap();
        (actor.changed_by(), actor.verdict)
    }

    #[test]
    fn the_policy_decides_who_may_speak_for_somebody_else() {
        let plain = key(Some("iu"));
        let admin = Principal { is_admin: true, ..key(Some("adm")) };
        let master = Principal { is_master: true, is_admin: true, ..key(None) };
        let opted_in = Principal { may_assert: true, ..key(Some("bot")) };
        let table = [
            (Policy::Admins, [false, true, true, true]),
            (Policy::OptIn, [false, false, false, true]),
            (Policy::Any, [true, true, true, true]),
            (Policy::Off, [false, false, false, false]),
        ];
        for (policy, expected) in table {
            for (principal, accepted) in [&plain, &admin, &master, &opted_in].into_iter().zip(expected) {
                let (name, verdict) = changed_by(principal, "krrish@berri.ai", policy);
                assert_eq!(name == "krrish@berri.ai", accepted, "{policy:?} {principal:?}");
                assert_eq!(verdict, if accepted { Verdict::Accepted } else { Verdict::NotAccepted });
            }
        }
    }

    #[test]
    fn a_key_without_an_owner_is_named_by_itself() {
        assert_eq!(key(None).name(), "key:01234567");
        assert_eq!(Principal { key_alias: Some("ci".into()), ..key(None) }.name(), "key:ci");
        assert_eq!(Principal { service_account_id: Some("sa".into()), ..key(None) }.name(), "sa");
        assert_eq!(Principal { is_master: true, ..key(None) }.name(), MASTER_USER);
    }

    #[test]
    fn an_empty_header_changes_nothing_and_a_bad_one_is_refused() {
        let master = Principal { is_master: true, ..key(None) };
        assert_eq!(changed_by(&master, "  ", Policy::Admins), (MASTER_USER.to_owned(), Verdict::None));
        let refuse =
            |bytes: &[u8]| Actor::attribute(master.clone(), Some(bytes), Policy::Off, Context::default()).err();
        assert_eq!(refuse("x".repeat(257).as_bytes()), Some(AttributionError::TooLong));
        assert_eq!(refuse(b"a\tb"), Some(AttributionError::NotText));
        assert_eq!(refuse(b"\xff"), Some(AttributionError::NotText));
    }
}
