//! A team's own models.

use serde_json::{Value, json};

use super::{member, model, model_with, names, team_models};
use crate::harness::TestApp;

async fn team(app: &TestApp, id: &str) {
    app.master().post("/team/new", json!({ "team_id": id })).await.ok();
}

fn of(team: &str) -> Value {
    json!({"model_name": "own", "litellm_params": {"model": "openai/gpt-4o"}, "model_info": {"team_id": team}})
}

served!(a_teams_model_has_a_name_of_its_own_and_the_team_may_use_it, async |app: &TestApp| {
    team(app, "t").await;
    app.entries().await;
    let made = app.master().post("/model/new", of("t")).await.ok();
    assert!(made["model_name"].as_str().unwrap().starts_with("model_name_t_"), "{made}");
    assert_eq!(made["model_info"]["team_public_model_name"], "own");
    assert_eq!(app.entry_names().await, ["created LiteLLM_ProxyModelTable", "updated LiteLLM_TeamTable"]);
    assert_eq!(team_models(app, "t").await, json!(["all-proxy-models", "own"]));
    // A second deployment of the name changes nothing in the team.
    app.master().post("/model/new", of("t")).await.ok();
    assert_eq!(app.entry_names().await, ["created LiteLLM_ProxyModelTable"]);
    let shown =
        app.master().get(&format!("/model/info?litellm_model_id={}", made["model_id"].as_str().unwrap())).await.ok();
    assert_eq!(shown["data"][0]["model_name"], "own");
});

served!(a_teams_admin_manages_its_models_and_nobody_elses, async |app: &TestApp| {
    team(app, "t").await;
    team(app, "u").await;
    let admin_key = member(app, "ta", "t", "admin").await;
    let member_key = member(app, "tm", "t", "user").await;
    let (admin, plain) = (app.with_key(&admin_key), app.with_key(&member_key));
    let other = model_with(app, "other", json!({}), json!({"team_id": "u"})).await;
    let common = model(app, "common", json!({})).await;
    app.entries().await;
    let id = admin.post("/model/new", of("t")).await.ok()["model_id"].as_str().unwrap().to_owned();
    admin.patch(&format!("/model/{id}/update"), json!({"litellm_params": {"rpm": 1}})).await.ok();
    app.entries().await;
    for id in [&other, &common] {
        admin.patch(&format!("/model/{id}/update"), json!({"model_name": "x"})).await.refused(403);
        admin.post("/model/update", json!({"id": id, "litellm_params": {"rpm": 1}})).await.refused(403);
        admin.post("/model/delete", json!({ "id": id })).await.refused(403);
    }
    admin.post("/model/new", of("u")).await.refused(403);
    // Neither can it hand its model to another team, nor take itself out of an admin's block.
    admin.patch(&format!("/model/{id}/update"), json!({"model_info": {"team_id": "u"}})).await.refused(403);
    admin.patch(&format!("/model/{id}/update"), json!({"blocked": false})).await.refused(403);
    let borrowed = json!({"litellm_params": {"litellm_credential_name": "azure"}});
    admin.patch(&format!("/model/{id}/update"), borrowed).await.refused(403);
    plain.post("/model/new", of("t")).await.refused(403);
    plain.post("/model/delete", json!({ "id": id })).await.refused(403);
    assert_eq!(admin.post("/model/new", of("nope")).await.refused(400)["error"]["type"], "invalid_request_error");
    assert!(app.entries().await.is_empty());
    admin.post("/model/delete", json!({ "id": id })).await.ok();
    assert_eq!(app.entry_names().await, ["deleted LiteLLM_ProxyModelTable", "updated LiteLLM_TeamTable"]);
});

served!(the_name_leaves_the_team_with_the_last_model_that_answers_to_it, async |app: &TestApp| {
    team(app, "t").await;
    let one = model_with(app, "own", json!({}), json!({"team_id": "t"})).await;
    let two = model_with(app, "own", json!({}), json!({"team_id": "t"})).await;
    app.entries().await;
    app.master().post("/model/delete", json!({ "id": one })).await.ok();
    assert_eq!(app.entry_names().await, ["deleted LiteLLM_ProxyModelTable"]);
    app.master().post("/model/delete", json!({ "id": two })).await.ok();
    assert_eq!(team_models(app, "t").await, json!(["all-proxy-models"]));
    // A model of everybody's with that name keeps it.
    model(app, "own", json!({})).await;
    let three = model_with(app, "own", json!({}), json!({"team_id": "t"})).await;
    app.master().post("/model/delete", json!({ "id": three })).await.ok();
    assert_eq!(team_models(app, "t").await, json!(["all-proxy-models", "own"]));
});

served!(a_team_that_goes_takes_its_models_along, async |app: &TestApp| {
    team(app, "t").await;
    let id = model_with(app, "own", json!({"api_key": "sk-provider-abcdef123456"}), json!({"team_id": "t"})).await;
    app.entries().await;
    app.master().post("/team/delete", json!({"team_ids": ["t"]})).await.ok();
    let entries = app.entries().await;
    let entry = entries.iter().find(|entry| entry.object_id == id).unwrap();
    assert_eq!(entry.name(), "deleted LiteLLM_ProxyModelTable");
    assert_eq!(entry.before["litellm_params"]["model"], "openai/gpt-4o");
    assert!(!entry.before.to_string().contains("abcdef123456"));
});

