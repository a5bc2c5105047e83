//! The log itself: to look is not to write.

use super::{Ask, world};
use crate::harness::TestApp;

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    Some(match (method, path) {
        ("GET", "/audit/{id}" | "/audit/{id}/proof") => {
            app.entries().await;
            world::key(app).await;
            let entries = app.entries().await;
            Ask::get(path.replace("{id}", &entries[0].id))
        }
        ("GET", "/audit/objects/{table}/{id}") => {
            app.entries().await;
            world::key(app).await;
            let entries = app.entries().await;
            Ask::get(format!("/audit/objects/{}/{}", entries[0].table, entries[0].object_id))
        }
        ("GET", "/ledger/tile/{*path}") => {
            world::key(app).await;
            Ask::get("/ledger/tile/entries/000.p/1")
        }
        ("GET", "/ledger/disclosures/{*path}") => {
            world::key(app).await;
            Ask::get("/ledger/disclosures/000.p/1")
        }
        _ => return None,
    })
}
