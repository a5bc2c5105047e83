//! Key aliases: their form, and that no two keys share one.

use crate::manage::{Refusal, Why};
use crate::model::row::RowExt as _;
use crate::store::{Change, keys};

fn refuse(message: String) -> Refusal {
    Refusal::proxy(Why::Invalid, "bad_request_error", Some("key_alias"), message)
}

/// An alias is shown in logs and becomes part of paths: no control characters, no way up.
pub(super) fn check_form(alias: &str) -> Result<(), Refusal> {
    if alias.chars().any(char::is_control) || alias.split(['/', '\\']).any(|segment| segment == "..") {
        return Err(refuse("Invalid key_alias".to_owned()));
    }
    Ok(())
}

/// Refuses an alias that a key other than `token` has, and keeps others from taking it until the change ends.
pub(in crate::manage) async fn claim(change: &mut Change, alias: &str, token: Option<&str>) -> Result<(), Refusal> {
    if alias.is_empty() {
        return Ok(());
    }
    check_form(alias)?;
    change.lock_name(&format!("key_alias:{alias}")).await?;
    let taken = keys::list_by_alias(change.session(), alias).await?;
    if taken.iter().any(|key| key.text("token") != token) {
        return Err(refuse(format!(
            "Key with alias '{alias}' already exists. Unique key aliases across all keys are required."
        )));
    }
    Ok(())
}
