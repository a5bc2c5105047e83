//! What the configuration says about new keys: `default_key_generate_params`, `upperbound_key_generate_params`,
//! `key_generation_settings`.

use serde_json::Value;

use crate::manage::{Caller, Refusal, Rules, Why};
use crate::model::duration::Span;
use crate::model::row::{Row, RowExt as _};

/// The members that may have a default; LiteLLM reads no others from `default_key_generate_params`.
const DEFAULTED: &[&str] = &[
    "max_budget",
    "user_id",
    "team_id",
    "max_parallel_requests",
    "tpm_limit",
    "rpm_limit",
    "budget_duration",
    "duration",
    "models",
    "metadata",
    "allowed_routes",
];

/// Fills members that were not sent, or sent empty.
pub(super) fn apply(rules: &Rules, request: &mut Row) {
    let Some(defaults) = rules.default_key_generate_params.as_object() else { return };
    // Whoever says which type of key it is, or that budgets are not to be renewed, has said so.
    let said = |request: &Row, name: &str| match name {
        "allowed_routes" => request.text("key_type").is_some(),
        "budget_duration" => request.contains_key(name),
        _ => false,
    };
    for name in DEFAULTED {
        let Some(value) = defaults.get(*name).filter(|value| !value.is_null()) else { continue };
        if is_unset(request.get(*name)) && !said(request, name) {
            request.insert((*name).to_owned(), value.clone());
        }
    }
    if let Some(permission) = defaults.object("object_permission") {
        let mut merged = permission.clone();
        merged.extend(request.object("object_permission").cloned().unwrap_or_default());
        request.insert("object_permission".to_owned(), merged.into());
    }
}

fn is_unset(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(members)) => members.is_empty(),
        Some(_) => false,
    }
}

/// What becomes of a member that has an upper bound and was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::manage) enum Unset {
    /// A new key without a limit gets the bound.
    Bound,
    /// A change leaves it as it is.
    Leave,
}

/// Refuses what is over the upper bounds.
pub(in crate::manage) fn bound(rules: &Rules, request: &mut Row, unset: Unset) -> Result<(), Refusal> {
    let Some(bounds) = rules.upperbound_key_generate_params.as_object() else { return Ok(()) };
    for (name, bound) in bounds {
        if bound.is_null() {
            continue;
        }
        let Some(value) = request.get(name).filter(|value| unset == Unset::Leave || !value.is_null()) else {
            if unset == Unset::Bound {
                request.insert(name.clone(), bound.clone());
            }
            continue;
        };
        // Nothing, or "never", lifts a limit: that is over any bound.
        let over = value.is_null() || value == "-1" || over(value, bound);
        if over {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            return Err(Refusal::error(
                Why::Invalid,
                format!(
                    "{name} is over max limit set in config - user_value={}; max_value={}",
                    text(value),
                    text(bound)
                ),
            ));
        }
    }
    Ok(())
}

fn over(value: &Value, bound: &Value) -> bool {
    match (value, bound) {
        (Value::Number(value), Value::Number(bound)) => value.as_f64() > bound.as_f64(),
        (Value::String(value), Value::String(bound)) => match (length(value), length(bound)) {
            (Some(value), Some(bound)) => value > bound,
            // What is no duration is refused where durations are read.
            _ => false,
        },
        _ => false,
    }
}

/// Seconds; a month counts as 30 days.
fn length(text: &str) -> Option<i64> {
    let span = Span::parse(text).ok()?;
    span.seconds().or_else(|| span.count.checked_mul(30 * 86_400))
}

