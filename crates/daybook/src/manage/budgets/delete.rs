//! `POST /budget/delete`. Nothing keeps referring to a budget that is gone, and whatever lets go of it says so in an entry
//! of its own.

use serde_json::Value;

use crate::manage::access::not_admin;
use crate::manage::teams::SHARED_BUDGET_ID;
use crate::manage::{Ask, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table::{self, Table};
use crate::store::{Change, budgets, by, key_of, teams};

/// Removes a budget. Gives its row; `None` when there is no such budget.
pub async fn delete(change: &mut Change, ask: &Ask) -> Result<Option<Row>, Refusal> {
    if !ask.caller.is_admin() {
        return Err(not_admin(&ask.caller));
    }
    let id = ask.request.text("id").unwrap_or_default();
    // What refers to it before the budget itself, teams first, as whoever changes a key or a member locks them.
    for team in teams::list_sharing_budget(change.session(), id).await? {
        change.find(&table::TEAMS, &key_of(&table::TEAMS, &team)).await?;
    }
    for (table, row) in budgets::list_references(change.session(), id).await? {
        change.find(table, &key_of(table, &row)).await?;
    }
    if change.find(&table::BUDGETS, &by("budget_id", id)).await?.is_none() {
        return Ok(None);
    }
    // Again, now that nobody can refer to it any more.
    let references = budgets::list_references(change.session(), id).await?;
    check_can_go(change, id, &references).await?;
    for team in teams::list_sharing_budget(change.session(), id).await? {
        let mut metadata = team.object("metadata").cloned().unwrap_or_default();
        metadata.shift_remove(SHARED_BUDGET_ID);
        let values = crate::row! { "metadata": metadata, "updated_at": change.now_text() };
        change.update(&table::TEAMS, &key_of(&table::TEAMS, &team), values).await?;
    }
    for (table, row) in references {
        change.update(table, &key_of(table, &row), released(change, table)).await?;
    }
    Ok(change.delete(&table::BUDGETS, &by("budget_id", id)).await?)
}

/// An organization cannot be without a budget, and rows of tables that only LiteLLM writes cannot be changed on the record.
async fn check_can_go(change: &mut Change, id: &str, references: &[(&'static Table, Row)]) -> Result<(), Refusal> {
    let organization = references.iter().find(|(table, _)| **table == table::ORGANIZATIONS);
    if let Some((_, row)) = organization {
        let organization_id = row.text("organization_id").unwrap_or_default();
        let message =
            format!("Budget {id} is the budget of organization {organization_id}, which cannot be without one.");
        return Err(Refusal::error(Why::Invalid, message));
    }
    let foreign = budgets::list_foreign_references(change.session(), id).await?;
    if foreign.is_empty() {
        return Ok(());
    }
    let message = format!("Budget {id} is still referred to in {}.", foreign.join(", "));
    Err(Refusal::error(Why::Invalid, message))
}

/// The columns of a row that lets go of its budget.
fn released(change: &Change, table: &Table) -> Row {
    let mut values = crate::row! { "budget_id": Value::Null };
    if table.kind("updated_at").is_some() {
        values.insert("updated_at".to_owned(), change.now_text().into());
    }
    values
}
