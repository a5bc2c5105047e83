//! What models cost and can, in `/model/info` and `/model_group/info`.

use serde_json::{Value, json};

use super::{info, model, model_with};
use crate::harness::TestApp;

async fn group(app: &TestApp, name: &str) -> Value {
    app.master().get(&format!("/model_group/info?model_group={name}")).await.ok()["data"][0].clone()
}

served!(a_model_is_known_by_its_provider_its_base_model_or_not_at_all, async |app: &TestApp| {
    let key = |info: Value| info["model_info"]["key"].clone();
    let plain = model(app, "a", json!({"model": "openai/gpt-4o"})).await;
    assert_eq!(key(info(app, &plain).await), "gpt-4o");
    let azure =
        model_with(app, "b", json!({"model": "azure/my-deployment"}), json!({"base_model": "azure/gpt-4o"})).await;
    assert_eq!(key(info(app, &azure).await), "azure/gpt-4o");
    let unknown = model(app, "c", json!({"model": "hosted_vllm/mine"})).await;
    let shown = info(app, &unknown).await;
    assert!(shown["model_info"].get("key").is_none() && shown["model_info"].get("max_tokens").is_none(), "{shown}");
    assert_eq!(shown["model_info"]["pricing_overrides"], json!([]));
});

served!(a_price_of_ones_own_wins_and_is_named, async |app: &TestApp| {
    let id = model(app, "m", json!({"input_cost_per_token": 0.5, "ocr_cost_per_page": 2})).await;
    let shown = info(app, &id).await["model_info"].clone();
    assert_eq!(shown["pricing_overrides"], json!(["input_cost_per_token", "ocr_cost_per_page"]));
    assert_eq!((&shown["input_cost_per_token"], &shown["ocr_cost_per_page"]), (&json!(0.5), &json!(2.0)));
    assert_eq!(shown["output_cost_per_token"], 1e-5);
});

served!(a_group_is_what_its_deployments_can_together, async |app: &TestApp| {
    model(app, "g", json!({"model": "openai/gpt-4o-mini", "rpm": 5, "tpm": 10})).await;
    model(app, "g", json!({"model": "azure/gpt-4o", "rpm": 7, "input_cost_per_token": 0.25})).await;
    let shown = group(app, "g").await;
    assert_eq!(shown["providers"], json!(["openai", "azure"]));
    assert_eq!((&shown["rpm"], &shown["tpm"]), (&json!(12), &json!(10)));
    assert_eq!(shown["input_cost_per_token"], 0.25);
    assert_eq!(shown["max_input_tokens"], 128_000.0);
    assert_eq!(shown["supports_vision"], true);
    model(app, "r", json!({"model": "openai/gpt-5"})).await;
    let efforts = group(app, "r").await["supported_reasoning_efforts"].clone();
    assert!(efforts.as_array().unwrap().contains(&json!("high")), "{efforts}");
    model(app, "x", json!({"model": "hosted_vllm/mine"})).await;
    let shown = group(app, "x").await;
    assert_eq!((&shown["mode"], &shown["max_input_tokens"]), (&json!("chat"), &Value::Null));
    assert_eq!(shown["supported_openai_params"], json!([]));
    assert!(shown["supported_reasoning_efforts"].is_null());
    assert!(app.master().get("/model_group/info?model_group=nope").await.ok()["data"].as_array().unwrap().is_empty());
});
