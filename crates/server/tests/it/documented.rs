//! The example of LiteLLM's documentation, as an auditor would follow it.

use serde_json::json;

use crate::harness::TestApp;

/// SHA-256 of `sk-1234`, as the documentation shows it.
const DOCUMENTED_HASH: &str = "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b";

async fn the_documented_example(app: &TestApp) {
    let team = app.master().post("/team/new", json!({"team_alias": "ml"})).await.ok();
    let id = team["team_id"].as_str().unwrap();
    let answer = app
        .master()
        .header("LiteLLM-Changed-By", "krrish@berri.ai")
        .post("/team/update", json!({"team_id": id, "max_budget": 2000}))
        .await;
    let receipt = answer.header("x-daybook-audit-id").to_owned();
    assert_eq!(answer.header("x-daybook-audit-count"), "1");
    answer.ok();

    let found = app.master().get(&format!("/audit?changed_by=krrish%40berri.ai&object_id={id}")).await.ok();
    assert_eq!(found["total"], 1);
    let entry = &found["audit_logs"][0];
    assert_eq!(entry["id"], receipt.as_str());
    assert_eq!(entry["changed_by"], "krrish@berri.ai");
    assert_eq!(entry["changed_by_api_key"], DOCUMENTED_HASH);
    assert_eq!((&entry["action"], &entry["table_name"]), (&json!("updated"), &json!("LiteLLM_TeamTable")));
    assert_eq!(entry["object_id"], id);
    assert_eq!(entry["before_value"]["max_budget"], json!(null));
    assert_eq!(entry["updated_values"]["max_budget"], json!(2000.0));
    assert_eq!(app.master().get(&format!("/audit/{receipt}")).await.ok(), *entry);

    // The filter that old scripts use for the master key finds it too.
    let found = app.master().get("/audit?changed_by_api_key=litellm_proxy_master_key&action=update").await.ok();
    assert_eq!(found["audit_logs"][0]["id"], receipt.as_str());

    // Beside it: who authenticated, who was asserted, where it came from.
    let kept = app.entries().await.pop().unwrap();
    assert_eq!(kept.actor["authenticated"], "default_user_id");
    assert_eq!((&kept.actor["asserted"], &kept.actor["verdict"]), (&json!("krrish@berri.ai"), &json!("accepted")));
    assert_eq!(kept.context["route"], "/team/update");
    assert_eq!(kept.context["address"], "127.0.0.1");
}

served!(the_documented_example_reads_back_by_filter_and_by_id, the_documented_example);
