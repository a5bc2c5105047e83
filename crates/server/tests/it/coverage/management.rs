//! What the routes under `/management/v1` leave.

use serde_json::json;

use super::Ask;
use super::world::{self, unique};
use crate::harness::TestApp;

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    Some(match (method, path) {
        ("POST", "/management/v1/users/bulk") => {
            let users = json!([{"user_id": unique("user")}, {"user_id": unique("user"), "auto_create_key": true}]);
            let user = "created LiteLLM_UserTable";
            Ask::send(path, json!({ "users": users }), &[user, user, "created LiteLLM_VerificationToken"])
        }
        ("POST", "/management/v1/users/bulk_delete") => {
            let (_, user) = world::team_of_one(app).await;
            let leaves = ["deleted LiteLLM_UserTable", "deleted LiteLLM_TeamMembership", "updated LiteLLM_TeamTable"];
            Ask::send(path, json!({"user_ids": [user, "nobody"]}), &leaves)
        }
        ("POST", "/management/v1/teams/{team_id}/members/bulk_update") => {
            let (team, user) = world::team_of_one(app).await;
            let members = json!([{"user_id": user, "max_budget_in_team": 5}, {"user_id": "nobody"}]);
            let leaves = ["created LiteLLM_BudgetTable", "updated LiteLLM_TeamMembership"];
            Ask::send(path.replace("{team_id}", &team), json!({ "members": members }), &leaves)
        }
        ("POST", "/management/v1/teams/{team_id}/members/bulk_delete") => {
            let (team, user) = world::team_of_one(app).await;
            world::key_with(app, json!({"team_id": team, "user_id": user})).await;
            let leaves = [
                "deleted LiteLLM_VerificationToken",
                "deleted LiteLLM_TeamMembership",
                "updated LiteLLM_UserTable",
                "updated LiteLLM_TeamTable",
            ];
            Ask::send(path.replace("{team_id}", &team), json!({"members": [{"user_id": user}]}), &leaves)
        }
        _ => return None,
    })
}
