//! What a starting server says: where it listens, where the rows are, whether changes are recorded and, once, its key.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use daybook::config::{Config, Origin};
use daybook::store::{Head, find_head, known_version};

use crate::run::Prepared;
use crate::{sealing, signing};

/// Shown with `Display`.
#[derive(Debug)]
pub struct Banner {
    bound: SocketAddr,
    data: String,
    schema_version: i64,
    head: Head,
    /// Who switched the audit log off.
    audit_off: Option<Origin>,
    master_key: MasterKey,
    sealing: sealing::Origin,
    signing: signing::Origin,
    /// The public half of the log's key.
    vkey: String,
    /// Why the log is not signed.
    trouble: Option<String>,
}

#[derive(Debug)]
enum MasterKey {
    Configured(Origin),
    MadeEarlier,
    MadeNow(String),
}

impl Banner {
    pub async fn new(config: &Config, prepared: &Prepared, bound: SocketAddr) -> anyhow::Result<Banner> {
        let store = prepared.app.store();
        let head = find_head(&mut store.read().await?).await?;
        let master_key = match (&prepared.new_master_key, &config.general.master_key) {
            (Some(key), _) => MasterKey::MadeNow(key.clone()),
            (None, Some(_)) => MasterKey::Configured(origin(config, "general_settings.master_key")),
            (None, None) => MasterKey::MadeEarlier,
        };
        Ok(Banner {
            bound,
            data: config.database.describe(),
            schema_version: known_version(store.dialect()),
            head: head.ok_or_else(|| anyhow::anyhow!("the log has no head"))?,
            audit_off: (!store.audit()).then(|| origin(config, "litellm_settings.store_audit_logs")),
            master_key,
            sealing: prepared.sealing.clone(),
            signing: prepared.signing.clone(),
            vkey: prepared.app.signer().keys().current().verifier().to_string(),
            trouble: prepared.app.signer().trouble(),
        })
    }
}

/// Where a setting came from.
pub fn origin(config: &Config, setting: &str) -> Origin {
    let source = config.sources().iter().find(|source| source.setting == setting);
    source.map_or(Origin::Default, |source| source.origin.clone())
}

/// The address under which this machine reaches a listener: one that listens everywhere is not listening on 0.0.0.0.
fn reachable(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, bound.port())
}

impl fmt::Display for Banner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = format!("http://{}", reachable(self.bound));
        writeln!(f, "Daybook {} listens on http://{}", env!("CARGO_PKG_VERSION"), self.bound)?;
        writeln!(f, "  data        {}, schema version {}", self.data, self.schema_version)?;
        let entries = if self.head.size == 1 { "entry" } else { "entries" };
        match &self.audit_off {
            None => writeln!(f, "  audit log   on, {} {entries}, origin {}", self.head.size, self.head.origin)?,
            Some(origin) => {
                writeln!(f, "  audit log   OFF. Changes are carried out and NOT recorded.")?;
                writeln!(f, "              litellm_settings.store_audit_logs is false ({origin})")?;
            }
        }
        writeln!(f, "  log key     {}", self.vkey)?;
        if let signing::Origin::Made(path) = &self.signing {
            writeln!(f, "              made now, in {}: keep a copy", path.display())?;
        }
        if let Some(trouble) = &self.trouble {
            writeln!(f, "  NOT SIGNED  {trouble}")?;
        }
        match &self.sealing {
            sealing::Origin::File(path) => writeln!(f, "  salt key    in {}: keep a copy", path.display())?,
            sealing::Origin::None => writeln!(f, "  salt key    none: models and credentials cannot be stored")?,
            _ => {}
        }
        match &self.master_key {
            MasterKey::Configured(origin) => writeln!(f, "  master key  as configured ({origin})"),
            MasterKey::MadeEarlier => writeln!(f, "  master key  the one that the first start made and showed"),
            MasterKey::MadeNow(key) => {
                writeln!(f, "  master key  {key}")?;
                writeln!(f)?;
                writeln!(
                    f,
                    "This is the first start, and no master key was configured, so one was made. Keep it: only its"
                )?;
                writeln!(
                    f,
                    "hash is stored, and it is not shown again. (Lost it? Set LITELLM_MASTER_KEY to one of your own.)"
                )?;
                writeln!(f, "Make a virtual key, then see who made it:")?;
                writeln!(f)?;
                writeln!(f, "  curl -s {base}/key/generate -H 'Authorization: Bearer {key}' \\")?;
                writeln!(f, "    -H 'Content-Type: application/json' -d '{{\"key_alias\": \"first\"}}'")?;
                writeln!(f, "  curl -s {base}/audit -H 'Authorization: Bearer {key}'")
            }
        }
    }
}
