//! Users as the endpoints show them. There is no way here to show a password: no list of members names it.

use daybook::manage::keys::Generated;
use daybook::manage::users::{Created, Info, Overview};
use daybook::model::row::{Row, RowExt as _};
use daybook::model::table::{KEYS, Kind, TEAMS, Table};
use serde_json::{Value, json};

use crate::api::organization::shape::raw_member;
use crate::api::shape::{list, pick};
use crate::api::{key, team};
use crate::wire::models::users::NEW_USER_REQUEST;

/// LiteLLM_UserTable: the row as a model of LiteLLM's.
const MODEL: &[&str] = &[
    "user_id",
    "user_alias",
    "team_id",
    "sso_user_id",
    "organization_id",
    "object_permission_id",
    "password_reset_required",
    "last_breach_check_at",
    "teams",
    "user_role",
    "max_budget",
    "spend",
    "user_email",
    "models",
    "metadata",
    "max_parallel_requests",
    "tpm_limit",
    "rpm_limit",
    "budget_duration",
    "budget_reset_at",
    "allowed_cache_controls",
    "policies",
    "model_spend",
    "model_max_budget",
    "created_at",
    "updated_at",
];

/// What the database client of LiteLLM adds behind the row; only two of them are ever loaded.
const RELATIONS: &[&str] = &[
    "litellm_organization_table",
    "organization_memberships",
    "invitations_created",
    "invitations_updated",
    "invitations_user",
    "object_permission",
];

/// UserInfoV2Response.
const FLAT: &[&str] = &[
    "user_id",
    "user_email",
    "user_alias",
    "user_role",
    "spend",
    "max_budget",
    "tpm_limit",
    "rpm_limit",
    "models",
    "budget_duration",
    "budget_reset_at",
    "metadata",
    "created_at",
    "updated_at",
    "sso_user_id",
    "teams",
    "object_permission",
    "model_max_budget",
    "model_max_budget_usage",
];

/// Columns that may be NULL in the database and are read as empty.
const LISTS: &[&str] = &["teams", "models", "allowed_cache_controls", "policies"];

/// The row, lists never null.
fn model(user: &Row) -> Row {
    let mut shown = pick(user, MODEL);
    fill_lists(&mut shown, LISTS);
    shown
}

fn fill_lists(row: &mut Row, names: &[&str]) {
    for name in names {
        if row.value(name).is_null() {
            row.insert((*name).to_owned(), json!([]));
        }
    }
}

/// A user in a list.
pub fn listed(user: &Row) -> Row {
    let mut shown = model(user);
    shown.insert("organization_memberships".to_owned(), Value::Null);
    shown.insert("object_permission".to_owned(), user.value("object_permission"));
    shown
}

/// The row with its relations, as LiteLLM's database client gives it.
fn with_relations(user: &Row) -> Row {
    let mut shown = daybook::row! { "verified_subjects": null };
    shown.extend(model(user));
    shown.extend(pick(user, RELATIONS));
    if let Some(Value::Array(memberships)) = shown.get_mut("organization_memberships") {
        for membership in memberships.iter_mut().filter_map(Value::as_object_mut) {
            *membership = raw_member(membership);
        }
    }
    shown
}

/// A user in the place of a relation. LiteLLM shows the stored password there; we show that there is such a member.
pub fn related(user: &Row) -> Row {
    let mut shown = Row::new();
    for (name, value) in with_relations(user) {
        let before_password = name == "object_permission_id";
        shown.insert(name, value);
        if before_password {
            shown.insert("password".to_owned(), Value::Null);
        }
    }
    shown
}

/// The answer to `/user/update`.
pub fn updated(user: Row) -> Value {
    json!({ "user_id": user.value("user_id"), "data": with_relations(&user) })
}

/// The answer to `/v2/user/info`.
pub fn flat(user: &Row) -> Value {
    let mut shown = pick(user, FLAT);
    fill_lists(&mut shown, &["models", "teams"]);
    shown.insert("model_max_budget_usage".to_owned(), json!({}));
    Value::Object(shown)
}

