//! `/ui/entries/{id}`: one entry: what it did, who did it from where, and that it is genuine.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use daybook::ledger::LedgerError;
use daybook::ledger::proof::{Proof, prove};
use daybook::manage::access;
use daybook::model::row::{Row, RowExt as _};
use daybook::store::find_ledger_row;
use serde_json::Value;

use super::filter::Address;
use super::log::{changed_fields, lines};
use super::page::{self, Failure, encode};
use super::sentence::{self, Piece, count};
use super::session::{AUDIT, Reader};
use crate::app::App;
use crate::sending::entry;

/// A field before and after.
struct Field {
    name: String,
    before: Option<String>,
    after: Option<String>,
    changed: bool,
}

/// The receipt of an entry.
struct Receipt {
    seq_text: String,
    leaf: String,
    leaf_hash: String,
    /// The proof, checked; or why there is none.
    proof: Result<Shown, String>,
}

/// A proof as the page shows it.
struct Shown {
    seq: u64,
    path: String,
    steps: usize,
    size: u64,
    size_text: String,
    root: String,
    signed_at: String,
    signers: Vec<String>,
}

#[derive(Template)]
#[template(path = "entry.html")]
struct Page {
    id: String,
    encoded: String,
    at: String,
    pieces: Vec<Piece>,
    changed: Vec<Field>,
    unchanged: Vec<Field>,
    context: Vec<(&'static str, String)>,
    verdict: &'static str,
    raw: String,
    object: String,
    hour: String,
    receipt: Option<Receipt>,
    adopted: bool,
}

pub async fn handle(State(app): State<App>, Path(id): Path<String>, reader: Reader) -> Result<Response, Failure> {
    let mut session = app.store().read().await?;
    let entry = entry::find(&mut session, &reader.caller, AUDIT, &id).await?;
    let ledger = find_ledger_row(&mut session, &id).await?;
    let line = lines(&app, &reader, &mut session, std::slice::from_ref(&entry)).await?.pop();
    drop(session);
    let kept = |name: &str| {
        let text = ledger.as_ref().and_then(|row| row.text(name))?;
        serde_json::from_str::<Value>(text).ok()
    };
    let whole = access::sees_whole_log(&reader.caller, AUDIT);
    let (actor, context) = (kept("actor").filter(|_| whole), kept("context").filter(|_| whole));
    let names = changed_fields(&entry, kept("changed_fields").as_ref());
    let (changed, unchanged) = fields(&entry, &names).into_iter().partition(|field| field.changed);
    let receipt = match &ledger {
        Some(ledger) => Some(receipt(&app, ledger).await?),
        None => None,
    };
    let text = |name: &str| entry.text(name).unwrap_or_default();
    let at = text("updated_at").to_owned();
    let table = text("table_name");
    Ok(page::render(&Page {
        encoded: encode(&id),
        pieces: line.map(|line| line.pieces).unwrap_or_default(),
        changed,
        unchanged,
        verdict: verdict(actor.as_ref()),
        context: said(&entry, actor.as_ref(), context.as_ref()),
        raw: raw(&entry),
        object: format!("/ui/objects/{}/{}", encode(table), encode(text("object_id"))),
        hour: hour(&at, text("changed_by")),
        receipt,
        adopted: context.as_ref().is_some_and(|context| context["adopted"] == true),
        at,
        id,
    }))
}

/// What one actor did in the hour around an instant.
fn hour(at: &str, who: &str) -> String {
    let around = daybook::model::time::parse(at).map(|at| {
        let half = jiff::SignedDuration::from_mins(30);
        let wire = |at: Result<jiff::Timestamp, _>| at.map(daybook::model::time::wire).unwrap_or_default();
        (wire(at.checked_sub(half)), wire(at.checked_add(half)))
    });
    let (from, until) = around.unwrap_or_default();
    let pairs = [("changed_by", who), ("start_date", &from), ("end_date", &until)];
    Address::new(&pairs).at("/ui")
}

/// Every field of the two values, in the order of their names.
fn fields(entry: &Row, changed: &[String]) -> Vec<Field> {
    let (before, after) = (entry.object("before_value"), entry.object("updated_values"));
    let mut names: Vec<&String> = before.into_iter().chain(after).flat_map(|row| row.keys()).collect();
    names.sort();
    names.dedup();
    let deleted = entry.text("action") == Some("deleted");
    let field = |name: &String| {
        let old = before.and_then(|row| row.get(name));
        let is_changed = changed.contains(name);
        // Of a field that did not change the value after is the one before.
        let new = after.and_then(|row| row.get(name)).or(old.filter(|_| !is_changed && !deleted));
        Field { name: name.clone(), before: old.map(shown), after: new.map(shown), changed: is_changed }
    };
    names.into_iter().map(field).collect()
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => sentence::grouped(number),
        Value::Null => "null".to_owned(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

fn raw(entry: &Row) -> String {
    serde_json::to_string_pretty(entry).unwrap_or_default()
}

/// Why the entry names whom it names.
fn verdict(actor: Option<&Value>) -> &'static str {
    match actor.and_then(|actor| actor["verdict"].as_str()) {
        Some("accepted") => "The request named this person in LiteLLM-Changed-By, and its key may speak for others.",
        Some("not_accepted") => {
            "The request named somebody in LiteLLM-Changed-By, but its key may not speak for others: the entry names the key's \
             own holder."
        }
        Some("none") => "The request named nobody: the entry names the holder of its key.",
        _ => "",
    }
}

/// Who and from where, in lines.
fn said(entry: &Row, actor: Option<&Value>, context: Option<&Value>) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let mut add = |label: &'static str, value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            lines.push((label, value.to_owned()));
        }
    };
    add("Changed by", entry.text("changed_by"));
    let of = |part: Option<&'_ Value>, name: &str| part.and_then(|part| part[name].as_str().map(str::to_owned));
    add("Named in LiteLLM-Changed-By", of(actor, "asserted").as_deref());
    add("Holder of the key", of(actor, "authenticated").as_deref());
    add("Key (SHA-256)", entry.text("changed_by_api_key"));
    let route = [of(context, "method"), of(context, "route")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    add("Request", Some(route.trim()));
    add("Request id", of(context, "request_id").as_deref());
    add("From", of(context, "address").as_deref());
    add("With", of(context, "user_agent").as_deref());
    add("Written by LiteLLM", of(context, "written_at").as_deref());
    lines
}

