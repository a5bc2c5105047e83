//! What the routes under `/team` leave.

use super::Ask;
use crate::harness::TestApp;

pub async fn scenario(_app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    match (method, path) {
        _ => None,
    }
}
