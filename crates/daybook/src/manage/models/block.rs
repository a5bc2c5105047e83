//! `/model/block`, `/model/unblock`

use super::{in_file, is_configured, missing, signature, stored};
use crate::manage::{Ask, Refusal, Why};
use crate::model::entry::Action;
use crate::model::row::{Row, RowExt as _};
use crate::model::table;
use crate::row;
use crate::store::{Change, by};

/// Takes a model out of service until it is unblocked. A model that is blocked already stays as it is.
pub async fn block(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    flip(change, ask, Action::Blocked).await
}

pub async fn unblock(change: &mut Change, ask: &Ask) -> Result<Row, Refusal> {
    flip(change, ask, Action::Unblocked).await
}

async fn flip(change: &mut Change, ask: &Ask, action: Action) -> Result<Row, Refusal> {
    if ask.rules.model_writes_off {
        let message = "Model updates only supported for DB-stored models";
        return Err(Refusal::proxy(Why::Invalid, "validation_error", None, message));
    }
    if !ask.caller.is_admin() {
        let message = "Only proxy admins can change a model's blocked flag.";
        return Err(Refusal::proxy(Why::Forbidden, "auth_error", Some("blocked"), message));
    }
    let id = ask.request.text("model_id").unwrap_or_default();
    let key = by("model_id", id);
    let Some(model) = change.find(&table::PROXY_MODELS, &key).await? else {
        return Err(if is_configured(&ask.rules, id) { in_file() } else { missing(id) });
    };
    let wanted = action == Action::Blocked;
    if model.flag("blocked").unwrap_or(false) != wanted {
        let values = row! { "blocked": wanted, "updated_at": change.now_text(), "updated_by": signature(change, ask) };
        change.update_as(action, &table::PROXY_MODELS, &key, values).await?;
    }
    stored(change, id).await
}
