//! `GET /readme`: the README of this very release, for whoever has the server and not the repository.

use std::sync::LazyLock;

use axum::response::Response;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

use super::page;

const README: &str = include_str!("../../../../README.md");

static BODY: LazyLock<String> = LazyLock::new(|| {
    // A link to another file of the repository leads nowhere from here, so its text alone is kept; of a picture nothing.
    let (mut dropped, mut picture) = (false, false);
    let events = Parser::new_ext(README, Options::ENABLE_TABLES).filter(|event| match event {
        Event::Start(Tag::Image { .. }) => {
            picture = true;
            false
        }
        Event::End(TagEnd::Image) => {
            picture = false;
            false
        }
        _ if picture => false,
        Event::Start(Tag::Link { dest_url, .. }) => {
            dropped = !dest_url.contains("://") && !dest_url.starts_with('#');
            !dropped
        }
        Event::End(TagEnd::Link) => !std::mem::take(&mut dropped),
        _ => true,
    });
    let mut body = String::new();
    html::push_html(&mut body, events);
    body
});

pub async fn handle() -> Response {
    page::render("Daybook: README", &BODY)
}
