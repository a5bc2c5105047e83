//! Organizations as they are looked at.

use std::collections::HashMap;

use serde_json::Value;

use super::check_sees;
use crate::manage::{Caller, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Lock, Session, by, organizations, teams};

/// Organizations by id and part of the alias, each with its budget, members and teams. Who does not see everything sees
/// those that they are in.
pub async fn list(session: &mut Session, caller: &Caller, question: &Row) -> Result<Vec<Row>, Refusal> {
    let said = |name: &str| question.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let own = || caller.organizations.iter().filter_map(|row| row.text("organization_id").map(str::to_owned)).collect();
    let filter = organizations::Filter {
        ids: said("org_id").map(|id| vec![id]),
        alias_part: said("org_alias"),
        visible: (!caller.sees_everything()).then(own),
    };
    let mut found = organizations::list(session, &filter).await?;
    organizations::attach_budgets(session, &mut found).await?;
    organizations::attach_people(session, &mut found).await?;
    Ok(found)
}

/// One organization with its budget, its object permission, its teams, and its members with their users (without
/// passwords) as `user`.
pub async fn info(session: &mut Session, caller: &Caller, organization_id: &str) -> Result<Row, Refusal> {
    check_sees(caller, organization_id)?;
    let Some(organization) = organizations::find(session, organization_id).await? else {
        return Err(Refusal::error(Why::NotFound, "Organization not found"));
    };
    let mut found = [organization];
    organizations::attach_budgets(session, &mut found).await?;
    organizations::attach_people(session, &mut found).await?;
    let [mut organization] = found;
    if let Some(id) = organization.text("object_permission_id") {
        let permission = session.row(&table::OBJECT_PERMISSIONS, &by("object_permission_id", id), Lock::No).await?;
        organization.insert("object_permission".to_owned(), permission.map_or(Value::Null, Value::Object));
    }
    attach_users(session, &mut organization).await?;
    Ok(organization)
}

async fn attach_users(session: &mut Session, organization: &mut Row) -> Result<(), Refusal> {
    let Some(Value::Array(members)) = organization.get_mut("members") else { return Ok(()) };
    let ids: Vec<String> = members.iter().filter_map(|row| row["user_id"].as_str().map(str::to_owned)).collect();
    let mut users: HashMap<String, Row> = teams::list_users_by_ids(session, &ids).await?;
    for member in members.iter_mut().filter_map(Value::as_object_mut) {
        let mut user = member.text("user_id").and_then(|id| users.remove(id));
        if let Some(user) = &mut user {
            user.shift_remove("password");
            member.insert("user_email".to_owned(), user.value("user_email"));
        }
        member.insert("user".to_owned(), user.map_or(Value::Null, Value::Object));
    }
    Ok(())
}

/// Organizations by their ids, each with its budget. Unknown ones are left out.
pub async fn info_of_many(session: &mut Session, caller: &Caller, ids: &[String]) -> Result<Vec<Row>, Refusal> {
    if ids.is_empty() {
        let message = "Specify list of organization id's to query. Passed in=[]";
        return Err(Refusal::error(Why::Invalid, message));
    }
    for id in ids {
        check_sees(caller, id)?;
    }
    let filter = organizations::Filter { ids: Some(ids.to_vec()), ..organizations::Filter::default() };
    let mut found = organizations::list(session, &filter).await?;
    organizations::attach_budgets(session, &mut found).await?;
    Ok(found)
}
