//! `GET /metrics`: how the log is, for Prometheus. As in LiteLLM it needs no key; it names sizes and times, and nothing of what
//! entries say.

use std::sync::atomic::AtomicU64;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use daybook::ledger::publish::AnchorStatus;
use daybook::query::State as IndexState;
use daybook::store::find_head;
use jiff::Timestamp;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::Registry;

use super::Route;
use super::error::ApiError;
use crate::app::App;
use crate::auth::AllowedAddress;

pub static ROUTES: &[Route] =
    &[Route::get("/metrics", "How the log is, for Prometheus", || get(handle)).public().tag("health")];

/// The OpenMetrics text format, version 1.0.0.
async fn handle(State(app): State<App>, _allowed: AllowedAddress) -> Result<Response, ApiError> {
    let mut page = Registry::with_prefix("daybook");
    if let Ok(mut session) = app.store().read().await
        && let Ok(Some(head)) = find_head(&mut session).await
    {
        gauge(&mut page, "log_entries", "Entries of the audit log", head.size as f64);
    }
    signing(&mut page, &app);
    publishing(&mut page, &app);
    self_check(&mut page, &app);
    index(&mut page, &app);
    let mut text = String::new();
    encode(&mut text, &page).map_err(|_| ApiError::Internal)?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response())
}

fn signing(page: &mut Registry, app: &App) {
    let signable = flag(app.signer().trouble().is_none());
    gauge(page, "log_signable", "0 when the log is not signed: its database went back, or was altered", signable);
    if let Some(signed) = app.signer().newest() {
        gauge(page, "log_signed_entries", "Entries of the newest checkpoint signed here", signed.head().size as f64);
        gauge(page, "log_signed_timestamp_seconds", "When it was signed", seconds(signed.signed_at));
    }
}

fn publishing(page: &mut Registry, app: &App) {
    let status = app.publisher().status();
    if let (Some(size), Some(at)) = (status.size, status.signed_at) {
        gauge(page, "log_published_entries", "Entries of the newest published checkpoint", size as f64);
        gauge(page, "log_published_timestamp_seconds", "When it was signed", seconds(at));
    }
    let silent = "1 when no anchor has taken a checkpoint for an hour while there was one to take";
    gauge(page, "anchors_silent", silent, flag(status.alarm));
    let mut each = |name: &str, help: &str, value: fn(&AnchorStatus) -> Option<f64>| {
        let family = Family::<Vec<(String, String)>, Gauge<f64, AtomicU64>>::default();
        for (index, anchor) in status.anchors.iter().enumerate() {
            if let Some(value) = value(anchor) {
                family.get_or_create(&vec![("anchor".to_owned(), label(index, &anchor.name))]).set(value);
            }
        }
        page.register(name, help, family);
    };
    each("anchor_behind_entries", "Published entries that the anchor has not taken", |one| Some(one.behind as f64));
    each("anchor_failures", "Attempts that failed since the start", |one| Some(one.failures as f64));
    each("anchor_success_timestamp_seconds", "When the anchor took a checkpoint last", |one| {
        one.anchored_at.map(seconds)
    });
}

fn index(page: &mut Registry, app: &App) {
    let status = app.audit_log().status();
    gauge(page, "index_ready", "1 when the index of the audit log answers", flag(status.state == IndexState::Ready));
    gauge(page, "index_rows", "Entries in the index", status.rows as f64);
    gauge(page, "index_bytes", "Memory that the index takes, roughly", status.bytes as f64);
    gauge(
        page,
        "index_kept_entries",
        "Entries of the log of which the database keeps what the index says",
        status.kept as f64,
    );
    if let Some(took) = status.load {
        gauge(page, "index_load_seconds", "How long it took to read it from its file", took.as_secs_f64());
    }
    if let Some(took) = status.rebuild {
        gauge(
            page,
            "index_rebuild_seconds",
            "How long it took to build it from what the database holds",
            took.as_secs_f64(),
        );
    }
}

fn self_check(page: &mut Registry, app: &App) {
    let check = app.self_check();
    let help = "Entries that the running round of the self-check has verified";
    gauge(page, "self_check_entries", help, check.checked_through as f64);
    let rounds = "How often the whole log was verified since the start";
    page.register("self_check_rounds", rounds, ConstCounter::new(check.rounds));
    gauge(page, "self_check_alarm", "1 when something is not as it was recorded", flag(check.alarm.is_some()));
    if let Some(alarm) = check.alarm {
        gauge(page, "self_check_alarm_position", "The first sequence number that is wrong", alarm.position as f64);
    }
}

/// An anchor that has no name of its own is called by its kind and its place: a page without a key shows no path and no host.
fn label(index: usize, name: &str) -> String {
    name.split_once(':').map_or_else(|| name.to_owned(), |(kind, _)| format!("{kind}-{}", index + 1))
}

fn gauge(page: &mut Registry, name: &str, help: &str, value: f64) {
    page.register(name, help, ConstGauge::new(value));
}

fn flag(value: bool) -> f64 {
    f64::from(u8::from(value))
}

fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}
