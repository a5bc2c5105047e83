//! The audit endpoints as a router for another program's axum service.
//!
//! `GET /audit`, `GET /audit/{id}`, `GET /audit/histogram` and `GET /audit/facets` as Daybook's own server answers them: the same parameters, the same bodies, the same
//! errors. Who may read is the program's business: a function from the request's head to a [`Sight`], or to the response
//! that refuses it. `examples/embed.rs` is a whole program.

use std::sync::{Arc, Once};

use axum::Router;
use axum::extract::Path;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::{Value, json};

use crate::model::question::Filter;
use crate::model::row::Row;
use crate::query::{self, Answer, AuditLog, Cursor, Rejected};
use crate::store::{Store, StoreError};

/// What a reader may see of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    Everything,
    /// Entries about these teams. A question that names another one is refused, one that names none is narrowed to them.
    Teams(Vec<String>),
}

/// The endpoints, to be merged or nested. `who` is asked before anything else is looked at.
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
    let log =
        Arc::new((Log { store: store.clone(), audit_log: AuditLog::new(store, None), started: Once::new() }, who));
    let mut router = Router::new();
    for (path, about) in
        [("/audit", About::Entries), ("/audit/histogram", About::Times), ("/audit/facets", About::Values)]
    {
        let log = Arc::clone(&log);
        router = router.route(
            path,
            get(move |head: Parts| async move {
                let (log, who) = &*log;
                let query = head.uri.query().unwrap_or_default().to_owned();
                match who(head).await {
                    Ok(sight) => ask(log.started(), &sight, about, &query).await.unwrap_or_else(|refusal| refusal),
                    Err(refusal) => refusal,
                }
            }),
        );
    }
    router.route(
        "/audit/{id}",
        get(move |Path(id): Path<String>, head: Parts| async move {
            let (log, who) = &*log;
            match who(head).await {
                Ok(sight) => find(&log.store, &sight, &id).await,
                Err(refusal) => refusal,
            }
        }),
    )
}

/// What is asked for of the entries of a filter.
#[derive(Clone, Copy)]
enum About {
    Entries,
    Times,
    Values,
}

/// The log with its index, which is made when somebody asks: only then is there surely a runtime.
struct Log {
    store: Store,
    audit_log: AuditLog,
    started: Once,
}

impl Log {
    fn started(&self) -> &Log {
        self.started.call_once(|| drop(tokio::spawn(self.audit_log.clone().run())));
        self
    }
}

async fn ask(log: &Log, sight: &Sight, about: About, query: &str) -> Result<Response, Response> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let pairs = || pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut question = query::parse(pairs(), "").map_err(refused)?;
    let cursor = Cursor::read(pairs()).map_err(refused)?;
    let (division, limit) = (query::division(pairs()), query::facet_limit(pairs()));
    narrow(sight, &mut question.filter)?;
    let session = async { query::caught_up(&log.store, log.store.read().await?, &question.filter).await };
    let mut session = session.await.map_err(|error| unreadable(&error))?;
    let answer = match (about, cursor) {
        (About::Entries, None) => log.audit_log.list(&mut session, &question).await.map(Answer::to_json),
        (About::Entries, Some(cursor)) => {
            let polled = log.audit_log.poll(&mut session, &question.filter, cursor, question.page.size).await;
            match polled.transpose() {
                Some(polled) => polled.map(query::Polled::to_json),
                None => return Err(refused(query::past_the_end())),
            }
        }
        (About::Times, _) => {
            let division = division.map_err(refused)?;
            log.audit_log.histogram(&mut session, &question.filter, division).await.map(|histogram| histogram.to_json())
        }
        (About::Values, _) => {
            let limit = limit.map_err(refused)?;
            log.audit_log.facets(&mut session, &question.filter, limit).await.map(|survey| survey.to_json())
        }
    };
    match answer {
        Ok(answer) => Ok(respond(StatusCode::OK, &answer)),
        Err(error) => Err(unreadable(&error)),
    }
}

/// Narrows a question to what its reader may see.
fn narrow(sight: &Sight, filter: &mut Filter) -> Result<(), Response> {
    let Sight::Teams(own) = sight else { return Ok(()) };
    let named = &mut filter.team_id;
    if named.iter().any(|team| !own.contains(team)) || own.is_empty() {
        let error = json!({"detail": {"error": "These entries are not yours to read."}});
        return Err(respond(StatusCode::FORBIDDEN, &error));
    }
    if named.is_empty() {
        named.clone_from(own);
    }
    Ok(())
}

fn refused(rejected: Rejected) -> Response {
    let status = match &rejected {
        Rejected::Form(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Rejected::Meaning(_) => StatusCode::BAD_REQUEST,
    };
    respond(status, &rejected.to_json())
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

async fn entry(store: &Store, id: &str) -> Result<Option<Row>, StoreError> {
    query::find(&mut store.read().await?, id).await
}

fn unreadable(error: &StoreError) -> Response {
    if let StoreError::TooMuch(text) = error {
        return refused(Rejected::Meaning(text.clone()));
    }
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