/// `key_generation_settings`: who may make keys at all, and what they must say.
pub(super) fn check_settings(rules: &Rules, caller: &Caller, team: Option<&Row>, request: &Row) -> Result<(), Refusal> {
    let Some(settings) = rules.key_generation_settings.as_object() else { return Ok(()) };
    if caller.is_admin() {
        return Ok(());
    }
    let refuse = |message: String| Err(Refusal::text(Why::Invalid, message));
    let settings = match team {
        Some(team) => {
            let Some(settings) = settings.get("team_key_generation").and_then(Value::as_object) else { return Ok(()) };
            let role = caller.team_role(team).unwrap_or("None");
            let allowed = settings.texts("allowed_team_member_roles");
            if !allowed.is_empty() && !allowed.iter().any(|name| name == role) {
                return refuse(format!(
                    "Team member role {role} not in allowed_team_member_roles={}",
                    listed(&allowed)
                ));
            }
            settings
        }
        None => {
            let Some(settings) = settings.get("personal_key_generation").and_then(Value::as_object) else {
                return Ok(());
            };
            let role = caller.stated_role();
            let allowed = settings.texts("allowed_user_roles");
            if settings.contains_key("allowed_user_roles") && !allowed.iter().any(|name| name == role) {
                return refuse(format!(
                    "Personal key creation has been restricted by admin. Allowed roles={}. Your role={role}",
                    listed(&allowed)
                ));
            }
            settings
        }
    };
    match settings.texts("required_params").iter().find(|name| request.value(name).is_null()) {
        Some(name) => refuse(format!("Required param {name} not in data")),
        None => Ok(()),
    }
}

/// A list of texts as Python shows it.
pub(super) fn listed(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("'{text}'")).collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::row;

    #[test]
    fn a_default_fills_what_was_not_said() {
        let rules = Rules {
            default_key_generate_params: json!({"models": ["m"], "max_budget": 5.0, "metadata": {"a": 1}}),
            ..Rules::default()
        };
        let mut request = row! { "models": [], "max_budget": 2.0 };
        apply(&rules, &mut request);
        assert_eq!(request, row! { "models": ["m"], "max_budget": 2.0, "metadata": {"a": 1} });
    }

    #[test]
    fn a_default_does_not_speak_over_what_was_said() {
        let defaults = json!({
            "allowed_routes": ["/key/info"],
            "budget_duration": "30d",
            "permissions": {"a": true},
            "object_permission": {"models": ["m"], "agents": ["a"]},
        });
        let rules = Rules { default_key_generate_params: defaults, ..Rules::default() };
        let mut request =
            row! { "key_type": "default", "budget_duration": null, "object_permission": {"agents": ["b"]} };
        apply(&rules, &mut request);
        let permission = json!({"models": ["m"], "agents": ["b"]});
        assert_eq!(request, row! { "key_type": "default", "budget_duration": null, "object_permission": permission });
        let mut silent = row! {};
        apply(&rules, &mut silent);
        assert_eq!(silent.texts("allowed_routes"), ["/key/info"]);
        assert_eq!(silent.text("budget_duration"), Some("30d"));
        assert!(!silent.contains_key("permissions"), "LiteLLM knows no default of that");
    }

    #[test]
    fn an_upper_bound_is_a_default_and_a_limit() {
        let rules =
            Rules { upperbound_key_generate_params: json!({"max_budget": 100, "duration": "30d"}), ..Rules::default() };
        let bounded = |request: Row, unset| {
            let mut request = request;
            bound(&rules, &mut request, unset).map(|()| request).map_err(|refusal| refusal.reason())
        };
        assert_eq!(bounded(row! {}, Unset::Bound), Ok(row! { "max_budget": 100, "duration": "30d" }));
        assert_eq!(bounded(row! {}, Unset::Leave), Ok(row! {}));
        for (request, message) in [
            (
                row! { "max_budget": 100.5 },
                "max_budget is over max limit set in config - user_value=100.5; max_value=100",
            ),
            (row! { "duration": "31d" }, "duration is over max limit set in config - user_value=31d; max_value=30d"),
            (row! { "duration": "2mo" }, "duration is over max limit set in config - user_value=2mo; max_value=30d"),
            (
                row! { "max_budget": null },
                "max_budget is over max limit set in config - user_value=null; max_value=100",
            ),
            (row! { "duration": "-1" }, "duration is over max limit set in config - user_value=-1; max_value=30d"),
        ] {
            assert_eq!(bounded(request, Unset::Leave), Err(message.to_owned()));
        }
        assert!(bounded(row! { "max_budget": 100.0, "duration": "1mo" }, Unset::Leave).is_ok());
    }
}
