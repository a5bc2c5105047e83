//! Organizations: the row, the budget that it refers to, the people in it, and what goes when it goes.

mod create;
mod delete;
mod info;
mod members;
mod update;

pub use create::create;
pub use delete::delete;
pub use info::{info, info_of_many, list};
pub use members::{Admitted, add_members, delete_member, update_member};
pub use update::{patch, update};

use super::{Ask, Caller, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::store::{Change, organizations};

fn no_organization(why: Why, organization_id: &str) -> Refusal {
    Refusal::error(why, format!("Organization not found for organization_id={organization_id}"))
}

fn no_access() -> Refusal {
    Refusal::text(Why::Forbidden, "You do not have access to this organization")
}

/// Refuses whoever may not change the organization.
fn check_manages(caller: &Caller, organization_id: &str) -> Result<(), Refusal> {
    if caller.is_admin() || caller.is_org_admin(organization_id) { Ok(()) } else { Err(no_access()) }
}

/// Refuses whoever may not see the organization as a whole.
fn check_sees(caller: &Caller, organization_id: &str) -> Result<(), Refusal> {
    if caller.sees_everything() || caller.is_org_admin(organization_id) { Ok(()) } else { Err(no_access()) }
}

/// The row with its budget, its members and its teams, as the answers to changes show it.
async fn with_related(change: &mut Change, organization: Row) -> Result<Row, Refusal> {
    let mut shown = [organization];
    organizations::attach_budgets(change.session(), &mut shown).await?;
    organizations::attach_people(change.session(), &mut shown).await?;
    let [organization] = shown;
    Ok(organization)
}

/// The `organization_id` of a request, when it says something.
fn organization_id(ask: &Ask) -> Option<String> {
    ask.request.text("organization_id").map(str::to_owned)
}
