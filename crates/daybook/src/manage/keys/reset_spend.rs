//! `/key/{key}/reset_spend`

use super::permission::{self, Standing};
use super::shown;
use crate::manage::parts::python_float;
use crate::manage::{Ask, Refusal, Why};
use crate::model::row::{Row, RowExt as _};
use crate::model::secret::token_of;
use crate::model::table;
use crate::store::{Change, by};

/// Sets what a key has spent, downwards. Gives the row as it was and as it is.
pub async fn reset_spend(change: &mut Change, ask: &Ask) -> Result<(Row, Row), Refusal> {
    let named = ask.request.text("key").unwrap_or_default();
    let token = token_of(named);
    let not_found = || Refusal::error(Why::NotFound, format!("Key {} not found.", shown(named)));
    let wanted = ask.request.float("reset_to").unwrap_or_default();
    let refuse = |message: String| Err(Refusal::error(Why::Invalid, message));
    let Some(key) = change.find(&table::KEYS, &by("token", &token)).await? else {
        return Err(not_found());
    };
    let (standing, _) = permission::standing(change.session(), &ask.caller, &key).await?;
    if standing > Standing::TeamAdmin {
        let message = "You must be a proxy admin or team admin to reset key spend";
        return Err(Refusal::error(Why::Forbidden, message));
    }
    let spent = key.float("spend").unwrap_or_default();
    if wanted.is_nan() || wanted < 0.0 {
        return refuse("reset_to must be >= 0".to_owned());
    }
    if wanted > spent {
        return refuse(format!(
            "reset_to ({}) must be <= current spend ({})",
            python_float(wanted),
            python_float(spent)
        ));
    }
    if let Some(budget) = key.float("max_budget").filter(|budget| wanted > *budget) {
        return refuse(format!("reset_to ({}) must be <= budget ({})", python_float(wanted), python_float(budget)));
    }
    let values = crate::row! {
        "spend": wanted, "updated_at": change.now_text(), "updated_by": ask.caller.signature(),
    };
    match change.update(&table::KEYS, &by("token", &token), values).await? {
        Some(updated) => Ok((updated.before, updated.now)),
        None => Err(not_found()),
    }
}
