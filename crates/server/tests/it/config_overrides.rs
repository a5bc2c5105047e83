//! `/config_overrides/hashicorp_vault`, `/config_overrides/cyberark`

use serde_json::json;

use crate::harness::TestApp;

served!(a_secret_manager_is_set_merged_and_removed, async |app: &TestApp| {
    const VAULT: &str = "/config_overrides/hashicorp_vault";
    let body = json!({"vault_addr": "http://v", "vault_token": "tok-secret-value"});
    app.master().header("LiteLLM-Changed-By", "zed").post(VAULT, body.clone()).await.ok();
    app.master().post(VAULT, body).await.ok();
    app.master().post(VAULT, json!({"vault_namespace": "n"})).await.ok();
    let shown = app.master().get(VAULT).await.ok();
    assert_eq!(
        (&shown["values"]["vault_addr"], &shown["values"]["vault_namespace"]),
        (&json!("http://v"), &json!("n"))
    );
    assert_eq!(shown["values"]["vault_token"], "tok-********alue");
    app.master().delete(VAULT).await.ok();
    app.master().delete(VAULT).await.ok();
    let entries = app.entries().await;
    let seen: Vec<_> = entries.iter().map(|entry| (entry.action.as_str(), entry.object_id.as_str())).collect();
    assert_eq!(seen, ["created", "updated", "deleted"].map(|action| (action, "hashicorp_vault")));
    assert_eq!((entries[0].changed_by.as_str(), &entries[0].before), ("zed", &json!(null)));
    for entry in &entries {
        assert!(!entry.before.to_string().contains("tok-secret") && !entry.updated.to_string().contains("tok-secret"));
    }
    assert_eq!(entries[2].updated, json!({}));
});

served!(what_cannot_sign_in_is_refused, async |app: &TestApp| {
    for (path, body, message) in [
        ("hashicorp_vault", json!({"vault_token": "t"}), "Vault Address is required"),
        (
            "hashicorp_vault",
            json!({"vault_addr": "http://v", "approle_role_id": "r"}),
            "At least one authentication method",
        ),
        ("cyberark", json!({"cyberark_api_key": "k"}), "CyberArk API Base is required"),
        ("cyberark", json!({"cyberark_api_base": "http://c"}), "At least one authentication method"),
    ] {
        let refused = app.master().post(&format!("/config_overrides/{path}"), body).await.refused(400);
        assert!(refused["detail"].as_str().unwrap().starts_with(message), "{refused}");
    }
    assert!(app.entries().await.is_empty());
});
