//! The `general_settings:` section, as far as Daybook uses it, and the secrets that only the environment holds.
//! `database_url` is read in `database.rs`.

use super::error::{ConfigError, Origin};
use super::given::Given;
use super::network::Network;
use super::reader::{Reader, Show};
use super::secret::Secret;

/// LiteLLM's settings for the proxy as a whole.
#[derive(Debug, Clone)]
pub struct GeneralSettings {
    /// The key that may do everything: the file's, else `LITELLM_MASTER_KEY`.
    pub master_key: Option<Secret>,
    /// What LiteLLM encrypts stored credentials with: `LITELLM_SALT_KEY`. See [`GeneralSettings::encryption_key`].
    pub salt_key: Option<Secret>,
    /// Whether models are managed in the database: the file's word, else `STORE_MODEL_IN_DB`, else yes (LiteLLM: no).
    pub store_model_in_db: bool,
    /// The header that holds the key instead of all others, as it is written.
    pub litellm_key_header_name: Option<String>,
    /// Routes that only a proxy admin may call.
    pub admin_only_routes: Vec<String>,
    /// The addresses that may call at all. An empty list lets nobody in; `None`, everybody.
    pub allowed_ips: Option<Vec<Network>>,
    /// Do not make the proxy admin who creates a team a member of it.
    pub disable_auto_add_proxy_admin_to_teams: bool,
    /// Refuse keys whose value the caller chooses.
    pub disable_custom_api_keys: bool,
    /// How long a regenerated key's old value stays valid, as a LiteLLM duration (`24h`) that is not yet checked:
    /// `LITELLM_KEY_ROTATION_GRACE_PERIOD`. LiteLLM ignores an invalid one.
    pub key_rotation_grace_period: Option<String>,
}

impl GeneralSettings {
    /// The key of LiteLLM's encryption of stored values: the salt key, else the master key.
    pub fn encryption_key(&self) -> Option<&Secret> {
        self.salt_key.as_ref().or(self.master_key.as_ref())
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, ConfigError> {
        let salt_key = variable(reader, "LITELLM_SALT_KEY", Given::secret)?;
        let key_rotation_grace_period = variable(reader, "LITELLM_KEY_ROTATION_GRACE_PERIOD", Given::text)?;

        let mut section = reader.section("general_settings")?;
        Ok(Self {
            master_key: section.optional("master_key", &["LITELLM_MASTER_KEY"], Given::secret)?,
            salt_key,
            store_model_in_db: section.or("store_model_in_db", &["STORE_MODEL_IN_DB"], Given::boolean, true)?,
            litellm_key_header_name: section.optional("litellm_key_header_name", &[], header_name)?,
            admin_only_routes: section.or("admin_only_routes", &[], |given| given.list(Given::text), Vec::new())?,
            allowed_ips: section.optional("allowed_ips", &[], |given| given.list(Given::network))?,
            disable_auto_add_proxy_admin_to_teams: section.or(
                "disable_auto_add_proxy_admin_to_teams",
                &[],
                Given::boolean,
                false,
            )?,
            disable_custom_api_keys: section.or("disable_custom_api_keys", &[], Given::boolean, false)?,
            key_rotation_grace_period,
        })
    }
}

/// A setting that only the environment has; it is listed under the variable's name.
fn variable<T: Show>(
    reader: &mut Reader<'_>,
    name: &str,
    parse: impl Fn(&Given) -> Result<T, ConfigError>,
) -> Result<Option<T>, ConfigError> {
    let given = reader.variable(name, name);
    let value = given.as_ref().map(parse).transpose()?;
    let shown = value.as_ref().map_or_else(|| "not set".to_owned(), Show::show);
    let origin = given.map_or(Origin::Default, |given| given.origin().clone());
    reader.note(name, shown, origin);
    Ok(value)
}

fn header_name(given: &Given) -> Result<String, ConfigError> {
    let name = given.text()?;
    let allowed = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&c);
    if name.bytes().all(allowed) { Ok(name) } else { Err(given.expected("the name of an HTTP header")) }
}
