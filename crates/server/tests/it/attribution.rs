//! Who the log names: the header, the policy, the flag.

use daybook::model::actor::Policy;
use daybook::testing::TestDb;
use serde_json::{Value, json};

use crate::harness::{Client, TestApp};

async fn key_of(app: &TestApp, body: Value) -> String {
    app.master().post("/key/generate", body).await.ok()["key"].as_str().unwrap().to_owned()
}

/// What the log says of a key that `client` makes for itself in the name of `ceo@x.io`.
async fn named(app: &TestApp, client: Client<'_>, body: Value) -> (String, Value) {
    app.entries().await;
    client.header("litellm-changed-by", "ceo@x.io").post("/key/generate", body).await.ok();
    let entry = app.entries().await.pop().unwrap();
    (entry.changed_by, entry.actor["verdict"].clone())
}

async fn policies(db: TestDb) {
    let mut db = Some(db);
    let mut keys = None;
    for (policy, expected) in [
        (Policy::Admins, ["ceo@x.io", "ceo@x.io", "iu", "ceo@x.io"]),
        (Policy::OptIn, ["default_user_id", "adm", "iu", "ceo@x.io"]),
        (Policy::Any, ["ceo@x.io"; 4]),
        (Policy::Off, ["default_user_id", "adm", "iu", "iu"]),
    ] {
        let app = TestApp::build(db.take().unwrap()).rules(|rules| rules.changed_by = policy).start().await;
        if keys.is_none() {
            for (id, role) in [("adm", "proxy_admin"), ("iu", "internal_user")] {
                let user = json!({"user_id": id, "user_role": role, "auto_create_key": false});
                app.master().post("/user/new", user).await.ok();
            }
            let flag = json!({"allow_litellm_changed_by_header": true});
            keys = Some([
                key_of(&app, json!({"user_id": "adm"})).await,
                key_of(&app, json!({"user_id": "iu"})).await,
                key_of(&app, json!({"user_id": "iu", "metadata": flag})).await,
            ]);
        }
        let [admin, internal, flagged] = keys.as_ref().unwrap();
        let callers = [app.master(), app.with_key(admin), app.with_key(internal), app.with_key(flagged)];
        for (caller, expected) in callers.into_iter().zip(expected) {
            let (changed_by, verdict) = named(&app, caller, json!({})).await;
            assert_eq!(changed_by, expected, "{policy:?}");
            assert_eq!(verdict, if expected == "ceo@x.io" { "accepted" } else { "not_accepted" });
        }
        db = Some(app.stop_and_keep().await);
    }
}

daybook::both!(the_policy_decides_whose_word_is_taken, policies);

async fn forms_of_the_header(app: &TestApp) {
    let change = async |value: &str| {
        let alias = format!("t{}", value.len());
        app.master().header("LiteLLM-Changed-By", value).post("/team/new", json!({"team_alias": alias})).await
    };
    change("").await.ok();
    let entry = app.entries().await.pop().unwrap();
    assert_eq!((entry.changed_by.as_str(), &entry.actor["verdict"]), ("default_user_id", &json!("none")));
    let refused = change(&"x".repeat(257)).await.refused(400);
    assert!(refused["error"]["message"].as_str().unwrap().contains("256"), "{refused}");
    assert!(app.entries().await.is_empty(), "a refused header changed something");
    change(&"é".repeat(200)).await.ok();
    assert_eq!(app.entries().await.pop().unwrap().changed_by, "é".repeat(200));
}

served!(an_empty_header_is_none_and_an_impossible_one_is_refused, forms_of_the_header);

async fn self_service(app: &TestApp) {
    let user = json!({"user_id": "iu", "user_role": "internal_user", "auto_create_key": false});
    app.master().post("/user/new", user).await.ok();
    let key = key_of(app, json!({"user_id": "iu", "key_alias": "own"})).await;
    app.entries().await;
    let flag = json!({"allow_litellm_changed_by_header": true});
    app.with_key(&key).post("/key/generate", json!({"metadata": flag})).await.refused(403);
    app.with_key(&key).post("/key/update", json!({"key": key, "metadata": flag})).await.refused(403);
    app.with_key(&key).post("/key/regenerate", json!({"key": key, "metadata": flag})).await.refused(403);
    assert!(app.entries().await.is_empty(), "a refused flag changed something");
}

served!(nobody_grants_himself_the_word_of_others, self_service);

async fn keys_without_owner(app: &TestApp) {
    let team = json!({"team_id": "t", "team_member_permissions": ["/key/generate"]});
    app.master().post("/team/new", team).await.ok();
    let wanted = json!({"team_id": "t", "key_alias": "ci-bot"});
    let account = app.master().post("/key/service-account/generate", wanted).await.ok();
    let account = account["key"].as_str().unwrap();
    app.entries().await;
    app.with_key(account).post("/key/generate", json!({"team_id": "t"})).await.ok();
    assert_eq!(app.entries().await.pop().unwrap().changed_by, "ci-bot");
}

served!(a_service_account_is_logged_by_its_id, keys_without_owner);
