//! Organizations and their members as the endpoints show them.

use daybook::manage::organizations::Admitted;
use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

use crate::api::shape::{budget_row, list, pick};
use crate::api::{team, user};

/// LiteLLM_OrganizationTable, up to what differs from answer to answer.
const MODEL: &[&str] = &[
    "organization_id",
    "organization_alias",
    "budget_id",
    "spend",
    "metadata",
    "models",
    "model_spend",
    "created_by",
    "updated_by",
    "users",
    "litellm_budget_table",
    "object_permission",
    "object_permission_id",
];

const TIMES: &[&str] = &["created_at", "updated_at"];

/// The row as LiteLLM's database client gives it, relations behind.
const RAW: &[&str] = &[
    "organization_id",
    "organization_alias",
    "budget_id",
    "metadata",
    "models",
    "spend",
    "model_spend",
    "object_permission_id",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "litellm_budget_table",
    "teams",
    "users",
    "keys",
    "members",
    "object_permission",
];

fn fill_models(row: &mut Row) {
    if row.value("models").is_null() {
        row.insert("models".to_owned(), json!([]));
    }
}

/// The answer to `/organization/new` (NewOrganizationResponse).
pub fn created(organization: &Row) -> Row {
    let mut shown = pick(organization, MODEL);
    fill_models(&mut shown);
    if let Some(row) = organization.object("litellm_budget_table") {
        shown.insert("litellm_budget_table".to_owned(), budget(row).into());
    }
    shown.extend(pick(organization, TIMES));
    shown
}

/// LiteLLM_OrganizationTableWithMembers.
pub fn with_members(organization: &Row) -> Row {
    let mut shown = pick(organization, MODEL);
    fill_models(&mut shown);
    if let Some(row) = organization.object("litellm_budget_table") {
        shown.insert("litellm_budget_table".to_owned(), team::shape::budget(row).into());
    }
    let objects = |name: &str| organization.list(name).iter().filter_map(Value::as_object);
    shown.insert("members".to_owned(), list(objects("members").map(member)));
    shown.insert("teams".to_owned(), list(objects("teams").map(team::shape::team)));
    shown.extend(pick(organization, TIMES));
    shown
}

/// An element of the answer to `POST /organization/info`.
pub fn raw(organization: &Row) -> Row {
    let mut shown = pick(organization, RAW);
    fill_models(&mut shown);
    if let Some(row) = organization.object("litellm_budget_table") {
        shown.insert("litellm_budget_table".to_owned(), budget_row(row).into());
    }
    shown
}

/// LiteLLM_BudgetTable: the limits, without dates and signatures.
fn budget(row: &Row) -> Row {
    let mut shown = pick(
        row,
        &[
            "budget_id",
            "soft_budget",
            "max_budget",
            "max_parallel_requests",
            "tpm_limit",
            "rpm_limit",
            "tpd_limit",
            "model_max_budget",
            "budget_duration",
            "allowed_models",
            "temp_budget_increase",
            "temp_budget_expiry",
        ],
    );
    if shown.value("allowed_models").is_null() {
        shown.insert("allowed_models".to_owned(), json!([]));
    }
    shown
}

/// LiteLLM_OrganizationMembershipTable.
pub fn member(membership: &Row) -> Row {
    let mut shown = pick(
        membership,
        &[
            "user_id",
            "organization_id",
            "user_role",
            "spend",
            "budget_id",
            "created_at",
            "updated_at",
            "user",
            "litellm_budget_table",
            "user_email",
        ],
    );
    if let Some(row) = membership.object("user") {
        shown.insert("user".to_owned(), user::shape::related(row).into());
    }
    if let Some(row) = membership.object("litellm_budget_table") {
        shown.insert("litellm_budget_table".to_owned(), budget(row).into());
    }
    shown
}

/// The membership as LiteLLM's database client gives it.
pub fn raw_member(membership: &Row) -> Row {
    pick(
        membership,
        &[
            "user_id",
            "organization_id",
            "user_role",
            "spend",
            "budget_id",
            "created_at",
            "updated_at",
            "user",
            "organization",
            "litellm_budget_table",
        ],
    )
}

/// OrganizationAddMemberResponse.
pub fn admitted(people: Admitted) -> Value {
    json!({
        "organization_id": people.organization_id,
        "updated_users": list(people.users.iter().map(user::shape::listed)),
        "updated_organization_memberships": list(people.memberships.iter().map(member)),
    })
}
