//! `/ui/integrity`: how whole the log is, and how anybody can check that.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use daybook::ledger::proof::cosigned;
use daybook::model::time;
use daybook::query::State as IndexState;
use daybook::store::{find_head, list_anchors};
use tlog::SignedCheckpoint;

use super::page::{self, Failure};
use super::sentence::count;
use super::session::Reader;
use crate::app::App;

struct Anchor {
    name: String,
    size: String,
    at: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "integrity.html")]
struct Page {
    size: String,
    root: String,
    origin: String,
    trouble: Option<String>,
    signed_size: String,
    signed_at: String,
    signers: Vec<String>,
    note: String,
    vkeys: Vec<String>,
    rounds: String,
    checked: String,
    last_round: Option<String>,
    alarm: Option<(String, String)>,
    anchors: Vec<Anchor>,
    index: String,
}

pub async fn handle(State(app): State<App>, _: Reader) -> Result<Response, Failure> {
    let signed = app.signer().checkpoint().await;
    let mut session = app.store().read().await?;
    let head = find_head(&mut session).await?;
    let anchors = list_anchors(&mut session).await?;
    let (checkpoint, trouble) = match signed {
        Ok(signed) => (Some(signed), None),
        Err(error) => (app.signer().newest(), Some(error.to_string())),
    };
    let note = match checkpoint {
        Some(signed) => Some((cosigned(&mut session, &signed.checkpoint).await?, signed.signed_at)),
        None => None,
    };
    drop(session);
    let check = app.self_check();
    let status = app.audit_log().status();
    let signers = |checkpoint: &SignedCheckpoint| -> Vec<String> {
        checkpoint.note().signatures().iter().map(|signature| signature.name().to_owned()).collect()
    };
    let anchor = |anchor: daybook::store::AnchorState| Anchor {
        size: anchor.size.map_or_else(|| "nothing yet".to_owned(), |size| format!("{} entries", count(size as i64))),
        at: anchor.anchored_at.map(time::wire).unwrap_or_default(),
        problem: anchor.problem,
        name: anchor.name,
    };
    let head = head.ok_or_else(Failure::internal)?;
    Ok(page::render(&Page {
        size: count(head.size as i64),
        root: head.root.to_base64(),
        origin: head.origin,
        trouble,
        signed_size: note
            .as_ref()
            .map(|(checkpoint, _)| count(checkpoint.checkpoint().head().size as i64))
            .unwrap_or_default(),
        signed_at: note.as_ref().map(|(_, at)| time::wire(*at)).unwrap_or_default(),
        signers: note.as_ref().map(|(checkpoint, _)| signers(checkpoint)).unwrap_or_default(),
        note: note.as_ref().map(|(checkpoint, _)| checkpoint.to_string()).unwrap_or_default(),
        vkeys: app.signer().keys().verifiers().map(ToString::to_string).collect(),
        rounds: count(check.rounds as i64),
        checked: count(check.checked_through as i64),
        last_round: check.last_round_at.map(time::wire),
        alarm: check.alarm.map(|alarm| (count(alarm.position as i64), alarm.what)),
        anchors: anchors.into_iter().map(anchor).collect(),
        index: match status.state {
            IndexState::Ready => format!("{} entries, {} MB", count(status.rows as i64), status.bytes >> 20),
            IndexState::Building { done, of } => {
                format!("being built: {} of {} entries", count(done as i64), count(of as i64))
            }
            IndexState::Absent => "there is none: the database answers".to_owned(),
        },
    }))
}
