//! Organizations and the people in them.

use serde_json::{Value, json};

use super::{Ask, Caller, Refusal, Why, budgets, parts, users};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by, organizations, teams};

/// An organization that was just made.
#[derive(Clone, Debug)]
pub struct Created {
    pub organization: Row,
    /// The budget that it refers to.
    pub budget: Row,
    pub object_permission: Option<Row>,
}

/// People who were just made members.
#[derive(Clone, Debug)]
pub struct Admitted {
    pub organization_id: String,
    pub users: Vec<Row>,
    pub memberships: Vec<Row>,
}

/// Makes an organization, and a budget for it unless the request names one.
pub async fn create(change: &mut Change, ask: &Ask) -> Result<Created, Refusal> {
    if !ask.caller.is_admin() {
        let message = "Only proxy admins can create new organizations.";
        return Err(Refusal::error(Why::Forbidden, message));
    }
    let request = &ask.request;
    let limits = budgets::limits(change, ask)?;
    let organization_id = match request.text("organization_id").filter(|id| !id.is_empty()) {
        Some(id) => id.to_owned(),
        None => change.new_id(),
    };
    change.lock_name(&format!("organization_id:{organization_id}")).await?;
    if change.find(&table::ORGANIZATIONS, &by("organization_id", &organization_id)).await?.is_some() {
        let message = format!("Organization with id '{organization_id}' already exists.");
        return Err(Refusal::error(Why::Invalid, message));
    }
    let signature = budgets::signature(ask);
    let budget = match request.text("budget_id").filter(|id| !id.is_empty()) {
        Some(id) => {
            let found = change.find(&table::BUDGETS, &by("budget_id", id)).await?;
            found.ok_or_else(|| Refusal::error(Why::Invalid, format!("Budget not found, passed budget_id={id}")))?
        }
        None => parts::insert_budget(change, None, limits, &signature).await?,
    };
    let now = change.now_text();
    let metadata = parts::merge_metadata(request.object("metadata").cloned().unwrap_or_default(), request);
    let mut row = crate::row! {
        "organization_id": organization_id,
        "organization_alias": request.value("organization_alias"),
        "budget_id": budget.value("budget_id"),
        "metadata": metadata,
        "models": request.list("models"),
        "spend": 0.0,
        "model_spend": {},
        "created_at": now,
        "created_by": signature,
        "updated_at": now,
        "updated_by": signature,
    };
    let mut object_permission = None;
    if let Some(wanted) = request.object("object_permission") {
        let id = parts::save_object_permission(change, wanted, None).await?;
        row.insert("object_permission_id".to_owned(), json!(id));
        object_permission = change.find(&table::OBJECT_PERMISSIONS, &by("object_permission_id", &id)).await?;
    }
    let organization = change.insert(&table::ORGANIZATIONS, row).await?;
    Ok(Created { organization, budget, object_permission })
}

/// Makes people members of an organization, and users of those who are none yet.
pub async fn add_members(change: &mut Change, ask: &Ask) -> Result<Admitted, Refusal> {
    let organization_id = ask.request.text("organization_id").unwrap_or_default().to_owned();
    if organizations::find(change.session(), &organization_id).await?.is_none() {
        let message = format!("Organization not found for organization_id={organization_id}");
        return Err(Refusal::error(Why::NotFound, message));
    }
    if !ask.caller.is_admin() && !ask.caller.is_org_admin(&organization_id) {
        let message = format!("Only proxy admins and admins of the organization may add members to {organization_id}.");
        return Err(Refusal::error(Why::Forbidden, message));
    }
    parts::check_amount(&ask.request, "max_budget_in_organization")?;
    let mut members: Vec<Row> = match ask.request.get("member") {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_object).cloned().collect(),
        Some(Value::Object(member)) => vec![member.clone()],
        _ => Vec::new(),
    };
    lock_names(change, &members).await?;
    let mut admitted = Admitted { organization_id, users: Vec::new(), memberships: Vec::new() };
    for member in &mut members {
        let user = find_or_create_user(change, ask, member).await?;
        let membership = insert_membership(change, ask, &admitted.organization_id, &user, member).await?;
        admitted.users.push(user);
        admitted.memberships.push(membership);
    }
    Ok(admitted)
}

