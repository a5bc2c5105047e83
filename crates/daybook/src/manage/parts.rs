//! What keys, teams and users have in common: budgets, durations, metadata-backed fields, object permissions.

use serde_json::{Value, json};

use super::{Refusal, Rules, Why};
use crate::model::actor::MASTER_USER;
use crate::model::budget_reset;
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::model::time;
use crate::store::{Change, by};

/// Request members that are not columns: LiteLLM keeps them in `metadata` under the same name.
pub const METADATA_FIELDS: &[&str] = &[
    "model_rpm_limit",
    "model_tpm_limit",
    "model_input_token_limit",
    "model_output_token_limit",
    "default_estimated_output_tokens",
    "default_estimated_output_tokens_per_model",
    "mcp_rpm_limit",
    "tag_rpm_limit",
    "rpm_limit_type",
    "tpm_limit_type",
    "enforced_params",
    "temp_budget_increase",
    "temp_budget_expiry",
    "allowed_vector_store_indexes",
    "enforced_batch_output_expires_after",
    "enforced_file_expires_after",
    "throttle_on_budget_exceeded",
    "enable_prompt_caching",
    "end_user_budget_id",
    "require_trace_id",
    "disable_global_guardrails",
    "guardrails",
    "policies",
    "tags",
    "team_member_key_duration",
    "prompts",
    "logging",
    "secret_manager_settings",
    "allowed_passthrough_routes",
    "denied_passthrough_routes",
];

/// The metadata to store: `base` with the metadata-backed members of the request merged in (nulls do not count).
pub fn merge_metadata(mut base: Row, request: &Row) -> Row {
    for name in METADATA_FIELDS {
        if let Some(value) = request.get(*name).filter(|value| !value.is_null()) {
            base.insert((*name).to_owned(), value.clone());
        }
    }
    base
}

/// Whether the request sends any metadata-backed member.
pub fn sends_metadata_fields(request: &Row) -> bool {
    METADATA_FIELDS.iter().any(|name| request.get(*name).is_some_and(|value| !value.is_null()))
}

/// `allow_litellm_changed_by_header: true` lets a key speak for anybody; only a proxy admin may set or keep it.
pub fn check_changed_by_flag(is_admin: bool, metadata: &Row) -> Result<(), Refusal> {
    if is_admin || metadata.flag("allow_litellm_changed_by_header") != Some(true) {
        return Ok(());
    }
    let message = "Only proxy admins can set `allow_litellm_changed_by_header` in metadata.";
    Err(Refusal::proxy(Why::Forbidden, "auth_error", Some("metadata"), message))
}

/// Refuses a name by which the log means somebody else: the master key, or a key without a user.
pub fn check_reserved_name(name: &str) -> Result<(), Refusal> {
    if name == MASTER_USER || name.starts_with("key:") {
        return Err(Refusal::error(Why::Invalid, format!("The name {name} is reserved.")));
    }
    Ok(())
}

/// Refuses an amount that is negative or not finite.
pub fn check_amount(request: &Row, field: &str) -> Result<(), Refusal> {
    match request.float(field) {
        Some(amount) if !(amount.is_finite() && amount >= 0.0) => Err(Refusal::error(
            Why::Invalid,
            format!("{field} must be a non-negative finite number. Received: {}", python_float(amount)),
        )),
        _ => Ok(()),
    }
}

/// Refuses a `budget_duration` that LiteLLM could not reset by.
pub fn check_budget_duration(request: &Row, field: &str) -> Result<(), Refusal> {
    match request.text(field) {
        Some(text) => budget_reset::validate(text).map_err(|message| Refusal::error(Why::Invalid, message)),
        None => Ok(()),
    }
}

/// The next start of a budget period, in the wire form; null without a duration.
pub fn budget_reset_at(rules: &Rules, now: jiff::Timestamp, duration: Option<&str>) -> Value {
    match duration.and_then(|text| rules.reset.next(now, text)) {
        Some(instant) => Value::String(time::wire(instant)),
        None => Value::Null,
    }
}

