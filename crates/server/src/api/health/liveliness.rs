//! `GET /health/liveliness`, `GET /health/liveness`.

use crate::api::Reply;

pub async fn handle() -> Reply {
    Reply::json("I'm alive!")
}
