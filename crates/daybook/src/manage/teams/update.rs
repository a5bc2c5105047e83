//! Changes to a team's row.

use serde_json::{Value, json};

use super::create::{save_aliases, save_shared_budget};
use super::{SHARED_BUDGET_ID, limits, shared_budget_id, team_id, with_related};
use crate::manage::callbacks::seal_callbacks_over;
use crate::manage::{Ask, Refusal, Why, parts};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::store::{Change, by};

/// Changes what the request sends; an explicit null clears. `metadata` replaces what was there.
pub async fn update(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    edit(change, ask, replaced_metadata).await
}

/// [`update`], but `metadata` is merged by RFC 7386.
pub async fn patch(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    edit(change, ask, merged_metadata).await
}

async fn edit(change: &mut Change, ask: &Ask, metadata: fn(&Row, &Row) -> Row) -> Result<Row, Refusal> {
    let team_id = team_id(ask);
    let team = editable(change, ask, &team_id).await?;
    let request = &ask.request;
    limits::check_amounts(request)?;
    let organization = settle_organization(change, ask, &team).await?;
    let mut values = columns(change, ask)?;
    if let Some(organization) = &organization {
        values.insert("organization_id".to_owned(), organization.value("organization_id"));
    }
    let mut after = team.clone();
    after.extend(values.clone());
    limits::check_soft_budget(&after)?;
    if let Some(id) = after.text("organization_id") {
        let missing = || no_organization(id);
        let found = limits::get_organization(change.session(), id, missing).await?;
        // A team that stays where it is may keep what it has; only what is asked for is measured.
        let measured = if organization.is_some() { &after } else { &values };
        limits::check_organization(&found, measured)?;
    }
    let shared = save_shared_budget(change, ask, request, shared_budget_id(&team)).await?;
    let old = team.object("metadata").cloned().unwrap_or_default();
    let mut new = parts::merge_metadata(metadata(&old, request), request);
    match old.get(SHARED_BUDGET_ID) {
        Some(id) => drop(new.insert(SHARED_BUDGET_ID.to_owned(), id.clone())),
        None => drop(new.shift_remove(SHARED_BUDGET_ID)),
    }
    if new != old {
        parts::check_changed_by_flag(ask.caller.is_admin(), &new)?;
        seal_callbacks_over(change, &ask.rules, &mut new, &old)?;
    }
    if let Some(id) = shared {
        new.insert(SHARED_BUDGET_ID.to_owned(), id.into());
    }
    values.insert("metadata".to_owned(), new.into());
    if let Some(aliases) = super::stated(request, "model_aliases") {
        values.insert("model_id".to_owned(), save_aliases(change, aliases.clone(), team.int("model_id")).await?);
    }
    match request.get("object_permission") {
        Some(Value::Object(wanted)) => {
            let id = parts::save_object_permission(change, wanted, team.text("object_permission_id")).await?;
            values.insert("object_permission_id".to_owned(), id.into());
        }
        Some(_) => {
            values.insert("object_permission_id".to_owned(), Value::Null);
        }
        None => {}
    }
    values.insert("updated_at".to_owned(), change.now_text().into());
    let updated = change.update(&table::TEAMS, &by("team_id", &team_id), values).await?;
    with_related(change.session(), updated.map_or(team, |updated| updated.now)).await
}

/// The team, for somebody who may edit it. Whoever may not is not told whether it exists.
async fn editable(change: &mut Change, ask: &Ask, team_id: &str) -> Result<Row, Refusal> {
    let refuse = |message: &str| Err(Refusal::text(Why::Forbidden, message));
    let found = change.find(&table::TEAMS, &by("team_id", team_id)).await?;
    match found {
        Some(team) if ask.caller.is_admin() => Ok(team),
        None if ask.caller.is_admin() => Err(super::not_found(team_id)),
        Some(team) if team.text("organization_id").is_some_and(|id| ask.caller.is_org_admin(id)) => Ok(team),
        // Which fields a team admin may edit is for a proxy admin to say, and nobody has said anything yet.
        Some(team) if ask.caller.team_role(&team) == Some("admin") => refuse(
            "Team admins on this proxy cannot edit team settings. Ask a proxy admin to enable fields under Settings > \
             UI > Team admin editable fields.",
        ),
        _ => refuse("You do not have access to this team"),
    }
}