/// Others who make or look for the same people wait; always in the same order, so that nobody waits in a circle.
async fn lock_names(change: &mut Change, members: &[Row]) -> Result<(), Refusal> {
    let ids = members.iter().filter_map(|member| member.text("user_id")).map(|id| format!("user_id:{id}"));
    let emails = members.iter().filter_map(|member| member.text("user_email")).map(users::email_lock);
    let mut names: Vec<String> = ids.chain(emails).collect();
    names.sort();
    names.dedup();
    for name in names {
        change.lock_name(&name).await?;
    }
    Ok(())
}

async fn find_or_create_user(change: &mut Change, ask: &Ask, member: &Row) -> Result<Row, Refusal> {
    let email = member.text("user_email");
    let named = match member.text("user_id") {
        Some(id) => change.find(&table::USERS, &by("user_id", id)).await?,
        None => None,
    };
    if let Some(user) = named {
        check_may_take_in(change, &ask.caller, &user, member.text("user_id").unwrap_or_default()).await?;
        return Ok(user);
    }
    if let Some(email) = email
        && let Some(user) = crate::store::users::find_by_email(change.session(), email).await?
    {
        if member.text("user_id").is_some() {
            let stored = user.text("user_email").unwrap_or(email);
            return Err(Refusal::error(Why::Conflict, format!("User with email {stored} already exists")));
        }
        check_may_take_in(change, &ask.caller, &user, email).await?;
        return Ok(user);
    }
    let user_id = member.text("user_id").map_or_else(|| change.new_id(), str::to_owned);
    users::check_id(ask.caller.is_admin(), &user_id)?;
    users::insert_internal_user(change, &ask.rules, &user_id, email).await
}

/// An admin of organizations takes in whom they have in their care already: who is in an organization may be seen, and
/// deleted, by its admins. `named` is what the request calls the user: whoever is refused does not learn the id.
async fn check_may_take_in(change: &mut Change, caller: &Caller, user: &Row, named: &str) -> Result<(), Refusal> {
    if caller.is_admin() {
        return Ok(());
    }
    let user_id = user.text("user_id").unwrap_or_default();
    let memberships = crate::store::users::list_organization_memberships(change.session(), user_id).await?;
    if memberships.iter().filter_map(|row| row.text("organization_id")).any(|id| caller.is_org_admin(id)) {
        return Ok(());
    }
    let on = teams::list_of_user(change.session(), user_id).await?;
    if on.iter().any(|team| caller.administers_team(team)) {
        return Ok(());
    }
    let message = format!(
        "User {named} is in no organization or team that you administer. Only proxy admins can add such users to an \
         organization."
    );
    Err(Refusal::error(Why::Forbidden, message))
}

async fn insert_membership(
    change: &mut Change,
    ask: &Ask,
    organization_id: &str,
    user: &Row,
    member: &Row,
) -> Result<Row, Refusal> {
    let user_id = user.text("user_id").unwrap_or_default();
    let key = crate::row! { "user_id": user_id, "organization_id": organization_id };
    if change.find(&table::ORGANIZATION_MEMBERSHIPS, &key).await?.is_some() {
        let message = format!("User {user_id} is already a member of organization {organization_id}");
        return Err(Refusal::error(Why::Invalid, message));
    }
    let now = change.now_text();
    let mut row = crate::row! {
        "user_id": user_id,
        "organization_id": organization_id,
        "user_role": member.value("role"),
        "spend": 0.0,
        "created_at": now,
        "updated_at": now,
    };
    if let Some(amount) = ask.request.get("max_budget_in_organization").filter(|amount| !amount.is_null()) {
        let limits = crate::row! { "max_budget": amount };
        let budget = parts::insert_budget(change, None, limits, &budgets::signature(ask)).await?;
        row.insert("budget_id".to_owned(), budget.value("budget_id"));
    }
    Ok(change.insert(&table::ORGANIZATION_MEMBERSHIPS, row).await?)
}
