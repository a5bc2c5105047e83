//! `PATCH /model/{model_id}/update`

use axum::extract::State;
use daybook::manage::models;

use crate::api::Reply;
use crate::api::error::ApiError;
use crate::api::model::shape;
use crate::app::App;
use crate::auth::Call;
use crate::wire::models::deployments::PATCH_MODEL_REQUEST;

pub async fn handle(State(app): State<App>, call: Call) -> Result<Reply, ApiError> {
    let mut request = call.request(&PATCH_MODEL_REQUEST)?;
    request.insert("model_id".to_owned(), call.param("model_id").into());
    // Of the endpoints that change a model, the one that does not wrap.
    let done = app.record(&call, request, models::patch).await?;
    Ok(Reply::recorded(done, |model| shape::stored(&model).into()))
}