served!(a_new_name_and_a_new_team_move_the_public_name, async |app: &TestApp| {
    team(app, "t").await;
    team(app, "u").await;
    let id = model_with(app, "own", json!({}), json!({"team_id": "t"})).await;
    let path = format!("/model/{id}/update");
    app.entries().await;
    let now = app.master().patch(&path, json!({"model_name": "better"})).await.ok();
    assert!(now["model_name"].as_str().unwrap().starts_with("model_name_t_"), "{now}");
    assert_eq!(now["model_info"]["team_public_model_name"], "better");
    assert_eq!(team_models(app, "t").await, json!(["all-proxy-models", "better"]));
    let now = app.master().patch(&path, json!({"model_info": {"team_id": "u"}})).await.ok();
    assert!(now["model_name"].as_str().unwrap().starts_with("model_name_u_"), "{now}");
    assert_eq!(team_models(app, "t").await, json!(["all-proxy-models"]));
    assert_eq!(team_models(app, "u").await, json!(["all-proxy-models", "better"]));
});

served!(who_is_not_in_a_team_does_not_learn_of_its_models, async |app: &TestApp| {
    team(app, "t").await;
    let id = model_with(app, "own", json!({}), json!({"team_id": "t"})).await;
    model(app, "common", json!({})).await;
    team(app, "u").await;
    let inside = member(app, "in", "t", "user").await;
    let outside = member(app, "out", "u", "user").await;
    let key = app.master().post("/key/generate", json!({"team_id": "t", "user_id": "in"})).await.ok();
    let (inside, outside) = (app.with_key(&inside), app.with_key(&outside));
    let of_team = app.with_key(key["key"].as_str().unwrap());
    assert_eq!(names(&app.master(), "/model/info", "model_name").await, ["own", "common"]);
    assert_eq!(names(&inside, "/model/info", "model_name").await, ["own", "common"]);
    assert_eq!(names(&outside, "/model/info", "model_name").await, ["common"]);
    assert_eq!(names(&outside, "/v2/model/info?search=own", "model_name").await, Vec::<String>::new());
    outside.get(&format!("/model/info?litellm_model_id={id}")).await.refused(400);
    outside.get("/v2/model/info?teamId=t").await.refused(403);
    assert_eq!(names(&outside, "/models", "id").await, ["common"]);
    outside.get("/models/own").await.refused(404);
    assert_eq!(names(&of_team, "/models", "id").await, ["common", "own"]);
    assert_eq!(of_team.get("/models/own").await.ok()["max_input_tokens"], 128_000);
    assert_eq!(names(&of_team, "/model_group/info", "model_group").await, ["common", "own"]);
    // The dashboard of an admin tells them by the models that belong to no team.
    assert_eq!(names(&app.master(), "/models", "id").await, ["common"]);
    let shown = app.master().get("/model/info").await.ok();
    assert_eq!(shown["data"][0]["model_info"]["access_via_team_ids"], json!(["t"]));
    assert_eq!(shown["data"][0]["model_info"]["direct_access"], false);
});

served!(a_teams_model_never_becomes_everybodys_by_what_a_patch_says_of_it, async |app: &TestApp| {
    team(app, "t").await;
    let key = member(app, "ta", "t", "admin").await;
    let admin = app.with_key(&key);
    let id = model_with(app, "own", json!({}), json!({"team_id": "t"})).await;
    let path = format!("/model/{id}/update");
    app.entries().await;
    for value in [json!(""), json!(7), json!(["t"]), json!(false)] {
        let body = json!({"model_info": {"team_id": value, "access_groups": ["g"]}});
        for client in [&admin, &app.master()] {
            client.patch(&path, body.clone()).await.refused(400);
        }
    }
    assert!(app.entries().await.is_empty());
    let kept = json!({
        "team_id": null, "team_public_model_name": "other", "blocked": true, "member_auto_router": true,
        "direct_access": true, "access_via_team_ids": ["u"], "key": "k",
    });
    let now = admin.patch(&path, json!({ "model_info": kept })).await.ok();
    assert_eq!(
        (&now["model_info"]["team_id"], &now["model_info"]["team_public_model_name"]),
        (&json!("t"), &json!("own"))
    );
    assert_ne!(now["model_info"]["blocked"], true);
    assert_ne!(now["model_info"]["member_auto_router"], true);
    assert_ne!(now["model_info"]["direct_access"], true);
    assert_eq!(team_models(app, "t").await, json!(["all-proxy-models", "own"]));
});

served!(a_teams_admin_adds_no_name_that_opens_models_of_the_proxy, async |app: &TestApp| {
    app.master().post("/team/new", json!({"team_id": "t", "models": ["granted"]})).await.ok();
    let key = member(app, "ta", "t", "admin").await;
    let admin = app.with_key(&key);
    model(app, "granted", json!({})).await;
    model_with(app, "common", json!({}), json!({"access_groups": ["best"]})).await;
    let named = |name: &str| json!({"model_name": name, "litellm_params": {"model": "openai/gpt-4o"}, "model_info": {"team_id": "t"}});
    let own = admin.post("/model/new", named("own")).await.ok()["model_id"].as_str().unwrap().to_owned();
    app.entries().await;
    let names = ["common", "best", "*", "openai/*", "all-proxy-models", "all-team-models", "no-default-models"];
    for name in names {
        admin.post("/model/new", named(name)).await.refused(403);
        admin.patch(&format!("/model/{own}/update"), json!({ "model_name": name })).await.refused(403);
    }
    assert!(app.entries().await.is_empty());
    assert_eq!(team_models(app, "t").await, json!(["granted", "own"]));
    // What an admin has given the team stays with it when a model of the team's own with that name goes.
    let second = admin.post("/model/new", named("granted")).await.ok()["model_id"].as_str().unwrap().to_owned();
    admin.post("/model/delete", json!({ "id": second })).await.ok();
    assert_eq!(team_models(app, "t").await, json!(["granted", "own"]));
    // An admin gives what they like.
    app.master().post("/model/new", named("common")).await.ok();
    assert_eq!(team_models(app, "t").await, json!(["granted", "own", "common"]));
});
