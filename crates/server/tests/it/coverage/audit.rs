//! The log itself: to look is not to write.

use super::{Ask, world};
use crate::harness::TestApp;

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    Some(match (method, path) {
        ("GET", "/audit/{id}") => {
            app.entries().await;
            world::key(app).await;
            let entries = app.entries().await;
            Ask::get(format!("/audit/{}", entries[0].id))
        }
        _ => return None,
    })
}
