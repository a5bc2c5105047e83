//! `GET /management/v1/budgets`

mod question;

use axum::extract::State;
use daybook::manage::budgets;
use serde_json::{Value, json};

use super::about_users;
use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::shape::{list, pick};
use crate::app::App;
use crate::auth::Call;

const BUDGET: &[&str] = &[
    "budget_id",
    "max_budget",
    "soft_budget",
    "tpm_limit",
    "rpm_limit",
    "tpd_limit",
    "budget_duration",
    "budget_reset_at",
    "created_at",
    "updated_at",
];

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    budgets::check_lists(&call.caller).map_err(about_users)?;
    let question = question::read(&call.query)?;
    let mut session = app.store().read().await.map_err(about_users)?;
    let now = app.store().clock().now();
    let listed = budgets::list_page(&mut session, &call.caller, now, &question).await.map_err(about_users)?;
    let (page, page_size) = (question.page, question.page_size);
    let pages = listed.total.saturating_add(page_size - 1) / page_size;
    let last = pages.max(1);
    let link = |page: i64| question::link(&call.path, &call.query, page);
    Ok(Reply::json(json!({
        "data": list(listed.budgets.iter().map(|row| pick(row, BUDGET))),
        "meta": {"total_count": listed.total, "page": page, "page_size": page_size, "total_pages": pages},
        "links": {
            "self": link(page),
            "first": link(1),
            "prev": if page > 1 { link(page - 1).into() } else { Value::Null },
            "next": if page < last { link(page + 1).into() } else { Value::Null },
            "last": link(last),
        },
    })))
}
