//! What the routes of teams leave.

use serde_json::{Value, json};

use super::Ask;
use super::world::{self, unique};
use crate::harness::TestApp;

const UPDATED: &str = "updated LiteLLM_TeamTable";
const MEMBERSHIP: &str = "created LiteLLM_TeamMembership";
const USER: &str = "updated LiteLLM_UserTable";

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    Some(match (method, path) {
        ("POST", "/team/new") => {
            // So that its maker is there already.
            world::team(app).await;
            let user = world::user(app).await;
            let body = json!({
                "team_alias": unique("team"),
                "members_with_roles": [{"role": "user", "user_id": user}],
            });
            // The one named, and the admin who makes the team and so is on it.
            Ask::send(path, body, &["created LiteLLM_TeamTable", USER, MEMBERSHIP, USER, MEMBERSHIP])
        }
        ("POST", "/team/update") => {
            let team = world::team(app).await;
            Ask::send(path, json!({"team_id": team, "max_budget": 5}), &[UPDATED])
        }
        ("PATCH", "/team/{team_id}") => {
            let team = world::team(app).await;
            Ask::send(format!("/team/{team}"), json!({"max_budget": 5}), &[UPDATED])
        }
        ("POST", "/team/delete") => {
            let (team, user) = world::team_of_one(app).await;
            world::key_with(app, json!({"team_id": team, "user_id": user})).await;
            world::model_with(app, "own", json!({"team_id": team})).await;
            let leaves = [
                "deleted LiteLLM_ProxyModelTable",
                "deleted LiteLLM_TeamTable",
                "deleted LiteLLM_VerificationToken",
                "deleted LiteLLM_TeamMembership",
                "deleted LiteLLM_TeamMembership",
                USER,
                USER,
            ];
            Ask::send(path, json!({"team_ids": [team]}), &leaves)
        }
        ("POST", "/team/member_add") => {
            let (team, user) = (world::team(app).await, world::user(app).await);
            let body = json!({"team_id": team, "member": {"role": "user", "user_id": user}});
            Ask::send(path, body, &[UPDATED, USER, MEMBERSHIP])
        }
        ("POST", "/team/bulk_member_add") => {
            let (team, users) = (world::team(app).await, [world::user(app).await, world::user(app).await]);
            let members = users.map(|user| json!({"role": "user", "user_id": user}));
            let body = json!({"team_id": team, "members": members});
            Ask::send(path, body, &[UPDATED, USER, MEMBERSHIP, USER, MEMBERSHIP])
        }
        ("POST", "/team/member_update") => {
            let (team, user) = world::team_of_one(app).await;
            Ask::send(path, json!({"team_id": team, "user_id": user, "role": "admin"}), &[UPDATED])
        }
        ("POST", "/team/member_delete") => {
            let (team, user) = world::team_of_one(app).await;
            world::key_with(app, json!({"team_id": team, "user_id": user})).await;
            let leaves = [UPDATED, USER, "deleted LiteLLM_TeamMembership", "deleted LiteLLM_VerificationToken"];
            Ask::send(path, json!({"team_id": team, "user_id": user}), &leaves)
        }
        ("POST", "/team/{team_id}/member/{user_id}/reset_spend") => {
            let (team, user) = world::team_of_one(app).await;
            let sql = format!(
                "UPDATE \"LiteLLM_TeamMembership\" SET spend = 3 WHERE team_id = '{team}' AND user_id = '{user}'"
            );
            daybook::testing::execute(app.store(), &sql).await.unwrap();
            let leaves = ["updated LiteLLM_TeamMembership"];
            Ask::send(format!("/team/{team}/member/{user}/reset_spend"), json!({"reset_to": 1.0}), &leaves)
        }
        ("POST", "/team/{team_id}/member/{user_id}/reset_budget") => {
            let team = world::team_with(app, json!({"team_member_budget": 5.0})).await;
            let user = world::user(app).await;
            let body = json!({"team_id": team, "member": {"role": "user", "user_id": user}, "max_budget_in_team": 1.0});
            app.master().post("/team/member_add", body).await.ok();
            let leaves = ["updated LiteLLM_TeamMembership"];
            Ask::send(format!("/team/{team}/member/{user}/reset_budget"), json!({}), &leaves)
        }
        ("POST", "/team/block") => {
            let team = world::team(app).await;
            Ask::send(path, json!({ "team_id": team }), &["blocked LiteLLM_TeamTable"])
        }
        ("POST", "/team/unblock") => {
            let team = world::team_with(app, json!({"blocked": true})).await;
            Ask::send(path, json!({ "team_id": team }), &["unblocked LiteLLM_TeamTable"])
        }
        ("POST", "/team/permissions_update") => {
            let team = world::team(app).await;
            let body = json!({"team_id": team, "team_member_permissions": ["/key/generate"]});
            Ask::send(path, body, &[UPDATED])
        }
        ("POST", "/team/permissions_bulk_update") => {
            let teams = [world::team(app).await, world::team(app).await];
            Ask::send(path, json!({"permissions": ["/key/update"], "team_ids": teams}), &[UPDATED, UPDATED])
        }
        ("POST", "/team/model/add") => {
            let team = world::team_with(app, json!({"models": ["a"]})).await;
            Ask::send(path, json!({"team_id": team, "models": ["b"]}), &[UPDATED])
        }
        ("POST", "/team/model/delete") => {
            let team = world::team_with(app, json!({"models": ["a", "b"]})).await;
            Ask::send(path, json!({"team_id": team, "models": ["b"]}), &[UPDATED])
        }
        ("POST", "/team/key/bulk_update") => {
            let team = world::team(app).await;
            let keys = [
                world::key_with(app, json!({ "team_id": team })).await,
                world::key_with(app, json!({ "team_id": team })).await,
            ];
            let body = json!({"team_id": team, "key_ids": keys, "update_fields": {"max_budget": 5}});
            let updated = "updated LiteLLM_VerificationToken";
            Ask::send(path, body, &[updated, updated])
        }
        ("GET", "/team/info") => Ask::get(format!("/team/info?team_id={}", world::team(app).await)),
        ("GET", "/team/permissions_list") => {
            Ask::get(format!("/team/permissions_list?team_id={}", world::team(app).await))
        }
        ("GET", "/team/{team_id}/members/me") => {
            let (team, user) = world::team_of_one(app).await;
            let key = world::key_with(app, json!({ "user_id": user })).await;
            Ask { key: Some(key), ..Ask::get(format!("/team/{team}/members/me")) }
        }
        ("GET", "/team/{team_id}/callback") => Ask::get(format!("/team/{}/callback", world::team(app).await)),
        ("POST", "/team/{team_id}/callback") => {
            Ask::send(format!("/team/{}/callback", world::team(app).await), callback(), &[UPDATED])
        }
        ("DELETE", "/team/{team_id}/callback/{callback_name}") => {
            let team = with_callback(app).await;
            Ask { leaves: vec![UPDATED], ..Ask::get(format!("/team/{team}/callback/langfuse")) }
        }
        ("POST", "/team/{team_id}/disable_logging") => {
            let team = with_callback(app).await;
            Ask { leaves: vec![UPDATED], ..Ask::get(format!("/team/{team}/disable_logging")) }
        }
        _ => return None,
    })
}

fn callback() -> Value {
    json!({"callback_name": "langfuse", "callback_vars": {"langfuse_secret_key": "secret"}})
}

async fn with_callback(app: &TestApp) -> String {
    let team = world::team(app).await;
    app.master().post(&format!("/team/{team}/callback"), callback()).await.ok();
    team
}
