//! `DELETE /organization/delete`

use serde_json::{Value, json};

use super::{member, organization};
use crate::harness::TestApp;

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
    let dump = daybook::testing::dump(app.store()).await;
    let copies = dump.lines().filter(|line| line.contains(r#""deleted_by_api_key""#)).count();
    assert_eq!(copies, 4, "three keys and a team");
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
