//! The `daybook:` section: Daybook's own settings. An unknown name is an error, because a misspelt setting that is
//! silently ignored is worse than a server that does not start.
//!
//! Every setting may also be given as `DAYBOOK_<NAME>`; the file wins.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::Overrides;
use super::error::ConfigError;
use super::given::Given;
use super::network::Network;
use super::reader::{Reader, Show};

/// Settings that LiteLLM does not have.
#[derive(Debug, Clone)]
pub struct DaybookSettings {
    /// Whose `LiteLLM-Changed-By` header is believed.
    pub changed_by_header: ChangedByHeader,
    /// Where Daybook keeps its files; the SQLite database, unless one is named, is `daybook.db` in it.
    pub data_dir: PathBuf,
    /// The name or address to listen on.
    pub host: String,
    /// The port to listen on; 0 takes a free one.
    pub port: u16,
    /// The longest request body in bytes.
    pub max_body_bytes: usize,
    /// How long a request may take.
    pub request_timeout: Duration,
    /// How long a change may wait for the database before it is refused with 503.
    pub database_timeout: Duration,
    /// How long a stopping server lets requests finish.
    pub shutdown_timeout: Duration,
    /// The size of the connection pool.
    pub database_connections: u32,
    /// The log's origin, the first line of its checkpoints; chosen when the log is created unless it is given here.
    pub origin: Option<String>,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
}

/// Who may say, by the `LiteLLM-Changed-By` header, on whose behalf a change is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChangedByHeader {
    /// The master key, keys of proxy admins, and keys and teams that opted in.
    #[default]
    Admins,
    /// Keys and teams whose metadata allows it: LiteLLM's rule.
    OptIn,
    /// Every caller.
    Any,
    /// Nobody.
    Off,
}

impl ChangedByHeader {
    /// The word in the file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Admins => "admins",
            Self::OptIn => "opt_in",
            Self::Any => "any",
            Self::Off => "off",
        }
    }

    fn parse(given: &Given) -> Result<Self, ConfigError> {
        match given.word() {
            Some("admins") => Ok(Self::Admins),
            Some("opt_in") => Ok(Self::OptIn),
            Some("any") => Ok(Self::Any),
            Some("off") => Ok(Self::Off),
            _ => Err(given.expected("one of admins, opt_in, any, off")),
        }
    }
}

impl Show for ChangedByHeader {
    fn show(&self) -> String {
        self.as_str().to_owned()
    }
}

const NAMES: [&str; 12] = [
    "changed_by_header",
    "data_dir",
    "host",
    "port",
    "max_body_bytes",
    "request_timeout",
    "database_timeout",
    "shutdown_timeout",
    "database_connections",
    "origin",
    "trusted_proxies",
    "ledger",
];

impl DaybookSettings {
    pub(super) fn read(reader: &mut Reader<'_>, overrides: &Overrides) -> Result<Self, ConfigError> {
        let host_variables = usable(reader, &["DAYBOOK_HOST", "HOST"]);
        let port_variables = usable(reader, &["DAYBOOK_PORT", "PORT"]);
        let mut section = reader.section("daybook")?;
        section.refuse_unknown(&NAMES)?;
        let host = section.overridden(
            ("--host", overrides.host.clone()),
            "host",
            &host_variables,
            Given::text,
            "0.0.0.0".to_owned(),
        )?;
        let port = section.overridden(
            ("--port", overrides.port),
            "port",
            &port_variables,
            |given| given.whole(0, "a port from 0 to 65535"),
            4000,
        )?;
        let data_dir = section.overridden(
            ("--data-dir", overrides.data_dir.clone()),
            "data_dir",
            &["DAYBOOK_DATA_DIR"],
            |given| given.text().map(PathBuf::from),
            PathBuf::from("./daybook-data"),
        )?;
        Ok(Self {
            host,
            port,
            changed_by_header: section.or(
                "changed_by_header",
                &["DAYBOOK_CHANGED_BY_HEADER"],
                ChangedByHeader::parse,
                ChangedByHeader::default(),
            )?,
            origin: section.optional("origin", &["DAYBOOK_ORIGIN"], parse_origin)?,
            max_body_bytes: section.or(
                "max_body_bytes",
                &["DAYBOOK_MAX_BODY_BYTES"],
                |given| given.whole(1, "a positive number of bytes"),
                1024 * 1024,
            )?,
            request_timeout: section.or(
                "request_timeout",
                &["DAYBOOK_REQUEST_TIMEOUT"],
                Given::seconds,
                Duration::from_secs(60),
            )?,
            database_timeout: section.or(
                "database_timeout",
                &["DAYBOOK_DATABASE_TIMEOUT"],
                Given::seconds,
                Duration::from_secs(5),
            )?,
            shutdown_timeout: section.or(
                "shutdown_timeout",
                &["DAYBOOK_SHUTDOWN_TIMEOUT"],
                Given::seconds,
                Duration::from_secs(30),
            )?,
            database_connections: section.or(
                "database_connections",
                &["DAYBOOK_DATABASE_CONNECTIONS"],
                |given| given.whole(1, "a positive number of connections"),
                10,
            )?,
            trusted_proxies: section.or(
                "trusted_proxies",
                &["DAYBOOK_TRUSTED_PROXIES"],
                |given| given.list(Given::network),
                Vec::new(),
            )?,
            data_dir,
        })
    }
}

/// Leaves out variables that others set for something else: csh and conda use `HOST` (which LiteLLM reads, too), and beside a
/// service named `daybook` Kubernetes sets `DAYBOOK_PORT=tcp://10.0.0.1:4000`.
fn usable<'n>(reader: &Reader<'_>, names: &[&'n str]) -> Vec<&'n str> {
    let foreign = |name: &str, value: &str| match name {
        "HOST" => value != "localhost" && value.parse::<IpAddr>().is_err(),
        "DAYBOOK_PORT" => value.contains("://"),
        _ => false,
    };
    let names = names.iter().copied();
    names
        .filter(|name| {
            let given = reader.variable(name, name);
            !given.as_ref().and_then(Given::word).is_some_and(|value| foreign(name, value))
        })
        .collect()
}

/// What a checkpoint's first line and a signed note's key name can hold.
fn parse_origin(given: &Given) -> Result<String, ConfigError> {
    let origin = given.text()?;
    if origin.chars().any(|c| c == '+' || c.is_whitespace() || c.is_control()) {
        return Err(given.expected("a name without spaces and plus signs, such as audit.example.com/log"));
    }
    Ok(origin)
}
