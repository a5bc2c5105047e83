//! Named credentials of providers, which models refer to by name (`litellm_credential_name`).
//!
//! Their values are encrypted in the database, in an entry they are digests, and nobody is shown more of one than its ends.

mod mask;

pub use mask::masked;

use std::borrow::Cow;

use serde_json::Value;

use super::models::{CREDENTIAL_PARAMETERS, deployments};
use super::{Ask, Refusal, Rules, Why, access};
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, Sealer, Session, by, credentials};

/// The longest name to show.
const LONGEST: usize = 255;

/// Stores a credential: the values that are sent, or those of the model that is named.
pub async fn create(change: &mut Change, ask: &Ask) -> Result<(), Refusal> {
    check_admin(ask)?;
    let request = &ask.request;
    let name = request.text("credential_name").unwrap_or_default();
    let values = match request.text("model_id").filter(|id| !id.is_empty()) {
        Some(id) => values_of_model(change, &ask.rules, id).await?,
        None => request.object("credential_values").cloned().unwrap_or_default(),
    };
    let display_name = display_name(request)?;
    change.lock_name(&format!("credential:{name}")).await?;
    if credentials::find(change.session(), name).await?.is_some() {
        let message = format!(
            "Credential '{name}' already exists. Update it with PATCH /credentials/{name}, or delete it first."
        );
        return Err(Refusal::text(Why::Conflict, message));
    }
    let (who, now) = (signature(change, ask), change.now_text());
    let row = row! {
        "credential_id": change.new_id(),
        "credential_name": name,
        "display_name": display_name,
        "credential_values": without_nulls(values),
        "credential_info": request.object("credential_info").cloned().unwrap_or_default(),
        "created_at": now,
        "created_by": who,
        "updated_at": now,
        "updated_by": who,
    };
    change.insert(&table::CREDENTIALS, row).await?;
    Ok(())
}

/// Changes a credential: values and info are merged, `credential_values_to_delete` goes, and `display_name` is set or, by
/// null, cleared. Its name stays.
pub async fn update(change: &mut Change, ask: &Ask) -> Result<(), Refusal> {
    check_admin(ask)?;
    let request = &ask.request;
    let name = request.text("name_in_path").unwrap_or_default();
    if request.text("credential_name").is_some_and(|sent| !sent.is_empty() && sent != name) {
        let message = "credential_name is immutable. Set display_name to change how the credential is labeled.";
        return Err(invalid("credential_name", message));
    }
    let display_name = display_name(request)?;
    let removed = request.texts("credential_values_to_delete");
    let sent = match request.text("model_id").filter(|id| !id.is_empty()) {
        Some(id) => values_of_model(change, &ask.rules, id).await?,
        None => request.object("credential_values").cloned().unwrap_or_default(),
    };
    let mut both: Vec<String> =
        removed.iter().filter(|name| sent.contains_key(*name)).map(|n| format!("'{n}'")).collect();
    if !both.is_empty() {
        both.sort();
        let message =
            format!("credential_values_to_delete overlaps credential_values for key(s): [{}]", both.join(", "));
        return Err(Refusal::text(Why::Invalid, message));
    }
    let key = by("credential_name", name);
    let Some(credential) = change.find(&table::CREDENTIALS, &key).await? else {
        return Err(Refusal::text(Why::NotFound, "Credential not found in DB."));
    };
    let mut values = credential.object("credential_values").cloned().unwrap_or_default();
    // What a client was shown of a secret and sends back is no new one.
    values.extend(without_nulls(sent).into_iter().filter(|(name, value)| !mask::is_mask(name, value)));
    for name in &removed {
        values.shift_remove(name);
    }
    let mut info = credential.object("credential_info").cloned().unwrap_or_default();
    info.extend(request.object("credential_info").cloned().unwrap_or_default());
    let mut changes = row! {
        "credential_values": values,
        "credential_info": info,
        "updated_at": change.now_text(),
        "updated_by": signature(change, ask),
    };
    if request.contains_key("display_name") {
        changes.insert("display_name".to_owned(), display_name.into());
    }
    change.update(&table::CREDENTIALS, &key, changes).await?;
    Ok(())
}

