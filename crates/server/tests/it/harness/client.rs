//! Requests, and answers as they came.

use std::net::SocketAddr;

use reqwest::header::HeaderMap;
use serde_json::Value;

/// Who calls, and with which headers.
#[derive(Clone)]
pub struct Client<'a> {
    http: &'a reqwest::Client,
    address: SocketAddr,
    headers: Vec<(String, String)>,
}

impl<'a> Client<'a> {
    pub(super) fn new(http: &'a reqwest::Client, address: SocketAddr) -> Client<'a> {
        Client { http, address, headers: Vec::new() }
    }

    /// The same caller, with one more header.
    #[must_use]
    pub fn header(&self, name: &str, value: &str) -> Client<'a> {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    /// The body of a 200 as it came.
    pub async fn get_bytes(&self, path: &str) -> Vec<u8> {
        let mut request = self.http.get(format!("http://{}{path}", self.address));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.bytes().await.unwrap().to_vec()
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }

    /// Any method, with or without a JSON body.
    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        match body {
            Some(body) => {
                self.header("content-type", "application/json").send_raw(method, path, body.to_string()).await
            }
            None => self.send_raw(method, path, String::new()).await,
        }
    }

    /// A body as it stands: broken JSON, or none when it is empty.
    pub async fn send_raw(&self, method: &str, path: &str, body: String) -> Answer {
        let mut request = self.http.request(method.parse().unwrap(), format!("http://{}{path}", self.address));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !body.is_empty() {
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // A stream of events has no end to wait for.
        let stream = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let text = if stream { String::new() } else { response.text().await.unwrap() };
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { request: format!("{method} {path}"), status, headers, text, body }
    }
}

/// A response.
#[derive(Debug)]
pub struct Answer {
    /// What was asked, for messages.
    pub request: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// The body as JSON; null when it is none.
    pub body: Value,
}

impl Answer {
    /// The body of a 200; any other status fails the test.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{} answered {}", self.request, self.text);
        self.body
    }

    /// The body of a refusal with this status.
    #[track_caller]
    pub fn refused(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} answered {}", self.request, self.text);
        self.body
    }

    /// A header's text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
