//! The audit endpoints as a router for another program's axum service.
//!
//! `GET /audit` and `GET /audit/{id}` as Daybook's own server answers them: the same parameters, the same bodies, the same
//! errors. Who may read is the program's business: a function from the request's head to a [`Sight`], or to the response
//! that refuses it. `examples/embed.rs` is a whole program.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::model::question::Question;
use crate::model::row::Row;
use crate::query::{self, Answer, Rejected};
use crate::store::{Store, StoreError};

/// What a reader may see of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    Everything,
    /// Entries about these teams. A question that names another one is refused, one that names none is narrowed to them.
    Teams(Vec<String>),
}

/// The two endpoints, to be merged or nested. `who` is asked before anything else is looked at.
///
/// ```
/// # use axum::http::{StatusCode, request::Parts};
/// # use axum::response::IntoResponse as _;
/// # use daybook::router::{Sight, router};
/// # fn mount(store: daybook::store::Store) -> axum::Router {
/// axum::Router::new().merge(router(store, async |head: Parts| match head.headers.get("x-staff") {
///     Some(_) => Ok(Sight::Everything),
///     None => Err(StatusCode::UNAUTHORIZED.into_response()),
/// }))
/// # }
/// ```
pub fn router<S, F, Fut>(store: Store, who: F) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    F: Fn(Parts) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Sight, Response>> + Send,
{
    let log = Arc::new((store, who));
    let (one, many) = (Arc::clone(&log), log);
    Router::new()
        .route(
            "/audit",
            get(move |head: Parts| async move {
                let (store, who) = &*many;
                let query = head.uri.query().unwrap_or_default().to_owned();
                match who(head).await {
                    Ok(sight) => list(store, &sight, &query).await,
                    Err(refusal) => refusal,
                }
            }),
        )
        .route(
            "/audit/{id}",
            get(move |Path(id): Path<String>, head: Parts| async move {
                let (store, who) = &*one;
                match who(head).await {
                    Ok(sight) => find(store, &sight, &id).await,
                    Err(refusal) => refusal,
                }
            }),
        )
}

async fn list(store: &Store, sight: &Sight, query: &str) -> Response {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut question = match query::parse(pairs, "") {
        Ok(question) => question,
        Err(rejected) => {
            let status = match &rejected {
                Rejected::Form(_) => StatusCode::UNPROCESSABLE_ENTITY,
                Rejected::Meaning(_) => StatusCode::BAD_REQUEST,
            };
            return respond(status, &rejected.to_json());
        }
    };
    if let Sight::Teams(own) = sight {
        let named = &mut question.filter.team_id;
        if named.iter().any(|team| !own.contains(team)) || own.is_empty() {
            return respond(
                StatusCode::FORBIDDEN,
                &json!({"detail": {"error": "These entries are not yours to read."}}),
            );
        }
        if named.is_empty() {
            named.clone_from(own);
        }
    }
    match answer(store, &question).await {
        Ok(answer) => respond(StatusCode::OK, &answer.to_json()),
        Err(error) => unreadable(&error),
    }
}

async fn find(store: &Store, sight: &Sight, id: &str) -> Response {
    let entry = match entry(store, id).await {
        Ok(entry) => entry,
        Err(error) => return unreadable(&error),
    };
    // An entry that is not the reader's is answered as one that is not there.
    let visible = entry.filter(|entry| match sight {
        Sight::Everything => true,
        Sight::Teams(own) => query::teams_of(entry).iter().any(|team| own.iter().any(|own| own == team)),
    });
    match visible {
        Some(entry) => respond(StatusCode::OK, &Value::Object(entry)),
        None => respond(StatusCode::NOT_FOUND, &json!({"detail": {"message": query::not_found(id)}})),
    }
}

async fn answer(store: &Store, question: &Question) -> Result<Answer, StoreError> {
    query::list(&mut store.read().await?, question).await
}

async fn entry(store: &Store, id: &str) -> Result<Option<Row>, StoreError> {
    query::find(&mut store.read().await?, id).await
}

fn unreadable(error: &StoreError) -> Response {
    tracing::error!(error = error as &dyn std::error::Error, "the audit log cannot be read");
    let error = json!({
        "message": query::UNREADABLE,
        "type": "no_db_connection",
        "param": null,
        "code": "503",
    });
    respond(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": error }))
}

fn respond(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