/// The proof that the entry is in the log as it is signed now. Without one the entry is shown all the same: a log that is not
/// signed is read.
async fn receipt(app: &App, ledger: &Row) -> Result<Receipt, Failure> {
    let leaf = ledger.text("leaf").unwrap_or_default().to_owned();
    let proof = match prove(app.signer(), ledger).await {
        Ok(proof) => Ok(Shown::of(&proof)),
        Err(LedgerError::Store(error)) => return Err(error.into()),
        Err(error) => Err(error.to_string()),
    };
    Ok(Receipt {
        seq_text: count(ledger.int("seq").unwrap_or_default()),
        leaf_hash: tlog::leaf_hash(leaf.as_bytes()).to_base64(),
        leaf,
        proof,
    })
}

impl Shown {
    fn of(proof: &Proof) -> Shown {
        let head = proof.signed.head();
        let signatures = proof.signed.checkpoint.note().signatures();
        Shown {
            seq: proof.seq,
            path: proof.path.iter().map(|hash| hash.to_base64()).collect::<Vec<_>>().join(" "),
            steps: proof.path.len(),
            size: head.size,
            size_text: count(head.size as i64),
            root: head.root.to_base64(),
            signed_at: daybook::model::time::wire(proof.signed.signed_at),
            signers: signatures.iter().map(|signature| signature.name().to_owned()).collect(),
        }
    }
}
