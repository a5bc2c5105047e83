//! `/config/field`: one member of `general_settings`.

pub mod delete;
pub mod info;
pub mod update;

use daybook::manage::{Refusal, Why};
use daybook::model::row::{Row, RowExt as _};
use serde_json::Value;

use crate::api::shape::pick;
use crate::wire::models::settings::CONFIG_GENERAL_SETTINGS;

/// Refuses a name that `general_settings` does not have.
fn check_known(name: &str) -> Result<(), Refusal> {
    match CONFIG_GENERAL_SETTINGS.field(name) {
        Some(_) => Ok(()),
        None => Err(Refusal::error(Why::Invalid, format!("Invalid field={name} passed in."))),
    }
}

/// The request, when its value is one that the member can have. A truth value is kept as one, everything else as sent.
fn checked(mut request: Row) -> Result<Row, Refusal> {
    let name = request.text("field_name").unwrap_or_default().to_owned();
    check_known(&name)?;
    let sent = request.value("field_value");
    let body: Value = Row::from_iter([(name.clone(), sent.clone())]).into();
    let Ok(fields) = CONFIG_GENERAL_SETTINGS.parse_body(Some(&body)) else {
        let message = format!("Invalid type of field value={} passed in.", python_type(&sent));
        return Err(Refusal::error(Why::Invalid, message));
    };
    if let Some(value @ Value::Bool(_)) = fields.sent(&name) {
        request.insert("field_value".to_owned(), value.clone());
    }
    Ok(request)
}

fn python_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<class 'NoneType'>",
        Value::Bool(_) => "<class 'bool'>",
        Value::Number(number) if number.is_f64() => "<class 'float'>",
        Value::Number(_) => "<class 'int'>",
        Value::String(_) => "<class 'str'>",
        Value::Array(_) => "<class 'list'>",
        Value::Object(_) => "<class 'dict'>",
    }
}

/// A row of `LiteLLM_Config`.
fn config_row(row: &Row) -> Value {
    pick(row, &["param_name", "param_value", "last_run_at", "reload_revision"]).into()
}
