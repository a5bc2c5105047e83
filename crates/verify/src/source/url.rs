//! A server that serves its log below `/ledger`.

use std::time::Duration;

use serde_json::Value;
use tlog::{Bundle, Tile};

use super::{LARGEST, Source, SourceError};
use crate::engine::{GivenCheckpoint, Kind};

/// Checkpoints that are asked for at once.
const PAGE: usize = 1000;
/// Checkpoints after which no more are asked for: a server may answer without end.
const MOST: usize = 1_000_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// A server, and the key that it is asked with.
pub struct Url {
    agent: ureq::Agent,
    base: String,
    key: Option<String>,
}

impl Url {
    /// `base` is the server's address, `http://127.0.0.1:4000`; without a key only what is open to everybody can be read.
    pub fn new(base: &str, key: Option<String>) -> Url {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build();
        Url { agent: config.into(), base: base.trim_end_matches('/').to_owned(), key }
    }

    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let address = format!("{}/ledger/{path}", self.base);
        let failed = |error: ureq::Error| SourceError::Unreachable(format!("{address}: {error}"));
        let mut request = self.agent.get(&address);
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let mut response = request.call().map_err(failed)?;
        match response.status().as_u16() {
            200 => response.body_mut().with_config().limit(LARGEST).read_to_vec().map(Some).map_err(failed),
            404 => Ok(None),
            status @ (401 | 403) => Err(SourceError::Refused(format!("{address} answers {status}"))),
            status => Err(SourceError::Unreachable(format!("{address} answers {status}"))),
        }
    }
}

impl Source for Url {
    fn name(&self) -> String {
        self.base.clone()
    }

    fn checkpoint(&mut self) -> Result<Option<Vec<u8>>, SourceError> {
        self.get("checkpoint")
    }

    fn vkeys(&mut self) -> Result<Vec<String>, SourceError> {
        let text = self.get("vkey")?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&text).lines().map(str::to_owned).filter(|line| !line.is_empty()).collect())
    }

    fn published(&mut self) -> Result<Vec<GivenCheckpoint>, SourceError> {
        let wrong = || SourceError::Unreachable("the list of checkpoints cannot be read".to_owned());
        let mut published: Vec<GivenCheckpoint> = Vec::new();
        let mut below = u64::MAX >> 1;
        while let Some(text) = self.get(&format!("checkpoints?limit={PAGE}&below={below}"))? {
            let page: Value = serde_json::from_slice(&text).map_err(|_| wrong())?;
            let page = page["checkpoints"].as_array().ok_or_else(wrong)?;
            for one in page {
                let size = one["size"].as_u64().filter(|size| *size < below).ok_or_else(wrong)?;
                let note = one["note"].as_str().ok_or_else(wrong)?.as_bytes().to_vec();
                let name = format!("checkpoint {size}");
                published.push(GivenCheckpoint { name, size: Some(size), note, kind: Kind::Published });
                below = size;
            }
            if page.len() < PAGE {
                break;
            }
            if published.len() >= MOST {
                return Err(SourceError::Unreachable(format!("the list of checkpoints has more than {MOST}")));
            }
        }
        Ok(published)
    }

    fn manifest(&mut self) -> Result<Option<Value>, SourceError> {
        Ok(None)
    }

    fn tile(&mut self, tile: Tile) -> Result<Option<Vec<u8>>, SourceError> {
        self.get(&tile.path())
    }

    fn leaves(&mut self, bundle: Bundle) -> Result<Option<Vec<u8>>, SourceError> {
        self.get(&bundle.path())
    }

    fn disclosures(&mut self, bundle: Bundle) -> Result<Option<Vec<u8>>, SourceError> {
        self.get(&bundle.path().replacen("tile/entries", "disclosures", 1))
    }

    fn grows(&self) -> bool {
        true
    }

    /// A server that grows has tiles beyond the checkpoint.
    fn surplus(&mut self, _size: u64) -> Result<Vec<String>, SourceError> {
        Ok(Vec::new())
    }
}
