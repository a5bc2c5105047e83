//! What is known of a route: enough to serve it, to document it and to test that it keeps its promises.

use axum::routing::MethodRouter;

use crate::app::App;
use crate::wire::{Model, QueryModel};

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, without a key.
    Public,
    /// Whoever holds a key that may call the route.
    Key,
}

/// Whether a call changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Reads,
    Writes,
}

/// One method of one path.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub method: &'static str,
    /// In axum's and OpenAPI's spelling, `{name}` for a segment.
    pub path: &'static str,
    /// The group under which `/docs` shows it.
    pub tag: &'static str,
    pub summary: &'static str,
    pub body: Option<&'static Model>,
    pub query: Option<&'static QueryModel>,
    pub access: Access,
    pub effect: Effect,
    pub service: fn() -> MethodRouter<App>,
}

impl Route {
    const fn new(
        method: &'static str,
        path: &'static str,
        effect: Effect,
        summary: &'static str,
        service: fn() -> MethodRouter<App>,
    ) -> Route {
        Route { method, path, tag: "", summary, body: None, query: None, access: Access::Key, effect, service }
    }

    /// A question.
    pub const fn get(path: &'static str, summary: &'static str, service: fn() -> MethodRouter<App>) -> Route {
        Route::new("GET", path, Effect::Reads, summary, service)
    }

    /// A change; see [`Route::reads`] for a POST that is none.
    pub const fn post(path: &'static str, summary: &'static str, service: fn() -> MethodRouter<App>) -> Route {
        Route::new("POST", path, Effect::Writes, summary, service)
    }

    pub const fn patch(path: &'static str, summary: &'static str, service: fn() -> MethodRouter<App>) -> Route {
        Route::new("PATCH", path, Effect::Writes, summary, service)
    }

    pub const fn delete(path: &'static str, summary: &'static str, service: fn() -> MethodRouter<App>) -> Route {
        Route::new("DELETE", path, Effect::Writes, summary, service)
    }

    pub const fn tag(mut self, tag: &'static str) -> Route {
        self.tag = tag;
        self
    }

    pub const fn body(mut self, model: &'static Model) -> Route {
        self.body = Some(model);
        self
    }

    pub const fn query(mut self, model: &'static QueryModel) -> Route {
        self.query = Some(model);
        self
    }

    /// For a POST that changes nothing.
    pub const fn reads(mut self) -> Route {
        self.effect = Effect::Reads;
        self
    }

    pub const fn public(mut self) -> Route {
        self.access = Access::Public;
        self
    }

    /// A name that no other route has: `post_key_generate`.
    pub fn id(&self) -> String {
        let words = self.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        [self.method.to_ascii_lowercase().as_str()].into_iter().chain(words).collect::<Vec<_>>().join("_")
    }

    /// Whether a path as it was called is this route's.
    pub fn matches(&self, path: &str) -> bool {
        let (mut ours, mut theirs) = (self.path.split('/'), path.split('/'));
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return true,
                (Some(our), Some(their)) if our.starts_with("{*") => return !their.is_empty(),
                (Some(our), Some(their)) if our == their || (our.starts_with('{') && !their.is_empty()) => {}
                _ => return false,
            }
        }
    }
}