/// Removes a credential. Models that name it stay as they are.
pub async fn delete(change: &mut Change, ask: &Ask) -> Result<(), Refusal> {
    check_admin(ask)?;
    let name = ask.request.text("name_in_path").unwrap_or_default();
    match change.delete(&table::CREDENTIALS, &by("credential_name", name)).await? {
        Some(_) => Ok(()),
        None => Err(not_found(name)),
    }
}

/// Refuses whoever is no admin: a key's own list of routes can open these routes to it, and not make an admin of it.
fn check_admin(ask: &Ask) -> Result<(), Refusal> {
    if ask.caller.is_admin() { Ok(()) } else { Err(access::not_admin(&ask.caller)) }
}

/// Every credential, its values masked.
pub async fn list(session: &mut Session, sealer: &Sealer) -> Result<Vec<Row>, Refusal> {
    let rows = credentials::list(session).await?;
    Ok(rows.into_iter().map(|row| shown(sealer.open(&table::CREDENTIALS, row))).collect())
}

/// The credential of this name, its values masked.
pub async fn by_name(session: &mut Session, sealer: &Sealer, name: &str) -> Result<Row, Refusal> {
    let row = credentials::find(session, name).await?.ok_or_else(|| not_found(name))?;
    Ok(shown(sealer.open(&table::CREDENTIALS, row)))
}

/// What a model signs in with, masked, as if it were a credential.
pub async fn by_model(session: &mut Session, sealer: &Sealer, rules: &Rules, id: &str) -> Result<Row, Refusal> {
    let (model_name, values) = credentials_of(session, sealer, rules, id).await?;
    Ok(row! {
        "credential_name": format!("{model_name}-credential-{id}"),
        "display_name": null,
        "credential_values": masked(&values),
        "credential_info": {},
    })
}

fn shown(mut row: Row) -> Row {
    let values = row.object("credential_values").map(masked).unwrap_or_default();
    row.insert("credential_values".to_owned(), values.into());
    row
}

async fn values_of_model(change: &mut Change, rules: &Rules, id: &str) -> Result<Row, Refusal> {
    let sealer = change.sealer().clone();
    Ok(credentials_of(change.session(), &sealer, rules, id).await?.1)
}

/// The name of a model, and those of its parameters that a credential can hold.
async fn credentials_of(
    session: &mut Session,
    sealer: &Sealer,
    rules: &Rules,
    id: &str,
) -> Result<(String, Row), Refusal> {
    let all = deployments(session, sealer, rules).await?;
    let Some(model) = all.into_iter().find(|model| model.id() == id) else {
        return Err(Refusal::text(Why::NotFound, "Model not found"));
    };
    let held = CREDENTIAL_PARAMETERS.iter().filter_map(|name| {
        let value = model.params.get(*name).filter(|value| !value.is_null())?;
        Some(((*name).to_owned(), value.clone()))
    });
    let values = held.collect();
    Ok((model.name, values))
}

/// The name to show, without blanks around it.
fn display_name(request: &Row) -> Result<Option<String>, Refusal> {
    let Some(name) = request.text("display_name") else { return Ok(None) };
    let name = name.trim();
    if name.is_empty() {
        let message = "display_name cannot be blank. Send null to clear it or omit the field to leave it unchanged.";
        return Err(invalid("display_name", message));
    }
    if name.chars().count() > LONGEST {
        return Err(invalid("display_name", &format!("display_name cannot be longer than {LONGEST} characters.")));
    }
    if name.chars().any(is_invisible) {
        let message = "display_name cannot contain control, formatting, or line separator characters.";
        return Err(invalid("display_name", message));
    }
    Ok(Some(name.to_owned()))
}

/// Characters that steer how others are shown: controls, formatting (Unicode's Cf), line and paragraph separators.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
            | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0001}'
            | '\u{e0020}'..='\u{e007f}')
}

fn invalid(param: &str, message: &str) -> Refusal {
    Refusal::proxy(Why::Invalid, "validation_error", Some(param), message)
}

fn not_found(name: &str) -> Refusal {
    Refusal::text(Why::NotFound, format!("Credential not found. Got credential name: {name}"))
}

fn signature(change: &Change, ask: &Ask) -> String {
    ask.caller.signature().unwrap_or_else(|| Cow::from(change.actor().principal.name()).into_owned())
}

fn without_nulls(values: Row) -> Row {
    values.into_iter().filter(|(_, value)| *value != Value::Null).collect()
}
