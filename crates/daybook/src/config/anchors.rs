//! `daybook.ledger.anchors`: who is given each published checkpoint, so that the log can be held to it.

use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::error::ConfigError;
use super::given::{Given, Members};
use super::reader::{Reader, Show};
use super::secret::Secret;

/// One anchor.
#[derive(Debug, Clone)]
pub struct AnchorSettings {
    /// Under which its state is kept and shown. No two have the same.
    pub name: String,
    /// Where the checkpoints go.
    pub target: AnchorTarget,
}

/// Where checkpoints go, and what is needed to get them there.
#[derive(Debug, Clone)]
pub enum AnchorTarget {
    /// A folder with one file a checkpoint.
    File {
        /// Relative to the working directory unless absolute.
        path: PathBuf,
    },
    /// An endpoint that takes signed JSON.
    Webhook {
        /// It may hold a token.
        url: Secret,
        /// What signs the messages: `whsec_` and base64.
        secret: Secret,
        /// Sent along with each message.
        headers: Vec<(String, Secret)>,
    },
    /// A bucket.
    S3(S3Settings),
    /// A C2SP witness.
    Witness {
        /// The prefix of its submission endpoints.
        url: Secret,
        /// What its cosignatures are checked with.
        vkey: tlog::VerifierKey,
    },
}

/// A bucket that speaks the S3 API.
#[derive(Debug, Clone)]
pub struct S3Settings {
    pub bucket: String,
    pub endpoint: String,
    pub region: String,
    /// What the objects' names begin with, empty or ending in a slash.
    pub prefix: String,
    pub access_key_id: Secret,
    pub secret_access_key: Secret,
    pub session_token: Option<Secret>,
    /// Whether the bucket's name stands in the path, not in the host's name.
    pub path_style: bool,
    pub object_lock: Option<ObjectLock>,
}

/// How long nobody can delete an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectLock {
    pub mode: LockMode,
    pub days: u32,
}

/// Whether anybody may lift the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockMode {
    /// Who has the permission may.
    Governance,
    /// Nobody may.
    Compliance,
}

impl LockMode {
    /// The word in the file and in S3's headers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Compliance => "COMPLIANCE",
        }
    }
}

impl fmt::Display for AnchorSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Show for AnchorSettings {
    fn show(&self) -> String {
        self.to_string()
    }
}

/// When nobody says otherwise: a folder beside the data.
pub(super) fn default(data_dir: &Path) -> Vec<AnchorSettings> {
    let path = data_dir.join("checkpoints");
    vec![AnchorSettings { name: file_name(&path), target: AnchorTarget::File { path } }]
}

/// The variables that AWS's own tools read, for what the file leaves out.
pub(super) struct Aws {
    access_key_id: Option<Given>,
    secret_access_key: Option<Given>,
    session_token: Option<Given>,
    region: Option<Given>,
}

impl Aws {
    pub(super) fn read(reader: &Reader<'_>) -> Self {
        let find = |name: &str| reader.variable("daybook.ledger.anchors", name);
        Self {
            access_key_id: find("AWS_ACCESS_KEY_ID"),
            secret_access_key: find("AWS_SECRET_ACCESS_KEY"),
            session_token: find("AWS_SESSION_TOKEN"),
            region: find("AWS_REGION").or_else(|| find("AWS_DEFAULT_REGION")),
        }
    }
}

/// The list.
pub(super) fn parse(given: &Given, aws: &Aws) -> Result<Vec<AnchorSettings>, ConfigError> {
    let anchors = given.list(|entry| anchor(entry, aws))?;
    for (n, anchor) in anchors.iter().enumerate() {
        if anchors.iter().take(n).any(|other| other.name == anchor.name) {
            return Err(given.refuse(format!("two anchors are called {}, give one of them a `name`", anchor.name)));
        }
    }
    Ok(anchors)
}

fn anchor(given: &Given, aws: &Aws) -> Result<AnchorSettings, ConfigError> {
    let members = given.members()?;
    let kind = members.required("type", Given::text)?;
    let known = |names: &[&str]| members.refuse_unknown(&[&["type", "name"], names].concat());
    let (name, target) = match kind.as_str() {
        "file" => {
            known(&["path"])?;
            let path = PathBuf::from(members.required("path", Given::text)?);
            (file_name(&path), AnchorTarget::File { path })
        }
        "webhook" => {
            known(&["url", "secret", "headers"])?;
            let (url, place) = members.required("url", http_url)?;
            let secret = members.required("secret", webhook_secret)?;
            let headers = members.optional("headers", headers)?.unwrap_or_default();
            (format!("webhook:{place}"), AnchorTarget::Webhook { url, secret, headers })
        }
        "s3" => {
            known(&[
                "bucket",
                "endpoint",
                "region",
                "prefix",
                "access_key_id",
                "secret_access_key",
                "session_token",
                "path_style",
                "object_lock",
            ])?;
            let settings = s3(&members, aws)?;
            (format!("s3:{}/{}", settings.bucket, settings.prefix), AnchorTarget::S3(settings))
        }
        "witness" => {
            known(&["url", "vkey"])?;
            let (url, _) = members.required("url", http_url)?;
            let vkey = members.required("vkey", witness_key)?;
            (format!("witness:{}", vkey.name()), AnchorTarget::Witness { url, vkey })
        }
        _ => return members.required("type", |kind| Err(kind.expected("one of file, webhook, s3, witness"))),
    };
    let name = members.optional("name", anchor_name)?.unwrap_or(name);
    Ok(AnchorSettings { name, target })
}

