//! A program of its own that keeps Daybook's log: its axum service, its table, its way of knowing who calls.
//!
//! `cargo run -p daybook --features router --example embed -- parcels.db`, then
//!
//! ```text
//! curl -X PUT -H 'x-operator: ada' -d shipped  http://127.0.0.1:8080/parcels/P-1
//! curl        -H 'x-operator: ada'             http://127.0.0.1:8080/audit
//! curl        -H 'x-operator: ada'            'http://127.0.0.1:8080/audit?object_id=P-1&action=updated'
//! ```
//!
//! What is the program's: the table, the rules, the authentication. What is Daybook's: that a change which is not on the
//! record does not happen, and the two endpoints that read the record.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use axum::routing::put;
use daybook::model::actor::{Actor, Context, Policy, Principal};
use daybook::model::secret::hash_key;
use daybook::model::table::{Kind, Table};
use daybook::router::{Sight, router};
use daybook::row;
use daybook::store::{Change, Location, Options, Store, StoreError, by};

/// The program's own table. Daybook makes it in either database, and names it in the entries.
static PARCELS: Table = Table {
    name: "parcels",
    primary_key: &["parcel_id"],
    identity: &["parcel_id"],
    columns: &[("parcel_id", Kind::Text), ("state", Kind::Text), ("updated_at", Kind::Time)],
};

/// The whole service.
pub async fn service(location: Location) -> Result<Router, StoreError> {
    let store = Store::open(Options { tables: vec![&PARCELS], ..Options::new(location) }).await?;
    // Operators read everything; with `Sight::Teams` a reader would see the entries of some teams only.
    let reader = async |mut head: Parts| Operator::from_request_parts(&mut head, &()).await.map(|_| Sight::Everything);
    Ok(Router::new()
        .route("/parcels/{parcel_id}", put(set_state))
        .with_state(Arc::new(store.clone()))
        .merge(router(store, reader)))
}

/// `PUT /parcels/{parcel_id}`: the body is the new state.
async fn set_state(
    State(store): State<Arc<Store>>,
    Path(parcel_id): Path<String>,
    operator: Operator,
    state: String,
) -> Response {
    let work = async move |change: &mut Change| {
        let row = row! { "state": state, "updated_at": change.now_text() };
        if change.update(&PARCELS, &by("parcel_id", &parcel_id), row.clone()).await?.is_none() {
            let mut new = by("parcel_id", &parcel_id);
            new.extend(row);
            change.insert(&PARCELS, new).await?;
        }
        Ok::<(), StoreError>(())
    };
    // Either the parcel has its new state and the log says so, or neither.
    match store.change(&operator.actor, work).await {
        Ok(recorded) => match recorded.receipts.first() {
            Some(receipt) => (StatusCode::OK, receipt.audit_id.clone()).into_response(),
            None => StatusCode::NO_CONTENT.into_response(),
        },
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The program's own authentication; here a header stands for it.
struct Operator {
    actor: Actor,
}

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = Response;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Operator, Response> {
        let name = head.headers.get("x-operator").and_then(|name| name.to_str().ok());
        let name = name.ok_or_else(|| StatusCode::UNAUTHORIZED.into_response())?;
        let principal = Principal {
            user_id: Some(name.to_owned()),
            key_hash: hash_key(name),
            key_alias: None,
            service_account_id: None,
            is_master: false,
            is_admin: false,
            may_assert: false,
        };
        let context =
            Context { method: head.method.to_string(), route: head.uri.path().to_owned(), ..Context::default() };
        let actor = Actor::attribute(principal, None, Policy::Off, context)
            .map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()).into_response())?;
        Ok(Operator { actor })
    }
}

#[allow(dead_code)] // the tests run the service, not the program
#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "parcels.db".to_owned());
    let service = service(Location::Sqlite { path: path.into() }).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    axum::serve(listener, service).await?;
    Ok(())
}
