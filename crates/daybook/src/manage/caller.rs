//! Who is asking, as far as the rules need to know.

use crate::model::actor::Principal;
use crate::model::row::{Row, RowExt as _};

/// LiteLLM's roles. `org_admin` is a role in an organization, not of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    ProxyAdmin,
    ProxyAdminViewer,
    InternalUser,
    InternalUserViewer,
    /// A role name that LiteLLM's management routes treat like an internal user (`team`, `customer`).
    Other,
}

impl Role {
    pub fn parse(text: &str) -> Role {
        match text {
            "proxy_admin" => Role::ProxyAdmin,
            "proxy_admin_viewer" => Role::ProxyAdminViewer,
            "internal_user" => Role::InternalUser,
            "internal_user_viewer" => Role::InternalUserViewer,
            _ => Role::Other,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Role::ProxyAdmin => "proxy_admin",
            Role::ProxyAdminViewer => "proxy_admin_viewer",
            Role::InternalUser | Role::Other => "internal_user",
            Role::InternalUserViewer => "internal_user_viewer",
        }
    }
}

/// An authenticated caller.
#[derive(Clone, Debug)]
pub struct Caller {
    pub principal: Principal,
    /// The role that permissions go by; internal user when the key has no user or the user no role.
    pub role: Role,
    /// The row of the key; `None` for the master key.
    pub key: Option<Row>,
    /// The row of the key's user, if there is one.
    pub user: Option<Row>,
    /// The row of the key's team, if there is one.
    pub team: Option<Row>,
    /// Rows of `LiteLLM_OrganizationMembership` of the user.
    pub organizations: Vec<Row>,
}

impl Caller {
    pub fn is_master(&self) -> bool {
        self.principal.is_master
    }

    pub fn is_admin(&self) -> bool {
        self.role == Role::ProxyAdmin
    }

    /// Admins and admin viewers: may see everything.
    pub fn sees_everything(&self) -> bool {
        matches!(self.role, Role::ProxyAdmin | Role::ProxyAdminViewer)
    }

    /// The user that acts; `default_user_id` for the master key.
    pub fn user_id(&self) -> Option<&str> {
        if self.principal.is_master {
            return Some(crate::model::actor::MASTER_USER);
        }
        self.principal.user_id.as_deref()
    }

    pub fn team_id(&self) -> Option<&str> {
        self.key.as_ref()?.text("team_id")
    }

    /// SHA-256 of the key.
    pub fn key_hash(&self) -> &str {
        &self.principal.key_hash
    }

    /// The user row's role as it stands there; `unknown` when the key has no user row.
    pub fn stated_role(&self) -> &str {
        if self.principal.is_master {
            return Role::ProxyAdmin.as_str();
        }
        match &self.user {
            Some(user) => user.text("user_role").unwrap_or("internal_user"),
            None => "unknown",
        }
    }

    /// `created_by`, `updated_by`: the user who acts, whoever is asserted.
    pub fn signature(&self) -> Option<String> {
        self.user_id().map(str::to_owned)
    }

    pub fn is_org_admin(&self, organization_id: &str) -> bool {
        self.organization_role(organization_id) == Some("org_admin")
    }

    /// Ids of the organizations that the caller administers.
    pub fn administered_organizations(&self) -> Vec<&str> {
        self.organizations
            .iter()
            .filter(|row| row.text("user_role") == Some("org_admin"))
            .filter_map(|row| row.text("organization_id"))
            .collect()
    }

    pub fn organization_role(&self, organization_id: &str) -> Option<&str> {
        self.organizations.iter().find(|row| row.text("organization_id") == Some(organization_id))?.text("user_role")
    }

    /// The caller's role in a team's roster: `admin`, `user`, or `None` when not a member.
    pub fn team_role<'a>(&self, team: &'a Row) -> Option<&'a str> {
        let user_id = self.user_id()?;
        let member = team.list("members_with_roles").iter().find(|member| member["user_id"] == user_id)?;
        member["role"].as_str()
    }

    /// Admins and their viewers, and whoever administers an organization or the key's team.
    pub fn administers_something(&self) -> bool {
        let team = self.team.as_ref().is_some_and(|team| self.administers_team(team));
        self.sees_everything() || team || !self.administered_organizations().is_empty()
    }

    /// Admin of the team, or of the organization that it belongs to.
    pub fn administers_team(&self, team: &Row) -> bool {
        self.is_admin()
            || self.team_role(team) == Some("admin")
            || team.text("organization_id").is_some_and(|id| self.is_org_admin(id))
    }
}