/// `budget_limits` with the `reset_at` of each window, in LiteLLM's form (`+00:00`).
pub fn budget_limits(rules: &Rules, now: jiff::Timestamp, request: &Row) -> Result<Value, Refusal> {
    let mut windows = Vec::new();
    for window in request.list("budget_limits") {
        let window = window.as_object().cloned().unwrap_or_default();
        check_budget_duration(&window, "budget_duration")?;
        check_amount(&window, "max_budget")?;
        let reset_at = match budget_reset_at(rules, now, window.text("budget_duration")) {
            Value::String(text) => Value::String(time::wire_offset(&text)),
            other => other,
        };
        windows.push(json!({
            "budget_duration": window.value("budget_duration"),
            "max_budget": window.value("max_budget"),
            "reset_at": reset_at,
        }));
    }
    Ok(Value::Array(windows))
}

/// Python's `str` of a float, as LiteLLM's messages show amounts: `-1.0`.
pub fn python_float(amount: f64) -> String {
    if amount.is_nan() {
        "nan".to_owned()
    } else if amount.is_infinite() {
        if amount > 0.0 { "inf" } else { "-inf" }.to_owned()
    } else if amount != 0.0 && !(1e-4..1e16).contains(&amount.abs()) {
        let text = format!("{amount:e}");
        match text.split_once('e') {
            Some((digits, exponent)) => {
                let (sign, number) = exponent.strip_prefix('-').map_or(("+", exponent), |number| ("-", number));
                format!("{digits}e{sign}{number:0>2}")
            }
            None => text,
        }
    } else {
        format!("{amount:?}")
    }
}

/// Creates or updates the row of `object_permission`; gives the id for the owner's `object_permission_id`.
pub async fn save_object_permission(
    change: &mut Change,
    wanted: &Row,
    existing: Option<&str>,
) -> Result<String, Refusal> {
    let values: Row = wanted
        .iter()
        .filter(|(name, value)| !value.is_null() && table::OBJECT_PERMISSIONS.kind(name).is_some())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Some(id) = existing
        && change.update(&table::OBJECT_PERMISSIONS, &by("object_permission_id", id), values.clone()).await?.is_some()
    {
        return Ok(id.to_owned());
    }
    let id = change.new_id();
    let mut row = crate::row! { "object_permission_id": id };
    row.extend(values);
    change.insert(&table::OBJECT_PERMISSIONS, row).await?;
    Ok(id)
}

/// A budget row of its own with these limits, signed by `signature`.
pub async fn insert_budget(
    change: &mut Change,
    id: Option<String>,
    limits: Row,
    signature: &str,
) -> Result<Row, Refusal> {
    let now = change.now_text();
    let mut row = crate::row! {
        "budget_id": id.unwrap_or_else(|| change.new_id()),
        "created_at": now,
        "created_by": signature,
        "updated_at": now,
        "updated_by": signature,
    };
    row.extend(limits);
    Ok(change.insert(&table::BUDGETS, row).await?)
}

/// Words of a member's name for which LiteLLM shows its value in part only, or not at all.
const SECRET_WORDS: &[&str] = &[
    "password",
    "secret",
    "key",
    "token",
    "auth",
    "authorization",
    "cookie",
    "credential",
    "credentials",
    "access",
    "private",
    "certificate",
    "fingerprint",
    "tenancy",
];

/// Whether a member's name holds a word that makes its value a secret on the pages that show it.
pub(super) fn has_secret_word(name: &str) -> bool {
    name.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| SECRET_WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_as_python_shows_them() {
        for (amount, text) in [(-1.0, "-1.0"), (5.0, "5.0"), (1e16, "1e+16"), (1.5e-7, "1.5e-07"), (0.0, "0.0")] {
            assert_eq!(python_float(amount), text);
        }
    }

    #[test]
    fn only_an_admin_may_let_a_key_speak_for_others() {
        let flagged = crate::row! { "allow_litellm_changed_by_header": true };
        assert!(check_changed_by_flag(true, &flagged).is_ok());
        assert!(check_changed_by_flag(false, &flagged).is_err());
        assert!(check_changed_by_flag(false, &crate::row! { "allow_litellm_changed_by_header": "true" }).is_ok());
    }
}
