//! Standard Webhooks: JSON, signed with a secret that both sides know.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::http::{Http, Request};
use super::{Delivery, Failure};
use crate::model::secret::hex;
use crate::model::time::fixed;

pub(super) struct Webhook {
    url: String,
    key: Vec<u8>,
    headers: Vec<(String, String)>,
    http: Http,
}

impl Webhook {
    /// `None` when the secret is not of the form that Standard Webhooks wants.
    pub fn new(url: String, secret: &str, headers: Vec<(String, String)>, http: Http) -> Option<Webhook> {
        let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok().filter(|key| !key.is_empty())?;
        Some(Webhook { url, key, headers, http })
    }

    pub async fn give(&self, delivery: &Delivery<'_>) -> Result<(), Failure> {
        let head = delivery.checkpoint.checkpoint().head();
        let body = json!({
            "type": "checkpoint.published",
            "timestamp": fixed(delivery.signed_at),
            "data": {
                "origin": delivery.origin(),
                "size": head.size,
                "root": head.root.to_base64(),
                "note": delivery.checkpoint.to_string(),
            },
        });
        let body = body.to_string();
        // The same at each attempt, so that a receiver who got it twice can tell.
        let said = Sha256::digest(delivery.checkpoint.note().text());
        let id = format!("checkpoint_{}", hex(said.get(..16).unwrap_or_default()));
        let timestamp = delivery.now.as_second().to_string();
        let mut headers = self.headers.clone();
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        headers.push(("webhook-signature".to_owned(), self.sign(&id, &timestamp, &body)));
        headers.push(("webhook-timestamp".to_owned(), timestamp));
        headers.push(("webhook-id".to_owned(), id));
        let request = Request { method: "POST", url: self.url.clone(), headers, body: body.into_bytes() };
        match self.http.send(request).await? {
            answer if answer.is_success() => Ok(()),
            answer => Err(Failure::Failed(format!("the endpoint answered {}", answer.status))),
        }
    }

    fn sign(&self, id: &str, timestamp: &str, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test reports a failure")]

    use super::*;

    /// The example of the specification.
    #[test]
    fn the_signature_is_that_of_the_specification() {
        let http = Http::new(std::time::Duration::from_secs(1));
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let webhook = Webhook::new(String::new(), secret, Vec::new(), http).unwrap();
        let signature = webhook.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
