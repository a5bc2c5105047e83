//! What the routes of organizations leave.

use serde_json::json;

use super::Ask;
use super::world::{self, unique};
use crate::harness::TestApp;

pub async fn scenario(app: &TestApp, method: &str, path: &str) -> Option<Ask> {
    Some(match (method, path) {
        ("POST", "/organization/new") => {
            let body = json!({"organization_alias": unique("organization"), "max_budget": 10});
            Ask::send(path, body, &["created LiteLLM_BudgetTable", "created LiteLLM_OrganizationTable"])
        }
        ("POST", "/organization/member_add") => {
            let (organization, user) = (world::organization(app).await, world::user(app).await);
            let body = json!({
                "organization_id": organization,
                "member": {"user_id": user, "role": "internal_user"},
            });
            Ask::send(path, body, &["created LiteLLM_OrganizationMembership"])
        }
        ("PATCH", "/organization/update" | "/v2/organization/{organization_id}") => {
            let organization = world::organization(app).await;
            let mut body = json!({"organization_alias": unique("organization"), "max_budget": 10});
            if path.starts_with("/organization") {
                body["organization_id"] = organization.as_str().into();
            }
            let path = path.replace("{organization_id}", &organization);
            Ask::send(path, body, &["updated LiteLLM_BudgetTable", "updated LiteLLM_OrganizationTable"])
        }
        ("DELETE", "/organization/delete") => {
            let organization = world::organization(app).await;
            let user = world::member_of(app, &organization).await;
            let team = json!({
                "organization_id": organization,
                "members_with_roles": [{"user_id": user, "role": "user"}],
            });
            let team = world::team_with(app, team).await;
            world::key_with(app, json!({"team_id": team})).await;
            world::key_with(app, json!({"organization_id": organization})).await;
            Ask::send(
                path,
                json!({"organization_ids": [organization]}),
                &[
                    "deleted LiteLLM_OrganizationMembership",
                    "deleted LiteLLM_OrganizationTable",
                    "deleted LiteLLM_TeamMembership",
                    "deleted LiteLLM_TeamMembership",
                    "deleted LiteLLM_TeamTable",
                    "deleted LiteLLM_VerificationToken",
                    "deleted LiteLLM_VerificationToken",
                    "updated LiteLLM_UserTable",
                    "updated LiteLLM_UserTable",
                ],
            )
        }
        ("GET", "/organization/info") => Ask::get(format!("{path}?organization_id={}", world::organization(app).await)),
        ("POST", "/organization/info") => {
            Ask::send(path, json!({"organizations": [world::organization(app).await]}), &[])
        }
        ("PATCH", "/organization/member_update") => {
            let organization = world::organization(app).await;
            let user = world::member_of(app, &organization).await;
            let body = json!({
                "organization_id": organization,
                "user_id": user,
                "role": "org_admin",
                "max_budget_in_organization": 1,
            });
            Ask::send(path, body, &["created LiteLLM_BudgetTable", "updated LiteLLM_OrganizationMembership"])
        }
        ("DELETE", "/organization/member_delete") => {
            let organization = world::organization(app).await;
            let user = world::member_of(app, &organization).await;
            let body = json!({"organization_id": organization, "user_id": user});
            Ask::send(path, body, &["deleted LiteLLM_OrganizationMembership"])
        }
        _ => return None,
    })
}
