//! The floor: a page's rows by their primary keys, which are known beforehand. The same HTTP stack, the same key, the same
//! database connections and the same writing of JSON as the answer that it stands beside, on a port of its own.
//!
//! What no index can do better than is one look-up of each row; what is above it, is the question's own.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::State;
use axum::routing::get;
use axum::{Extension, Router};
use daybook::model::question::Page;
use daybook::query::Answer;
use daybook::store::bench::rows_by_id;
use daybook_server::api::Reply;
use daybook_server::api::error::ApiError;
use daybook_server::app::App;
use daybook_server::auth::Call;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The ids of pages, by the name of what they are the floor of.
#[derive(Clone, Debug, Default)]
pub struct Pages(Arc<RwLock<HashMap<String, Arc<[String]>>>>);

impl Pages {
    pub fn set(&self, name: &str, ids: Vec<String>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), ids.into());
    }

    fn get(&self, name: &str) -> Option<Arc<[String]>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

#[derive(Debug)]
pub struct Floor {
    pub address: SocketAddr,
    pub pages: Pages,
    running: JoinHandle<std::io::Result<()>>,
}

impl Floor {
    pub async fn start(app: App) -> anyhow::Result<Floor> {
        let pages = Pages::default();
        let router = Router::new().route("/bench/rows/{name}", get(handle)).layer(Extension(pages.clone()));
        let service = router.with_state(app).into_make_service_with_connect_info::<SocketAddr>();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let running = tokio::spawn(async move { axum::serve(listener, service).await });
        Ok(Floor { address, pages, running })
    }

    pub fn stop(self) {
        self.running.abort();
    }
}

pub fn path(name: &str) -> String {
    format!("/bench/rows/{name}")
}

async fn handle(State(app): State<App>, Extension(pages): Extension<Pages>, call: Call) -> Result<Reply, ApiError> {
    let ids = pages.get(call.param("name")).ok_or(ApiError::NotFound)?;
    let entries = rows_by_id(&mut app.store().read().await?, &ids).await?;
    if entries.len() != ids.len() {
        return Err(ApiError::NotFound);
    }
    let total = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    Ok(Reply::json(Answer { entries, total, page: Page::default() }.to_json()).newest_checkpoint(&app))
}
