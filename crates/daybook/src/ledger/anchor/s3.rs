//! An object for each checkpoint in a bucket, which the store is told to keep for a while, whoever asks it not to.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::SignedDuration;
use rusty_s3::{Credentials, S3Action as _, UrlStyle};
use sha2::{Digest as _, Sha256};

use super::http::{Http, Request};
use super::{Delivery, Failure, path_of};
use crate::model::time::fixed;

/// How long a signature holds: the clocks of both sides may differ.
const SIGNED_FOR: Duration = Duration::from_secs(900);

/// Where a bucket is and who may write to it.
#[derive(Clone)]
pub struct Bucket {
    pub endpoint: String,
    pub name: String,
    pub region: String,
    /// Whether the bucket's name stands in the path, not in the host's name.
    pub path_style: bool,
    /// What the objects' names begin with, empty or ending in a slash.
    pub prefix: String,
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
    /// `GOVERNANCE` or `COMPLIANCE`, and for how many days nobody can delete an object.
    pub object_lock: Option<(&'static str, u32)>,
}

pub(super) struct S3 {
    bucket: rusty_s3::Bucket,
    credentials: Credentials,
    prefix: String,
    object_lock: Option<(&'static str, u32)>,
    http: Http,
}

impl S3 {
    /// `None` when endpoint and bucket make no URL.
    pub fn new(bucket: Bucket, http: Http) -> Option<S3> {
        let style = if bucket.path_style { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let endpoint = url::Url::parse(&bucket.endpoint).ok()?;
        let credentials = match bucket.session_token {
            Some(token) => Credentials::new_with_token(bucket.access_key_id, bucket.secret_access_key, token),
            None => Credentials::new(bucket.access_key_id, bucket.secret_access_key),
        };
        Some(S3 {
            bucket: rusty_s3::Bucket::new(endpoint, style, bucket.name, bucket.region).ok()?,
            credentials,
            prefix: bucket.prefix,
            object_lock: bucket.object_lock,
            http,
        })
    }

    pub async fn give(&self, delivery: &Delivery<'_>) -> Result<(), Failure> {
        let body = delivery.checkpoint.to_string().into_bytes();
        let object = format!("{}{}", self.prefix, path_of(delivery.origin(), delivery.size()));
        let mut headers = vec![
            ("content-type".to_owned(), "text/plain; charset=utf-8".to_owned()),
            // An object with a lock needs a checksum; and what is signed covers the body by it.
            ("x-amz-checksum-sha256".to_owned(), STANDARD.encode(Sha256::digest(&body))),
        ];
        if let Some((mode, days)) = self.object_lock {
            let until = delivery.now.checked_add(SignedDuration::from_hours(i64::from(days) * 24));
            let until = until.map_err(|_| Failure::failed("the lock would outlast time"))?;
            headers.push(("x-amz-object-lock-mode".to_owned(), mode.to_owned()));
            headers.push(("x-amz-object-lock-retain-until-date".to_owned(), fixed(until)));
        }
        let mut action = self.bucket.put_object(Some(&self.credentials), &object);
        for (name, value) in &headers {
            action.headers_mut().insert(name.as_str(), value.as_str());
        }
        let url = action.sign_with_time(SIGNED_FOR, &delivery.now).to_string();
        let answer = self.http.send(Request { method: "PUT", url, headers, body }).await?;
        if answer.is_success() {
            return Ok(());
        }
        Err(Failure::Failed(match code(&answer.body) {
            Some(code) => format!("the object store answered {} {code}", answer.status),
            None => format!("the object store answered {}", answer.status),
        }))
    }
}

/// The code in an error of S3. The rest of one repeats parts of the request.
fn code(body: &str) -> Option<&str> {
    let (_, rest) = body.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    (code.len() <= 64 && code.bytes().all(|c| c.is_ascii_alphanumeric())).then_some(code)
}
