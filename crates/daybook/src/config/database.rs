//! Which database: the URL of the file, else of the environment, else a SQLite file in the data folder.
//!
//! LiteLLM's URLs are Prisma's: they hold parameters that PostgreSQL does not know. Those are taken out here, and the
//! schema is kept aside. No error and no description shows any part of a URL that could be a password.

use std::path::{Path, PathBuf};

use super::error::{ConfigError, Origin};
use super::reader::Reader;
use super::secret::Secret;

const SETTING: &str = "general_settings.database_url";

/// The database that holds everything.
#[derive(Debug, Clone)]
pub enum Database {
    /// One file, for one server.
    Sqlite {
        /// As it was given: relative to the working directory unless absolute.
        path: PathBuf,
    },
    /// LiteLLM's PostgreSQL, or an engine that speaks its protocol.
    Postgres {
        /// `postgresql://user:password@host:port/name?...` with parameters that PostgreSQL clients know.
        url: Secret,
        /// The schema of LiteLLM's tables: the URL's `schema`, `public` by default.
        schema: String,
    },
}

impl Database {
    /// For people, without user and password: `PostgreSQL at db.example:5432/litellm (schema public)`.
    pub fn describe(&self) -> String {
        match self {
            Self::Sqlite { path } => format!("SQLite file {}", path.display()),
            Self::Postgres { url, schema } => {
                let place = place(url.expose()).unwrap_or("an unreadable address");
                format!("PostgreSQL at {place} (schema {schema})")
            }
        }
    }

    /// The folder of the database file.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Sqlite { path } => path.parent(),
            Self::Postgres { .. } => None,
        }
    }

    /// Reads a database URL: `postgresql://...` or `sqlite:PATH`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, without any part of it but its scheme.
    pub fn parse(url: &str) -> Result<Database, String> {
        parse(url)
    }

    pub(super) fn read(reader: &mut Reader<'_>, data_dir: &Path) -> Result<Self, ConfigError> {
        let given = reader
            .section("general_settings")?
            .find("database_url")
            .or_else(|| reader.variable(SETTING, "DATABASE_URL"));
        let (database, origin) = match given {
            Some(given) => {
                let database = parse(given.secret()?.expose()).map_err(|problem| given.refuse(problem))?;
                (database, given.origin().clone())
            }
            None => match assemble(reader)? {
                Some(assembled) => assembled,
                None => (Self::Sqlite { path: data_dir.join("daybook.db") }, Origin::Default),
            },
        };
        reader.note(SETTING, database.describe(), origin);
        Ok(database)
    }
}

/// From `DATABASE_HOST` and its companions. A host without the rest is a mistake, not a wish for SQLite.
fn assemble(reader: &Reader<'_>) -> Result<Option<(Database, Origin)>, ConfigError> {
    let text = |name: &str| reader.variable(name, name).map(|given| given.text()).transpose();
    let Some(given_host) = reader.variable(SETTING, "DATABASE_HOST") else {
        return Ok(None);
    };
    let host = given_host.text()?;
    let required = |name: &str| text(name)?.ok_or_else(|| given_host.refuse(format!("{name} must be set as well")));
    let user = encode(&required("DATABASE_USERNAME")?);
    let name = encode(&required("DATABASE_NAME")?);
    let password = match text("DATABASE_PASSWORD")? {
        Some(password) => format!(":{}", encode(&password)),
        None => String::new(),
    };
    let schema = match text("DATABASE_SCHEMA")? {
        Some(schema) => format!("?schema={}", encode(&schema)),
        None => String::new(),
    };
    if host.contains(['@', '/', '?', '#']) {
        return Err(given_host.refuse("expected a host, or host:port"));
    }
    let url = format!("postgresql://{user}{password}@{host}/{name}{schema}");
    let database = parse(&url).map_err(|problem| given_host.refuse(problem))?;
    Ok(Some((database, given_host.origin().clone())))
}

/// An error is a problem text without any part of the URL but its scheme.
fn parse(url: &str) -> Result<Database, String> {
    const ALLOWED: &str = "expected postgresql://, postgres:// or sqlite:";
    let url = url.trim();
    if let Some(file) = url.strip_prefix("sqlite:") {
        return sqlite(file);
    }
    match url.split_once("://") {
        Some(("postgresql" | "postgres", _)) => postgres(url),
        Some((scheme, _)) if scheme.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'+') => {
            Err(format!("unknown database scheme {scheme}://, {ALLOWED}"))
        }
        _ => Err(format!("not a database URL, {ALLOWED}")),
    }
}

fn sqlite(file: &str) -> Result<Database, String> {
    let file = file.strip_prefix("//").unwrap_or(file);
    let file = file.split_once('?').map_or(file, |(file, _)| file);
    match decode(file).ok_or("the file name is not UTF-8")? {
        path if path.is_empty() => Err("the URL names no file".to_owned()),
        path if path == ":memory:" => Err("a database in memory keeps no log, name a file".to_owned()),
        path => Ok(Database::Sqlite { path: PathBuf::from(path) }),
    }
}

fn postgres(url: &str) -> Result<Database, String> {
    if place(url).is_none() {
        return Err("one of / ? # @ in a user name, a password or a parameter must be percent-encoded".to_owned());
    }
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let mut schema = "public".to_owned();
    let mut strict = false;
    let mut kept = Vec::new();
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name {
            "schema" => {
                schema = decode(value)
                    .filter(|schema| !schema.is_empty() && !schema.contains(char::is_control))
                    .ok_or("the schema's name is empty or unreadable")?;
            }
            "sslaccept" => strict = value == "strict",
            _ if is_known(name) => kept.push(parameter),
            // Prisma's own (connection_limit, pgbouncer ...) and whatever else PostgreSQL would refuse.
            _ => {}
        }
    }
    // Prisma's way to say that the server's certificate is verified. Dropping it would weaken the connection.
    if strict && let Some(mode) = kept.iter_mut().find(|kept| **kept == "sslmode=require") {
        *mode = "sslmode=verify-full";
    }
    let url = match kept.is_empty() {
        true => base.to_owned(),
        false => format!("{base}?{}", kept.join("&")),
    };
    Ok(Database::Postgres { url: Secret::new(url), schema })
}

/// Parameters of a connection URL that a PostgreSQL client understands.
fn is_known(name: &str) -> bool {
    const KNOWN: [&str; 12] = [
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "host",
        "hostaddr",
        "port",
        "dbname",
        "user",
        "password",
        "application_name",
        "options",
    ];
    KNOWN.contains(&name) || name.starts_with("options[")
}

/// `host:port/name` of a URL; `None` when what looks like the host may be part of a password.
fn place(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let (authority, _) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rfind('@').map_or(0, |at| at + 1);
    if authority[..host].matches('@').count() > 1 || rest[authority.len()..].contains('@') {
        return None;
    }
    let place = &rest[host..];
    Some(&place[..place.find(['?', '#']).unwrap_or(place.len())])
}

fn encode(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(byte as char),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        encoded
    })
}

/// `None` when the result is not UTF-8. A percent sign that encodes nothing stays.
fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let encoded = tail
            .get(..2)
            .filter(|_| byte == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(encoded.unwrap_or(byte));
        rest = if encoded.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(decoded).ok()
}
