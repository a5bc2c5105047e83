//! Models of the configuration file: shown, and nobody's to change here.

use daybook::manage::models::configured;
use daybook::testing::TestDb;
use serde_json::json;

use super::{model, names};
use crate::harness::TestApp;

async fn with_file(db: TestDb) -> TestApp {
    let (found, problems) = configured(&json!([
        {"model_name": "filed", "litellm_params": {"model": "openai/gpt-4o", "api_key": "sk-of-the-file-0001"}},
        {"model_name": "filed", "litellm_params": {"model": "openai/gpt-4o"}, "model_info": {"id": 7, "mode": "chat"}},
        {"model_name": "broken"},
    ]));
    assert_eq!((found.len(), problems.len()), (2, 1));
    TestApp::build(db).rules(|rules| rules.config_models = found).start().await
}

daybook::both!(a_model_of_the_file_is_shown_first_and_never_its_key, async |db: TestDb| {
    let app = with_file(db).await;
    model(&app, "stored", json!({})).await;
    let shown = app.master().get("/model/info").await;
    assert!(!shown.text.contains("of-the-file"), "{}", shown.text);
    let shown = shown.ok();
    assert_eq!(shown["data"][0]["model_info"]["db_model"], false);
    assert_eq!(shown["data"][1]["model_info"]["id"], "7");
    assert_eq!(names(&app.master(), "/models", "id").await, ["filed", "stored"]);
    assert_eq!(names(&app.master(), "/model_group/info", "model_group").await, ["filed", "stored"]);
    assert_eq!(
        names(&app.master(), "/v2/model/info?sortBy=status&sortOrder=desc&size=1", "model_name").await,
        ["stored"]
    );
    app.stop().await;
});

daybook::both!(a_model_of_the_file_cannot_be_changed_here, async |db: TestDb| {
    let app = with_file(db).await;
    let master = app.master();
    for answer in [
        master.post("/model/update", json!({"id": "7", "litellm_params": {"rpm": 1}})).await,
        master.patch("/model/7/update", json!({"model_name": "x"})).await,
        master.post("/model/block", json!({"model_id": "7"})).await,
        master.post("/model/delete", json!({"id": "7"})).await,
        master
            .post("/model/new", json!({"model_name": "x", "litellm_params": {"model": "x"}, "model_info": {"id": "7"}}))
            .await,
    ] {
        answer.refused(400);
    }
    assert!(app.entries().await.is_empty());
    app.stop().await;
});

#[test]
fn an_id_stays_as_long_as_the_model_does() {
    let list = json!([{"model_name": "m", "litellm_params": {"model": "openai/gpt-4o", "api_key": "sk-1"}}]);
    let mut other_key = list.clone();
    other_key[0]["litellm_params"]["api_key"] = json!("sk-2");
    let id = |list| configured(list).0[0]["model_info"]["id"].clone();
    assert_eq!(id(&list), id(&other_key));
    let mut other = list.clone();
    other[0]["litellm_params"]["model"] = json!("openai/gpt-4");
    assert_ne!(id(&list), id(&other));
}
