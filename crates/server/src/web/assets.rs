//! The stylesheet, the scripts and the icon.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use super::page::Failure;

const ASSETS: &[(&str, &str, &str)] = &[
    ("style.css", "text/css; charset=utf-8", include_str!("../../assets/style.css")),
    ("daybook.js", "text/javascript; charset=utf-8", include_str!("../../assets/daybook.js")),
    ("export.js", "text/javascript; charset=utf-8", include_str!("../../assets/export.js")),
    ("icon.svg", "image/svg+xml", include_str!("../../assets/icon.svg")),
];

pub async fn handle(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|(known, ..)| *known == name) {
        // Asked for again after an hour at the latest: a new release has new ones.
        Some((_, kind, text)) => {
            ([(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "private, max-age=3600")], *text).into_response()
        }
        None => Failure::not_found("There is no such file.").into_response(),
    }
}
