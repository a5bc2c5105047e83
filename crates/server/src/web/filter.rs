//! What the address of a page asks for. Every page that takes filters reads them here, so that one address is one question
//! wherever it is sent: to the log, to the stream, to an export.

use daybook::manage::audit;
use daybook::model::question::{Filter, Question};
use daybook::model::secret::hash_key;
use daybook::model::time;
use daybook::query;
use daybook::store::Session;
use jiff::{SignedDuration, Timestamp};

use super::page::{Failure, encode};
use super::session::{AUDIT, Reader};
use crate::app::App;

/// Entries of a page.
const PAGE_SIZE: &str = "25";

/// Stretches of time that have a name: the parameter, its words, minutes.
pub const RANGES: [(&str, &str, i64); 6] = [
    ("1h", "the last hour", 60),
    ("24h", "the last day", 24 * 60),
    ("7d", "the last week", 7 * 24 * 60),
    ("30d", "the last 30 days", 30 * 24 * 60),
    ("90d", "the last 90 days", 90 * 24 * 60),
    ("365d", "the last year", 365 * 24 * 60),
];

/// The address of the log with filters: whoever has it has the same question.
#[derive(Clone, Debug)]
pub struct Address(pub Vec<(String, String)>);

impl Address {
    pub fn new(pairs: &[(&str, &str)]) -> Address {
        Address(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    pub fn of(reader: &Reader) -> Address {
        let kept = reader.query.iter().filter(|(name, value)| name != "page" && !value.is_empty());
        Address(kept.cloned().collect())
    }

    /// With another value of a filter that may have several.
    pub fn with(&self, name: &str, value: &str) -> Address {
        let mut address = self.without(name, value);
        address.0.push((name.to_owned(), value.to_owned()));
        address
    }

    /// With this as the one value.
    pub fn set(mut self, name: &str, value: &str) -> Address {
        self.0.retain(|(have, _)| have != name);
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(&self, name: &str, value: &str) -> Address {
        Address(self.0.iter().filter(|(have, has)| !(have == name && has == value)).cloned().collect())
    }

    /// Between two instants, both in it.
    pub fn between(&self, from: &str, until: &str) -> Address {
        let mut address = self.clone();
        address.0.retain(|(name, _)| name != "range");
        address.set("start_date", from).set("end_date", until)
    }

    /// Below a path.
    pub fn at(&self, path: &str) -> String {
        let query: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        match query.is_empty() {
            true => path.to_owned(),
            false => format!("{path}?{}", query.join("&")),
        }
    }
}

/// The same address with the hashes of keys where it has keys: no key stays in an address.
pub fn without_keys(path: &str, query: &[(String, String)]) -> Option<String> {
    let mut address = Address(query.to_vec());
    let keys = address.0.iter_mut().map(|(_, value)| value).filter(|value| value.trim().starts_with("sk-"));
    let found = keys.map(|value| *value = hash_key(value.trim())).count();
    (found > 0).then(|| address.at(path))
}

/// The parameters of a page as those of `GET /audit`.
fn parameters(reader: &Reader, now: Timestamp) -> Vec<(String, String)> {
    let mut pairs = vec![("page_size".to_owned(), PAGE_SIZE.to_owned())];
    pairs.extend(reader.query.iter().filter(|(name, _)| name != "organization_id" && name != "page_size").cloned());
    if reader.last("start_date").is_none()
        && let Some((_, _, minutes)) = RANGES.iter().find(|(name, ..)| Some(*name) == reader.last("range"))
        && let Ok(from) = now.checked_sub(SignedDuration::from_mins(*minutes))
    {
        pairs.push(("start_date".to_owned(), time::wire(from)));
    }
    pairs
}

/// The question of a page.
pub fn question(app: &App, reader: &Reader) -> Result<Question, Failure> {
    let pairs = parameters(reader, app.store().clock().now());
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    Ok(query::parse(pairs, &app.rules().master_key_hash)?)
}

/// The question of a page, narrowed to what its reader may see, and a view of the log that answers it.
pub async fn asked(app: &App, reader: &Reader) -> Result<(Question, Session), Failure> {
    let mut question = question(app, reader)?;
    let session = readable(app, reader, &mut question.filter).await?;
    Ok((question, session))
}

/// A view of the log in which the reader sees what they may.
pub async fn readable(app: &App, reader: &Reader, filter: &mut Filter) -> Result<Session, Failure> {
    let mut session = app.store().read().await?;
    audit::narrow(&mut session, &reader.caller, AUDIT, &reader.organizations(), filter).await?;
    Ok(query::caught_up(app.store(), session, filter).await?)
}