fn no_organization(organization_id: &str) -> Refusal {
    let message = format!("Organization not found, passed organization_id={organization_id}");
    Refusal::error(Why::NotFound, message)
}

/// The organization that the request moves the team to: `None` when it stays, an empty row when it leaves.
async fn settle_organization(change: &mut Change, ask: &Ask, team: &Row) -> Result<Option<Row>, Refusal> {
    let Some(wanted) = ask.request.get("organization_id") else { return Ok(None) };
    let wanted = wanted.as_str().filter(|id| !id.is_empty());
    if wanted == team.text("organization_id") {
        return Ok(None);
    }
    // An admin of one organization can neither take teams out of it nor put them into another.
    if !ask.caller.is_admin() && !wanted.is_some_and(|id| ask.caller.is_org_admin(id)) {
        return Err(Refusal::text(Why::Forbidden, "You do not have access to this organization"));
    }
    match wanted {
        Some(id) => Ok(Some(limits::get_organization(change.session(), id, || no_organization(id)).await?)),
        None => Ok(Some(Row::new())),
    }
}

/// Columns that take the request's value as it is, null included.
const NULLABLE: &[&str] = &[
    "team_alias",
    "tpm_limit",
    "rpm_limit",
    "tpd_limit",
    "max_budget",
    "soft_budget",
    "budget_duration",
    "router_settings",
];
/// Columns that hold a list; null empties it.
const LISTS: &[&str] = &["models", "access_group_ids", "default_team_member_models"];

fn columns(change: &Change, ask: &Ask) -> Result<Row, Refusal> {
    let request = &ask.request;
    let mut values: Row = Row::new();
    for name in NULLABLE {
        if let Some(value) = request.get(*name) {
            values.insert((*name).to_owned(), value.clone());
        }
    }
    for name in LISTS {
        if request.contains_key(*name) {
            values.insert((*name).to_owned(), request.texts(name).into());
        }
    }
    if let Some(blocked) = request.flag("blocked") {
        values.insert("blocked".to_owned(), blocked.into());
    }
    if request.contains_key("model_max_budget") {
        let budgets = request.object("model_max_budget").cloned().unwrap_or_default();
        values.insert("model_max_budget".to_owned(), budgets.into());
    }
    if request.contains_key("budget_duration") {
        let reset_at = parts::budget_reset_at(&ask.rules, change.now(), request.text("budget_duration"));
        values.insert("budget_reset_at".to_owned(), reset_at);
    }
    match request.get("budget_limits") {
        Some(Value::Null) => {
            values.insert("budget_limits".to_owned(), Value::Null);
        }
        Some(_) => {
            values.insert("budget_limits".to_owned(), parts::budget_limits(&ask.rules, change.now(), request)?);
        }
        None => {}
    }
    Ok(values)
}

fn replaced_metadata(old: &Row, request: &Row) -> Row {
    match request.get("metadata") {
        Some(metadata) => metadata.as_object().cloned().unwrap_or_default(),
        None => old.clone(),
    }
}

fn merged_metadata(old: &Row, request: &Row) -> Row {
    let mut metadata = Value::Object(old.clone());
    match request.get("metadata") {
        Some(patch) => merge(&mut metadata, patch),
        None => return old.clone(),
    }
    metadata.as_object().cloned().unwrap_or_default()
}

/// RFC 7386: a member that is null goes, an object is merged, anything else takes the place of what was there.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Value::Object(target) = target else { return };
    for (name, value) in members {
        if value.is_null() {
            target.shift_remove(name);
        } else {
            merge(target.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The examples of RFC 7386, appendix A.
    #[test]
    fn a_patch_merges_as_the_rfc_says() {
        let table = [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}})),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "b"}), json!(["c"]), json!(["c"])),
            (json!({"a": "foo"}), json!(null), json!(null)),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ];
        for (mut target, patch, expected) in table {
            let shown = target.to_string();
            merge(&mut target, &patch);
            assert_eq!(target, expected, "{shown} patched with {patch}");
        }
    }
}
