//! Request models of `/customer/*` and `/end_user/*`.

use serde_json::{Map, Value};

use super::{
    super::{
        model::{Bounds, Default, Field, Kind, Model, boolean, float, int_in, subclass, text, texts},
        problem::Problem,
        query::QueryModel,
    },
    budgets::BUDGET_NEW,
    keys::OBJECT_PERMISSION,
};

const REGION: Field = Field::new("allowed_model_region", Kind::Enum(&["eu", "us"]));

subclass!(
    NEW_CUSTOMER_FIELDS = BUDGET_NEW
        + [
            text("user_id").required(),
            text("alias"),
            boolean("blocked").or_not_null(Default::Bool(false)),
            float("spend"),
            REGION,
            text("default_model"),
            texts("models"),
            OBJECT_PERMISSION,
        ]
);
/// `POST /customer/new`
pub static NEW_CUSTOMER_REQUEST: Model = Model::new("NewCustomerRequest", NEW_CUSTOMER_FIELDS).before(one_budget);

/// `POST /customer/update`
pub static UPDATE_CUSTOMER_REQUEST: Model = Model::new(
    "UpdateCustomerRequest",
    &[
        text("user_id").required(),
        text("alias"),
        boolean("blocked").or_not_null(Default::Bool(false)),
        float("max_budget"),
        text("budget_id"),
        REGION,
        text("default_model"),
        texts("models"),
        OBJECT_PERMISSION,
    ],
);
/// `POST /customer/delete`
pub static DELETE_CUSTOMER_REQUEST: Model = Model::new("DeleteCustomerRequest", &[texts("user_ids").required()]);
/// `POST /customer/block` and `POST /customer/unblock`
pub static BLOCK_USERS: Model = Model::new("BlockUsers", &[texts("user_ids").required()]);

/// `GET /customer/info`
pub static CUSTOMER_INFO_QUERY: QueryModel = QueryModel::new("/customer/info", &[text("end_user_id").required()]);
/// `GET /customer/list`
pub static CUSTOMER_LIST_QUERY: QueryModel = QueryModel::new(
    "/customer/list",
    &[
        int_in("page", Bounds::at_least(1.0)).or_not_null(Default::Int(1)),
        int_in("page_size", Bounds::between(1.0, 100.0)).or_not_null(Default::Int(50)),
        text("search"),
    ],
);

/// A customer has a budget of its own or shares one.
fn one_budget(members: &Map<String, Value>) -> Result<(), Vec<Problem>> {
    let sent = |name: &str| members.get(name).is_some_and(|value| !value.is_null());
    if sent("max_budget") && sent("budget_id") {
        return Err(vec![Problem::value_error("Set either 'max_budget' or 'budget_id', not both.")]);
    }
    Ok(())
}
