//! `GET /user/list`: who may list whom, and how.

use std::collections::HashMap;

use crate::manage::{Caller, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::store::Session;
use crate::store::users::{self, Filter, Page, Sort};

/// What a list can be sorted by, in the order in which the refusal names them. `status` is LiteLLM's word without a
/// column; it leaves the order to the ids.
pub const SORT_COLUMNS: &[(&str, Sort)] = &[
    ("user_id", Sort::Column("user_id")),
    ("user_email", Sort::Column("user_email")),
    ("created_at", Sort::Column("created_at")),
    ("spend", Sort::Column("spend")),
    ("user_alias", Sort::Column("user_alias")),
    ("user_role", Sort::Column("user_role")),
    ("max_budget", Sort::Column("max_budget")),
    ("updated_at", Sort::Column("updated_at")),
    ("sso_user_id", Sort::Column("sso_user_id")),
    ("status", Sort::Column("user_id")),
    ("key_count", Sort::KeyCount),
];

/// The query string, checked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The parameters that were sent.
    pub params: Row,
    /// From 1.
    pub page: i64,
    pub page_size: i64,
}

/// A page of users, each with the number of its keys.
#[derive(Clone, Debug)]
pub struct Listed {
    pub users: Vec<Row>,
    pub key_counts: HashMap<String, i64>,
    pub total: i64,
}

/// Admins and their viewers see all users, admins of organizations those of theirs.
pub async fn list(session: &mut Session, caller: &Caller, question: &Question) -> Result<Listed, Refusal> {
    let own: Vec<String> = caller.administered_organizations().into_iter().map(str::to_owned).collect();
    if !caller.sees_everything() && own.is_empty() {
        let message = "Only proxy admins and organization admins can list users.";
        return Err(Refusal::error(Why::Forbidden, message));
    }
    let filter = Filter { visible: (!caller.sees_everything()).then_some(own), ..filter(&question.params) };
    let (sort, descending) = order(&question.params)?;
    let offset = (question.page - 1).saturating_mul(question.page_size);
    let page = Page { sort, descending, offset, limit: question.page_size };
    let (users, total) = users::list(session, &filter, page).await?;
    let ids = users.iter().filter_map(|user| user.text("user_id")).map(str::to_owned).collect();
    let key_counts = users::key_counts(session, ids).await?;
    Ok(Listed { users, key_counts, total })
}

fn filter(params: &Row) -> Filter {
    let text = |name: &str| params.text(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let list = |name: &str| text(name).map(|text| split(&text));
    // One id is looked for as a part, several are meant exactly.
    let (id_part, ids) = match list("user_ids") {
        Some(ids) if ids.len() == 1 => (ids.into_iter().next(), None),
        other => (None, other),
    };
    Filter {
        role: text("role"),
        id_part,
        ids,
        sso_ids: list("sso_user_ids"),
        email_part: text("user_email"),
        search: text("search"),
        team: text("team"),
        organizations: list("organization_ids"),
        visible: None,
    }
}

fn split(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The newest first, unless the question says otherwise.
fn order(params: &Row) -> Result<(Sort, bool), Refusal> {
    let Some(wanted) = params.text("sort_by") else { return Ok((Sort::Column("created_at"), true)) };
    let Some((_, sort)) = SORT_COLUMNS.iter().find(|(name, _)| *name == wanted) else {
        let names: Vec<&str> = SORT_COLUMNS.iter().map(|(name, _)| *name).collect();
        let message = format!("Invalid sort column. Must be one of: {}", names.join(", "));
        return Err(Refusal::error(Why::Invalid, message));
    };
    match params.text("sort_order").unwrap_or("asc").to_lowercase().as_str() {
        "asc" => Ok((*sort, false)),
        "desc" => Ok((*sort, true)),
        _ => Err(Refusal::error(Why::Invalid, "Invalid sort order. Must be 'asc' or 'desc'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row;

    #[test]
    fn one_id_is_a_part_and_several_are_exact() {
        assert_eq!(filter(&row! { "user_ids": "u1" }).id_part.as_deref(), Some("u1"));
        let both = filter(&row! { "user_ids": "u1, u2," });
        assert_eq!((both.id_part, both.ids), (None, Some(vec!["u1".to_owned(), "u2".to_owned()])));
        assert!(filter(&row! { "user_ids": "" }).ids.is_none());
    }

    #[test]
    fn the_order_is_checked() {
        assert_eq!(order(&row! {}).unwrap(), (Sort::Column("created_at"), true));
        assert_eq!(order(&row! { "sort_by": "key_count", "sort_order": "DESC" }).unwrap(), (Sort::KeyCount, true));
        assert!(order(&row! { "sort_by": "password" }).is_err());
        assert!(order(&row! { "sort_by": "spend", "sort_order": "up" }).is_err());
    }
}
