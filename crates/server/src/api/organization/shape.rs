//! Organizations and their members as the endpoints show them.

use daybook::manage::organizations::{Admitted, Created};
use daybook::model::row::{Row, RowExt as _};
use serde_json::{Value, json};

use crate::api::shape::{list, pick};
use crate::api::user;

/// An organization, in the order of NewOrganizationResponse.
pub fn created(made: Created) -> Value {
    let mut shown = pick(
        &made.organization,
        &[
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
            "created_at",
            "updated_at",
        ],
    );
    shown.insert("litellm_budget_table".to_owned(), Value::Object(budget(&made.budget)));
    shown.insert("object_permission".to_owned(), made.object_permission.map_or(Value::Null, Value::Object));
    Value::Object(shown)
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

/// OrganizationAddMemberResponse.
pub fn admitted(people: Admitted) -> Value {
    let memberships = people.memberships.iter().map(|row| {
        pick(
            row,
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
        )
    });
    json!({
        "organization_id": people.organization_id,
        "updated_users": list(people.users.iter().map(user::shape::listed)),
        "updated_organization_memberships": list(memberships),
    })
}