/// The answer to `/user/info` about one user.
pub fn info(info: Info) -> Value {
    let mut user = with_relations(&info.user);
    user.insert("model_max_budget_usage".to_owned(), json!({}));
    let keys = info.keys.iter().map(|row| {
        let mut shown = key::shape::row_with_token(row);
        shown.insert("team_alias".to_owned(), row.value("team_alias"));
        shown
    });
    let teams = info.teams.iter().map(|info| {
        let mut shown = team::shape::team(&info.team);
        let membership = info.membership.iter().map(|row| {
            let names = ["user_id", "team_id", "budget_id", "spend", "total_spend", "litellm_budget_table"];
            pick(row, &names)
        });
        shown.insert("team_memberships".to_owned(), list(membership));
        shown.insert("keys".to_owned(), list(info.keys.iter().map(key::shape::row_with_token)));
        shown
    });
    json!({
        "user_id": info.user.value("user_id"),
        "user_info": user,
        "keys": list(keys),
        "teams": list(teams),
        "admin_mcp_permissions": null,
    })
}

/// The answer to `/user/info` for an admin who names nobody. Times stand here without a zone.
pub fn overview(user_id: &str, overview: Overview) -> Value {
    let keys = overview.keys.into_iter().map(|row| {
        let mut shown = without_zone(&KEYS, pick(&row, key::shape::MODEL));
        shown.insert("org_id".to_owned(), row.value("organization_id"));
        shown.insert("team_alias".to_owned(), row.value("team_alias"));
        shown
    });
    let teams = overview.teams.iter().map(|row| without_zone(&TEAMS, team::shape::team(row)));
    json!({
        "user_id": user_id,
        "user_info": overview.user.as_ref().map(with_relations),
        "keys": list(keys),
        "teams": list(teams),
        "admin_mcp_permissions": null,
    })
}

fn without_zone(table: &Table, mut row: Row) -> Row {
    for (name, value) in row.iter_mut() {
        if table.kind(name) == Some(Kind::Time)
            && let Value::String(text) = value
            && text.ends_with('Z')
        {
            text.pop();
        }
    }
    row
}

/// NewUserResponse: the answer to `/key/generate` for the user's key, with the user's limits, and the user behind it.
pub fn created(made: Created) -> Value {
    let Created { user, key, names_teams } = made;
    let mut shown = match key {
        Some((raw, row)) => {
            let Value::Object(mut shown) = key::shape::regenerated(Generated { raw, row, budget: None }) else {
                return Value::Null;
            };
            shown.insert("policies".to_owned(), Value::Null);
            shown.insert("token_id".to_owned(), Value::Null);
            shown
        }
        None => without_key(&user),
    };
    for name in ["max_budget", "budget_duration", "spend", "metadata", "models", "tpm_limit", "rpm_limit"] {
        shown.insert(name.to_owned(), user.value(name));
    }
    let teams = if names_teams { user.value("teams") } else { Value::Null };
    shown.insert("user_email".to_owned(), user.value("user_email"));
    shown.insert("user_role".to_owned(), user.value("user_role"));
    shown.insert("teams".to_owned(), teams);
    shown.insert("user_alias".to_owned(), user.value("user_alias"));
    Value::Object(shown)
}

/// The same answer without a key: what only a key has is as the model has it by default.
fn without_key(user: &Row) -> Row {
    let defaults = NEW_USER_REQUEST.fields_of(&Row::new()).with_defaults();
    let mut shown = pick(&defaults, key::shape::GENERATED);
    for name in ["user_id", "team_id", "max_parallel_requests"] {
        shown.insert(name.to_owned(), user.value(name));
    }
    for name in ["model_max_budget", "budget_fallbacks"] {
        shown.insert(name.to_owned(), Value::Null);
    }
    shown.insert("allowed_routes".to_owned(), json!([]));
    shown.insert("key".to_owned(), "".into());
    shown
}
