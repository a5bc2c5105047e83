//! Request models of `/credentials*`.

use serde_json::{Map, Value};

use super::super::{
    model::{Field, Kind, Model, object, text, texts},
    problem::Problem,
};

/// `POST /credentials`
pub static CREATE_CREDENTIAL_ITEM: Model = Model::new(
    "CreateCredentialItem",
    &[
        text("credential_name").required(),
        text("display_name"),
        Field::new("credential_info", Kind::Object).required(),
        object("credential_values"),
        text("model_id"),
    ],
)
.before(check_credential);

fn check_credential(sent: &Map<String, Value>) -> Result<(), Vec<Problem>> {
    let says = |name: &str| match sent.get(name) {
        None | Some(Value::Null) => false,
        Some(Value::Object(members)) => !members.is_empty(),
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    };
    if says("credential_values") || says("model_id") {
        return Ok(());
    }
    Err(vec![Problem::value_error("Either credential_values or model_id must be set")])
}

/// `PATCH /credentials/{credential_name}`
pub static UPDATE_CREDENTIAL_ITEM: Model = Model::new(
    "UpdateCredentialItem",
    &[
        text("credential_name"),
        text("display_name"),
        Field::new("credential_info", Kind::Object).required(),
        object("credential_values"),
        text("model_id"),
        texts("credential_values_to_delete"),
    ],
);
