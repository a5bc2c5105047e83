//! Every model that there is: those of the configuration file and those of the database.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::order;
use crate::manage::{Refusal, Rules};
use crate::model::prices::{self, Known};
use crate::model::row::{Row, RowExt as _};
use crate::model::secret;
use crate::model::table;
use crate::model::time;
use crate::row;
use crate::store::{Sealer, Session, models};

/// A model with its parameters in the clear. Not for a response: see [`super::view`].
#[derive(Clone)]
pub struct Deployment {
    pub name: String,
    pub params: Row,
    /// What is known of it, its own prices included; what the table of prices knows is not in it.
    pub info: Row,
}

impl std::fmt::Debug for Deployment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deployment").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Deployment {
    fn new(name: &str, params: Row, mut info: Row) -> Deployment {
        for price in order::MIRRORED {
            if let Some(value) = params.get(*price).filter(|value| !value.is_null()) {
                info.insert((*price).to_owned(), value.clone());
            }
        }
        Deployment { name: name.to_owned(), params, info: order::info(info) }
    }

    pub fn id(&self) -> &str {
        self.info.text("id").unwrap_or_default()
    }

    /// The team whose own model it is.
    pub fn team_id(&self) -> Option<&str> {
        self.info.text("team_id").filter(|id| !id.is_empty())
    }

    /// The name by which it is called.
    pub fn public_name(&self) -> &str {
        let internal = self.team_id().is_some_and(|team| self.name.starts_with(&format!("model_name_{team}_")));
        match self.info.text("team_public_model_name").filter(|name| internal && !name.is_empty()) {
            Some(name) => name,
            None => &self.name,
        }
    }

    pub fn is_blocked(&self) -> bool {
        self.info.flag("blocked") == Some(true)
    }

    /// The model at the provider: `openai/gpt-4o`.
    pub fn model(&self) -> &str {
        self.params.text("model").unwrap_or_default()
    }

    /// The provider that is called; empty when neither the parameters nor the model's name say.
    pub fn provider(&self) -> &str {
        let named = self.params.text("custom_llm_provider").filter(|name| !name.is_empty());
        named.or(prices::split(self.model()).0).unwrap_or_default()
    }

    /// What the table of prices knows, and the name and provider under which it was found.
    pub fn known(&self) -> Option<(Known, Cow<'_, str>, Option<&str>)> {
        let base = self.info.text("base_model").filter(|name| !name.is_empty());
        let model = self.model();
        // What an Azure deployment is called says nothing about the model behind it.
        let first = if base.is_some() || model.contains("azure") { base } else { Some(model) };
        if let Some(known) = first.and_then(|name| prices::find(name, None)) {
            return Some((known, Cow::Borrowed(first.unwrap_or_default()), None));
        }
        if let Some(known) = prices::find(model, None) {
            return Some((known, Cow::Borrowed(model), None));
        }
        let (prefix, _) = model.split_once('/')?;
        let last = model.rsplit('/').next()?;
        let known = prices::find(last, Some(prefix))?;
        Some((known, Cow::Borrowed(last), Some(prefix)))
    }
}

/// Every model: first those of the file, then those of the database, oldest first.
pub async fn deployments(session: &mut Session, sealer: &Sealer, rules: &Rules) -> Result<Vec<Deployment>, Refusal> {
    let mut all: Vec<Deployment> = rules.config_models.iter().map(of_file).collect();
    for stored in models::list(session).await? {
        all.push(of_database(&sealer.open(&table::PROXY_MODELS, stored)));
    }
    Ok(all)
}

fn of_file(model: &Row) -> Deployment {
    let params = model.object("litellm_params").cloned().unwrap_or_default();
    let mut info = model.object("model_info").cloned().unwrap_or_default();
    info.insert("db_model".to_owned(), json!(false));
    Deployment::new(model.text("model_name").unwrap_or_default(), params, info)
}

pub(super) fn of_database(row: &Row) -> Deployment {
    let mut info = row.object("model_info").cloned().unwrap_or_default();
    info.retain(|_, value| !value.is_null());
    info.extend(row! { "id": row["model_id"], "db_model": true });
    for name in ["updated_at", "updated_by", "created_at", "created_by", "blocked"] {
        let value = match row.text(name) {
            Some(text) if name.ends_with("_at") => time::wire_offset(text).into(),
            _ => row.value(name),
        };
        info.insert(name.to_owned(), value);
    }
    info.entry("member_auto_router").or_insert(Value::Bool(false));
    let params = row.object("litellm_params").cloned().unwrap_or_default();
    Deployment::new(row.text("model_name").unwrap_or_default(), params, info)
}

/// The models of a configuration file's `model_list`, each with an id that stays the same as long as the model does, and what
/// is wrong with the others.
pub fn configured(list: &Value) -> (Vec<Row>, Vec<String>) {
    let (mut found, mut problems): (Vec<Row>, Vec<String>) = (Vec::new(), Vec::new());
    let Some(list) = list.as_array() else {
        if !list.is_null() {
            problems.push("model_list is not a list: no model of it is known".to_owned());
        }
        return (found, problems);
    };
    for (index, item) in list.iter().enumerate() {
        let model = item.as_object().and_then(|item| {
            let name = item.text("model_name").filter(|name| !name.is_empty())?;
            let params = item.object("litellm_params").filter(|params| params.text("model").is_some())?;
            Some((name, params, item.object("model_info").cloned().unwrap_or_default()))
        });
        let Some((name, params, mut info)) = model else {
            problems.push(format!("model_list, item {}: model_name or litellm_params.model is missing", index + 1));
            continue;
        };
        let id = match info.get("id") {
            Some(Value::String(id)) if !id.is_empty() => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => {
                let same = |have: &&Row| have.text("model_name") == Some(name);
                stable_id(name, params, found.iter().filter(same).count())
            }
        };
        info.insert("id".to_owned(), id.into());
        found.push(row! { "model_name": name, "litellm_params": params, "model_info": info });
    }
    (found, problems)
}

/// Without secrets: an id is shown.
fn stable_id(name: &str, params: &Row, nth: usize) -> String {
    let mut text = format!("{name}\n{nth}");
    for member in ["model", "api_base", "custom_llm_provider", "region_name", "aws_region_name", "vertex_project"] {
        text.push_str(&format!("\n{}", params.text(member).unwrap_or_default()));
    }
    secret::hex(&secret::hash_bytes(&text))
}
