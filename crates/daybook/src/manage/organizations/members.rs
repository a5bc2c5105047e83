//! Who is in an organization, in which role, with which budget.

use serde_json::Value;

use super::{check_manages, no_organization};
use crate::manage::{Ask, Caller, Refusal, Role, Why, budgets, parts, users};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by, organizations};

/// People who were just made members.
#[derive(Clone, Debug)]
pub struct Admitted {
    pub organization_id: String,
    pub users: Vec<Row>,
    pub memberships: Vec<Row>,
}

/// Makes people members of an organization, and users of those who are none yet.
pub async fn add_members(change: &mut Change, ask: &Ask) -> Result<Admitted, Refusal> {
    let organization_id = ask.request.text("organization_id").unwrap_or_default().to_owned();
    check_manages(&ask.caller, &organization_id)?;
    if organizations::find(change.session(), &organization_id).await?.is_none() {
        return Err(no_organization(Why::NotFound, &organization_id));
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

/// An admin of organizations takes in whom an organization of theirs has already: who is in an organization may be seen,
/// and deleted, by its admins. A place on one of their teams is not enough, because they can give it to anybody. `named` is
/// what the request calls the user: whoever is refused does not learn the id.
async fn check_may_take_in(change: &mut Change, caller: &Caller, user: &Row, named: &str) -> Result<(), Refusal> {
    if caller.is_admin() {
        return Ok(());
    }
    let user_id = user.text("user_id").unwrap_or_default();
    let memberships = crate::store::users::list_organization_memberships(change.session(), user_id).await?;
    if memberships.iter().filter_map(|row| row.text("organization_id")).any(|id| caller.is_org_admin(id)) {
        return Ok(());
    }
    let message = format!(
        "User {named} is in no organization that you administer. Only proxy admins can add such users to an \
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

/// The user whom a request about a member names by id, else by address.
async fn named_user(change: &mut Change, request: &Row) -> Result<String, Refusal> {
    if let Some(id) = request.text("user_id") {
        return Ok(id.to_owned());
    }
    let email = request.text("user_email").unwrap_or_default();
    let namesakes = crate::store::users::list_by_email(change.session(), email).await?;
    match namesakes.as_slice() {
        [user] => Ok(user.text("user_id").unwrap_or_default().to_owned()),
        _ => {
            let message = format!(
                "Unique user not found for user_email={email}. Potential duplicate OR non-existent user_email in \
                 LiteLLM_UserTable. Use 'user_id' instead."
            );
            Err(Refusal::error(Why::Invalid, message))
        }
    }
}

/// Changes a member's role in the organization, or their budget there. Gives the membership with its budget as
/// `litellm_budget_table`.
pub async fn update_member(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    let request = &ask.request;
    let organization_id = request.text("organization_id").unwrap_or_default().to_owned();
    check_manages(&ask.caller, &organization_id)?;
    if organizations::find(change.session(), &organization_id).await?.is_none() {
        return Err(no_organization(Why::Invalid, &organization_id));
    }
    let user_id = named_user(change, request).await?;
    let key = crate::row! { "user_id": user_id, "organization_id": organization_id };
    let Some(membership) = change.find(&table::ORGANIZATION_MEMBERSHIPS, &key).await? else {
        let message = format!("Member not found in organization for user_id={user_id}");
        return Err(Refusal::error(Why::NotFound, message));
    };
    check_is_no_admin(change, &ask.caller, &user_id).await?;
    let mut values = crate::row! { "updated_at": change.now_text() };
    if let Some(role) = request.text("role") {
        values.insert("user_role".to_owned(), role.into());
    }
    if let Some(amount) = request.get("max_budget_in_organization").filter(|amount| !amount.is_null()) {
        let limits = crate::row! { "max_budget": amount };
        parts::check_amount(&limits, "max_budget")?;
        let budget_id = save_budget(change, ask, membership.text("budget_id"), limits).await?;
        values.insert("budget_id".to_owned(), budget_id);
    }
    let updated = change.update(&table::ORGANIZATION_MEMBERSHIPS, &key, values).await?;
    let mut shown = [updated.map_or(membership, |updated| updated.now)];
    organizations::attach_budgets(change.session(), &mut shown).await?;
    let [membership] = shown;
    Ok(membership)
}

/// What somebody is who administers the whole proxy is not for the admin of one organization to say.
async fn check_is_no_admin(change: &mut Change, caller: &Caller, user_id: &str) -> Result<(), Refusal> {
    let user = crate::store::users::find(change.session(), user_id).await?;
    let role = user.as_ref().and_then(|user| user.text("user_role")).map(Role::parse);
    if caller.is_admin() || !matches!(role, Some(Role::ProxyAdmin | Role::ProxyAdminViewer)) {
        return Ok(());
    }
    let message = "Only PROXY_ADMIN may modify the organization role of a user who is a global PROXY_ADMIN.";
    Err(Refusal::error(Why::Forbidden, message))
}

/// Sets the limits of a member's budget, which is made when there is none. Gives its id.
async fn save_budget(change: &mut Change, ask: &Ask, own: Option<&str>, limits: Row) -> Result<Value, Refusal> {
    if let Some(id) = own
        && budgets::set(change, ask, id, limits.clone()).await?.is_some()
    {
        return Ok(id.into());
    }
    Ok(parts::insert_budget(change, None, limits, &budgets::signature(ask)).await?.value("budget_id"))
}

/// Takes a member out of an organization. Gives the membership as it was; `None` when there was none.
pub async fn delete_member(change: &mut Change, ask: &Ask) -> Result<Option<Row>, Refusal> {
    let organization_id = ask.request.text("organization_id").unwrap_or_default().to_owned();
    check_manages(&ask.caller, &organization_id)?;
    let user_id = named_user(change, &ask.request).await?;
    let key = crate::row! { "user_id": user_id, "organization_id": organization_id };
    Ok(change.delete(&table::ORGANIZATION_MEMBERSHIPS, &key).await?)
}
