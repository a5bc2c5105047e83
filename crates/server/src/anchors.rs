//! The configured anchors, as the library takes them.

use std::time::Duration;

use anyhow::Context as _;
use daybook::config::{AnchorSettings, AnchorTarget};
use daybook::ledger::anchor::{Anchor, Bucket, Http};

/// How long one request to an anchor may take.
const TIMEOUT: Duration = Duration::from_secs(30);

pub fn open(settings: &[AnchorSettings]) -> anyhow::Result<Vec<Anchor>> {
    let http = Http::new(TIMEOUT);
    settings.iter().map(|settings| anchor(settings, &http).context("daybook.ledger.anchors")).collect()
}

fn anchor(AnchorSettings { name, target }: &AnchorSettings, http: &Http) -> anyhow::Result<Anchor> {
    Ok(match target {
        AnchorTarget::File { path } => Anchor::file(name, path.clone()),
        AnchorTarget::Webhook { url, secret, headers } => {
            let headers = headers.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect();
            Anchor::webhook(name, url.expose(), secret.expose(), headers, http)?
        }
        AnchorTarget::S3(s3) => {
            let bucket = Bucket {
                endpoint: s3.endpoint.clone(),
                name: s3.bucket.clone(),
                region: s3.region.clone(),
                path_style: s3.path_style,
                prefix: s3.prefix.clone(),
                access_key_id: s3.access_key_id.expose().to_owned(),
                secret_access_key: s3.secret_access_key.expose().to_owned(),
                session_token: s3.session_token.as_ref().map(|token| token.expose().to_owned()),
                object_lock: s3.object_lock.map(|lock| (lock.mode.as_str(), lock.days)),
            };
            Anchor::s3(name, bucket, http)?
        }
        AnchorTarget::Witness { url, vkey } => Anchor::witness(name, url.expose(), vkey.clone(), http),
    })
}
