//! `GET /management/v1/budgets`: budgets by the page, filtered and sorted.

use crate::manage::{Caller, Refusal, Why};
use crate::model::duration::Span;
use crate::model::row::Row;
use crate::store::Session;
use crate::store::budgets::{self, Condition, SortKey};

/// What a page can be sorted by.
pub const SORTABLE: &[&str] =
    &["budget_duration", "budget_id", "created_at", "max_budget", "rpm_limit", "tpd_limit", "tpm_limit"];

/// Which budgets, in which order. An empty order means the newest first.
#[derive(Clone, Debug, Default)]
pub struct Question {
    pub conditions: Vec<Condition>,
    /// Columns of [`SORTABLE`], and whether each descends.
    pub order: Vec<(&'static str, bool)>,
    /// From 1.
    pub page: i64,
    pub page_size: i64,
}

/// A page, and how many there are in all.
#[derive(Clone, Debug)]
pub struct Listed {
    pub budgets: Vec<Row>,
    pub total: i64,
}

/// Refuses whoever is neither an admin nor their viewer.
pub fn check_lists(caller: &Caller) -> Result<(), Refusal> {
    if caller.sees_everything() {
        return Ok(());
    }
    let role = caller.role.as_str();
    Err(Refusal::text(Why::Forbidden, format!("Only proxy admins can list budgets, your role={role}")))
}

/// Answers a question about budgets.
pub async fn list_page(
    session: &mut Session,
    caller: &Caller,
    now: jiff::Timestamp,
    question: &Question,
) -> Result<Listed, Refusal> {
    check_lists(caller)?;
    let mut order = Vec::new();
    for (column, descending) in &question.order {
        let ranks = match *column {
            "budget_duration" => Some(ranks(now, budgets::list_durations(session).await?)),
            _ => None,
        };
        order.push(SortKey { column, descending: *descending, ranks });
    }
    if order.is_empty() {
        order.push(SortKey { column: "created_at", descending: true, ranks: None });
    }
    let total = budgets::count(session, &question.conditions).await?;
    let offset = (question.page - 1).saturating_mul(question.page_size);
    let budgets = budgets::page(session, &question.conditions, &order, offset, question.page_size).await?;
    Ok(Listed { budgets, total })
}

/// Durations by their length, so that `24h` and `1d` are the same and `1mo` is the month that begins now. What is no
/// duration has no rank.
fn ranks(now: jiff::Timestamp, durations: Vec<String>) -> Vec<(String, i64)> {
    let length = |text: &str| {
        let span = Span::parse(text).ok()?;
        span.seconds().or_else(|| Some(span.after(now).ok()?.as_second() - now.as_second()))
    };
    durations.into_iter().filter_map(|text| length(&text).map(|seconds| (text, seconds))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_count_by_their_length() {
        let now = "2026-02-01T00:00:00Z".parse().unwrap();
        let ranked = ranks(now, ["1d", "24h", "1mo", "30d", "weekly", "soon"].map(str::to_owned).to_vec());
        let seconds = |text: &str| ranked.iter().find(|(have, _)| have == text).map(|(_, seconds)| *seconds);
        assert_eq!(seconds("1d"), seconds("24h"));
        assert_eq!(seconds("1mo"), Some(28 * 86_400));
        assert!(seconds("1mo") < seconds("30d") && seconds("weekly") < seconds("1mo"));
        assert_eq!(seconds("soon"), None);
    }
}