fn file_name(path: &Path) -> String {
    format!("file:{}", path.display())
}

fn anchor_name(given: &Given) -> Result<String, ConfigError> {
    let name = given.text()?;
    match name.len() <= 200 && !name.contains(char::is_control) {
        true => Ok(name),
        false => Err(given.refuse("expected a name of one line, 200 bytes at most")),
    }
}

fn s3(members: &Members<'_>, aws: &Aws) -> Result<S3Settings, ConfigError> {
    let endpoint = members.optional("endpoint", http_url)?;
    let region = members.with_variable("region", aws.region.as_ref(), region)?;
    let prefix = members.optional("prefix", Given::text)?.unwrap_or_default();
    let prefix = prefix.trim_matches('/');
    Ok(S3Settings {
        bucket: members.required("bucket", bucket)?,
        // Services other than Amazon's have one host for all buckets.
        path_style: members.optional("path_style", Given::boolean)?.unwrap_or(endpoint.is_some()),
        endpoint: match endpoint {
            Some((url, _)) => url.expose().to_owned(),
            None => format!("https://s3.{region}.amazonaws.com"),
        },
        region,
        prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
        access_key_id: members.with_variable("access_key_id", aws.access_key_id.as_ref(), Given::secret)?,
        secret_access_key: members.with_variable("secret_access_key", aws.secret_access_key.as_ref(), Given::secret)?,
        session_token: match members.optional("session_token", Given::secret)? {
            Some(token) => Some(token),
            // The environment's token goes with the environment's key only.
            None if members.names("access_key_id") => None,
            None => aws.session_token.as_ref().map(Given::secret).transpose()?,
        },
        object_lock: members.optional("object_lock", object_lock)?,
    })
}

fn object_lock(given: &Given) -> Result<ObjectLock, ConfigError> {
    let members = given.members()?;
    members.refuse_unknown(&["mode", "days"])?;
    let mode = members.required("mode", |mode| match mode.word() {
        Some("GOVERNANCE") => Ok(LockMode::Governance),
        Some("COMPLIANCE") => Ok(LockMode::Compliance),
        _ => Err(mode.expected("GOVERNANCE or COMPLIANCE")),
    })?;
    const LONGEST: u32 = 36_500;
    let days = members.required("days", |days| {
        let what = "a number of days from 1 to 36500";
        let count: u32 = days.whole(1, what)?;
        if count > LONGEST { Err(days.expected(what)) } else { Ok(count) }
    })?;
    Ok(ObjectLock { mode, days })
}

fn bucket(given: &Given) -> Result<String, ConfigError> {
    let name = given.text()?;
    let usual = |c: u8| c.is_ascii_alphanumeric() || b".-_".contains(&c);
    match (3..=63).contains(&name.len()) && name.bytes().all(usual) {
        true => Ok(name),
        false => Err(given.expected("the name of a bucket")),
    }
}

fn region(given: &Given) -> Result<String, ConfigError> {
    let name = given.text()?;
    match name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-') {
        true => Ok(name),
        false => Err(given.expected("a region such as eu-central-1")),
    }
}

/// The URL without a slash at its end, and its `host:port`. Who calls needs a password puts it into a header: a URL is
/// shown too easily.
fn http_url(given: &Given) -> Result<(Secret, String), ConfigError> {
    let text = given.secret()?;
    let refuse = || given.refuse("expected an http:// or https:// URL without user and password");
    let url = Url::parse(text.expose().trim()).map_err(|_| refuse())?;
    let host = url.host_str().ok_or_else(refuse)?;
    let without_user = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || !without_user || url.fragment().is_some() {
        return Err(refuse());
    }
    let place = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    Ok((Secret::new(url.as_str().trim_end_matches('/')), place))
}

/// Standard Webhooks' symmetric secret.
fn webhook_secret(given: &Given) -> Result<Secret, ConfigError> {
    let secret = given.secret()?;
    let bytes = secret.expose().strip_prefix("whsec_").and_then(|base64| STANDARD.decode(base64).ok());
    match bytes.is_some_and(|bytes| (24..=64).contains(&bytes.len())) {
        true => Ok(secret),
        false => Err(given.refuse("expected whsec_ and the base64 form of 24 to 64 random bytes")),
    }
}

fn headers(given: &Given) -> Result<Vec<(String, Secret)>, ConfigError> {
    const OURS: [&str; 5] = ["content-type", "content-length", "host", "transfer-encoding", "connection"];
    let members = given.members()?;
    let mut headers = Vec::new();
    for name in members.all() {
        let value = members.required(name, Given::secret)?;
        let lower = name.to_ascii_lowercase();
        let usual = |c: u8| c.is_ascii_alphanumeric() || b"-_.".contains(&c);
        let problem = if lower.is_empty() || !lower.bytes().all(usual) {
            "not the name of a header"
        } else if OURS.contains(&lower.as_str()) || lower.starts_with("webhook-") {
            "this header is Daybook's to set"
        } else if !value.expose().bytes().all(|c| (0x20..0x7f).contains(&c)) {
            "expected a value in ASCII without line breaks"
        } else {
            headers.push((lower, value));
            continue;
        };
        return members.required(name, |value| Err(value.refuse(problem)));
    }
    Ok(headers)
}

fn witness_key(given: &Given) -> Result<tlog::VerifierKey, ConfigError> {
    let key = tlog::VerifierKey::parse(given.text()?.trim()).ok();
    key.filter(|key| key.key_type() == tlog::KeyType::CosignatureV1)
        .ok_or_else(|| given.refuse("expected the public key of a witness, name+hash+base64, of type 0x04"))
}
