//! Single sign-on. The data plane's login does it; here its settings are kept, encrypted as it expects them.

use serde_json::Value;

use super::{check_admin, check_stored_in_db, hold_section, masked, sealing_key, set_variables};
use crate::manage::{Ask, Refusal};
use crate::model::document::{self, ENVIRONMENT_VARIABLES};
use crate::model::entry::Action;
use crate::model::row::{Row, RowExt as _};
use crate::store::{Change, Session, settings};

/// The one row.
pub const SSO_ID: &str = "sso_config";

/// A setting of single sign-on: its name, LiteLLM's variable for it, whether it is secret, and what it is about.
#[derive(Debug)]
pub struct SsoField {
    pub name: &'static str,
    pub variable: &'static str,
    pub secret: bool,
    pub about: &'static str,
}

const fn open(name: &'static str, variable: &'static str, about: &'static str) -> SsoField {
    SsoField { name, variable, secret: false, about }
}

const fn secret(name: &'static str, variable: &'static str, about: &'static str) -> SsoField {
    SsoField { name, variable, secret: true, about }
}

/// Every setting, in LiteLLM's order; those without a variable are settings of LiteLLM's alone.
pub const SSO_FIELDS: &[SsoField] = &[
    open("google_client_id", "GOOGLE_CLIENT_ID", "OAuth client id for sign-in with Google"),
    secret("google_client_secret", "GOOGLE_CLIENT_SECRET", "OAuth client secret for sign-in with Google"),
    open("microsoft_client_id", "MICROSOFT_CLIENT_ID", "OAuth client id for sign-in with Microsoft"),
    secret("microsoft_client_secret", "MICROSOFT_CLIENT_SECRET", "OAuth client secret for sign-in with Microsoft"),
    open("microsoft_tenant", "MICROSOFT_TENANT", "Tenant id for sign-in with Microsoft"),
    open("generic_client_id", "GENERIC_CLIENT_ID", "OAuth client id for any other provider"),
    secret("generic_client_secret", "GENERIC_CLIENT_SECRET", "OAuth client secret for any other provider"),
    open(
        "generic_authorization_endpoint",
        "GENERIC_AUTHORIZATION_ENDPOINT",
        "Where the other provider signs people in",
    ),
    open("generic_token_endpoint", "GENERIC_TOKEN_ENDPOINT", "Where the other provider gives tokens"),
    open("generic_userinfo_endpoint", "GENERIC_USERINFO_ENDPOINT", "Where the other provider says who it is"),
    open("generic_scope", "GENERIC_SCOPE", "Scopes asked of the other provider, parted by spaces"),
    open("saml_idp_metadata_url", "SAML_IDP_METADATA_URL", "Where the SAML provider's metadata is"),
    open("saml_idp_metadata_xml", "SAML_IDP_METADATA_XML", "The SAML provider's metadata itself"),
    open("saml_sp_entity_id", "SAML_SP_ENTITY_ID", "The proxy's own SAML entity id"),
    open("saml_allow_unsolicited", "SAML_ALLOW_UNSOLICITED", "'true': answers that nobody asked for are accepted"),
    open("proxy_base_url", "PROXY_BASE_URL", "The proxy's address, to come back to"),
    open("user_email", "", "The admin's e-mail address"),
    open("ui_access_mode", "", "Who may use the dashboard"),
    open("role_mappings", "", "Which groups have which role"),
    open("team_mappings", "", "Which claim names a person's teams"),
];

/// The settings, decrypted; `None` when nobody has set any.
pub async fn sso_settings(session: &mut Session, ask: &Ask) -> Result<Option<Row>, Refusal> {
    Ok(settings::find(session, &document::SSO, SSO_ID, ask.rules.encryption_key.as_ref()).await?)
}

/// Replaces all of them. The request holds every setting, null for those that were not sent.
pub async fn update_sso(change: &mut Change, ask: &Ask) -> Result<(), Refusal> {
    check_admin(ask)?;
    check_stored_in_db(ask)?;
    let key = match ask.request.values().any(Value::is_string) {
        true => Some(sealing_key(ask)?),
        false => ask.rules.encryption_key.as_ref(),
    };
    // Variables of the same names would count as well: they go, as in LiteLLM.
    if let Some(variables) = hold_section(change, ask, ENVIRONMENT_VARIABLES).await? {
        let stale = SSO_FIELDS.iter().map(|field| field.variable).filter(|name| variables.contains_key(*name));
        let stale: Row = stale.map(|name| (name.to_owned(), Value::Null)).collect();
        if !stale.is_empty() {
            set_variables(change, ask, stale).await?;
        }
    }
    let stored = change.find_document(&document::SSO, SSO_ID, key).await?.unwrap_or_default();
    let content = with_secrets_kept(ask.request.clone(), &stored);
    change.set_document(Action::Updated, &document::SSO, SSO_ID, key, content).await?;
    Ok(())
}

/// What a client was shown of a secret and sends back is no new one.
fn with_secrets_kept(mut sent: Row, stored: &Row) -> Row {
    for field in SSO_FIELDS.iter().filter(|field| field.secret) {
        if let Some(kept) = stored.text(field.name)
            && sent.text(field.name).is_some_and(|text| text == masked(kept))
        {
            sent.insert(field.name.to_owned(), kept.into());
        }
    }
    sent
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

    #[test]
    fn a_secret_that_comes_back_masked_stays_as_it_is() {
        let stored = row! { "google_client_secret": "the-long-secret", "google_client_id": "id" };
        let sent = row! { "google_client_secret": masked("the-long-secret"), "google_client_id": "**" };
        let kept = with_secrets_kept(sent, &stored);
        assert_eq!(kept, row! { "google_client_secret": "the-long-secret", "google_client_id": "**" });
        let sent = row! { "google_client_secret": "another" };
        assert_eq!(with_secrets_kept(sent.clone(), &stored), sent);
    }

    #[test]
    fn every_secret_is_told_by_its_name_in_an_entry() {
        let redactor = crate::model::redact::Redactor::new([0; 32]);
        for field in SSO_FIELDS {
            let mut shown = Value::from(crate::row! { field.name: "the value" });
            redactor.redact(&mut shown);
            assert_eq!(
                shown.as_object().unwrap().text(field.name) != Some("the value"),
                field.secret,
                "{}",
                field.name
            );
        }
    }
}
