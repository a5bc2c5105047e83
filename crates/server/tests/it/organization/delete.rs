//! `DELETE /organization/delete`

use daybook::store::users;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{member, organization};
use crate::harness::{MASTER_KEY, TestApp};

const PATH: &str = "/organization/delete";

served!(everything_of_an_organization_goes_and_each_row_has_its_entry, async |app: &TestApp| {
    organization(app, "o", json!({"max_budget": 5})).await;
    organization(app, "other", json!({})).await;
    member(app, "o", "oa", "org_admin").await;
    let roster = json!([{"role": "user", "user_id": "mate"}]);
    let team = json!({"team_id": "t", "organization_id": "o", "members_with_roles": roster});
    app.master().post("/team/new", team).await.ok();
    app.master().post("/team/new", json!({"team_id": "elsewhere", "organization_id": "other"})).await.ok();
    let key = async |body: Value| app.master().post("/key/generate", body).await.ok()["token_id"].clone();
    let of_team = key(json!({"team_id": "t"})).await;
    let of_organization = key(json!({"organization_id": "o"})).await;
    let of_both = key(json!({"team_id": "t", "organization_id": "o"})).await;
    let foreign = key(json!({"organization_id": "other"})).await;
    // A row of LiteLLM's: no request of ours sets this column.
    let native = r#"INSERT INTO "LiteLLM_UserTable" ("user_id", "organization_id") VALUES ('native', 'o')"#;
    daybook::testing::execute(app.store(), native).await.unwrap();
    app.entries().await;

    let gone = app.master().send("DELETE", PATH, Some(json!({"organization_ids": ["o", "o"]}))).await.ok();
    assert_eq!(gone.as_array().unwrap().len(), 1);
    assert_eq!(
        (&gone[0]["organization_id"], &gone[0]["litellm_budget_table"]["max_budget"]),
        (&json!("o"), &json!(5.0))
    );
    assert_eq!((&gone[0]["members"], &gone[0]["teams"]), (&json!([]), &json!([])));

    let entries = app.entries().await;
    let mut left: Vec<(String, String)> = entries.iter().map(|entry| (entry.name(), entry.object_id.clone())).collect();
    left.sort();
    let mut expected: Vec<(String, String)> = [
        ("deleted LiteLLM_OrganizationMembership", "oa:o"),
        ("deleted LiteLLM_OrganizationTable", "o"),
        ("deleted LiteLLM_TeamMembership", "default_user_id:t"),
        ("deleted LiteLLM_TeamMembership", "mate:t"),
        ("deleted LiteLLM_TeamTable", "t"),
        ("updated LiteLLM_UserTable", "default_user_id"),
        ("updated LiteLLM_UserTable", "mate"),
        ("updated LiteLLM_UserTable", "native"),
    ]
    .map(|(name, id)| (name.to_owned(), id.to_owned()))
    .into();
    for token in [&of_team, &of_organization, &of_both] {
        expected.push(("deleted LiteLLM_VerificationToken".to_owned(), token.as_str().unwrap().to_owned()));
    }
    expected.sort();
    assert_eq!(left, expected);
    let native = entries.iter().find(|entry| entry.object_id == "native").unwrap();
    assert_eq!((&native.before["organization_id"], &native.updated["organization_id"]), (&json!("o"), &Value::Null));

    // Teams and keys are in the archive, what is another organization's is where it was.
    let archived = app.master().get("/v2/team/list?status=deleted").await.ok();
    assert_eq!((&archived["total"], &archived["teams"][0]["team_id"]), (&json!(1), &json!("t")));
    for token in [&of_team, &of_organization, &of_both] {
        let info = app.master().get(&format!("/key/info?key={}", token.as_str().unwrap())).await.ok();
        assert_eq!(info["info"]["status"], "deleted", "{info}");
    }
    app.master().get("/team/info?team_id=elsewhere").await.ok();
    app.master().get(&format!("/key/info?key={}", foreign.as_str().unwrap())).await.ok();
    assert_eq!(app.master().get("/v2/user/info?user_id=mate").await.ok()["teams"], json!([]));
});

served!(all_that_are_named_go_or_none, async |app: &TestApp| {
    organization(app, "o", json!({})).await;
    app.master().post("/team/new", json!({"team_id": "t", "organization_id": "o"})).await.ok();
    app.entries().await;
    let refused = app.master().send("DELETE", PATH, Some(json!({"organization_ids": ["o", "y", "x"]}))).await;
    assert_eq!(refused.refused(404), json!({"detail": {"error": "Organization=y not found"}}));
    assert!(app.entries().await.is_empty());
    app.master().get("/team/info?team_id=t").await.ok();
    assert_eq!(app.master().send("DELETE", PATH, Some(json!({"organization_ids": []}))).await.ok(), json!([]));
    let missing = app.master().send("DELETE", PATH, Some(json!({}))).await.refused(422);
    assert_eq!(missing["detail"][0]["loc"], json!(["body", "organization_ids"]));
});

served!(the_admin_of_an_organization_does_not_delete_it, async |app: &TestApp| {
    organization(app, "o", json!({})).await;
    let admin = member(app, "o", "oa", "org_admin").await;
    app.entries().await;
    let ids = json!({"organization_ids": ["o"]});
    let unnamed = admin.send("DELETE", PATH, Some(ids.clone())).await.refused(401);
    assert_eq!(unnamed["error"]["param"], "organization_id");
    let named = admin.send("DELETE", &format!("{PATH}?organization_id=o"), Some(ids)).await.refused(401);
    assert_eq!(named, json!({"detail": {"error": "Only proxy admins can delete organizations"}}));
    assert!(app.entries().await.is_empty());
});

async fn a_team_in_the_making(app: &TestApp) {
    organization(app, "o", json!({})).await;
    let mut clients = JoinSet::new();
    for number in 0..12 {
        let (http, address) = (reqwest::Client::new(), app.address);
        clients.spawn(async move {
            let request = if number == 6 {
                let ids = json!({"organization_ids": ["o"]});
                http.delete(format!("http://{address}{PATH}")).json(&ids)
            } else if number % 2 == 0 {
                http.post(format!("http://{address}/team/new")).json(&json!({"organization_id": "o"}))
            } else {
                let member =
                    json!({"organization_id": "o", "member": {"user_id": format!("u{number}"), "role": "org_admin"}});
                http.post(format!("http://{address}/organization/member_add")).json(&member)
            };
            let answer = request.bearer_auth(MASTER_KEY).send().await.unwrap();
            assert!([200, 400, 404].contains(&answer.status().as_u16()), "{}", answer.text().await.unwrap());
        });
    }
    clients.join_all().await;
    // What came before the deletion went with it, the rest found no organization: nothing is left without one.
    assert_eq!(app.master().get("/team/list").await.ok(), json!([]));
    assert_eq!(app.master().get("/organization/list").await.ok(), json!([]));
    for number in (1..12).step_by(2) {
        let mut session = app.store().read().await.unwrap();
        let of_user = users::list_organization_memberships(&mut session, &format!("u{number}")).await.unwrap();
        assert_eq!(of_user, []);
    }
}

served!(nobody_joins_an_organization_that_is_being_deleted, a_team_in_the_making);
